"""Whatever a branch does with its goods, in any order: the books stay sound after every step.

Orders, tours, results, returns, receipts, transfers, write-offs and reversals through the real
services, on a real SQLite and a real PostgreSQL; whatever a rule refuses must leave nothing behind.
After each step every invariant that `check` knows is worked out anew.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.quantity import Packing
from app.domain.returns import Disposition
from app.domain.rights import Actor
from app.domain.stock import LocationKind
from app.errors import NotFound, RuleBroken
from app.services.deliveries.confirming import LineResult, NoteResult, confirm_deliveries
from app.services.delivering import load
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.ordering.ending import cancel_order, close_short
from app.services.ordering.entering import EnteredLine, EnteredOrder, enter_order
from app.services.ordering.releasing import release_order
from app.services.planning import deliver_again, plan_route_day
from app.services.replaying import replay
from app.services.returning.receiving import Looked, inspect_return, receive_return
from app.services.returning.requesting import AskedLine, AskedReturn, request_return
from app.services.reversing import reverse
from app.services.stocking.receipts import Arrival, ArrivedLine, receive_arrival
from app.services.stocking.transfers import receive_transfer, ship_transfer
from app.services.stocking.write_offs import Loss, LostLine, write_off
from app.services.transferring import Transfer, TransferredLine
from app.storage.keys import derived_key
from app.storage.queries.checks import check_all
from app.storage.queries.documents import documents_by_number
from app.storage.queries.orders import OrderFilter, open_lines, order_rows
from app.storage.queries.returns import return_lines, return_rows
from app.storage.queries.stock import on_hand
from app.storage.queries.stock_papers import in_transit
from app.storage.store.master_data import Empties, Place, Price, PriceList, Product
from tests.support.databases import new_url, postgres, sqlite_template
from tests.support.offices import (
    CLERK,
    HOUR_MS,
    KEEPER,
    MORNING_MS,
    at,
    found_sample_branch,
    open_office,
)

__all__ = ["new_url", "postgres", "sqlite_template"]

CHIEF = Actor.everything("chief")
TOMORROW = date(2026, 6, 2)
GOODS = ("HX500", "XG330", "BEER")
DEEDS = (
    *("order", "order", "order", "tour", "tour", "back", "back", "lose", "ship", "reverse"),
    *("again", "arrive", "land", "plan", "load", "confirm", "cancel", "close", "release"),
)
STEPS = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.integers(0, 5), st.integers(1, 150)),
    min_size=6,
    max_size=16,
)


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
        """A day on the road; every third time most of it is delivered, else all."""
        for step in (self._plan, self._load):
            with suppress(RuleBroken, NotFound):
                step(office, which, qty)
        for place in range(len(self.notes)):
            with suppress(RuleBroken, NotFound):
                self._confirm(office, place, qty if which % 3 == 0 else 0)

    def _back(self, office: Office, which: int, qty: int) -> None:
        """Goods come back and are looked at."""
        for place in range(len(self.notes)):
            with suppress(RuleBroken, NotFound):
                self._return(office, place, 1 + qty % 20)
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


def check(office: Office) -> None:
    with office.database.read() as reader:
        broken = {each.id: each.counterexamples for each in check_all(reader) if not each.holds}
        assert broken == {}
        # nothing is delivered or on its way twice
        for row in order_rows(reader, OrderFilter()):
            for line in open_lines(reader, [row.id]):
                assert line.delivered + line.underway <= line.ordered


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, seed=st.integers(0, 2**32))
@pytest.mark.timeout(900)
def test_the_books_stay_sound_whatever_is_done(
    new_url: Callable[..., str], tmp_path: Path, steps: list[tuple[str, int, int]], seed: int
) -> None:
    data = tmp_path / str(derived_key(seed, *(part for step in steps for part in step)))
    office = make_branch(open_office(new_url(), data))
    branch = Branch(office)
    for what, which, qty in steps:
        branch.do(what, which, qty)
        check(office)
    office.database.close()


def test_a_long_day_is_made_again_by_the_archive(
    new_url: Callable[..., str], tmp_path: Path
) -> None:
    office = make_branch(open_office(new_url(), tmp_path / "data"))
    branch = Branch(office)
    day = (
        "order order order plan load confirm return receive inspect arrive ship land lose "
        "order plan load confirm reverse again load confirm close"
    )
    for number, what in enumerate(day.split()):
        branch.do(what, number % 6, 5 + number % 7)
    check(office)
    assert branch.notes
    assert replay(office, CLERK, new_url(empty=True)).differing == ()
    office.database.close()
