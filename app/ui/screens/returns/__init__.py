"""Returns: what customers give back, from the asking to the credit."""
