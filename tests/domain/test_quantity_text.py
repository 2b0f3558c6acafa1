"""Quantities as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.quantity import Packing, Packings
from app.domain.quantity_text import read_quantity
from app.errors import RuleBroken
from tests.support.properties import moderate

BOTTLE = Packing("BTL", "瓶", 1)
CASE = Packing("CS", "箱", 12, is_default=True)
PALLET = Packing("PLT", "托", 720)
BEER = Packings((BOTTLE, CASE, PALLET))


@pytest.mark.parametrize(
    ("text", "packing", "packs", "loose"),
    [
        ("3", "CS", 3, 0),
        ("3+4", "CS", 3, 4),
        (" 3 + 4 ", "CS", 3, 4),
        ("３箱４瓶", "CS", 3, 4),
        ("3cs 4btl", "CS", 3, 4),
        ("3箱+4瓶", "CS", 3, 4),
        ("7瓶", "BTL", 7, 0),
        ("1托2箱5瓶", "PLT", 1, 29),
        ("3箱 4", "CS", 3, 4),
        ("0", "CS", 0, 0),
        ("2CS 1CS", "CS", 3, 0),
    ],
)
def test_what_people_type_is_understood(text: str, packing: str, packs: int, loose: int) -> None:
    found = read_quantity(BEER, text)
    assert (found.packing.code, found.packs, found.loose) == (packing, packs, loose)


@pytest.mark.parametrize("text", ["", "x", "箱", "-3", "3.5", "3 4", "1+2+3", "3*4", "9" * 50])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken, match="quantity-text"):
        read_quantity(BEER, text)


def test_a_packing_that_the_product_lacks_is_named() -> None:
    with pytest.raises(RuleBroken, match="packing") as caught:
        read_quantity(BEER, "3桶")
    assert caught.value.fields["packing"] == "桶"


def test_goods_without_another_packing_are_counted_in_pieces() -> None:
    found = read_quantity(Packings((BOTTLE,)), "3+4")
    assert (found.packs, found.loose, found.qty) == (7, 0, 7)


@moderate
@given(st.integers(0, 100_000))
def test_what_is_shown_is_read_back(qty: int) -> None:
    assert read_quantity(BEER, BEER.show(qty)).qty == qty
