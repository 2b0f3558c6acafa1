"""Tables that others made, read into the books, and written out again."""
