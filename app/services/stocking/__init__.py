"""Goods that come in, go between places, and are lost."""
