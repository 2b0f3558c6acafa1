"""Codecs without input or output of their own."""
