"""Goods that come back, from the asking to the credit."""
