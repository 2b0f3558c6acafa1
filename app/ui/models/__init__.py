"""What the tables of the screens show."""
