"""Counts that are planned: blind, line by line at its own time, again by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from app.domain.counts import CountState
from app.domain.rights import Actor
from app.errors import NotFound, RuleBroken
from app.services.counting import approve_count
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.receiving import GoodsReceipt, ReceivedLine, receive_goods
from app.services.replaying import replay
from app.services.stock_taking.planning import PlannedCount, plan_count
from app.services.stock_taking.taking import FoundGoods, enter_found, hand_in
from app.services.transferring import Transfer, TransferredLine, transfer_goods
from app.storage.queries.counts import CountRow, SheetLine, blinded, count_rows, sheet_lines
from app.storage.store.master_data import Person
from tests.support.offices import CLERK, HOUR_MS, KEEPER, MORNING_MS, at
from tests.support.trades import assert_sound, stock_of

CHIEF = Actor.everything("chief")


@pytest.fixture
def office(office: Office) -> Office:
    """A hundred of L2604A, five hundred of L2605A, 240 of XG330; three people may count."""
    people = tuple(Person(code=code, name=code, roles=("keeper",)) for code in ("K01", "K02"))
    put_masters(office, CLERK, MasterData(people=people))
    return office


def sheet(office: Office, key: UUID) -> tuple[CountRow, tuple[SheetLine, ...]]:
    with office.database.read() as reader:
        (row,) = count_rows(reader, key=key)
        return row, sheet_lines(reader, key)


def plan(office: Office, **more: object) -> UUID:
    return plan_count(office, KEEPER, PlannedCount("WH1", **more))  # type: ignore[arg-type]


def found(office: Office, key: UUID, *pairs: tuple[int, int | None], by: str = "K01") -> None:
    lines = [FoundGoods(line_no, qty) for line_no, qty in pairs]
    enter_found(office, CLERK, key, by, lines)


def test_the_sheet_has_a_line_for_each_lot_of_the_book(office: Office) -> None:
    row, lines = sheet(office, plan(office))
    assert [(each.product_code, each.lot_code) for each in lines] == [
        ("HX500", "L2604A"), ("HX500", "L2605A"), ("XG330", "L2605B"),
    ]  # fmt: skip
    assert (row.state, row.planned_by, row.counted, row.lines) == ("planned", KEEPER.user, 0, 3)
    assert {each.counted for each in lines} == {None}


def test_a_count_within_tolerance_is_booked_when_it_is_handed_in(office: Office) -> None:
    key = plan(office)
    found(office, key, (1, 95), (2, 500))
    done = hand_in(office, CLERK, key)
    assert (done.state, done.off) == (CountState.POSTED, ())
    assert done.number
    assert stock_of(office, "WH1") == 595
    row, lines = sheet(office, key)
    assert (row.approved_by, row.counter) == ("system rule", "K01")
    assert [(each.state, each.difference) for each in lines] == [
        ("counted", -5), ("counted", 0), ("skipped", None),
    ]  # fmt: skip
    assert stock_of(office, "WH1", "XG330") == 240
    assert_sound(office)


def test_blank_is_not_zero_and_zero_is(office: Office) -> None:
    key = plan(office, products=("XG330",))
    found(office, key, (1, None))
    with pytest.raises(RuleBroken, match="no-lines"):
        hand_in(office, CLERK, key)
    found(office, key, (1, 0))
    assert sheet(office, key)[1][0].state == "zero"


def test_features_6_7_everything_gone_asks_for_a_reason_too(office: Office) -> None:
    key = plan(office, products=("XG330",))
    found(office, key, (1, 0))
    with pytest.raises(RuleBroken, match="reason-missing"):
        hand_in(office, CLERK, key)
    assert hand_in(office, CLERK, key, "burnt").state is CountState.RECOUNT
    found(office, key, (1, 0), by="K02")
    with pytest.raises(RuleBroken, match="reason-missing"):
        hand_in(office, CLERK, key)
    assert hand_in(office, CLERK, key, "burnt").state is CountState.SUBMITTED
    assert stock_of(office, "WH1", "XG330") == 240
    approve_count(office, CHIEF, key)
    assert stock_of(office, "WH1", "XG330") == 0


def test_features_6_7_another_size_of_case_is_a_difference(office: Office) -> None:
    """Ten cases that hold twenty-four are not the ten of twelve that the book has."""
    key = plan(office, products=("XG330",))
    found(office, key, (1, 10 * 24))
    assert hand_in(office, CLERK, key).state is CountState.POSTED
    key = plan(office, products=("XG330",))
    found(office, key, (1, 10 * 12))
    assert hand_in(office, CLERK, key).off == (1,)


def test_each_line_is_held_against_the_book_of_its_own_moment(office: Office) -> None:
    """Sixty leave between the two lines: the first had them, the second no more."""
    key = plan(office, products=("HX500",))
    early, late = at(office, MORNING_MS + HOUR_MS), at(office, MORNING_MS + 3 * HOUR_MS)
    enter_found(early, CLERK, key, "K01", [FoundGoods(2, 500)])
    line = TransferredLine("HX500", 60, "L2605A")
    transfer_goods(at(office, MORNING_MS + 2 * HOUR_MS), KEEPER, Transfer("WH1", "VAN1", (line,)))
    enter_found(late, CLERK, key, "K01", [FoundGoods(1, 94)])
    _, lines = sheet(office, key)
    assert [(each.book, each.difference) for each in lines] == [(100, -6), (500, 0)]
    done = hand_in(late, CLERK, key)
    assert done.state is CountState.POSTED
    assert stock_of(office, "WH1") == 534
    assert_sound(office)


def test_domain_cnt_sales_after_the_count_do_not_change_what_it_found(office: Office) -> None:
    key = plan(office, products=("HX500",))
    enter_found(at(office, MORNING_MS + HOUR_MS), CLERK, key, "K01", [FoundGoods(2, 494)])
    line = TransferredLine("HX500", 60, "L2605A")
    transfer_goods(at(office, MORNING_MS + 2 * HOUR_MS), KEEPER, Transfer("WH1", "VAN1", (line,)))
    hand_in(at(office, MORNING_MS + 3 * HOUR_MS), CLERK, key)
    assert stock_of(office, "WH1") == 534
    assert sheet(office, key)[1][1].difference == -6


def test_what_is_too_far_off_is_counted_again_by_somebody_else(office: Office) -> None:
    key = plan(office, products=("HX500",))
    found(office, key, (1, 60), (2, 500))
    done = hand_in(office, CLERK, key)
    assert (done.state, done.off, done.number) == (CountState.RECOUNT, (1,), "")
    with pytest.raises(RuleBroken, match="counter-again"):
        found(office, key, (1, 98), by="K01")
    with pytest.raises(NotFound):
        found(office, key, (2, 500), by="K02")
    with pytest.raises(RuleBroken, match="not-recounted"):
        hand_in(office, CLERK, key)
    found(office, key, (1, 98), by="K02")
    assert hand_in(office, CLERK, key).state is CountState.POSTED
    row, (first, second) = sheet(office, key)
    assert (first.first, first.second, first.counted) == (60, 98, 98)
    assert (second.first, second.second, second.difference) == (500, None, 0)
    assert (row.counter, row.checker) == ("K01", "K02")
    assert stock_of(office, "WH1") == 598


def test_what_is_off_twice_is_approved_by_a_third_person(office: Office) -> None:
    key = plan(office, products=("HX500",))
    found(office, key, (1, 60))
    hand_in(office, CLERK, key)
    found(office, key, (1, 64), by="K02")
    done = hand_in(office, CLERK, key, "a pallet fell")
    assert (done.state, done.off) == (CountState.SUBMITTED, (1,))
    for user in ("K01", "K02", CLERK.user):
        with pytest.raises(RuleBroken, match="approver-is-counter"):
            approve_count(office, Actor.everything(user), key)
    approve_count(office, CHIEF, key)
    assert stock_of(office, "WH1") == 564
    assert sheet(office, key)[0].scope["reason"] == "a pallet fell"
    assert_sound(office)


def test_a_blind_sheet_tells_no_book_and_a_second_counter_no_first_figure(office: Office) -> None:
    key = plan(office, products=("HX500",))
    found(office, key, (1, 60))
    assert {each.book for each in blinded(*sheet(office, key))} == {None}
    hand_in(office, CLERK, key)
    first = blinded(*sheet(office, key))[0]
    assert (first.book, first.first, first.counted) == (None, None, None)
    open_key = plan(office, products=("HX500",), blind=False)
    found(office, open_key, (1, 60))
    assert blinded(*sheet(office, open_key))[0].book == 100


def test_goods_that_are_not_on_the_sheet_are_added(office: Office) -> None:
    goods = GoodsReceipt("SUP1", "VAN1", (ReceivedLine("HX500", 5, "L2699", date(2026, 5, 1)),))
    receive_goods(office, KEEPER, goods)
    key = plan(office, products=("HX500",))
    enter_found(office, CLERK, key, "K01", [FoundGoods(product="HX500", lot="L2699", qty=4)])
    enter_found(office, CLERK, key, "K01", [FoundGoods(product="HX500", lot="L2604A", qty=100)])
    lines = sheet(office, key)[1]
    assert [(each.lot_code, each.counted, each.book) for each in lines] == [
        ("L2604A", 100, 100), ("L2605A", None, None), ("L2699", 4, 0),
    ]  # fmt: skip


def test_two_open_counts_of_one_product_adjust_once(office: Office) -> None:
    first, second = plan(office, products=("HX500",)), plan(office, products=("HX500",))
    for hour, key in enumerate((first, second), start=1):
        then = at(office, MORNING_MS + hour * HOUR_MS)
        enter_found(then, CLERK, key, "K01", [FoundGoods(1, 95)])
    later = at(office, MORNING_MS + 3 * HOUR_MS)
    hand_in(later, CLERK, second)
    hand_in(later, CLERK, first)
    assert stock_of(office, "WH1") == 595


@pytest.mark.parametrize(
    ("more", "error"),
    [({"products": ("NONE",)}, NotFound), ({"group": "WINE"}, RuleBroken),
     ({"counter": "X99"}, NotFound)],
)  # fmt: skip
def test_a_plan_that_names_nothing_is_refused(
    office: Office, more: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        plan(office, **more)


def test_a_time_to_come_is_refused(office: Office) -> None:
    key = plan(office)
    ahead = FoundGoods(1, 5, at_ms=10**15)
    with pytest.raises(RuleBroken, match="counted-ahead"):
        enter_found(office, CLERK, key, "K01", [ahead])


def test_the_archive_alone_makes_the_same_counts(
    office: Office, new_url: Callable[..., str]
) -> None:
    key = plan(office, products=("HX500",))
    found(office, key, (1, 60))
    hand_in(office, CLERK, key)
    found(office, key, (1, 64), by="K02")
    hand_in(office, CLERK, key, "a pallet fell")
    approve_count(office, CHIEF, key)
    assert replay(office, CLERK, new_url(empty=True)).differing == ()
