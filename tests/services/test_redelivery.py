"""What was not delivered is delivered later, once, and never twice (features 6.1 to 6.4)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.errors import NotFound, RuleBroken
from app.services.deliveries.confirming import LineResult, NoteResult, confirm_deliveries
from app.services.delivering import Loaded, load
from app.services.office import Office
from app.services.ordering.entering import EnteredLine, EnteredOrder, Taken, enter_order
from app.services.ordering.releasing import release_order
from app.services.planning import deliver_again, drop_delivery, plan_route_day
from app.services.receiving import GoodsReceipt, ReceivedLine, receive_goods
from app.services.replaying import replay
from app.services.reversing import reverse
from app.storage.queries.deliveries import listing
from app.storage.queries.documents import FoundDocument, documents_by_number
from app.storage.queries.orders import OpenLine, open_lines
from tests.support.offices import CLERK, KEEPER
from tests.support.trades import assert_sound, stock_of

TOMORROW = date(2026, 6, 2)
NEXT = TOMORROW + timedelta(days=1)


def order(office: Office, packs: int = 5, customer: str = "C0001") -> Taken:
    line = EnteredLine("HX500", "CS", packs)
    taken = enter_order(office, CLERK, EnteredOrder(customer, TOMORROW, (line,)))
    if taken.state == "held":
        release_order(office, KEEPER, taken.number, "goods will come")
    return taken


def load_day(office: Office, day: date = TOMORROW) -> Loaded:
    plan_route_day(office, KEEPER, day)
    return load(office, KEEPER, day, "R01")


def line_of(office: Office, number: str) -> OpenLine:
    with office.database.read() as reader:
        (only,) = open_lines(reader, [documents_by_number(reader, [number])[number].id])
        return only


def note_of(office: Office, number: str) -> FoundDocument:
    with office.database.read() as reader:
        return documents_by_number(reader, [number])[number]


def tell(office: Office, number: str, delivered: int, refused: int = 0, **more: object) -> None:
    """The first line of the note, and all of the others."""
    rest = [LineResult(line.line_no, line.qty) for line in note_of(office, number).lines[1:]]
    parts = (LineResult(1, delivered, refused, "DMG" if refused else ""), *rest)
    result = NoteResult(number, parts, signer="王", **more)  # type: ignore[arg-type]
    confirm_deliveries(office, CLERK, [result])


def test_6_1_ordered_50_shipped_20_then_30(office: Office) -> None:
    taken = order(office, packs=8)  # 96 of the first lot
    first = load_day(office)
    (number,) = first.numbers
    tell(office, number, 36)
    now = line_of(office, taken.number)
    assert (now.ordered, now.delivered, now.remaining) == (96, 36, 60)
    second = load_day(office, NEXT)
    (again,) = second.numbers
    note = note_of(office, again)
    assert [line.qty for line in note.lines] == [4, 56]  # what is left of one lot, then the next
    assert note.delivery is not None
    assert note.delivery.attempt == 2
    total = note_of(office, number).net_fen * 36 // 96
    assert total + note.net_fen == 8 * 5350
    now = line_of(office, taken.number)
    assert (now.ordered, now.delivered, now.underway, now.remaining) == (96, 36, 60, 0)
    tell(office, again, 4)
    assert note_of(office, taken.number).state == "delivered"
    assert_sound(office)


def test_6_3_a_refusal_does_not_reopen_the_order_and_is_delivered_again_only_when_told(
    office: Office,
) -> None:
    taken = order(office)
    (number,) = load_day(office).numbers
    billed = note_of(office, number).net_fen
    tell(office, number, 50, refused=10)
    assert note_of(office, number).net_fen == billed
    assert note_of(office, taken.number).state == "partly_delivered"
    now = line_of(office, taken.number)
    assert (now.refused, now.remaining, now.due) == (10, 10, 0)
    assert plan_route_day(office, KEEPER, NEXT).total == 0
    assert stock_of(office, "VAN1") == 10
    assert deliver_again(office, KEEPER, taken.number, NEXT) == 1
    (again,) = load(office, KEEPER, NEXT, "R01").numbers
    tell(office, again, 10)
    assert note_of(office, taken.number).state == "delivered"
    assert_sound(office)


def test_6_4_a_note_is_on_one_tour_only(office: Office) -> None:
    order(office)
    load_day(office)
    assert plan_route_day(office, KEEPER, TOMORROW).total == 0
    with pytest.raises(NotFound):
        load(office, KEEPER, TOMORROW, "R01")


def test_a_stop_that_was_missed_is_planned_again(office: Office) -> None:
    taken = order(office)
    (number,) = load_day(office).numbers
    with pytest.raises(RuleBroken, match="reason-missing"):
        confirm_deliveries(office, CLERK, [NoteResult(number, missed=True)])
    confirm_deliveries(office, CLERK, [NoteResult(number, missed=True, reason="closed")])
    assert note_of(office, number).delivery.result == "missed"  # type: ignore[union-attr]
    assert note_of(office, taken.number).state == "confirmed"
    assert plan_route_day(office, KEEPER, NEXT).total == 1


def test_what_is_final_is_short_and_still_open_to_be_closed(office: Office) -> None:
    taken = order(office)
    (number,) = load_day(office).numbers
    tell(office, number, 48, final=True)
    (line,) = note_of(office, number).lines
    assert (line.delivered, line.short, line.back_ordered) == (48, 12, 0)
    assert note_of(office, taken.number).state == "partly_delivered"


def test_nothing_in_stock_leaves_no_note_that_hangs(office: Office) -> None:
    order(office, packs=50)
    load_day(office)
    second = order(office, packs=10, customer="C0002")
    loaded = load_day(office)
    assert (loaded.numbers, loaded.left_behind) == ((), 1)
    with office.database.read() as reader:
        assert [row.state for row in listing(reader, day=TOMORROW)].count("dropped") == 1
    assert line_of(office, second.number).due == 120
    goods = (ReceivedLine("HX500", 240, "L2606A", date(2026, 6, 1)),)
    receive_goods(office, KEEPER, GoodsReceipt("SUP1", "WH1", goods))
    assert len(load_day(office, NEXT).numbers) == 1
    assert_sound(office)


def test_a_reversed_delivery_opens_its_order_again(office: Office) -> None:
    taken = order(office)
    (number,) = load_day(office).numbers
    confirm_deliveries(office, CLERK, [NoteResult(number, signer="王")])
    assert note_of(office, taken.number).state == "delivered"
    assert stock_of(office, "VAN1") == 0
    reverse(office, KEEPER, number, "the wrong shop")
    assert note_of(office, taken.number).state == "confirmed"
    assert (stock_of(office, "VAN1"), line_of(office, taken.number).due) == (60, 60)
    assert_sound(office)


def test_a_planned_delivery_is_taken_back(office: Office) -> None:
    taken = order(office)
    plan_route_day(office, KEEPER, TOMORROW)
    with office.database.read() as reader:
        (row,) = listing(reader, day=TOMORROW)
    with pytest.raises(RuleBroken, match="reason-missing"):
        drop_delivery(office, KEEPER, row.id, "")
    drop_delivery(office, KEEPER, row.id, "rain")
    assert line_of(office, taken.number).due == 60
    (number,) = load_day(office, NEXT).numbers
    key = note_of(office, number).id
    with pytest.raises(RuleBroken, match="transition"):
        drop_delivery(office, KEEPER, key, "rain")


def test_results_that_cannot_be_are_refused_whole(office: Office) -> None:
    order(office)
    order(office, customer="C0002")
    one, two = load_day(office).numbers
    bad = (
        ([NoteResult(one), NoteResult(one)], "told-twice"),
        ([NoteResult(one), NoteResult(two, (LineResult(1, 61),))], "over-delivered"),
        ([NoteResult(one, (LineResult(1, -1),))], "over-delivered"),
        ([NoteResult(one, (LineResult(1, 50, 10),))], "reason-missing"),
        ([], "no-lines"),
    )
    for results, rule in bad:
        with pytest.raises(RuleBroken) as caught:
            confirm_deliveries(office, CLERK, results)
        assert caught.value.rule == rule
    for unknown in ([NoteResult("0127-DN-2606-999999-1")], [NoteResult(one, (LineResult(9, 1),))]):
        with pytest.raises(NotFound):
            confirm_deliveries(office, CLERK, unknown)
    assert note_of(office, one).state == "loaded"
    confirm_deliveries(office, CLERK, [NoteResult(one), NoteResult(two)])
    with pytest.raises(RuleBroken, match="not-on-van"):
        confirm_deliveries(office, CLERK, [NoteResult(one)])


def test_the_archive_alone_makes_the_same_day_again(office: Office, new_url: object) -> None:
    taken = order(office)
    (number,) = load_day(office).numbers
    tell(office, number, 36, refused=12)
    deliver_again(office, KEEPER, taken.number, NEXT)
    load(office, KEEPER, NEXT, "R01")
    done = replay(office, CLERK, new_url(empty=True))  # type: ignore[operator]
    assert done.differing == ()
