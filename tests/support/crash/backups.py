"""A backup and a restore that are killed, or refused by the disk, at any of their file operations.

What is there afterwards is a whole backup, the old one or the new one, and beside it only names
that end in ".part"; terminals are told to forget nothing that is not in it.
"""

from __future__ import annotations

import errno
import gc
import json
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import AppError
from app.services.backing_up import back_up, verify
from app.services.blobs import blobs_of
from app.services.office import Office
from app.services.restoring import restore
from app.storage import migrate
from app.storage.queries.arrivals import watermarks
from app.storage.queries.fingerprint import fingerprint
from tests.support.crash import shim
from tests.support.crash.forks import Say, in_child
from tests.support.crash.ground import CLERK, MEMORY
from tests.support.crash.kills import KILLED, Tally
from tests.support.crash.shim import Action
from tests.support.offices import Terminal, found_sample_branch, open_office

TERMINAL, EPOCH = 3, 1
PHOTO_SHA256 = bytes.fromhex("3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7")
PHOTO = b"data"
NOWHERE = 1 << 40
ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC}


@dataclass(slots=True)
class Stick:
    """An office with a backup of yesterday on a stick, in a folder that is put back each time."""

    folder: Path
    office: Office
    yesterday_seq: int = 0
    today_seq: int = 0
    books: Mapping[str, str] | None = None

    @property
    def trial(self) -> Path:
        return self.folder / "trial"

    @property
    def file(self) -> Path:
        return self.trial / "stick" / "branch.zip"

    @property
    def again(self) -> Path:
        """Where a branch is restored to."""
        return self.trial / "again"

    @property
    def again_url(self) -> str:
        return f"sqlite:///{self.again / 'tallydock.sqlite'}"

    def reset(self) -> None:
        self.office.database.engine.dispose()
        shutil.rmtree(self.trial, ignore_errors=True)
        shutil.copytree(self.folder / "before", self.trial)

    def backed_up_seq(self) -> int:
        with self.office.database.read() as reader:
            return watermarks(reader, TERMINAL, EPOCH)[1]

    def seq_in_file(self) -> int:
        """What the backup on the stick holds; raises BackupError unless it is whole."""
        (mark,) = verify(CLERK, self.file).manifest.terminals
        return mark.received_seq


@contextmanager
def filled_stick() -> Iterator[Stick]:
    """Yesterday's work is on the stick, today's is not."""
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="tdstick", dir=place) as name:
        data = Path(name) / "trial" / "data"
        data.mkdir(parents=True)
        url = f"sqlite:///{data / 'tallydock.sqlite'}"
        migrate.upgrade(url)
        stick = Stick(Path(name), found_sample_branch(open_office(url, data)))
        terminal = Terminal(TERMINAL)
        terminal.order()
        terminal.upload(stick.office)
        blobs_of(stick.office).keep(PHOTO_SHA256, PHOTO)
        back_up(stick.office, CLERK, stick.file)
        stick.yesterday_seq = terminal.seq
        terminal.order()
        terminal.upload(stick.office)
        stick.today_seq = terminal.seq
        stick.office.database.engine.dispose()
        shutil.copytree(stick.trial, stick.folder / "before")
        restore(CLERK, stick.file, stick.again, stick.again_url)
        stick.books = _books(stick)
        gc.collect()
        gc.freeze()
        yield stick


def at_operations(count: int | None, seed: int = 0) -> dict[str, Any]:
    """`count` of all places for each way to fail, spread over both; None for every place."""
    tally = Tally()
    with filled_stick() as stick:
        for work in (_back_up, _restore):
            for fault in _FAULTS:
                stick.reset()
                total = int(_said(stick, work, fault, NOWHERE)["places"])
                places = range(total)
                if count is not None and count < total:
                    places = sorted(random.Random(seed).sample(places, count))
                for place in places:
                    _fail(stick, work, fault, place, tally)
                tally.notes["places"] += total
    return tally.as_plain()


@dataclass(frozen=True, slots=True)
class Fault:
    """How the chosen operation fails."""

    action: Action
    error: str = ""
    for_ever: bool = False

    def __str__(self) -> str:
        ever = " for ever" if self.for_ever else ""
        return f"{self.action.name.lower()} {self.error}{ever}".strip()


_FAULTS = (
    Fault(Action.KILL),
    Fault(Action.TEAR),
    *(Fault(Action.REFUSE, error, ever) for error in ERRORS for ever in (False, True)),
)
Work = Callable[[Stick], None]


def _back_up(stick: Stick) -> None:
    back_up(stick.office, CLERK, stick.file)


def _restore(stick: Stick) -> None:
    restore(CLERK, stick.file, stick.again, stick.again_url)


def _fail(stick: Stick, work: Work, fault: Fault, place: int, tally: Tally) -> None:
    stick.reset()
    where = f"{work.__name__.strip('_')}, {fault} at {place}"
    told = _said(stick, work, fault, place)
    if told["end"] in ("done", "killed", "refused"):
        tally.notes[told["end"]] += 1
    judge = _judge_backup if work is _back_up else _judge_restored
    try:
        faults = judge(stick, told["end"] == "done")
    except AppError as error:
        faults = [f"{type(error).__name__}: {error}"]
    if told["end"] not in ("done", "killed", "refused"):
        faults.append(told["end"])
    tally.add(where, faults)


def _said(stick: Stick, work: Work, fault: Fault, place: int) -> dict[str, Any]:
    """How the work ended in a child, and how many operations it came to."""

    def act(say: Say) -> None:
        code = ERRORS.get(fault.error, 0)
        shim.arm(stick.trial, fault.action, place, error_no=code, for_ever=fault.for_ever)
        try:
            work(stick)
            end = "done"
        except AppError:
            end = "refused"
        except Exception as error:  # noqa: BLE001 - that is the fault we look for
            end = f"{type(error).__name__}: {error}"
        say(json.dumps({"end": end, "places": shim.disarm()}))

    ended = in_child(act)
    if ended.code == KILLED:
        return {"end": "killed"}
    if ended.code:
        return {"end": f"ended with {ended.code}"}
    told: dict[str, Any] = json.loads(ended.said[-1])
    return told


def _judge_backup(stick: Stick, is_done: bool) -> list[str]:
    faults = [
        f"{each.name} lies on the stick"
        for each in stick.file.parent.iterdir()
        if each != stick.file and each.suffix != ".part"
    ]
    found = stick.seq_in_file()
    if found not in ((stick.today_seq,) if is_done else (stick.yesterday_seq, stick.today_seq)):
        faults.append(f"the backup holds {found}")
    told = stick.backed_up_seq()
    if told > found or (is_done and told != found):
        faults.append(f"told {told}, but {found} is in it")
    back_up(stick.office, CLERK, stick.file)
    if (stick.seq_in_file(), stick.backed_up_seq()) != (stick.today_seq, stick.today_seq):
        faults.append("the next backup is not whole")
    return faults


def _judge_restored(stick: Stick, is_done: bool) -> list[str]:
    known = {"data", "stick", "again"}
    faults = [
        f"{each.name} lies there"
        for each in stick.trial.iterdir()
        if each.name not in known and each.suffix != ".part"
    ]
    if is_done and not stick.again.exists():
        faults.append("nothing is there")
    if not stick.again.exists():
        restore(CLERK, stick.file, stick.again, stick.again_url)
    if _books(stick) != stick.books:
        faults.append("other books")
    return faults


def _books(stick: Stick) -> Mapping[str, str]:
    office = open_office(stick.again_url, stick.again)
    with office.database.read() as reader:
        found = fingerprint(reader)
    office.database.close()
    return found
