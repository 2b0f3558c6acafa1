"""Desk and terminal are killed in the middle of dockings; every record is there exactly once."""

import hashlib
import logging
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL
from sqlite3 import connect

import pytest

from drivers.protocols.docking.batch import Record, open_record
from tests.support.branches import Branch, environment, found
from tests.support.dying_desk import DIED, PLACES
from tests.support.killing import start_docking
from tests.support.terminals import ROOT, Handheld

KILLS = int(os.environ.get("TALLYDOCK_KILLS", "8"))  # `poe soak kills` tries more
LANES = 2
LONGEST = 1.3  # two sessions at once take longer than one
DAYS = 2
YARDSTICK = 2 * KILLS + 1
DOCKED = (0, 1)
FAILED = 3
ORDER, COUNT, VISIT = 10, 16, 20


@dataclass(frozen=True, slots=True)
class Field:
    """Where the trials happen: the branch, and what every terminal holds before it docks."""

    branch: Branch
    folder: Path
    files: Mapping[int, Path]
    records: Mapping[int, tuple[bytes, ...]]

    def start(self, terminal: int, *, fresh: bool) -> Handheld:
        """A handheld; one that is not fresh has nothing but the store it left behind."""
        options = {"load": self.files[terminal]} if fresh else {}
        return self.branch.handheld(self.folder, name=f"{terminal}", **options)

    def dock_until_done(self, handheld: Handheld) -> None:
        """The first docking after a kill brings everything."""
        outcome = self.branch.docked(handheld.port)
        assert outcome.code in DOCKED, outcome.err
        assert outcome.document["docked"] == 1
        assert outcome.document["records"]["lost"] == 0


@dataclass(slots=True)
class Score:
    """What the kills hit: the stage of each one inside a session, and how many came too late."""

    stages: Counter[str] = field(default_factory=Counter)
    missed: int = 0

    @property
    def hits(self) -> int:
        return self.stages.total()

    def add(self, stage: str | None) -> None:
        if stage is None:
            self.missed += 1
        else:
            self.stages[stage] += 1

    def __str__(self) -> str:
        return f"{self.hits} hits {dict(self.stages)}, {self.missed} too late"


@pytest.fixture(scope="module")
def field_of_trials(tmp_path_factory: pytest.TempPathFactory) -> Field:
    folder = tmp_path_factory.mktemp("kills")
    terminals = range(1, YARDSTICK + 1)
    branch = found(folder / "data", terminals)
    files, records = {}, {}
    for terminal in terminals:
        memory = branch.full_days(terminal, DAYS)
        records[terminal] = tuple(memory.pending)
        files[terminal] = branch.seal(memory, folder)
    return Field(branch, folder, files, records)


@pytest.fixture(scope="module")
def session_s(field_of_trials: Field) -> float:
    """How long an undisturbed docking takes from the first byte to the seal."""
    handheld = field_of_trials.start(YARDSTICK, fresh=True)
    try:
        docking = start_docking(field_of_trials.branch.command("dock", handheld.port))
        assert docking.connected()
        seconds = docking.seconds_to_finish()
        assert docking.end() in DOCKED
    finally:
        handheld.stop()
    return seconds


def kill_the_terminal(trials: Field, terminal: int, delay_s: float) -> str | None:
    """Returns the stage in which the session was when its terminal died, None after its end."""
    handheld = trials.start(terminal, fresh=True)
    docking = start_docking(trials.branch.command("dock", handheld.port))
    assert docking.connected()
    docking.ends_within(delay_s)
    handheld.kill()
    code = docking.end()
    assert code in (*DOCKED, FAILED), docking.screen.shown
    handheld = trials.start(terminal, fresh=False)
    try:
        trials.dock_until_done(handheld)
    finally:
        handheld.stop()
    return docking.stage if code == FAILED else None


def kill_the_desk(trials: Field, terminal: int, delay_s: float) -> str | None:
    """Returns the stage in which the desk died, None when the session was over."""
    handheld = trials.start(terminal, fresh=True)
    try:
        docking = start_docking(trials.branch.command("dock", handheld.port))
        assert docking.connected()
        docking.ends_within(delay_s)
        docking.process.kill()
        was_killed = docking.end() == -SIGKILL
        trials.dock_until_done(handheld)
    finally:
        handheld.stop()
    return docking.stage if was_killed and docking.stage != "finish" else None


Kill = Callable[[Field, int, float], str | None]


@pytest.mark.timeout(60 + 24 * KILLS)
@pytest.mark.parametrize(
    ("kill", "first", "seed"), [(kill_the_terminal, 1, 1), (kill_the_desk, KILLS + 1, 2)]
)
def test_after_many_kills_every_record_is_there_exactly_once(
    field_of_trials: Field,
    session_s: float,
    kill: Kill,
    first: int,
    seed: int,
) -> None:
    dice = random.Random(seed)
    terminals = range(first, first + KILLS)
    delays_s = [dice.uniform(0, LONGEST * session_s) for _ in terminals]
    score = Score()
    with ThreadPoolExecutor(LANES) as lanes:
        for stage in lanes.map(kill, [field_of_trials] * KILLS, terminals, delays_s):
            score.add(stage)
    logging.getLogger(__name__).info("%s: session %.3f s, %s", kill.__name__, session_s, score)
    assert score.hits >= KILLS // 2, score
    assert_exactly_once(field_of_trials, terminals)
    assert_sound(field_of_trials.branch)


@pytest.fixture
def one_terminal(tmp_path: Path) -> Field:
    branch = found(tmp_path / "data", [1])
    memory = branch.full_days(1)
    records = tuple(memory.pending)
    return Field(branch, tmp_path, {1: branch.seal(memory, tmp_path)}, {1: records})


@pytest.mark.parametrize("place", PLACES)
def test_the_desk_dies_between_two_steps(one_terminal: Field, place: str) -> None:
    branch = one_terminal.branch
    handheld = one_terminal.start(1, fresh=True)
    try:
        words = branch.command("dock", handheld.port)[3:]
        command = [sys.executable, "-m", "tests.support.dying_desk", place, *words]
        died = subprocess.run(command, cwd=ROOT, env=environment(), timeout=60, check=False)
        assert died.returncode == DIED
        archived = list(branch.archive.glob("*/001/*/*.cbor"))
        taken_in = branch.query("SELECT * FROM upload_batch WHERE terminal_no = 1")
        assert (len(archived), len(taken_in)) == (1, 0 if place == "archived" else 1)
        again = branch.docked(handheld.port)
        assert again.code == 0, again.err
        # What was archived is taken in before the desk greets anybody, so nothing is sent twice.
        assert again.document["docked"] == 1
        assert again.document["records"]["uploaded"] == 0
    finally:
        handheld.stop()
    assert_exactly_once(one_terminal, [1])
    assert_sound(branch)


def assert_exactly_once(trials: Field, terminals: Iterable[int]) -> None:
    """The database holds what each terminal wrote, byte for byte, and nothing beside it."""
    branch = trials.branch
    query = "SELECT seq, sha256 FROM raw_record WHERE terminal_no = ? AND variant = 0 ORDER BY seq"
    made = (
        "SELECT r.type, count(*) FROM raw_record r JOIN record_link l ON l.record_id = r.id"
        " JOIN document d ON d.id = l.document_id"
        " WHERE r.terminal_no = ? AND r.type IN (10, 16) AND l.role = 'creates' GROUP BY r.type"
    )
    for terminal in terminals:
        written = trials.records[terminal]
        opened = [each for data in written if isinstance(each := open_record(data, 0), Record)]
        types = Counter(each.type for each in opened)
        assert len(opened) == len(written)
        assert {ORDER, COUNT, VISIT} <= set(types)
        expected = [
            (each.seq, hashlib.sha256(data).digest())
            for each, data in zip(opened, written, strict=True)
        ]
        assert branch.query(query, terminal) == expected
        assert dict(branch.query(made, terminal)) == {kind: types[kind] for kind in (ORDER, COUNT)}
        with closing(connect(trials.folder / f"{terminal}.sqlite")) as store:
            ((last, received),) = store.execute("SELECT last_seq, received_seq FROM identity")
        assert (last, received) == (len(written), len(written))
    assert branch.query("SELECT count(*) FROM raw_record WHERE variant > 0") == [(0,)]


def assert_sound(branch: Branch) -> None:
    """Nothing is broken, the archive is what the database knows, and a replay gives the same."""
    known = {path for (path,) in branch.query("SELECT archive_path FROM upload_batch")}
    kept = {file.relative_to(branch.archive).as_posix() for file in branch.archive.rglob("*.cbor")}
    assert kept == known
    check = branch.tallydock("check", "--json")
    assert (check.code, check.document["problems"]) == (0, [])
    again = branch.data.with_name(f"again-{len(list(branch.data.parent.glob('again-*')))}.sqlite")
    replay = branch.tallydock("replay", "--into", f"sqlite:///{again}", "--json")
    assert (replay.code, replay.document["equal"]) == (0, True)
