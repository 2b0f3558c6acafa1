"""What a docked terminal takes home."""
