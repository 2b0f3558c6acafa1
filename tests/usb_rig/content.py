"""Bytes that do not compress, the same on both sides of the rig."""

import random


def content(seed: int, size: int) -> bytes:
    """So many of them, made of a seed."""
    return random.Random(seed).randbytes(size)
