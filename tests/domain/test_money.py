"""Rounding, line amounts and allocation."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.money import allocate, line_amount, round_half_up, share, yuan
from app.errors import RuleBroken
from tests.support.domain_vectors import vector
from tests.support.properties import moderate

fen = st.integers(-(10**10), 10**10)


@pytest.mark.parametrize(
    ("value", "whole"),
    [(Fraction(1, 2), 1), (Fraction(-1, 2), -1), (Fraction(149, 100), 1), (Fraction(-5, 2), -3)],
)
def test_a_half_goes_away_from_zero(value: Fraction, whole: int) -> None:
    assert round_half_up(value) == whole


@given(st.fractions())
@moderate
def test_rounding_is_never_off_by_more_than_a_half_and_mirrors(value: Fraction) -> None:
    assert abs(round_half_up(value) - value) <= Fraction(1, 2)
    assert round_half_up(-value) == -round_half_up(value)


def test_q2_a_line_is_rounded_once_and_not_per_unit() -> None:
    q2 = vector("Q2")
    amount = line_amount(q2["price_fen_per_case"], 12, q2["qty_base"])
    assert amount == q2["amount_fen"] == 13821
    assert amount == round_half_up(Fraction(q2["exact"]))
    assert amount != q2["naive_unit_rounded"]


@pytest.mark.parametrize("key", ["P2a", "P2b"])
def test_p2_an_order_discount_is_split_by_largest_remainder(key: str) -> None:
    example = vector(key)
    assert allocate(example["total"], example["inp"]) == example["alloc"]


@given(fen, st.lists(st.integers(0, 10**9), min_size=1, max_size=300))
@moderate
def test_inv_13_the_parts_of_an_allocation_add_up_exactly(total: int, weights: list[int]) -> None:
    assume(sum(weights))
    parts = allocate(total, weights)
    assert sum(parts) == total
    assert len(parts) == len(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**5)), min_size=1), st.data())
@moderate
def test_inv_13_header_is_the_sum_of_its_lines_after_any_discount(
    lines: list[tuple[int, int]], data: st.DataObject
) -> None:
    gross = [line_amount(price, 12, qty) for price, qty in lines]
    assume(sum(gross))
    discount = data.draw(st.integers(0, sum(gross)))
    nets = [g - d for g, d in zip(gross, allocate(discount, gross), strict=True)]
    assert sum(nets) == sum(gross) - discount
    assert min(nets) >= 0


def test_nothing_can_be_split_over_nothing() -> None:
    assert allocate(0, [0, 0]) == [0, 0]
    assert allocate(0, []) == []
    with pytest.raises(RuleBroken, match="weights"):
        allocate(1, [0, 0])
    with pytest.raises(RuleBroken, match="weights"):
        allocate(1, [2, -1])


def test_a_share_of_an_amount_is_rounded_to_fen() -> None:
    assert share(114400, 200) == 2288
    assert share(25, 200) == 1


@pytest.mark.parametrize(
    ("amount_fen", "text"),
    [
        (123450, "1,234.50"),
        (5, "0.05"),
        (-1250, "-12.50"),
        (0, "0.00"),
        (100000000, "1,000,000.00"),
    ],
)
def test_yuan_are_written_with_two_places(amount_fen: int, text: str) -> None:
    assert yuan(amount_fen) == text
