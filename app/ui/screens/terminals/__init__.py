"""The registry of the handhelds."""
