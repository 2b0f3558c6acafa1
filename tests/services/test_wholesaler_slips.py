"""Orders that a wholesaler delivers: his slip says what came, and our stock stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from app.domain.orders import OrderClass, OrderState
from app.errors import NotFound, RuleBroken
from app.services.deliveries.by_wholesaler import Slip, SlipLine, take_slip
from app.services.masters import Customer, MasterData, put_masters
from app.services.office import Office
from app.services.ordering.entering import EnteredLine, EnteredOrder, enter_order
from app.services.planning import plan_route_day
from app.services.replaying import replay
from app.services.returning.requesting import AskedLine, AskedReturn, request_return
from app.services.reversing import reverse
from app.storage.queries.documents import documents_by_number
from app.storage.queries.orders import OpenLine, OrderFilter, OrderRow, open_lines, order_rows
from app.storage.store.master_data import Party, Profile
from tests.support.offices import CLERK, KEEPER, NEXT_DAY, Terminal
from tests.support.trades import assert_sound, stock_of


@pytest.fixture
def number(office: Office) -> str:
    """An order of five cases by telephone, handed to the wholesaler W0001."""
    since = date(2026, 1, 1)
    put_masters(
        office,
        CLERK,
        MasterData(
            customers=(
                Customer(
                    Party(code="W0001", name="临江商贸"),
                    Profile(valid_from=since, customer_type="WHOLESALER"),
                ),
                Customer(
                    Party(code="C0009", name="江边小店"),
                    Profile(
                        valid_from=since,
                        customer_type="GROCERY",
                        service_mode="indirect",
                        wholesaler="W0001",
                        salesperson="S01",
                    ),
                ),
            )
        ),
    )
    lines = (EnteredLine("HX500", "CS", 5), EnteredLine("XG330", "CS", 2))
    order = EnteredOrder("C0009", NEXT_DAY, lines, origin="wholesaler", wholesaler="W0001")
    return enter_order(office, CLERK, order).number


def row_of(office: Office, number: str) -> OrderRow:
    with office.database.read() as reader:
        (row,) = order_rows(reader, OrderFilter(words=number))
    return row


def lines_of(office: Office, number: str) -> tuple[OpenLine, ...]:
    with office.database.read() as reader:
        return open_lines(reader, [documents_by_number(reader, [number])[number].id])


def slip(number: str, *lines: tuple[int, int], no: str = "LJ-0815") -> Slip:
    told = tuple(SlipLine(*line) for line in lines)
    return Slip(number, no, NEXT_DAY, told, signer="江老板")


def test_our_vans_have_nothing_to_do_with_it(office: Office, number: str) -> None:
    assert row_of(office, number).order_class is OrderClass.DISTRIBUTED
    assert plan_route_day(office, KEEPER, NEXT_DAY).total == 0
    assert [line.reserved for line in lines_of(office, number)] == [0, 0]


def test_a_slip_without_exceptions_ends_the_order(office: Office, number: str) -> None:
    note = take_slip(office, CLERK, slip(number))
    assert row_of(office, number).state is OrderState.DELIVERED
    assert [line.delivered for line in lines_of(office, number)] == [60, 24]
    with office.database.read() as reader:
        found = documents_by_number(reader, [note])[note]
    assert (found.state, found.note, found.net_fen) == ("posted", "LJ-0815", 33950)
    assert found.delivery is not None
    assert (found.delivery.by_wholesaler, found.delivery.result) == (True, "full")


def test_his_goods_move_in_the_memorandum_book_alone(office: Office, number: str) -> None:
    before = stock_of(office, "WH1")
    take_slip(office, CLERK, slip(number, (1, 50)))
    assert (stock_of(office, "WH1"), before) == (before, 600)
    assert stock_of(office, "CH_STOCK-W0001") == -50
    assert stock_of(office, "CH_OUTLET-C0009") == 50
    assert stock_of(office, "CUSTOMER-C0009") == 0
    assert_sound(office)


def test_what_he_did_not_bring_stays_open(office: Office, number: str) -> None:
    take_slip(office, CLERK, slip(number, (1, 50)))
    assert row_of(office, number).state is OrderState.PARTLY_DELIVERED
    assert [line.remaining for line in lines_of(office, number)] == [10, 24]
    second = take_slip(office, CLERK, slip(number, (1, 10), (2, 24), no="LJ-0816"))
    assert row_of(office, number).state is OrderState.DELIVERED
    with office.database.read() as reader:
        found = documents_by_number(reader, [second])[second]
    assert [(line.ordered, line.delivered) for line in found.lines] == [(10, 10), (24, 24)]
    assert found.delivery is not None
    assert found.delivery.attempt == 2


def test_a_slip_counts_once(office: Office, number: str) -> None:
    note = take_slip(office, CLERK, slip(number, (1, 50)))
    with pytest.raises(RuleBroken, match="slip-told"):
        take_slip(office, CLERK, slip(number, (1, 10)))
    reverse(office, CLERK, note, "wrong slip")
    assert row_of(office, number).state is OrderState.CONFIRMED
    take_slip(office, CLERK, slip(number, (1, 40)))
    assert stock_of(office, "CH_OUTLET-C0009") == 40


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        (((1, 61),), "over-delivered"),
        (((1, -1),), "over-delivered"),
        (((1, 0),), "no-lines"),
    ],
)
def test_a_slip_that_cannot_be_is_not_taken(
    office: Office, number: str, told: tuple[tuple[int, int], ...], rule: str
) -> None:
    with pytest.raises(RuleBroken, match=rule):
        take_slip(office, CLERK, slip(number, *told))
    with pytest.raises(NotFound):
        take_slip(office, CLERK, slip(number, (3, 1)))
    with pytest.raises(RuleBroken, match="slip-missing"):
        take_slip(office, CLERK, slip(number, no=" "))


def test_an_order_for_our_own_vans_has_no_slip(office: Office) -> None:
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    with office.database.read() as reader:
        (own,) = order_rows(reader, OrderFilter())
    with pytest.raises(RuleBroken, match="not-a-wholesalers"):
        take_slip(office, CLERK, slip(own.number or ""))


def test_an_order_at_its_end_takes_no_slip(office: Office, number: str) -> None:
    take_slip(office, CLERK, slip(number))
    with pytest.raises(RuleBroken, match="transition"):
        take_slip(office, CLERK, slip(number, no="LJ-0816"))


def test_his_goods_do_not_come_back_to_us(office: Office, number: str) -> None:
    note = take_slip(office, CLERK, slip(number))
    asked = AskedReturn("C0009", (AskedLine("HX500", 6, "DMG"),), note=note)
    with pytest.raises(RuleBroken, match="wholesalers-goods"):
        request_return(office, CLERK, asked)


def test_the_archive_alone_says_the_same(
    office: Office, number: str, new_url: Callable[..., str]
) -> None:
    take_slip(office, CLERK, slip(number, (1, 50)))
    assert replay(office, CLERK, new_url(empty=True)).differing == ()
