"""How hard property tests try."""

from hypothesis import settings

# Two busy cores run the suite: a slow example is no failure.
moderate = settings(max_examples=60, deadline=None)
