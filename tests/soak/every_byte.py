"""Cuts and flipped bits at every byte of three dockings, more than a test has time for."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from tests.support.every_byte import REFERENCES, Spoiling, double_cuts, places, run_case

BITS = 8


def run(count: int = 70_000) -> dict[str, Any]:
    """`trials`, `bad`, `faults`, `notes`; a seventh of the count are double cuts."""
    twice = count // 7
    notes = {"double cuts": 0}
    faults: list[str] = []
    trials = 0
    singles = islice(
        chain.from_iterable(zip(*map(_rounds, REFERENCES), strict=False)), count - twice
    )
    doubles = (
        (name, spoiling)
        for name in REFERENCES
        for spoiling in double_cuts(name, -(-twice // len(REFERENCES)), seed=2)
    )
    for name, spoiling in chain(singles, doubles):
        trials += 1
        kind = "double cuts" if len(spoiling.cuts) > 1 else f"{name} {spoiling.kind}"
        notes[kind] = notes.get(kind, 0) + 1
        try:
            run_case(REFERENCES[name], spoiling)
        except AssertionError as error:
            faults.append(f"{name}: {spoiling}: {error}")
    return {"trials": trials, "bad": len(faults), "faults": faults, "notes": notes}


def _rounds(name: str) -> Iterator[tuple[str, Spoiling]]:
    """First every cut both ways, then one bit of every byte, the next bit, and so on."""
    for lives in (False, True):
        for direction, place in places(name):
            yield name, Spoiling(direction, (place,), terminal_lives=lives)
    for turn in range(BITS):
        for direction, place in places(name):
            yield name, Spoiling(direction, flip=(place, (place + turn) % BITS))
