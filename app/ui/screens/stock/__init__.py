"""What lies where, and everything behind each number."""
