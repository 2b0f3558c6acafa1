"""Terminals of other makers as far as their manuals tell; they share no code with our codecs."""
