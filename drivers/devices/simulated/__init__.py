"""A terminal made of code: a program of its own that docks over any port."""
