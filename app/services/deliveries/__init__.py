"""What becomes of deliveries when no terminal tells it."""
