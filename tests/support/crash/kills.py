"""The process is killed: at statements, at file operations, at opcodes of SQLite."""

import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from sqlalchemy import event

from tests.support.crash import shim
from tests.support.crash.forks import KILLED, Ended, Say, in_child
from tests.support.crash.ground import Ground
from tests.support.crash.shim import Action
from tests.support.crash.story import FLOWS, Flow

Arm = Callable[[Ground, int], Callable[[], int]]
"""Sets a trap at place n of what follows (nowhere for -1); the result tells how many there were."""


@dataclass(slots=True)
class Tally:
    """What trials came to: how many were made, what was wrong, what else is worth telling."""

    trials: int = 0
    faults: list[str] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    def add(self, where: str, faults: Iterable[str]) -> None:
        self.trials += 1
        self.faults += [f"{where}: {fault}" for fault in faults]

    def as_plain(self) -> dict[str, Any]:
        return {
            "trials": self.trials,
            "bad": len({fault.split(": ")[0] for fault in self.faults}),
            "faults": self.faults[:20],
            "notes": dict(self.notes),
        }


def at_statements(ground: Ground) -> Tally:
    """Killed before and after every statement and around every commit of each flow."""
    return _everywhere(ground, statement_trap, None, random.Random(0))


def at_operations(ground: Ground, count: int | None, seed: int = 0) -> Tally:
    """Killed before every file operation, then in the middle of every write."""
    dice = random.Random(seed)
    whole = _everywhere(ground, operation_trap(Action.KILL), count, dice)
    torn = _everywhere(ground, operation_trap(Action.TEAR), count, dice)
    whole.trials += torn.trials
    whole.faults += torn.faults
    whole.notes += torn.notes
    return whole


def at_opcodes(ground: Ground, count: int | None, seed: int = 0) -> Tally:
    """Killed at opcodes of SQLite's own machine, `count` in all, spread evenly over the flows."""
    return _everywhere(ground, opcode_trap, count, random.Random(seed))


def _everywhere(ground: Ground, arm: Arm, count: int | None, dice: random.Random) -> Tally:
    tally = Tally()
    places = {flow.name: range(_places(ground, flow, arm)) for flow in FLOWS}
    total = sum(map(len, places.values()))
    for flow in FLOWS:
        chosen: Sequence[int] = places[flow.name]
        if count is not None and count < total:
            share = max(1, round(count * len(chosen) / total))
            chosen = sorted(dice.sample(chosen, min(share, len(chosen))))
        for place in chosen:
            _kill(ground, flow, arm, place, tally)
    tally.notes["places"] = total
    return tally


def _places(ground: Ground, flow: Flow, arm: Arm) -> int:
    """How many places a flow has, found by an undisturbed run of it."""
    ground.reset(flow.first)
    ended = in_child(lambda say: _act(ground, flow, arm, -1, say))
    if ended.code:
        raise ChildProcessError(ended)
    return int(ended.said[-1])


def _kill(ground: Ground, flow: Flow, arm: Arm, place: int, tally: Tally) -> None:
    ground.reset(flow.first)
    ended = in_child(lambda say: _act(ground, flow, arm, place, say))
    where = f"{flow.name} {place}"
    if ended.code not in (0, KILLED):
        tally.add(where, [f"ended with {ended.code}"])
        return
    tally.notes["killed" if ended.code else "survived"] += 1
    tally.add(where, verdict(ground, flow, ended))


def verdict(ground: Ground, flow: Flow, ended: Ended) -> list[str]:
    """What is wrong after a child did some of a flow and died."""
    steps = ground.story.steps[flow.first : flow.last]
    acked = [step for step in steps if f"acked {step.name}" in ended.said]
    return ground.judge(acked, steps, ground.story.books[flow.last])


def _act(ground: Ground, flow: Flow, arm: Arm, place: int, say: Say) -> None:
    counted = arm(ground, place)
    for step in ground.story.steps[flow.first : flow.last]:
        step.act(ground.office)
        say(f"acked {step.name}")
    say(str(counted()))


def die() -> NoReturn:
    """End as hard as a process can."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit  # not reached: nobody survives this signal


def statement_trap(ground: Ground, place: int) -> Callable[[], int]:
    passed = 0

    def pass_one(*_: object) -> None:
        nonlocal passed
        if passed == place:
            die()
        passed += 1

    for name in ("before_cursor_execute", "after_cursor_execute", "commit", "rollback"):
        event.listen(ground.engine, name, pass_one)
    event.listen(ground.engine, "checkin", pass_one)  # what was to commit has committed
    return lambda: passed


def operation_trap(action: Action) -> Arm:
    def arm(ground: Ground, place: int) -> Callable[[], int]:
        shim.arm(ground.data, action, place)
        return shim.disarm

    return arm


def opcode_trap(ground: Ground, place: int) -> Callable[[], int]:
    passed = 0

    def pass_one() -> int:
        nonlocal passed
        if passed == place:
            die()
        passed += 1
        return 0

    def watch(connection: Any, _record: object) -> None:
        connection.set_progress_handler(pass_one, 1)

    event.listen(ground.engine, "connect", watch)
    return lambda: passed
