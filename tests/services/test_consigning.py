"""Consignment: our goods at a customer's are sold by what a count does not find any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.errors import NotFound, RuleBroken
from app.services.consigning.counting import ConsignedCount, FoundGoods, SoldGoods, count_goods
from app.services.consigning.placing import (
    Consigned,
    ConsignedLine,
    place_goods,
    take_goods_back,
)
from app.services.office import Office
from app.services.replaying import replay
from app.services.reversing import reverse
from app.storage.queries.documents import documents_by_number
from app.storage.queries.stock_papers import cases
from tests.support.offices import CLERK, HOUR_MS, KEEPER, MORNING_MS, at
from tests.support.trades import assert_sound, stock_of

THEIRS = "CONSIGNMENT-C0001"


def goods(*lines: ConsignedLine, place: str = "WH1") -> Consigned:
    return Consigned("C0001", place, lines)


def count(office: Office, *lines: tuple[str, int], signer: str = "王店主") -> SoldGoods:
    told = tuple(FoundGoods(*line) for line in lines)
    return count_goods(office, KEEPER, ConsignedCount("C0001", told, signer))


@pytest.fixture
def placed(office: Office) -> Office:
    """120 bottles of two lots lie with C0001: a hundred of the old one, twenty of the new one."""
    place_goods(office, KEEPER, goods(ConsignedLine("HX500", 120)))
    return office


def test_what_lies_with_a_customer_is_still_ours(placed: Office) -> None:
    assert (stock_of(placed, "WH1"), stock_of(placed, THEIRS)) == (480, 120)
    assert stock_of(placed, "CUSTOMER-C0001") == 0
    assert_sound(placed)


def test_what_is_gone_was_sold_the_old_lot_first(placed: Office) -> None:
    sold = count(placed, ("HX500", 15))
    # 105 bottles at 53.50 the case of twelve
    assert (sold.net_fen, sold.too_many) == (46813, ())
    assert (stock_of(placed, THEIRS), stock_of(placed, "CUSTOMER-C0001")) == (15, 105)
    with placed.database.read() as reader:
        paper = documents_by_number(reader, [sold.number])[sold.number]
    kept = [(line.lot_code, line.qty, line.book_at_count, line.counted) for line in paper.lines]
    assert kept == [("L2604A", 100, 100, 0), ("L2605A", 5, 20, 15)]
    assert [line.net_fen for line in paper.lines] == [44584, 2229]
    assert_sound(placed)


def test_sold_is_opening_and_placed_less_taken_back_and_counted(placed: Office) -> None:
    assert count(placed, ("HX500", 100)).net_fen == 8917
    place_goods(placed, KEEPER, goods(ConsignedLine("HX500", 60)))
    take_goods_back(placed, KEEPER, goods(ConsignedLine("HX500", 24, "L2605A")))
    sold = count(placed, ("HX500", 100))
    assert stock_of(placed, "CUSTOMER-C0001") == 20 + (100 + 60 - 24 - 100)
    assert sold.net_fen == 16050
    assert_sound(placed)


def test_what_was_not_counted_is_not_sold(placed: Office) -> None:
    place_goods(placed, KEEPER, goods(ConsignedLine("XG330", 12)))
    count(placed, ("XG330", 12))
    assert (stock_of(placed, THEIRS), stock_of(placed, THEIRS, "XG330")) == (120, 12)


def test_more_than_ever_lay_there_is_a_case_and_no_sale(placed: Office) -> None:
    sold = count(placed, ("HX500", 126), ("XG330", 3))
    assert (sold.net_fen, sold.too_many) == (0, ("HX500", "XG330"))
    assert stock_of(placed, THEIRS) == 120
    with placed.database.read() as reader:
        found = [(case.kind, case.place_code, case.product_code) for case in cases(reader)]
    assert sorted(found) == [("consigned", THEIRS, "HX500"), ("consigned", THEIRS, "XG330")]
    assert_sound(placed)


def test_a_count_is_undone_by_its_mirror(placed: Office) -> None:
    sold = count(placed, ("HX500", 0))
    reverse(placed, CLERK, sold.number, "counted next door")
    assert (stock_of(placed, THEIRS), stock_of(placed, "CUSTOMER-C0001")) == (120, 0)


def test_goods_that_are_not_there_do_not_go(placed: Office) -> None:
    for wrong in (goods(ConsignedLine("HX500", 481)), goods(ConsignedLine("HX500", 1, "L2604A"))):
        with pytest.raises(RuleBroken, match="negative-stock"):
            place_goods(placed, KEEPER, wrong)
    with pytest.raises(RuleBroken, match="negative-stock"):
        take_goods_back(placed, KEEPER, goods(ConsignedLine("HX500", 121)))
    with pytest.raises(NotFound):
        place_goods(placed, KEEPER, goods(ConsignedLine("HX500", 1), place="CUSTOMER-C0001"))
    with pytest.raises(RuleBroken, match="move"):
        place_goods(placed, KEEPER, goods(ConsignedLine("HX500", 0)))
    with pytest.raises(RuleBroken, match="no-lines"):
        place_goods(placed, KEEPER, goods())


def test_goods_too_old_for_the_customer_are_not_laid_down_but_may_be_fetched(
    placed: Office,
) -> None:
    # both lots have to be off the shelf by the end of October
    later = at(placed, MORNING_MS + 160 * 24 * HOUR_MS)
    with pytest.raises(RuleBroken, match="too-old"):
        place_goods(later, KEEPER, goods(ConsignedLine("HX500", 12)))
    take_goods_back(later, KEEPER, goods(ConsignedLine("HX500", 120)))
    assert stock_of(placed, THEIRS) == 0


def test_a_count_that_cannot_be_is_refused(placed: Office) -> None:
    for lines, rule in (
        ((), "no-lines"),
        ((("HX500", 1), ("HX500", 2)), "told-twice"),
        ((("HX500", -1),), "count-negative"),
    ):
        with pytest.raises(RuleBroken, match=rule):
            count(placed, *lines)
    with pytest.raises(NotFound):
        count(placed, ("NONE", 1))


def test_the_archive_alone_says_the_same(placed: Office, new_url: Callable[..., str]) -> None:
    count(placed, ("HX500", 15), ("XG330", 1))
    take_goods_back(placed, KEEPER, goods(ConsignedLine("HX500", 15)))
    assert replay(placed, CLERK, new_url(empty=True)).differing == ()
