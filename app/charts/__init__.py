"""Charts by name: rows in, series out; nothing here knows a window."""
