"""Locations and single moves."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.stock import Book, Goods, LocationKind, Negative
from app.errors import RuleBroken
from tests.support.goods import BEER, LOT_A, move
from tests.support.properties import moderate

kinds = st.sampled_from(LocationKind)


@given(kinds, kinds, st.integers(-2, 3))
@moderate
def test_inv_01_a_move_has_a_quantity_two_places_and_one_book(
    source: LocationKind, target: LocationKind, qty: int
) -> None:
    allowed = qty > 0 and source is not target and source.book is target.book
    if allowed:
        assert move(1, source, target, qty).book is source.book is target.book
    else:
        with pytest.raises(RuleBroken, match="move"):
            move(1, source, target, qty)


@pytest.mark.parametrize("kind", LocationKind)
def test_own_and_channel_places_are_apart(kind: LocationKind) -> None:
    assert kind.book is (Book.CHANNEL if kind.value.startswith("ch_") else Book.OWN)


def test_where_a_balance_below_zero_is_refused_flagged_or_normal() -> None:
    by_rule = {rule: {k.value for k in LocationKind if k.negative is rule} for rule in Negative}
    assert by_rule[Negative.REFUSED] == {
        "warehouse",
        "quarantine",
        "empties_yard",
        "transit",
        "consignment",
        "conversion",
    }
    assert by_rule[Negative.FLAGGED] == {"van", "ch_stock"}
    assert LocationKind.CUSTOMER.may_be_negative
    assert not LocationKind.VAN.may_be_negative


def test_goods_of_ours_lie_in_real_places_only() -> None:
    real = {kind.value for kind in LocationKind if not kind.virtual and kind.book is Book.OWN}
    assert real == {"warehouse", "quarantine", "empties_yard", "van", "transit", "consignment"}


def test_a_move_names_its_goods() -> None:
    posted = move(1, LocationKind.SUPPLIER, LocationKind.WAREHOUSE, 5, lot=LOT_A)
    assert posted.goods == Goods(BEER, LOT_A, None)
    assert posted.key == UUID(int=1)
