"""Packings and base units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.quantity import Packing, Packings
from app.errors import RuleBroken
from tests.support.domain_vectors import vector
from tests.support.properties import moderate

BEER = Packings(
    (
        Packing("BTL", "瓶", 1, "2900001000017"),
        Packing("PLT", "托", 720),
        Packing("CS", "箱", 12, "12900001000014", is_default=True),
    )
)


def test_q1_packings_to_base_units_and_back() -> None:
    q1 = vector("Q1")
    assert BEER.to_base(q1["inp"]) == q1["base"]
    assert {packing.code: count for packing, count in BEER.split(q1["base"])} == q1["back"]
    assert {packing.code: count for packing, count in BEER.split(-31)} == q1["neg"]


@given(st.integers(-(10**9), 10**9))
@moderate
def test_splitting_loses_nothing(qty_base: int) -> None:
    assert sum(packing.factor * count for packing, count in BEER.split(qty_base)) == qty_base
    packs, loose = BEER.packs_and_loose(qty_base)
    assert packs * 12 + loose == qty_base
    assert abs(loose) < 12
    assert min(packs, loose) >= 0 or max(packs, loose) <= 0


@pytest.mark.parametrize(
    ("qty_base", "text"), [(2227, "3托5箱7瓶"), (-31, "-2箱7瓶"), (0, "0瓶"), (24, "2箱")]
)
def test_quantities_read_as_people_say_them(qty_base: int, text: str) -> None:
    assert BEER.show(qty_base) == text


def test_a_product_knows_its_base_default_and_other_packings() -> None:
    assert [packing.code for packing in BEER.items] == ["PLT", "CS", "BTL"]
    assert BEER.base.code == "BTL"
    assert BEER.default.code == "CS"
    assert BEER.factor("PLT") == 720
    assert BEER.find("KEG") is None
    assert Packings((Packing("BTL", "瓶", 1),)).default.code == "BTL"
    with pytest.raises(RuleBroken, match="packing"):
        BEER.factor("KEG")


@pytest.mark.parametrize(
    "items",
    [
        (Packing("CS", "箱", 12),),
        (Packing("BTL", "瓶", 1), Packing("CAN", "听", 1)),
        (Packing("BTL", "瓶", 1), Packing("BTL", "箱", 12)),
        (Packing("BTL", "瓶", 1), Packing("CS", "箱", 0)),
    ],
)
def test_packings_without_one_base_or_with_two_of_a_code_are_refused(
    items: tuple[Packing, ...],
) -> None:
    with pytest.raises(RuleBroken, match="packings"):
        Packings(items)


def test_a_product_has_at_least_its_base_packing() -> None:
    with pytest.raises(RuleBroken, match="packings"):
        Packings(())


def test_the_usual_packings_are_the_case_and_the_single_unit() -> None:
    packings = Packings(
        (
            Packing("PLT", "托", 720),
            Packing("CS", "箱", 12, is_default=True),
            Packing("BT", "瓶", 1),
        )
    )
    assert [packing.code for packing in packings.usual.items] == ["CS", "BT"]
    alone = Packings((Packing("BT", "瓶", 1),))
    assert alone.usual == alone
