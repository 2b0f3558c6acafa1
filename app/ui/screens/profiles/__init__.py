"""The screen on which the formats of terminals' files are looked at, tried and written."""
