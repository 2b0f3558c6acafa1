"""Larger files, more noise and more cuts between our drivers and lrzsz than a test has time for."""

import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests.support.lrzsz import (
    NOISY,
    WAYS,
    Attempt,
    pull_from,
    pull_until_done,
    push_to,
    push_until_done,
)
from tests.support.relay import Line
from tests.support.transfers import random_bytes

LARGE_BYTES = 10_000_000
MEDIUM_BYTES = 1_000_000
LARGE = [(name, is_pull) for name in WAYS for is_pull in (True, False)]


def run(count: int = 72) -> dict[str, Any]:
    """`trials`, `bad`, `faults`, `notes`: large files first, then noise and cuts by turns."""
    faults: list[str] = []
    notes: Counter[str] = Counter()
    for trial in range(count):
        with tempfile.TemporaryDirectory() as folder:
            what, fault = _try(trial, Path(folder))
        notes[what.split()[0]] += 1
        if fault:
            faults.append(f"{trial} {what}: {fault}")
    return {"trials": count, "bad": len(faults), "faults": faults[:20], "notes": dict(notes)}


def _try(trial: int, folder: Path) -> tuple[str, str]:
    there = folder / "there"
    there.mkdir()
    if trial < len(LARGE):
        name, is_pull = LARGE[trial]
        what = f"large {name} {'pulled' if is_pull else 'pushed'}"
        data = random_bytes(LARGE_BYTES, trial)
        attempt = _pass(name, is_pull, there, data, None)
    elif trial % 3 == 0:
        name, is_pull = NOISY[trial // 3 % len(NOISY)], bool(trial // 3 % 2)
        what = f"noise {name} {'pulled' if is_pull else 'pushed'}"
        data = random_bytes(MEDIUM_BYTES, trial)
        attempt = _pass(name, is_pull, there, data, Line(flip_rate=1e-5, seed=trial))
    else:
        dice = random.Random(trial)
        cuts = [dice.randrange(1000, MEDIUM_BYTES) for _ in range(dice.randrange(1, 5))]
        what = f"cut at {cuts} {'pulled' if trial % 3 == 1 else 'pushed'}"
        data = random_bytes(MEDIUM_BYTES, trial)
        if trial % 3 == 1:
            attempt = pull_until_done(there, folder / "scratch", data, cuts)
        else:
            attempt = push_until_done(there, data, cuts)
    return what, _fault(attempt, data)


def _pass(name: str, is_pull: bool, folder: Path, data: bytes, line: Line | None) -> Attempt:
    go = pull_from if is_pull else push_to
    return go(WAYS[name], folder, {"day.dat": data}, line)


def _fault(attempt: Attempt, data: bytes) -> str:
    """What is wrong, empty if nothing is; XMODEM fills up the last block."""
    if attempt.error is not None:
        return str(attempt.error)
    arrived = attempt.files.get("day.dat", b"")
    if arrived[: len(data)] != data or len(arrived) - len(data) >= 128:
        return f"{len(arrived)} bytes that are not those that were sent"
    return "" if set(attempt.files) == {"day.dat"} else f"{sorted(attempt.files)}"
