"""Several clerks dock the same terminals at the same moment, each in a program of its own."""

import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import create_engine, text

from app.clock import FixedClock
from app.domain.rights import Actor
from app.paths import Paths
from app.services.archive import Archive
from app.services.office import Office
from app.services.replaying import replay
from app.storage import migrate
from app.storage.database import Database
from tests.support.crash.forks import Ended, Say, await_child, start_child
from tests.support.crash.ground import MEMORY, broken, missing, strays
from tests.support.crash.kills import Tally
from tests.support.crash.story import Step, take
from tests.support.offices import MORNING_MS, Terminal, found_sample_branch, open_office
from tests.support.postgres import PostgresServer, running_postgres

CLERKS, TERMINALS, BATCHES = 4, 4, 3
BUSY_S = 30.0
LONGEST_MS = 5_000
REPLAY_EVERY = 25
ACTOR = Actor.everything("clerk")


@dataclass(frozen=True, slots=True)
class Place:
    """Makes copies of one founded branch: a database by its URL, and its data folder."""

    folder: Path
    copy_database: Callable[[Path], str]
    server: PostgresServer | None = None

    def fresh(self, name: str) -> tuple[str, Path]:
        data = self.folder / name
        shutil.copytree(self.folder / "founded", data)
        return self.copy_database(data), data


def at_once(database: str, trials: int, seed: int = 0) -> dict[str, Any]:
    """Each trial: all clerks take in all batches, each in an order of its own."""
    tally = Tally()
    slowest_ms = 0
    places = {"sqlite": sqlite_place, "postgresql": postgres_place}
    with places[database]() as place:
        for number in range(trials):
            dice = random.Random(seed * 1_000_000 + number)
            url, data = place.fresh("trial")
            steps = uploads(dice)
            ended = _race(url, data, steps, dice)
            slowest_ms = max(slowest_ms, *(_slowest_ms(each) for each in ended))
            tally.add(f"trial {number}", _wrong(url, data, steps, ended, number))
            shutil.rmtree(data)
    return tally.as_plain() | {"slowest_ms": slowest_ms}


def uploads(dice: random.Random) -> list[Step]:
    """Some batches of each of some terminals, of one to four orders."""
    steps = []
    for number in range(21, 21 + TERMINALS):
        terminal = Terminal(number=number)
        for batch in range(BATCHES):
            for _ in range(dice.randint(1, 4)):
                terminal.order(dice.choice(("C0001", "C0002")), ("HX500", 1), ("XG330", 1))
            data = terminal.seal()
            name = f"{number}/{batch}"
            steps.append(Step(name, take(terminal.origin, data), terminal.origin, data))
    return steps


def open_desk(url: str, data: Path) -> Office:
    """As the program opens it: it waits long for a database that is busy."""
    clock, paths = FixedClock(MORNING_MS), Paths(data)
    database = Database.open(url, clock=clock, busy_timeout_s=BUSY_S)
    return Office(database, paths, clock, Archive(paths.archive))


def unsound(office: Office, steps: Sequence[Step]) -> list[str]:
    """What is not there exactly once, and what contradicts itself."""
    orders = "SELECT COUNT(*), COUNT(DISTINCT id) FROM document WHERE kind = 'SO'"
    heads = "SELECT COUNT(*) FROM raw_record WHERE type = 10 AND variant = 0"
    with office.database.read() as reader:
        faults = [fault for step in steps for fault in missing(office, reader, step)]
        faults += strays(office, reader)
        made, different = reader.connection.execute(text(orders)).one()
        sent = reader.connection.execute(text(heads)).scalar_one()
    if not made == different == sent:
        faults.append(f"{sent} orders were sent, {made} are there")
    return faults + broken(office)


@contextmanager
def sqlite_place() -> Iterator[Place]:
    with _founded(lambda data: f"sqlite:///{data / 'tallydock.sqlite'}") as place:
        yield place


@contextmanager
def postgres_place() -> Iterator[Place]:
    with running_postgres() as server:
        _on_server(server, "CREATE DATABASE founded")
        with _founded(lambda _data: server.url("founded")) as place:
            yield Place(place.folder, lambda data: _copy_database(server, data.name), server)


def _copy_database(server: PostgresServer, name: str) -> str:
    """A database of that name, as the founded branch is; one that was there is dropped."""
    _on_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE founded")
    return server.url(name)


def _on_server(server: PostgresServer, statement: str) -> None:
    engine = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@contextmanager
def _founded(url_of: Callable[[Path], str]) -> Iterator[Place]:
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="tdclerks", dir=place) as name:
        data = Path(name) / "founded"
        data.mkdir()
        migrate.upgrade(url_of(data))
        found_sample_branch(open_office(url_of(data), data)).database.close()
        yield Place(Path(name), url_of)


def _race(url: str, data: Path, steps: Sequence[Step], dice: random.Random) -> list[Ended]:
    waiting, gun = os.pipe()

    def clerk(order: Sequence[Step], say: Say) -> None:
        os.close(gun)
        office = open_desk(url, data)
        os.read(waiting, 1)  # until nobody holds the other end any more
        say(f"began {round(perf_counter() * 1000)} 0")
        for step in order:
            began = perf_counter()
            step.act(office)
            ended = perf_counter()
            say(f"acked {step.name} {round(ended * 1000)} {round((ended - began) * 1000)}")
        office.database.close()

    children = []
    for _ in range(CLERKS):
        order = dice.sample(steps, len(steps))
        children.append(start_child(lambda say, order=order: clerk(order, say)))  # type: ignore[misc]
    os.close(waiting)
    os.close(gun)
    return [await_child(*child) for child in children]


def _slowest_ms(ended: Ended) -> int:
    return max((int(line.split()[-1]) for line in ended.said), default=0)


def _still_ms(ended: Sequence[Ended]) -> int:
    """The longest time in which nobody got on: what a deadlock would show itself by.

    One clerk may wait longer on a busy machine, because SQLite lets in whoever asks first.
    """
    moments = sorted(int(line.split()[-2]) for each in ended for line in each.said)
    return max((later - sooner for sooner, later in pairwise(moments)), default=0)


def _wrong(
    url: str, data: Path, steps: Sequence[Step], ended: Sequence[Ended], number: int
) -> list[str]:
    faults = [f"a clerk ended with {each.code}" for each in ended if each.code]
    if (still_ms := _still_ms(ended)) > LONGEST_MS:
        faults.append(f"nobody got on for {still_ms} ms")
    office = open_desk(url, data)
    try:
        faults += unsound(office, steps)
        if number % REPLAY_EVERY == 0:
            again = replay(office, ACTOR, f"sqlite:///{data / 'again.sqlite'}")
            faults += [f"a replay differs in {again.differing}"] if not again.is_equal else []
    finally:
        office.database.close()
    return faults
