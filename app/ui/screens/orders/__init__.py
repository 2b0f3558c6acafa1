"""Orders: the list, one order, and taking one down."""
