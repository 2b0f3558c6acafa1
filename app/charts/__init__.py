"""What the charts show, as plain data; drawing is left to the window."""
