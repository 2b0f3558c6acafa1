"""What drivers took back: onto the van with the record, never more than went out, credited once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.quantity import Packing
from app.domain.returns import Disposition
from app.domain.rights import Actor
from app.errors import RuleBroken
from app.services.intake import IntakeResult, take_in
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.quarantine import judge_all_again
from app.services.replaying import replay
from app.services.returning.receiving import Looked, inspect_return, receive_return
from app.services.returning.requesting import approve_return, reject_return
from app.storage.queries.empties import outstanding
from app.storage.queries.evidence import records_behind
from app.storage.queries.quarantine import open_items
from app.storage.queries.returns import FoundReturnLine, ReturnRow, return_lines, return_rows
from app.storage.store.master_data import Product
from tests.support.offices import CLERK, HOUR_MS, MORNING_MS, Terminal
from tests.support.trades import assert_sound, deliver, load_orders, stock_of

CHIEF = Actor.everything("chief")


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def note(office: Office, terminal: Terminal) -> str:
    """Sixty bottles, delivered by the driver."""
    number = loaded_note(office, terminal)
    deliver(office, terminal, number)
    return number


def loaded_note(office: Office, terminal: Terminal) -> str:
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    number = load_orders(office).numbers[-1]
    terminal.person = "D01"
    terminal.now_ms = MORNING_MS + 26 * HOUR_MS
    return number


def the_return(office: Office) -> tuple[ReturnRow, tuple[FoundReturnLine, ...]]:
    with office.database.read() as reader:
        (row,) = return_rows(reader)
        return row, return_lines(reader, row.id)


def codes(office: Office) -> list[str]:
    with office.database.read() as reader:
        return [each.code for each in open_items(reader)]


def test_what_the_driver_took_back_is_on_his_van_and_goes_to_its_credit(
    office: Office, terminal: Terminal, note: str
) -> None:
    before = stock_of(office, "VAN1")
    terminal.returns("C0001", ("HX500", 12), note=note)
    result = terminal.upload(office)
    assert (result.documents, result.moves, result.counts.accepted) == (1, 1, 2)
    assert stock_of(office, "VAN1") == before + 12
    row, (line,) = the_return(office)
    assert (row.state, row.net_fen, line.no_reference, line.condition) == (
        "approved", 5350, False, "damaged",
    )  # fmt: skip
    receive_return(office, CLERK, row.id)
    assert stock_of(office, "VAN1") == before
    assert inspect_return(office, CLERK, row.id, [Looked(1, 12, Disposition.DAMAGED)]) == 5350
    assert_sound(office)


def test_a_return_of_goods_delivered_in_the_same_upload_is_right(
    office: Office, terminal: Terminal
) -> None:
    number = loaded_note(office, terminal)
    terminal.delivery(number, "C0001", (1, "HX500", 60, 0))
    terminal.returns("C0001", ("HX500", 5), note=number)
    result = terminal.upload(office)
    assert result.counts.quarantined == 0
    assert the_return(office)[0].state == "approved"
    assert_sound(office)


def test_without_a_note_it_is_on_the_van_and_a_second_person_decides(
    office: Office, terminal: Terminal, note: str
) -> None:
    before = stock_of(office, "VAN1")
    terminal.returns("C0001", ("HX500", 3))
    result = terminal.upload(office)
    assert [each.code for each in result.problems] == ["W_RET_UNKNOWN"]
    row, (line,) = the_return(office)
    assert (row.state, line.no_reference) == ("requested", True)
    assert stock_of(office, "VAN1") == before + 3
    approve_return(office, CHIEF, row.id, "seen")
    receive_return(office, CLERK, row.id)
    assert inspect_return(office, CLERK, row.id, [Looked(1, 3, Disposition.DAMAGED)]) == 0
    assert_sound(office)


def test_what_is_rejected_goes_back_to_the_customer(
    office: Office, terminal: Terminal, note: str
) -> None:
    before = stock_of(office, "VAN1")
    terminal.returns("C0001", ("HX500", 3))
    terminal.upload(office)
    row, _ = the_return(office)
    reject_return(office, CHIEF, row.id, "not ours")
    assert stock_of(office, "VAN1") == before
    assert the_return(office)[0].state == "rejected"
    assert_sound(office)


def test_inv_14_more_than_is_out_waits_and_takes_nothing(
    office: Office, terminal: Terminal, note: str
) -> None:
    terminal.returns("C0001", ("HX500", 50), note=note)
    terminal.returns("C0001", ("HX500", 11), note=note)
    result = terminal.upload(office)
    assert codes(office) == ["E_RET_QTY"]
    assert (result.documents, result.counts.quarantined) == (1, 2)
    assert the_return(office)[1][0].qty == 50


@pytest.mark.parametrize(
    ("customer", "number", "code"),
    [("C0002", "", "E_RET_NOTE"), ("C0001", "0127-DN-2606-999999-9", "E_RET_NOTE"),
     ("C9999", "", "E_CUST")],
)  # fmt: skip
def test_a_wrong_note_or_customer_waits_for_a_clerk(
    office: Office, terminal: Terminal, note: str, customer: str, number: str, code: str
) -> None:
    terminal.returns(customer, ("HX500", 1), note=number or note)
    terminal.upload(office)
    assert code in codes(office)
    with office.database.read() as reader:
        assert return_rows(reader) == ()


def test_a_note_that_was_not_delivered_yet_waits_and_stands_once_it_is(
    office: Office, terminal: Terminal
) -> None:
    number = loaded_note(office, terminal)
    terminal.returns("C0001", ("HX500", 5), note=number)
    terminal.upload(office)
    assert codes(office) == ["E_RET_NOTE"]
    deliver(office, terminal, number)
    judge_all_again(office, CLERK)
    assert codes(office) == []
    assert the_return(office)[0].state == "approved"


def test_a_salesperson_without_a_van_only_asks(
    office: Office, terminal: Terminal, note: str
) -> None:
    terminal.person = "S01"
    terminal.returns("C0001", ("HX500", 3), note=note)
    result = terminal.upload(office)
    row, (line,) = the_return(office)
    assert (row.state, row.van_id, result.moves, line.qty) == ("approved", None, 0, 3)
    receive_return(office, CLERK, row.id)
    assert_sound(office)


def test_a_swap_hands_over_as_much_from_another_lot_and_moves_no_money(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0002", ("HX500", 5))
    terminal.upload(office)
    loaded_note(office, terminal)
    van, customer = stock_of(office, "VAN1"), stock_of(office, "CUSTOMER-C0001")
    terminal.returns("C0001", ("HX500", 6), mode=2)
    result = terminal.upload(office)
    assert (result.documents, result.moves) == (1, 2)
    assert (stock_of(office, "VAN1"), stock_of(office, "CUSTOMER-C0001")) == (van, customer)
    row, _ = the_return(office)
    assert (row.state, row.mode) == ("approved", "swap")
    with pytest.raises(RuleBroken, match="swapped"):
        reject_return(office, CHIEF, row.id, "no")
    receive_return(office, CLERK, row.id)
    assert inspect_return(office, CLERK, row.id, [Looked(1, 6, Disposition.EXPIRED)]) == 0
    assert_sound(office)


def test_the_same_upload_twice_takes_back_once(
    office: Office, terminal: Terminal, note: str
) -> None:
    terminal.returns("C0001", ("HX500", 12), note=note)
    data = terminal.seal()
    first = take_in(office, CLERK, terminal.origin, data)
    van = stock_of(office, "VAN1")
    again = take_in(office, CLERK, terminal.origin, data)
    assert (first.documents, again.documents, again.counts.already_received) == (1, 0, 2)
    assert stock_of(office, "VAN1") == van
    assert len(the_return(office)[1]) == 1


def test_every_unit_opens_down_to_the_record_of_the_terminal(
    office: Office, terminal: Terminal, note: str
) -> None:
    head = terminal.returns("C0001", ("HX500", 12), note=note)
    terminal.upload(office)
    row, (line,) = the_return(office)
    with office.database.read() as reader:
        behind = records_behind(reader, row.id)
    found = {(each.evidence.type, each.evidence.seq) for each in behind}
    assert found == {(14, head), (15, head + 1)}
    assert line.qty == 12


def test_the_archive_alone_makes_the_same_returns(
    office: Office, terminal: Terminal, note: str, new_url: Callable[..., str]
) -> None:
    terminal.returns("C0001", ("HX500", 12), note=note)
    terminal.returns("C0001", ("HX500", 2))
    terminal.upload(office)
    assert replay(office, CLERK, new_url(empty=True)).differing == ()


def test_a_return_without_lines_is_refused(office: Office, terminal: Terminal, note: str) -> None:
    terminal.returns("C0001", note=note)
    result = terminal.upload(office)
    assert (result.counts.rejected, [each.code for each in result.problems]) == (1, ["E_RET_LINES"])


class TestEmpties:
    @pytest.fixture(autouse=True)
    def bottles(self, office: Office, terminal: Terminal, note: str) -> None:
        assert note
        assert terminal.person == "D01"
        put_masters(office, CLERK, MasterData(products=(bottle(),)))

    def test_empties_come_and_go_with_the_van(self, office: Office, terminal: Terminal) -> None:
        terminal.empties("C0001", "EB500", 30, 0)
        terminal.empties("C0001", "EB500", 0, 20)
        result = terminal.upload(office)
        assert (result.documents, result.moves) == (2, 2)
        with office.database.read() as reader:
            (left,) = outstanding(reader, "C0001")
        assert (left.qty, left.deposit_fen) == (10, 500)
        assert stock_of(office, "VAN1", "EB500") == -10
        with office.database.read() as reader:
            rows = return_rows(reader)
        assert {(row.mode, row.state) for row in rows} == {("empties", "posted")}
        assert all(row.number for row in rows)

    def test_more_than_the_customer_had_is_taken_and_told(
        self, office: Office, terminal: Terminal
    ) -> None:
        terminal.empties("C0001", "EB500", 0, 5)
        result = terminal.upload(office)
        assert [each.code for each in result.problems] == ["W_EMPTIES"]
        assert stock_of(office, "VAN1", "EB500") == 5
        assert_sound(office)

    def test_full_goods_are_no_empties(self, office: Office, terminal: Terminal) -> None:
        terminal.empties("C0001", "HX500", 0, 5)
        terminal.upload(office)
        assert codes(office) == ["E_EMPTIES"]

    def test_who_drives_no_van_waits_for_a_clerk(self, office: Office, terminal: Terminal) -> None:
        terminal.person = "S01"
        terminal.empties("C0001", "EB500", 0, 5)
        terminal.upload(office)
        assert codes(office) == ["E_VAN"]

    def test_nothing_at_all_has_no_effect(self, office: Office, terminal: Terminal) -> None:
        terminal.empties("C0001", "EB500", 0, 0)
        result: IntakeResult = terminal.upload(office)
        assert (result.documents, result.moves, result.counts.accepted) == (0, 0, 1)
        assert_sound(office)


def bottle() -> Product:
    base = Packing("EA", "个", 1, is_default=True)
    return Product(code="EB500", name="空瓶", packings=(base,), kind="empty", deposit_fen=50)
