"""INV-06: a van that gave more than its book had opens a case that a person explains."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.errors import NotFound, RuleBroken
from app.services.office import Office
from app.services.replaying import replay
from app.services.stocking.explaining import close_case
from app.services.transferring import Transfer, TransferredLine, transfer_goods
from app.storage.queries.stock_papers import CaseRow, cases
from tests.support.offices import CLERK, KEEPER, Terminal
from tests.support.trades import assert_sound, deliver, load_orders, stock_of


def open_cases(office: Office, state: str = "open") -> tuple[CaseRow, ...]:
    with office.database.read() as reader:
        return cases(reader, state)


@pytest.fixture
def emptied(office: Office) -> Office:
    """Sixty are loaded, fifty are put back by mistake, and all sixty are delivered."""
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    (number,) = load_orders(office).numbers
    line = TransferredLine("HX500", 50, "L2604A")
    transfer_goods(office, KEEPER, Transfer("VAN1", "WH1", (line,)))
    result = deliver(office, terminal, number)
    assert "W_VAN_NEGATIVE" in {each.code for each in result.problems}
    return office


def test_inv_06_the_delivery_stands_and_a_case_is_open(emptied: Office) -> None:
    (case,) = open_cases(emptied)
    assert (case.place_code, case.product_code, case.qty) == ("VAN1", "HX500", -50)
    assert stock_of(emptied, "VAN1") == -50
    assert_sound(emptied)


def test_a_case_is_closed_once_and_with_an_explanation(emptied: Office) -> None:
    (case,) = open_cases(emptied)
    with pytest.raises(RuleBroken, match="reason-missing"):
        close_case(emptied, CLERK, case.id, " ")
    close_case(emptied, CLERK, case.id, "booked twice")
    with pytest.raises(NotFound):
        close_case(emptied, CLERK, case.id, "again")
    assert open_cases(emptied) == ()
    (closed,) = open_cases(emptied, "closed")
    assert (closed.note, closed.closed_by) == ("booked twice", CLERK.user)


def test_the_same_shelf_has_one_open_case(emptied: Office) -> None:
    terminal = Terminal(number=4)
    terminal.order("C0002", ("HX500", 1))
    terminal.upload(emptied)
    (number,) = load_orders(emptied).numbers
    deliver(emptied, terminal, number)
    assert len(open_cases(emptied)) == 1


def test_the_archive_alone_opens_the_same_cases(
    emptied: Office, new_url: Callable[..., str]
) -> None:
    (case,) = open_cases(emptied)
    close_case(emptied, CLERK, case.id, "booked twice")
    assert replay(emptied, CLERK, new_url(empty=True)).differing == ()
