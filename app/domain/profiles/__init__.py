"""Format profiles: what a terminal's file means, as data."""
