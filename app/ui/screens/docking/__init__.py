"""The board of the terminals that are due today."""
