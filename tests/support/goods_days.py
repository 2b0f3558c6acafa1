"""A branch whose clerks and keepers do anything with its goods, through the real services."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from app.domain.quantity import Packing
from app.domain.returns import Disposition
from app.domain.rights import Actor
from app.domain.stock import LocationKind
from app.errors import NotFound, RuleBroken
from app.services.consigning.counting import ConsignedCount, FoundGoods, count_goods
from app.services.consigning.placing import (
    Consigned,
    ConsignedLine,
    place_goods,
    take_goods_back,
)
from app.services.counting import approve_count
from app.services.deliveries.by_wholesaler import Slip, SlipLine, take_slip
from app.services.deliveries.confirming import LineResult, NoteResult, confirm_deliveries
from app.services.deliveries.load_lists import load_lists
from app.services.deliveries.load_sheets import CheckedLine, LoadCheck
from app.services.delivering import load
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.ordering.ending import cancel_order, close_short
from app.services.ordering.entering import EnteredLine, EnteredOrder, enter_order
from app.services.ordering.releasing import release_order
from app.services.planning import deliver_again, plan_route_day
from app.services.returning.receiving import Looked, inspect_return, receive_return
from app.services.returning.requesting import AskedLine, AskedReturn, request_return
from app.services.reversing import reverse
from app.services.stock_taking.planning import PlannedCount, plan_count
from app.services.stock_taking.taking import FoundGoods as SheetFinding
from app.services.stock_taking.taking import enter_found, hand_in
from app.services.stocking.receipts import Arrival, ArrivedLine, receive_arrival
from app.services.stocking.transfers import receive_transfer, ship_transfer
from app.services.stocking.write_offs import Loss, LostLine, write_off
from app.services.transferring import Transfer, TransferredLine
from app.storage.queries.consignment import consigned
from app.storage.queries.counts import sheet_lines
from app.storage.queries.documents import documents_by_number
from app.storage.queries.orders import OrderFilter, order_rows
from app.storage.queries.returns import return_lines, return_rows
from app.storage.queries.stock import on_hand
from app.storage.queries.stock_papers import in_transit
from app.storage.store.master_data import Empties, Place, Price, PriceList, Product
from tests.support.offices import (
    CLERK,
    HOUR_MS,
    KEEPER,
    MORNING_MS,
    Terminal,
    at,
    found_sample_branch,
)

CHIEF = Actor.everything("chief")
TOMORROW = date(2026, 6, 2)
GOODS = ("HX500", "XG330", "BEER")


class Branch:
    """The branch, its clock, and the numbers that were given out."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.hours = 0
        self.notes: list[str] = []
        self.papers: list[str] = []

    def do(self, what: str, which: int, qty: int) -> None:
        self.hours += 1
        now = at(self.office, MORNING_MS + self.hours * HOUR_MS // 4)
        with suppress(RuleBroken, NotFound):
            getattr(self, f"_{what}")(now, which, qty)

    def _tour(self, office: Office, which: int, qty: int) -> None:
        """A day on the road; every other time most of it is delivered, else all."""
        for step in (self._plan, self._load):
            with suppress(RuleBroken, NotFound):
                step(office, which, qty)
        for place in range(len(self.notes)):
            with suppress(RuleBroken, NotFound):
                self._confirm(office, place, qty if which % 2 else 0)

    def _back(self, office: Office, which: int, qty: int) -> None:
        """Goods come back and are looked at."""
        for place in range(len(self.notes)):
            with suppress(RuleBroken, NotFound):
                self._return(office, place, 1 + qty)
        for step in (self._receive, self._inspect):
            with suppress(RuleBroken, NotFound):
                step(office, which, qty)

    def _order(self, office: Office, which: int, qty: int) -> None:
        line = EnteredLine(GOODS[which % 3], "CS", qty // 4, qty % 7)
        customer = ("C0001", "C0002")[which % 2]
        enter_order(office, CLERK, EnteredOrder(customer, TOMORROW, (line,)))

    def _orders(self, *states: str) -> list[str]:
        with self.office.database.read() as reader:
            rows = order_rows(reader, OrderFilter(states=frozenset(states)))
        return sorted(row.number or "" for row in rows)

    def _release(self, office: Office, which: int, _qty: int) -> None:
        held = self._orders("held")
        if held:
            release_order(office, CHIEF, held[which % len(held)], "fine")

    def _cancel(self, office: Office, which: int, _qty: int) -> None:
        numbers = self._orders("held", "confirmed")
        if numbers:
            cancel_order(office, CLERK, numbers[which % len(numbers)], "no")

    def _close(self, office: Office, which: int, _qty: int) -> None:
        numbers = self._orders("partly_delivered", "confirmed")
        if numbers:
            close_short(office, CLERK, numbers[which % len(numbers)], "enough")

    def _plan(self, office: Office, _which: int, _qty: int) -> None:
        plan_route_day(office, KEEPER, TOMORROW)

    def _load(self, office: Office, _which: int, _qty: int) -> None:
        self.notes += load(office, KEEPER, TOMORROW, "R01").numbers

    def _confirm(self, office: Office, which: int, qty: int) -> None:
        if not self.notes:
            return
        number = self.notes[which % len(self.notes)]
        with office.database.read() as reader:
            note = documents_by_number(reader, [number])[number]
        lines = tuple(
            LineResult(
                line.line_no,
                line.qty - min(line.qty, qty),
                min(line.qty, qty) if which % 2 else 0,
                "DMG",
            )
            for line in note.lines
        )
        confirm_deliveries(office, CLERK, [NoteResult(number, lines, final=which == 4)])
        self.papers.append(number)

    def _again(self, office: Office, which: int, _qty: int) -> None:
        numbers = self._orders("partly_delivered", "confirmed")
        if numbers:
            day = TOMORROW + timedelta(days=1)
            deliver_again(office, KEEPER, numbers[which % len(numbers)], day)

    def _return(self, office: Office, which: int, qty: int) -> None:
        if not self.notes:
            return
        number = self.notes[which % len(self.notes)]
        with office.database.read() as reader:
            note = documents_by_number(reader, [number])[number]
        line = note.lines[0]
        asked = AskedLine(line.product_code, qty, "DMG", note_line=line.line_no)
        for customer in ("C0001", "C0002"):
            with suppress(NotFound):
                request_return(office, CLERK, AskedReturn(customer, (asked,), note=number))

    def _returns(self, state: str) -> list[Any]:
        with self.office.database.read() as reader:
            return sorted(return_rows(reader, state=state), key=lambda row: str(row.id))

    def _receive(self, office: Office, which: int, _qty: int) -> None:
        rows = self._returns("approved")
        if rows:
            self.papers.append(receive_return(office, CLERK, rows[which % len(rows)].id))

    def _inspect(self, office: Office, which: int, qty: int) -> None:
        rows = self._returns("received")
        if not rows:
            return
        key = rows[which % len(rows)].id
        with office.database.read() as reader:
            lines = return_lines(reader, key)
        disposition = list(Disposition)[which % len(Disposition)]
        inspect_return(
            office,
            CLERK,
            key,
            [Looked(line.line_no, min(line.qty, qty), disposition) for line in lines],
        )

    def _arrive(self, office: Office, which: int, qty: int) -> None:
        product = GOODS[which % 3]
        line = ArrivedLine(product, qty * 3, qty * 2 + which, min(which, qty), reason="DMG")
        self.papers.append(receive_arrival(office, KEEPER, Arrival("SUP1", "WH1", (line,))))

    def _ship(self, office: Office, which: int, qty: int) -> None:
        with office.database.read() as reader:
            rows = [row for row in on_hand(reader, location_code="WH1") if row.qty > 0]
        if rows:
            row = rows[which % len(rows)]
            line = TransferredLine(row.product_code, min(qty, row.qty), row.lot_code or "")
            ship_transfer(office, KEEPER, Transfer("WH1", "WH2", (line,)))

    def _land(self, office: Office, which: int, qty: int) -> None:
        with office.database.read() as reader:
            rows = in_transit(reader)
        if rows:
            row = rows[which % len(rows)]
            receive_transfer(office, CHIEF, row.number, {"1": min(qty, row.shipped)}, "counted")
            self.papers.append(row.number)

    def _lose(self, office: Office, which: int, qty: int) -> None:
        with office.database.read() as reader:
            rows = [row for row in on_hand(reader, location_code="WH1") if row.qty > 0]
        if rows:
            row = rows[which % len(rows)]
            line = LostLine(row.product_code, qty, "DMG", row.lot_code or "")
            done = write_off(office, KEEPER, Loss("WH1", (line,)))
            self.papers += [done.number] if done.number else []

    def _check_load(self, office: Office, which: int, qty: int) -> None:
        """Checker and driver find less than was picked, every other time."""
        plan_route_day(office, KEEPER, TOMORROW)
        for each in load_lists(office, KEEPER, TOMORROW):
            lines = tuple(
                CheckedLine(line.product, max(0, line.qty - qty * (which % 2)), line.lot)
                for line in each.lines
            )
            check = LoadCheck("K01", "D01", lines)
            self.notes += load(office, KEEPER, TOMORROW, each.route, check).numbers

    def _lay_down(self, office: Office, which: int, qty: int) -> None:
        line = ConsignedLine(GOODS[which % 3], qty)
        goods = Consigned("C0001", "WH1", (line,))
        carry = take_goods_back if which == 5 else place_goods
        self.papers.append(carry(office, KEEPER, goods))

    def _sold(self, office: Office, _which: int, qty: int) -> None:
        """What lies with the customer is counted: more, as much or less than the book."""
        with office.database.read() as reader:
            rows = consigned(reader)
        told = tuple(FoundGoods(row.product_code, max(0, row.qty + 3 - qty % 9)) for row in rows)
        self.papers.append(count_goods(office, KEEPER, ConsignedCount("C0001", told)).number)

    def _hand_over(self, office: Office, which: int, qty: int) -> None:
        """An order for a wholesaler, and his slip: our own goods have nothing to do with it."""
        line = EnteredLine(GOODS[which % 3], "CS", 1 + qty // 8)
        order = EnteredOrder("C0002", TOMORROW, (line,), wholesaler="SUP1")
        number = enter_order(office, CLERK, order).number
        before = self._own_goods()
        self.hours += 1
        delivered = (SlipLine(1, 1 + qty // 2),) if which % 2 else ()
        slip = Slip(number, f"S{self.hours}", TOMORROW, delivered)
        try:
            self.papers.append(take_slip(office, CLERK, slip))
        finally:
            assert self._own_goods() == before, "INV-27: the books of others count as ours"

    def _own_goods(self) -> Mapping[tuple[str, str, str | None], int]:
        with self.office.database.read() as reader:
            rows = on_hand(reader)
        return {(row.location_code, row.product_code, row.lot_code): row.qty for row in rows}

    def _count(self, office: Office, which: int, qty: int) -> None:
        """A blind count of one product, typed from the sheet; what is off is counted twice."""
        key = plan_count(office, KEEPER, PlannedCount("WH1", (GOODS[which % 3],)))
        with office.database.read() as reader:
            lines = sheet_lines(reader, key)
        for counter in ("K01", "S01"):
            found = [SheetFinding(line.line_no, qty * 4) for line in lines]
            with suppress(RuleBroken):
                enter_found(office, CLERK, key, counter, found)
                done = hand_in(office, CLERK, key, "hard to say")
                self.papers += [done.number] if done.number else []
        with suppress(RuleBroken):
            self.papers.append(approve_count(office, CHIEF, key))

    def _driven(self, office: Office, which: int, qty: int) -> None:
        """A driver brings goods and empties back, and says so with the terminal."""
        terminal = Terminal(number=3 + which, person="D01", now_ms=office.clock.now_ms())
        terminal.epoch = 1 + self.hours
        if which % 2:
            terminal.empties("C0001", "CRT", qty % 3, qty % 5)
        elif self.notes:
            with office.database.read() as reader:
                note = documents_by_number(reader, [self.notes[-1]])[self.notes[-1]]
            line = note.lines[0]
            terminal.returns("C0001", (line.product_code, qty % 30 + 1), note=note.number or "")
        if terminal.waiting:
            terminal.upload(office)

    def _reverse(self, office: Office, which: int, _qty: int) -> None:
        if self.papers:
            reverse(office, CHIEF, self.papers[which % len(self.papers)], "mistake")


def make_branch(office: Office) -> Office:
    """The sample branch with a second warehouse, and a beer in returnable bottles and crates."""
    found = found_sample_branch(office)
    each = Packing("EA", "个", 1, is_default=True)
    put_masters(
        found,
        CLERK,
        MasterData(
            products=(
                Product(code="BTL", name="空瓶", packings=(each,), kind="empty", deposit_fen=50),
                Product(code="CRT", name="空箱", packings=(each,), kind="empty", deposit_fen=1500),
            ),
            places=(Place(code="WH2", name="二号仓", kind=LocationKind.WAREHOUSE, active=False),),
        ),
    )
    packings = (Packing("CS", "箱", 12, is_default=True), Packing("BT", "瓶", 1))
    bom = (Empties(product="BTL"), Empties(product="CRT", numerator=1, denominator=12))
    prices = (Price(product="BEER", packing="CS", price_fen=6000),)
    put_masters(
        found,
        CLERK,
        MasterData(
            products=(Product(code="BEER", name="瓶啤", packings=packings, empties=bom),),
            price_lists=(
                PriceList(
                    code="B2", name="b", kind="base", valid_from=date(2026, 1, 1), prices=prices
                ),
            ),
        ),
    )
    arrival = Arrival("SUP1", "WH1", (ArrivedLine("BEER", 240),))
    receive_arrival(found, KEEPER, arrival)
    return found
