"""Orders, from the phone call to their end."""
