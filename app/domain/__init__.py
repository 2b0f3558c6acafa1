"""Rules of the trade as plain values and functions."""
