"""Orders that amend or take back an order: of the same upload, of an earlier one, or of none."""

import pytest

from app.domain.numbering import DocumentKind
from app.services.office import Office
from app.services.planning import plan_route_day
from app.services.quarantine import fix, list_waiting
from app.storage.queries.documents import documents_in_state
from drivers.protocols.docking.batch import encode_record
from tests.support.offices import CLERK, KEEPER, NEXT_DAY, Terminal
from tests.support.trades import assert_sound

AMEND, CANCEL = 1, 2


def change(terminal: Terminal, previous: int, status: int, customer: str = "C0001") -> int:
    """An order of five cases that amends or takes back the one with header `previous`."""
    head = terminal.order(customer)
    body = {1: customer, 2: 0, 3: 0, 5: "2026-06-02", 6: 0, 8: 1, 9: 26_750}
    body |= {11: status, 12: [terminal.epoch, previous]}
    data = encode_record(10, head, terminal.now_ms, 480, terminal.person, body)
    terminal.waiting[-2] = (head, data)
    return head


def waiting(office: Office) -> list[str]:
    return sorted(each.item.code for each in list_waiting(office, CLERK))


def orders(office: Office, state: str) -> int:
    with office.database.read() as reader:
        return len(documents_in_state(reader, DocumentKind.SO, state))


@pytest.mark.parametrize("status", [AMEND, CANCEL])
@pytest.mark.parametrize("lines", [("HX5OO",), ("HX500", "HX500")], ids=["waits", "turned down"])
def test_a_change_of_an_order_that_did_not_stand_waits(
    office: Office, terminal: Terminal, lines: tuple[str, ...], status: int
) -> None:
    change(terminal, terminal.order("C0001", *((line, 5) for line in lines)), status)
    terminal.order("C0002")
    assert terminal.upload(office).documents == 1
    assert "E_ORD_PREV" in waiting(office)
    assert_sound(office)


@pytest.mark.parametrize("status", [AMEND, CANCEL])
@pytest.mark.parametrize("ahead", [0, 2], ids=["itself", "a later one"])
def test_an_order_changes_only_what_came_before_it(
    office: Office, terminal: Terminal, ahead: int, status: int
) -> None:
    change(terminal, terminal.seq + 1 + ahead, status)
    terminal.order("C0002")
    assert terminal.upload(office).documents == 1
    assert waiting(office) == ["E_ORD_PREV"]
    assert orders(office, "cancelled") == 0
    assert_sound(office)


def test_what_takes_back_a_taking_back_waits(office: Office, terminal: Terminal) -> None:
    taken_back = change(terminal, terminal.order(), CANCEL)
    change(terminal, taken_back, CANCEL)
    assert terminal.upload(office).documents == 1
    assert waiting(office) == ["E_ORD_PREV"]


def test_a_second_amendment_of_one_order_makes_no_second_order(
    office: Office, terminal: Terminal
) -> None:
    first = terminal.order()
    change(terminal, first, AMEND)
    change(terminal, first, AMEND)
    terminal.upload(office)
    assert (orders(office, "confirmed"), orders(office, "cancelled")) == (1, 1)
    assert waiting(office) == ["E_CANCEL_LATE"]


def test_amendments_may_follow_each_other_in_one_upload(office: Office, terminal: Terminal) -> None:
    change(terminal, change(terminal, terminal.order(), AMEND), AMEND)
    assert terminal.upload(office).documents == 3
    assert (orders(office, "confirmed"), orders(office, "cancelled")) == (1, 2)
    assert_sound(office)


def test_one_answer_lets_an_order_and_its_change_through(
    office: Office, terminal: Terminal
) -> None:
    change(terminal, terminal.order("C0OO1"), AMEND, "C0OO1")
    terminal.upload(office)
    (item, _) = [each.item for each in list_waiting(office, CLERK) if each.item.code == "E_CUST"]
    assert fix(office, CLERK, item.id, "C0001").documents == 2
    assert waiting(office) == []
    assert (orders(office, "confirmed"), orders(office, "cancelled")) == (1, 1)
    assert_sound(office)


@pytest.mark.parametrize("status", [AMEND, CANCEL])
def test_an_order_that_is_planned_is_no_longer_changed_from_outside(
    office: Office, terminal: Terminal, status: int
) -> None:
    first = terminal.order()
    terminal.upload(office)
    plan_route_day(office, KEEPER, NEXT_DAY)
    change(terminal, first, status)
    assert terminal.upload(office).documents == 0
    assert waiting(office) == ["E_CANCEL_LATE"]
    assert orders(office, "confirmed") == 1
