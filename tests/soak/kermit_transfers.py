"""Larger files, more noise and more cuts between our driver and two Kermits than a test takes."""

import os
import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from drivers.devices.kermit import KermitDriver
from drivers.errors import DriverError
from drivers.file_contract import TerminalFile
from tests.support.kermits import ckermit, gkermit
from tests.support.relay import Line
from tests.support.transfers import pull_all, push_all, random_bytes

LARGE_BYTES = 10_000_000
MEDIUM_BYTES = 300_000
NAME = "day.dat"
MTIME_S = 1_700_000_000
WAYS = [(peer, is_pull) for peer in ("ckermit", "gkermit") for is_pull in (True, False)]


def run(count: int = 104) -> dict[str, Any]:
    """`trials`, `bad`, `faults`, `notes`: a large file each way, then cuts and noise by turns."""
    faults: list[str] = []
    notes: Counter[str] = Counter()
    for trial in range(count):
        with tempfile.TemporaryDirectory() as folder:
            what, fault = _try(trial, Path(folder))
        notes[what] += 1
        if fault:
            faults.append(f"{trial} {what}: {fault}")
    return {"trials": count, "bad": len(faults), "faults": faults[:20], "notes": dict(notes)}


def _try(trial: int, folder: Path) -> tuple[str, str]:
    peer, is_pull = WAYS[trial % len(WAYS)]
    turn = trial // len(WAYS)
    lines, size = [Line()], MEDIUM_BYTES
    if turn == 0:
        what, size = "large", LARGE_BYTES
    elif turn % 5 == 0:
        what, lines = "noise", [Line(flip_rate=1e-5, drop_rate=1e-5, seed=trial)]
    else:
        what = "cut"
        # All of them need a tenth more bytes for the file than it has.
        lines.insert(0, Line(cut_at=random.Random(trial).randrange(100, MEDIUM_BYTES)))
    data = random_bytes(size, trial)
    there = folder / "there"
    there.mkdir()
    go = _pull if is_pull else _push
    fault = ""
    for attempt, line in enumerate(lines):
        fault = go(peer, there, data, line, attempt > 0)
        if line.cut_at is not None and not fault:
            return what, f"nobody noticed the cut at {line.cut_at}"
    return f"{what} {peer} {'pulled' if is_pull else 'pushed'}", fault


def _pull(peer: str, there: Path, data: bytes, line: Line, again: bool) -> str:
    (there / NAME).write_bytes(data)
    os.utime(there / NAME, (MTIME_S, MTIME_S))
    if peer == "ckermit":
        running = ckermit(line, there, f"{'resend' if again else 'send'} {NAME}")
    else:
        running = gkermit(line, there, "-S", "-s", NAME)
    with running as met:
        try:
            files = pull_all(KermitDriver(there.parent / "scratch"), met.link)
        except DriverError as error:
            return str(error)
        status = met.wait()
    if [file.data for file in files] != [data]:
        return f"other data: {[len(file.data) for file in files]}"
    return f"status {status}" if status else ""


def _push(peer: str, there: Path, data: bytes, line: Line, again: bool) -> str:
    del again  # what a terminal holds of a file may be of another one: it always gets it anew
    running = (
        ckermit(line, there, "receive") if peer == "ckermit" else gkermit(line, there, "-S", "-r")
    )
    with running as met:
        try:
            push_all(KermitDriver(), met.link, [TerminalFile(NAME, data, MTIME_S * 1000)])
        except DriverError as error:
            return str(error)
        status = met.wait()
    if (there / NAME).read_bytes() != data:
        return "other data"
    return f"status {status}" if status else ""
