"""The database server goes away: its line is cut at any byte, or it crashes under clerks."""

import os
import random
import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text

from app.errors import AppError
from app.services.office import Office
from app.services.recovering import recover
from tests.support.crash.clerks import ACTOR, open_desk, postgres_place, unsound
from tests.support.crash.forks import Say, await_child, start_child
from tests.support.crash.kills import Tally
from tests.support.crash.story import Step, take
from tests.support.crash.wires import DOWN, UP, Wire, wire_to
from tests.support.offices import Terminal
from tests.support.postgres import PostgresServer

CLERKS, BATCHES = 3, 120
REPLY_TO_COMMIT_BYTES = 60


def with_cuts(trials: int, seed: int = 0) -> dict[str, Any]:
    """Each trial: the line is cut while a batch is taken in, which is then brought again.

    The note "applied although refused" counts those that were in the books all the same.
    """
    tally = Tally()
    dice = random.Random(seed)
    with postgres_place() as place:
        url, data = place.fresh("cuts")
        direct = open_desk(url, data)
        port = make_url(url).port or 0
        with wire_to(port) as wire:
            office = open_desk(url.replace(f":{port}/", f":{wire.port}/"), data)
            steps = _uploads(31, trials + 2)
            steps[0].act(office)
            before = list(wire.passed)
            steps[1].act(office)
            lengths = [now - then for now, then in zip(wire.passed, before, strict=True)]
            for number, step in enumerate(steps[2:]):
                way, place_of_cut = _cut(dice, lengths)
                wire.cut_after(way, place_of_cut)
                faults = _take_in(office, direct, step, wire, tally)
                tally.add(f"trial {number} at byte {place_of_cut} of way {way}", faults)
            office.database.close()
        tally.faults += unsound(direct, steps)
        direct.database.close()
    return tally.as_plain()


def with_crashes(trials: int, seed: int = 0) -> dict[str, Any]:
    """Each trial: the server crashes under several clerks, after so many receipts in all."""
    tally = Tally()
    dice = random.Random(seed)
    with postgres_place() as place:
        if place.server is None:
            raise LookupError
        for number in range(trials):
            url, data = place.fresh("crash")
            faults, acked = _crash(place.server, url, data, dice.randint(1, 60))
            tally.notes["acked"] += acked
            tally.add(f"trial {number}", faults)
            shutil.rmtree(data)
    return tally.as_plain()


def _uploads(terminal_no: int, count: int) -> list[Step]:
    terminal = Terminal(number=terminal_no)
    steps = []
    for number in range(count):
        # each for a day of its own: as much passes the line for every one of them
        wanted = date(2026, 6, 2) + timedelta(days=number)
        terminal.order("C0001", ("HX500", 1), ("XG330", 1), wanted=wanted.isoformat())
        data = terminal.seal()
        origin = terminal.origin
        steps.append(Step(f"{terminal_no}/{number}", take(origin, data), origin, data))
    return steps


def _cut(dice: random.Random, lengths: Sequence[int]) -> tuple[int, int]:
    """Anywhere on both ways; every third time near the end, where the commit is answered."""
    if dice.randrange(3) == 0:
        return DOWN, lengths[DOWN] - dice.randrange(REPLY_TO_COMMIT_BYTES)
    way = dice.choice((UP, DOWN))
    return way, dice.randint(1, lengths[way])


def _take_in(office: Office, direct: Office, step: Step, wire: Wire, tally: Tally) -> list[str]:
    refused = False
    try:
        step.act(office)
    except AppError as error:
        refused = True
        tally.notes[type(error).__name__] += 1
    wire.heal()
    is_there = _is_there(direct, step)
    if refused and is_there:
        tally.notes["applied although refused"] += 1
    was_new = step.act(office)
    faults = []
    if was_new == is_there:
        faults.append("counted twice" if was_new else "never counted")
    if not refused and not is_there:
        faults.append("acked and lost")
    return faults


def _is_there(office: Office, step: Step) -> bool:
    if step.origin is None:
        raise LookupError(step.name)
    query = text("SELECT COUNT(*) FROM upload_batch WHERE terminal_no = :t AND batch_no = :n")
    values = {"t": step.origin.terminal, "n": step.origin.batch_no}
    with office.database.read() as reader:
        return bool(reader.connection.execute(query, values).scalar_one())


def _crash(server: PostgresServer, url: str, data: Path, after: int) -> tuple[list[str], int]:
    """What is wrong after the crash, and how many receipts were given before it."""
    uploads = [_uploads(41 + number, BATCHES) for number in range(CLERKS)]
    news, tell = os.pipe()
    children = []
    for steps in uploads:

        def clerk(say: Say, steps: Sequence[Step] = steps) -> None:
            office = open_desk(url, data)
            try:
                for step in steps:
                    step.act(office)
                    say(f"acked {step.name}")
                    os.write(tell, b".")
            except AppError as error:
                say(f"refused {type(error).__name__}")

        children.append(start_child(clerk))
    os.close(tell)
    heard = 0
    while heard < after and os.read(news, 1):
        heard += 1
    server.crash()
    ended = [await_child(*child) for child in children]
    os.close(news)
    server.start()
    said = {line for each in ended for line in each.said}
    acked = [step for steps in uploads for step in steps if f"acked {step.name}" in said]
    faults = [f"a clerk ended with {each.code}" for each in ended if each.code]
    if not any("refused" in line for line in said):
        faults.append("the crash met nobody")
    office = open_desk(url, data)
    try:
        recover(office, ACTOR)
        faults += [f"{step.name} was acked and is lost" for step in acked if step.act(office)]
        for steps in uploads:
            done = sum(step in acked for step in steps)
            for step in steps[done : done + 1]:
                step.act(office)
            faults += unsound(office, steps[: done + 1])
    finally:
        office.database.close()
    return faults, len(acked)
