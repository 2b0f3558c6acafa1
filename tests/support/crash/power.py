"""The power goes in the middle of the story; the real program opens what the disk then holds."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from app.services import archive, blobs
from app.services.durable import make_folder
from app.services.recovering import recover
from app.storage import engine
from tests.support.crash import shim
from tests.support.crash.ground import CLERK, Ground, told_story
from tests.support.crash.kills import Tally
from tests.support.crash.shim import Action
from tests.support.crash.states import Recording, disk_of, record
from tests.support.crash.tracing import traced

CHECKPOINT_AFTER = "fix"
KEEPINGS = ("day", "photo")
PROTECTED = {"OFF": "fix", "NORMAL": "fix", "archive": "day", "photos": "photo"}
"""What may be sabotaged -> the first step that rests on it."""


def lose_power(count: int, seed: int = 0, sabotage: str = "") -> dict[str, Any]:
    """`count` different states of the disk; `sabotage` takes away one thing that protects.

    With a sabotage, the power goes after a receipt that this thing protects alone: what a terminal
    brought is also taken in again from the archive, what a person typed is not.
    """
    with sabotaged(sabotage), told_story() as ground:
        tally = Tally()
        names = [step.name for step in ground.story.steps]
        first = names.index(PROTECTED[sabotage]) + 1 if sabotage else 0
        recording = record_story(ground)
        for number, state in enumerate(recording.states(random.Random(seed), count, first)):
            ground.engine.dispose()
            state.write(ground.data)
            begun = min(state.marks + 1, len(ground.story.steps))
            acked = ground.story.steps[: state.marks]
            books = ground.story.books[begun]
            tally.add(f"state {number}", ground.judge(acked, ground.story.steps[:begun], books))
            tally.notes[f"acked {state.marks}"] += 1
        tally.notes["operations"] = recording.length
        return tally.as_plain()


def record_story(ground: Ground) -> Recording:
    """The whole story under the eyes of the shim, with a mark behind each step."""
    ground.reset(0)
    before = disk_of(ground.data)

    def run() -> None:
        for number, step in enumerate(ground.story.steps):
            if not step.act(ground.office):
                raise ValueError(f"{step.name} was done before")
            shim.mark(number)
            if step.name == CHECKPOINT_AFTER:
                ground.engine.dispose()  # nobody is connected: the log goes into the database
        ground.engine.dispose()

    return record(*before, traced(ground.data, run))


def lose_power_after_kill(ground: Ground, states: int, seed: int = 0) -> Tally:
    """Killed at any operation of a keeping, started again, acknowledged; then the power goes.

    What the killed program had not flushed must be flushed by the next one before it says so.
    """
    tally = Tally()
    dice = random.Random(seed)
    for name in KEEPINGS:
        place = [step.name for step in ground.story.steps].index(name)
        for at in range(_operations(ground, place)):
            recording = _record_kill(ground, place, at)
            for state in recording.states(dice, states, first_mark=1):
                ground.engine.dispose()
                state.write(ground.data)
                steps = ground.story.steps[place : place + 1]
                books = ground.story.books[place + 1]
                tally.add(f"{name} {at}, {len(tally.faults)}", ground.judge(steps, steps, books))
    return tally


def _operations(ground: Ground, place: int) -> int:
    ground.reset(place)
    return len(traced(ground.data, lambda: _keep_again(ground, place)))


def _record_kill(ground: Ground, place: int, at: int) -> Recording:
    """One step killed at an operation, and done again by the next program."""
    ground.reset(place)
    before = disk_of(ground.data)
    step = ground.story.steps[place]
    first = traced(ground.data, lambda: step.act(ground.office), Action.KILL, at)
    again = traced(ground.data, lambda: _keep_again(ground, place))
    return record(*before, first + again)


def _keep_again(ground: Ground, place: int) -> None:
    recover(ground.office, CLERK)
    ground.story.steps[place].act(ground.office)
    shim.mark(place)


@contextmanager
def sabotaged(how: str) -> Iterator[None]:
    """The program with one protection less: synchronous at a lower level, a file not flushed."""
    if how in ("OFF", "NORMAL"):
        pragmas = dict(engine.SQLITE_PRAGMAS) | {"synchronous": ("OFF", "NORMAL").index(how)}
        with patch.object(engine, "SQLITE_PRAGMAS", MappingProxyType(pragmas)):
            yield
    elif how == "archive":
        with patch.object(archive, "write_durably", _write_carelessly):
            yield
    elif how == "photos":
        with patch.object(blobs, "write_durably", _write_carelessly):
            yield
    elif how:
        raise ValueError(how)
    else:
        yield


def _write_carelessly(target: Path, data: bytes) -> None:
    make_folder(target.parent)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(data)
    part.replace(target)
