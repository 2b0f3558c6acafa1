"""The disk refuses: an I/O error or no room at any file operation, once or from then on."""

import errno
import json
import random
from collections.abc import Mapping
from typing import Any

from sqlalchemy import event

from app.errors import AppError, ArchiveFull, DiskFull
from app.storage.queries.fingerprint import fingerprint
from tests.support.crash import shim
from tests.support.crash.forks import Say, in_child
from tests.support.crash.ground import Ground, pages_of
from tests.support.crash.kills import Tally
from tests.support.crash.shim import Action
from tests.support.crash.story import FLOWS, Flow, Step, take
from tests.support.offices import Terminal

ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC}
MODES = {"once": False, "for ever": True}
WRITES = "w"
ORDERS, PAGES_MORE = 60, 2
NO_LIMIT = 1 << 30


def at_operations(
    ground: Ground, count: int | None, flows: tuple[int, ...] = tuple(range(len(FLOWS)))
) -> Tally:
    """Both errors in both modes, at `count` of all places or at every one of them."""
    trials = [
        (flow, error, mode, place, reads)
        for flow in (FLOWS[each] for each in flows)
        for reads in (False, True)
        for place in range(_places(ground, flow, reads))
        for error in ERRORS
        for mode in MODES
        # a disk without room still lets itself be read
        if not (reads and error == "ENOSPC")
    ]
    total = len(trials)
    if count is not None and count < total:
        trials = random.Random(0).sample(trials, count)
    tally = Tally()
    for trial in trials:
        _refuse(ground, *trial, tally)
    tally.notes["places"] = total
    return tally


def at_page_counts(ground: Ground) -> Tally:
    """No room in the database itself: SQLite may not add pages, a few more with every trial."""
    tally = Tally()
    terminal = Terminal(number=9)
    for _ in range(ORDERS):
        terminal.order("C0001", ("HX500", 1), ("XG330", 1))
    data = terminal.seal()
    step = Step("many orders", take(terminal.origin, data), terminal.origin, data)
    ground.reset(0)
    before = pages_of(ground.database)
    step.act(ground.office)
    with ground.office.database.read() as reader:
        books = fingerprint(reader)
    ground.engine.dispose()
    needed = pages_of(ground.database) - before
    for room in (*range(0, needed, PAGES_MORE), needed):
        ground.reset(0)
        error, faults = _in_pages(ground, step, before + room, books)
        tally.notes[error or "went through"] += 1
        tally.add(f"{room} pages more", faults)
    return tally


def _places(ground: Ground, flow: Flow, reads: bool) -> int:
    ground.reset(flow.first)

    def work(say: Say) -> None:
        shim.arm(ground.data, reads=reads)
        _carry_out(ground, flow)
        say(str(shim.disarm()))

    return int(in_child(work).said[-1])


def _refuse(
    ground: Ground, flow: Flow, error: str, mode: str, place: int, reads: bool, tally: Tally
) -> None:
    """One trial: the flow under the fault, and again in the same program when the fault is gone."""
    ground.reset(flow.first)

    def work(say: Say) -> None:
        shim.arm(
            ground.data, Action.REFUSE, place, error_no=ERRORS[error], for_ever=MODES[mode],
            reads=reads,
        )  # fmt: skip
        outcome = _attempt(ground, flow)
        shim.disarm()
        steps = ground.story.steps[flow.first : flow.last]
        acked = [step for step in steps if step.name in outcome["acked"]]
        again = ground.judge(acked, steps, ground.story.books[flow.last], recovered=False)
        say(json.dumps(outcome | {"again": again, "hit": shim.hit()}))

    ended = in_child(work)
    where = f"{flow.name}, {error} {mode} at {'reading ' if reads else ''}{place}"
    if ended.code:
        tally.add(where, [f"ended with {ended.code}"])
        return
    found = json.loads(ended.said[-1])
    tally.notes[found["error"] or "went through"] += 1
    tally.add(where, _wrong(found, error, ground, flow))


def _wrong(found: dict[str, Any], error: str, ground: Ground, flow: Flow) -> list[str]:
    faults = [*found["again"]]
    if found["error"] and not found["ours"]:
        faults.append(f"raised {found['error']}")
    full = (ArchiveFull.__name__, DiskFull.__name__)
    refused_write = error == "ENOSPC" and found["hit"] == WRITES
    if refused_write and found["error"] and found["error"] not in full:
        faults.append(f"a full disk was told as {found['error']}")
    steps = ground.story.steps[flow.first : flow.last]
    faults += ground.judge(steps, steps, ground.story.books[flow.last])
    return faults


def _attempt(ground: Ground, flow: Flow) -> dict[str, Any]:
    """Which steps returned, and the error that ended the flow: its name, and whether it is ours."""
    acked: list[str] = []
    error: BaseException | None = None
    try:
        _carry_out(ground, flow, acked)
    except Exception as caught:  # noqa: BLE001 - which error it is, is the question
        error = caught
    name = "" if error is None else type(error).__name__
    return {"acked": acked, "error": name, "ours": isinstance(error, AppError)}


def _carry_out(ground: Ground, flow: Flow, acked: list[str] | None = None) -> None:
    for step in ground.story.steps[flow.first : flow.last]:
        step.act(ground.office)
        if acked is not None:
            acked.append(step.name)


def _in_pages(
    ground: Ground, step: Step, most_pages: int, books: Mapping[str, str]
) -> tuple[str, list[str]]:
    """The error of a step that finds no room, and what is wrong when there is room again."""
    limit = most_pages

    def set_limit(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit}").close()

    event.listen(ground.engine, "checkout", set_limit)
    error = ""
    try:
        step.act(ground.office)
    except DiskFull:
        error = DiskFull.__name__
    limit = NO_LIMIT
    faults = ground.judge([] if error else [step], [step], books, recovered=False)
    event.remove(ground.engine, "checkout", set_limit)
    return error, faults + ground.judge([step], [step], books)
