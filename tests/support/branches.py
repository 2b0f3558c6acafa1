"""A sample branch in a data folder of its own, worked on by the real command line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from sqlite3 import connect
from typing import Any

from app.clock import FixedClock, SystemClock
from app.domain.rights import Actor
from app.paths import Paths
from app.services.archive import Archive
from app.services.demo.days import moment_ms, sell
from app.services.demo.demand import visited_on
from app.services.demo.names import BRANCH_NO
from app.services.demo.opening import masters_of, sample_branch, stops_of
from app.services.demo.recorder import Recorder
from app.services.demo.seeds import Streams
from app.services.demo.world import SamplePerson, World, build_world
from app.services.masters import found_branch, put_masters
from app.services.office import Office
from app.settings import Settings, save_settings
from app.storage import migrate
from app.storage.database import Database
from tests.support.credentials import introduce
from tests.support.terminals import ROOT, Handheld, start_handheld

DAY = date(2026, 6, 30)
EVENING_HOUR = 18
CLERK = Actor.everything("clerk")
PATIENCE_S = 240


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one call of the command line ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Everything on stdout, as one JSON object."""
        return json.loads(self.out)

    @property
    def line(self) -> str:
        """The only line on stderr."""
        (line,) = self.err.splitlines()
        return line


@dataclass(frozen=True, slots=True)
class Branch:
    """A founded branch whose clock stands on the evening of `DAY`, and its made-up people."""

    data: Path
    shift_s: int
    world: World
    streams: Streams

    @property
    def database(self) -> Path:
        return Paths(self.data).database

    @property
    def archive(self) -> Path:
        return Paths(self.data).archive

    def command(self, *arguments: str) -> list[str]:
        """The words that start the command line on this branch, in English unless told."""
        return [*program(self.data), *arguments]

    def tallydock(self, *arguments: str, before: Callable[[], None] | None = None) -> Outcome:
        """Run the command line to its end; `before` is called in the child before it starts."""
        return run_program(self.command(*arguments), before)

    def docked(self, port: str, *arguments: str) -> Outcome:
        return self.tallydock("dock", port, "--json", *arguments)

    def handheld(self, folder: Path, **options: Any) -> Handheld:
        """A handheld whose clock shows the same time as the desk's."""
        faults = [f"clock={self.shift_s}", *options.pop("faults", ())]
        loaded = options.get("load")
        number = options.get("terminal") or options.get("name", 1)
        if isinstance(loaded, Path):
            number = int(loaded.stem.rpartition("-")[2])
        device = f"terminal-{number}" if str(number).isdigit() else "terminal-1"
        return start_handheld(folder, faults=faults, **{"device": device, **options})

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(connect(self.database)) as connection:
            return connection.execute(sql, values).fetchall()

    def salesperson(self, terminal: int) -> SamplePerson:
        """The person who sells with that terminal; people take turns."""
        people = [each for each in self.world.people if visited_on(self.world, each.code, DAY)]
        return people[terminal % len(people)]

    def memory(self, terminal: int) -> Recorder:
        """An empty terminal of this branch."""
        return Recorder(BRANCH_NO, terminal, self.salesperson(terminal).code)

    def seal(self, memory: Recorder, folder: Path) -> Path:
        """Everything in `memory` as a sealed file that a handheld can load."""
        file = folder / f"terminal-{memory.terminal:03}.cbor"
        file.write_bytes(memory.seal(moment_ms(DAY, EVENING_HOUR, 5)))
        return file

    def full_days(self, terminal: int, days: int = 1, qty_error: int = 0) -> Recorder:
        """A salesperson's `days` up to `DAY`: visits, shelf counts, orders, control totals."""
        memory = self.memory(terminal)
        for days_before in reversed(range(days)):
            day = DAY - timedelta(days=days_before)
            sell(self.world, self.salesperson(terminal), day, memory, self.streams)
        memory.end_of_day(moment_ms(DAY, EVENING_HOUR), qty_error)
        return memory


def found(data: Path, terminals: Iterable[int]) -> Branch:
    """A branch with masters, prices and enrolled terminals in the new folder `data`."""
    streams = Streams()
    world = build_world(6, streams)
    paths = Paths(data)
    paths.create()
    url = f"sqlite:///{paths.database}"
    migrate.upgrade(url)
    clock = FixedClock(moment_ms(DAY, 5))
    office = Office(Database.open(url, clock=clock), paths, clock, Archive(paths.archive))
    try:
        office = found_branch(office, CLERK, BRANCH_NO, sample_branch())
        put_masters(office, CLERK, masters_of(world, DAY))
        put_masters(office, CLERK, stops_of(world))
        for number in terminals:
            introduce(office, CLERK, number, f"terminal-{number}")
    finally:
        office.database.close()
    shift_s = (moment_ms(DAY, EVENING_HOUR, 30) - SystemClock().now_ms()) // 1000
    save_settings(paths.settings_file, replace(Settings(), clock_shift_s=shift_s))
    return Branch(data, shift_s, world, streams)


def program(data: Path) -> list[str]:
    """The words that start the command line on a data folder, in English unless told."""
    return [sys.executable, "-m", "app", "--data", str(data), "--user", "clerk", "--lang", "en"]


def run_program(command: Sequence[str], before: Callable[[], None] | None = None) -> Outcome:
    """Run a command to its end."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
        timeout=PATIENCE_S,
        check=False,
        preexec_fn=partial(_call, before) if before else None,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def environment() -> dict[str, str]:
    """What a child may know of the surroundings: nobody's own data folder."""
    return {key: value for key, value in os.environ.items() if not key.startswith("TALLYDOCK_")}


def _call(before: Callable[[], None]) -> None:
    before()
