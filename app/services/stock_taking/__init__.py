"""Counts that are planned at the desk: what is to be counted, what was found, and by whom."""
