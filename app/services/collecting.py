"""Keeps Python's search for cycles out of work that makes many values and no cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """No search for cycles meanwhile.

    A day's upload is a hundred thousand small values that all live until it is posted; looking
    through them again and again takes a quarter of the whole time, and never finds anything.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
