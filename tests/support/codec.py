"""Runs a decoder over samples whole, byte by byte, and with rubbish in front and behind."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Feed = Callable[[bytes], list[Item]]


def check_decoder(
    make: Callable[[], Feed[Item]],
    samples: Sequence[tuple[bytes, list[Item]]],
    rubbish: bytes,
    separator: bytes,
) -> None:
    """`make` gives the feeding function of a fresh decoder; every sample must come out as told."""
    for encoded, expected in samples:
        feed = make()
        assert feed(encoded) == expected, "whole"

        feed = make()
        found: list[Item] = []
        for place in range(len(encoded)):
            found += feed(encoded[place : place + 1])
        assert found == expected, "byte by byte"

        feed = make()
        assert feed(encoded + rubbish) == expected, "rubbish behind"
        assert feed(separator + encoded) == expected, "after the rubbish"

    feed = make()
    whole = b"".join(encoded for encoded, _ in samples)
    assert feed(whole) == [item for _, items in samples for item in items], "all in one"
