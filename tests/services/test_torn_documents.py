"""A document that lost records on its way is never posted with the rest of them."""

import pytest

from app.services.office import Office
from app.services.quarantine import fix, list_waiting
from app.storage.queries.deliveries import note
from tests.support.offices import CLERK, HOUR_MS, MORNING_MS, Terminal
from tests.support.trades import assert_sound, load_orders, stock_of

FULL, PART = 0, 1


def write_delivery(office: Office, terminal: Terminal, result: int) -> None:
    """The outcome of a loaded note with two lines, 100 and 20 bottles, waits in the terminal."""
    terminal.order("C0001", ("HX500", 10))
    terminal.upload(office)
    number = load_orders(office).numbers[0]
    terminal.person = "D01"
    terminal.now_ms = MORNING_MS + 24 * HOUR_MS
    with office.database.read() as reader:
        lines = note(reader, number).lines
    told = [(line.line_no, line.product_code, line.qty_base, 0) for line in lines]
    terminal.delivery(number, "C0001", *told, result=result)


def spoil(terminal: Terminal, place: int) -> None:
    """One bit of a waiting record's check sum flips."""
    seq, data = terminal.waiting[place]
    terminal.waiting[place] = (seq, data[:-1] + bytes([data[-1] ^ 1]))


def waiting(office: Office) -> list[str]:
    return sorted(each.item.code for each in list_waiting(office, CLERK))


def test_a_full_delivery_with_an_unreadable_line_is_held(
    office: Office, terminal: Terminal
) -> None:
    write_delivery(office, terminal, FULL)
    spoil(terminal, -1)
    assert terminal.upload(office).documents == 0
    assert waiting(office) == ["E_DLV_LINES", "E_DLV_RESULT"]
    assert stock_of(office, "VAN1") == 120
    assert_sound(office)


@pytest.mark.parametrize("place", [1, 2])
def test_a_part_delivery_with_an_unreadable_line_waits_until_somebody_confirms_it(
    office: Office, terminal: Terminal, place: int
) -> None:
    write_delivery(office, terminal, PART)
    spoil(terminal, place)
    terminal.write(60, {1: 0, 2: 0, 3: 0})
    assert terminal.upload(office).documents == 0
    (item,) = list_waiting(office, CLERK)
    assert item.item.code == "E_DLV_LINES"
    assert fix(office, CLERK, item.item.id, "").documents == 1
    assert stock_of(office, "VAN1") == (100 if place == 1 else 20)
    assert_sound(office)


@pytest.mark.parametrize("place", [1, 2])
def test_a_part_delivery_with_a_missing_number_is_held(
    office: Office, terminal: Terminal, place: int
) -> None:
    write_delivery(office, terminal, PART)
    terminal.write(60, {1: 0, 2: 0, 3: 0})
    del terminal.waiting[place]
    assert terminal.upload(office).documents == 0
    assert waiting(office) == ["E_DLV_LINES", "X_SEQ_GAP"]
    assert_sound(office)


def test_what_is_lost_behind_another_record_does_not_hold_the_delivery(
    office: Office, terminal: Terminal
) -> None:
    write_delivery(office, terminal, PART)
    for _ in range(2):
        terminal.write(60, {1: 0, 2: 0, 3: 0})
    spoil(terminal, -1)
    assert terminal.upload(office).documents == 1
    assert waiting(office) == []


def test_a_full_delivery_that_leaves_something_out_is_held(
    office: Office, terminal: Terminal
) -> None:
    write_delivery(office, terminal, FULL)
    terminal.waiting.pop()
    terminal.seq -= 1
    assert terminal.upload(office).documents == 0
    assert waiting(office) == ["E_DLV_RESULT"]


@pytest.mark.parametrize("kind", ["order", "count"])
def test_orders_and_counts_with_an_unreadable_line_are_turned_down_whole(
    office: Office, terminal: Terminal, kind: str
) -> None:
    if kind == "order":
        terminal.order("C0001", ("HX500", 5), ("XG330", 1))
    else:
        terminal.count("WH1", ("HX500", 600), ("XG330", 240))
    spoil(terminal, -1)
    result = terminal.upload(office)
    assert (result.documents, result.moves, result.counts.rejected) == (0, 0, 3)
    assert_sound(office)
