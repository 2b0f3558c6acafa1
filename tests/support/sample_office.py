"""A small office with a day behind it: goods, orders, loaded vans, deliveries, counts, mistakes."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.domain.rights import Actor
from app.paths import Paths
from app.services.archive import Archive, Origin
from app.services.delivering import load
from app.services.demo.days import (
    LotOnHand,
    NoteToDeliver,
    count_warehouse,
    deliver,
    moment_ms,
    next_route_day,
    sell,
)
from app.services.demo.opening import SUPPLIER, WAREHOUSE, masters_of, sample_branch, stops_of
from app.services.demo.planted import plant
from app.services.demo.recorder import Recorder
from app.services.demo.seeds import Streams
from app.services.demo.world import World, build_world
from app.services.intake import take_in
from app.services.masters import found_branch, put_masters
from app.services.office import Office
from app.services.planning import plan_route_day
from app.services.receiving import GoodsReceipt, ReceivedLine, receive_goods
from app.storage import migrate
from app.storage.database import Database
from app.storage.queries.deliveries import listing, note
from app.storage.queries.stock import on_hand

BRANCH = 127
CLERK = Actor.everything("梅琳")
FIRST_DAY = date(2026, 6, 29)  # a Monday
SAMPLE_DAY = date(2026, 6, 30)
TERMINALS = 6


@dataclass
class HandClock:
    """A clock that the test moves."""

    ms: int

    def now_ms(self) -> int:
        return self.ms

    def offset_min(self) -> int:
        return 480


@dataclass(frozen=True)
class SampleOffice:
    """An office, its clock, and the day whose vans have come back."""

    office: Office
    clock: HandClock
    day: date


def make_sample_office(folder: Path) -> SampleOffice:
    """Build the office through its own services; takes a few seconds."""
    clock = HandClock(moment_ms(FIRST_DAY, 7))
    office = empty_office(folder, clock)
    streams = Streams()
    world = build_world(TERMINALS, streams)
    put_masters(office, CLERK, masters_of(world, FIRST_DAY))
    put_masters(office, CLERK, stops_of(world))
    receive_goods(office, CLERK, _opening(world))
    memories = {
        person.terminal: Recorder(BRANCH, person.terminal, person.code)
        for person in world.people
        if person.terminal is not None
    }
    day = next_route_day(FIRST_DAY)
    for person in world.people:
        if person.role == "salesperson" and person.terminal is not None:
            memory = memories[person.terminal]
            sell(world, person, FIRST_DAY, memory, streams)
            if person.terminal == 1:
                plant(world, FIRST_DAY, memory, "salesperson")
            clock.ms = moment_ms(FIRST_DAY, 18, person.terminal)
            bring_in(office, memory, clock.ms)
    clock.ms = moment_ms(day, 6)
    plan_route_day(office, CLERK, day)
    for route in world.routes:
        load(office, CLERK, day, route.code)
    _come_back(office, world, memories, day, clock, streams)
    return SampleOffice(office, clock, day)


def empty_office(folder: Path, clock: HandClock) -> Office:
    """An office with its branch and nothing else."""
    paths = Paths(folder)
    paths.create()
    migrate.upgrade(f"sqlite:///{paths.database}")
    return found_branch(open_office(folder, clock), CLERK, BRANCH, sample_branch())


def open_office(folder: Path, clock: HandClock) -> Office:
    """The office whose data lie in `folder`."""
    paths = Paths(folder)
    database = Database.open(f"sqlite:///{paths.database}", branch_id=BRANCH, clock=clock)
    return Office(database, paths, clock, Archive(paths.archive))


def bring_in(office: Office, memory: Recorder, at_ms: int) -> None:
    """Seal what a terminal has written and take it in, as a docking does."""
    memory.end_of_day(at_ms)
    origin = Origin(BRANCH, memory.terminal, memory.epoch, memory.next_batch)
    take_in(office, CLERK, origin, memory.seal(at_ms))


def _opening(world: World) -> GoodsReceipt:
    lines = [
        ReceivedLine(product.code, product.case.factor * 400, "260601A", date(2026, 6, 1))
        for product in world.products
    ]
    return GoodsReceipt(SUPPLIER, WAREHOUSE, tuple(lines))


def _come_back(
    office: Office,
    world: World,
    memories: dict[int, Recorder],
    day: date,
    clock: HandClock,
    streams: Streams,
) -> None:
    """Drivers deliver what is on their vans, the keeper counts; all of them dock."""
    with office.database.read() as reader:
        rows = listing(reader, day=day)
        notes = {row.number: note(reader, row.number) for row in rows if row.number}
        book = [
            LotOnHand(row.product_code, row.lot_code, row.qty)
            for row in on_hand(reader, location_code=WAREHOUSE)
        ]
    for person in world.people:
        if person.terminal is None:
            continue
        memory = memories[person.terminal]
        clock.ms = moment_ms(day, 18, person.terminal)
        if person.role == "driver":
            routes = {route.code for route in world.routes if route.driver == person.code}
            mine = [
                NoteToDeliver(
                    found.number,
                    found.customer_code,
                    tuple(
                        (line.line_no, line.product_code, line.lot_code or None, line.qty_base)
                        for line in found.lines
                        if line.qty_base
                    ),
                )
                for found in notes.values()
                if found.route_code in routes
            ]
            deliver(mine, day, memory, streams)
        elif person.role == "keeper":
            count_warehouse(WAREHOUSE, book, moment_ms(day, 17), memory, streams)
        else:
            continue
        bring_in(office, memory, clock.ms)
