"""Lives through the days before the demo day, command by command and batch by batch."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.clock import FixedClock
from app.domain.deliveries import DeliveryState
from app.domain.rights import Actor
from app.services.archive import Origin
from app.services.delivering import load
from app.services.demo.accidents import accident_of, befall, second_upload
from app.services.demo.days import (
    LotOnHand,
    NoteToDeliver,
    count_warehouse,
    deliver,
    moment_ms,
    next_route_day,
    sell,
)
from app.services.demo.opening import SUPPLIER, WAREHOUSE
from app.services.demo.recorder import Recorder
from app.services.demo.seeds import Streams
from app.services.demo.world import SamplePerson, World
from app.services.intake import take_in
from app.services.office import Office
from app.services.planning import plan_route_day
from app.services.receiving import GoodsReceipt, ReceivedLine, receive_goods
from app.services.transferring import Transfer, TransferredLine, transfer_goods
from app.storage.queries.deliveries import listing
from app.storage.queries.documents import documents_by_number
from app.storage.queries.stock import OnHandRow, on_hand

TARGET_CASES = 140  # of each product in the warehouse on a delivery morning


@dataclass(slots=True)
class SampleBranch:
    """The sample branch while it lives: its people's terminals remember from day to day."""

    office: Office
    actor: Actor
    world: World
    streams: Streams
    memories: dict[int, Recorder] = field(default_factory=dict)

    def at(self, ms: int) -> Office:
        """The office with its clock standing at `ms`."""
        return self.office.with_clock(FixedClock(ms))

    def memory(self, person: SamplePerson) -> Recorder:
        number = person.terminal or 0
        branch = self.office.database.branch_id
        return self.memories.setdefault(number, Recorder(branch, number, person.code))


def live_until(branch: SampleBranch, first: date, last: date) -> Iterator[date]:
    """Live through the route days from `first` to before `last`; yields each when it is over."""
    day = first
    while day < last:
        open_day(branch, day)
        for person in branch.world.terminals:
            memory = branch.memory(person)
            accident = accident_of((last - day).days, memory.terminal)
            befall(accident, branch.world, memory, day)
            write_day(branch, person, day, memory)
            memory.end_of_day(moment_ms(day, 18))
            second = second_upload(accident, memory)
            dock_by_file(branch, memory, day)
            if second is not None:
                dock_by_file(branch, second, day)
        close_day(branch, day)
        yield day
        day = next_route_day(day)


def open_day(branch: SampleBranch, day: date) -> None:
    """The morning: goods come in where they run low, the vans are planned and loaded."""
    if day.weekday() in (0, 2, 4):
        _restock(branch, day)
    plan_and_load(branch.at(moment_ms(day, 7)), branch.actor, branch.world, day)


def plan_and_load(office: Office, actor: Actor, world: World, day: date) -> None:
    """Plan the vans of `day` and load every route that has something to deliver."""
    planned = plan_route_day(office, actor, day)
    for route in world.routes:
        if planned.deliveries.get(route.code):
            load(office, actor, day, route.code)


def write_day(
    branch: SampleBranch, person: SamplePerson, day: date, memory: Recorder, keep_back: int = 0
) -> None:
    """What `person` writes down on `day`; a driver leaves his last `keep_back` notes open."""
    if person.role == "salesperson":
        sell(branch.world, person, day, memory, branch.streams)
    elif person.role == "driver":
        notes = notes_of(branch, person, day)
        deliver(notes[: len(notes) - keep_back], day, memory, branch.streams)
    else:
        book = [
            LotOnHand(row.product_code, row.lot_code, row.qty)
            for row in stock_at(branch.office, WAREHOUSE)
        ]
        count_warehouse(WAREHOUSE, book, moment_ms(day, 17, 30), memory, branch.streams)


def notes_of(branch: SampleBranch, driver: SamplePerson, day: date) -> tuple[NoteToDeliver, ...]:
    """The notes loaded for a driver's round, in the order of stops."""
    with branch.office.database.read() as reader:
        rows = [
            row
            for route in branch.world.routes
            if route.driver == driver.code
            for row in listing(reader, day=day, route_code=route.code)
            if row.state == DeliveryState.LOADED
        ]
        notes = documents_by_number(reader, [row.number for row in rows if row.number])
    return tuple(
        NoteToDeliver(
            row.number,
            row.customer_code,
            tuple(
                (line.line_no, line.product_code, line.lot_code, line.qty)
                for line in notes[row.number].lines
                if line.qty
            ),
        )
        for row in rows
        if row.number
    )


def stock_at(office: Office, place: str) -> list[OnHandRow]:
    """What is in a place, by product and lot; nothing and less than nothing left out."""
    with office.database.read() as reader:
        return [row for row in on_hand(reader, location_code=place) if row.qty > 0]


def dock_by_file(branch: SampleBranch, memory: Recorder, day: date) -> None:
    """Bring a terminal's sealed batch in by the front door."""
    origin = Origin(memory.branch, memory.terminal, memory.epoch, memory.next_batch)
    office = branch.at(moment_ms(day, 18, 10 + memory.terminal))
    data = memory.seal(moment_ms(day, 18, 5))
    take_in(office, branch.actor, origin, data, clock_offset_ms=-memory.clock_error_ms)


def close_day(branch: SampleBranch, day: date) -> None:
    """The evening: what is left on the vans goes back into the warehouse."""
    for route in branch.world.routes:
        unload(branch.at(moment_ms(day, 19)), branch.actor, route.van)


def unload(office: Office, actor: Actor, van: str) -> None:
    """Bring everything on a van back into the warehouse."""
    lines = tuple(
        TransferredLine(row.product_code, row.qty, row.lot_code or "")
        for row in stock_at(office, van)
    )
    if lines:
        transfer_goods(office, actor, Transfer(van, WAREHOUSE, lines, note="回车卸货"))


def _restock(branch: SampleBranch, day: date) -> None:
    """Order up every product to its target, in a lot of its own."""
    have: dict[str, int] = {}
    for row in stock_at(branch.office, WAREHOUSE):
        have[row.product_code] = have.get(row.product_code, 0) + row.qty
    produced = day - timedelta(days=9)
    lines = []
    for product in branch.world.products:
        missing = TARGET_CASES - have.get(product.code, 0) // product.case.factor
        if missing > TARGET_CASES // 3:
            lot = f"L{produced:%y%m}{'AB'[produced.day % 2]}{produced.day:02d}"
            lines.append(ReceivedLine(product.code, missing * product.case.factor, lot, produced))
    if lines:
        receipt = GoodsReceipt(SUPPLIER, WAREHOUSE, tuple(lines))
        receive_goods(branch.at(moment_ms(day, 6)), branch.actor, receipt)
