"""Prices: which applies, and what promotions make of it."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import share
from app.domain.pricing import (
    PriceCandidate,
    PriceLevel,
    amount_at,
    differs_beyond,
    effective_price,
    free_goods,
    price_per_packing,
    resolve_price,
    slab,
)
from tests.support.domain_vectors import vector
from tests.support.properties import moderate

JUNE_18 = date(2026, 6, 18)
YEAR = date(2026, 1, 1)


def price(key: str, level: PriceLevel = PriceLevel.BASE, **fields: object) -> PriceCandidate:
    values: dict[str, object] = {
        "packing": "CS",
        "factor": 12,
        "price_fen": 5350,
        "valid_from": YEAR,
        **fields,
    }
    return PriceCandidate(key, level, **values)  # type: ignore[arg-type]


def test_p1_a_reduction_for_the_first_five_is_for_the_first_five() -> None:
    p1 = vector("P1")
    assert slab(8, 10000, 2, 5, 5000) == p1["slab"] == 550_00
    assert slab(8, 10000, 2, 5, 5000) != p1["all_units_if_in_range"]
    assert slab(1, 10000, 2, 5, 5000) == 10000


def test_p3_contract_free_cases_and_two_percent() -> None:
    p3 = vector("P3")
    found = resolve_price(
        [price("list"), price("contract", PriceLevel.CONTRACT, price_fen=5200)], "CS", JUNE_18
    )
    assert found is not None
    assert found.price_fen == p3["price"]
    gross = amount_at(found, 22 * 12)
    assert gross == p3["gross"]
    assert free_goods(22, buy=10, get=1) == p3["free_cases"]
    assert share(gross, 200) == p3["disc2pct"]
    assert gross - share(gross, 200) == p3["net"]
    assert effective_price(p3["net"], 24) == p3["eff_round"]


def test_no_price_is_none_and_never_zero() -> None:
    assert resolve_price([], "CS", JUNE_18) is None
    assert resolve_price([price("later", valid_from=date(2026, 7, 1))], "CS", JUNE_18) is None


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        (price("z", PriceLevel.CONTRACT), price("a", PriceLevel.GROUP, priority=9)),
        (price("z", PriceLevel.GROUP), price("a", PriceLevel.TERRITORY)),
        (price("z", PriceLevel.TERRITORY), price("a", PriceLevel.BASE)),
        (price("z"), price("a", packing="PLT", factor=720, priority=9)),
        (price("z", packing="PLT", factor=720), price("a", packing="BTL", factor=1)),
        (price("z", priority=2), price("a", priority=1, valid_from=date(2026, 6, 1))),
        (price("z", valid_from=date(2026, 6, 1)), price("a")),
        (price("a"), price("z")),
        (price("z"), price("a", valid_to=JUNE_18)),
        (price("z", valid_from=JUNE_18), price("a", valid_from=date(2026, 6, 19))),
    ],
)
def test_which_of_two_prices_applies(winner: PriceCandidate, loser: PriceCandidate) -> None:
    assert resolve_price([winner, loser], "CS", JUNE_18) is winner
    assert resolve_price([loser, winner], "CS", JUNE_18) is winner


candidates = st.builds(
    PriceCandidate,
    key=st.uuids().map(str),
    level=st.sampled_from(PriceLevel),
    packing=st.sampled_from(["CS", "BTL"]),
    factor=st.sampled_from([1, 12]),
    price_fen=st.integers(1, 10**6),
    valid_from=st.dates(YEAR, date(2026, 12, 31)),
    priority=st.integers(0, 2),
)


@given(st.lists(candidates, max_size=8), st.randoms(use_true_random=False))
@moderate
def test_the_price_does_not_depend_on_the_order_of_the_lists(
    offers: list[PriceCandidate], shuffler: random.Random
) -> None:
    shuffled = list(offers)
    shuffler.shuffle(shuffled)
    assert resolve_price(offers, "CS", JUNE_18) == resolve_price(shuffled, "CS", JUNE_18)


@pytest.mark.parametrize(
    ("asked", "own", "beyond"),
    [(10050, 10000, False), (10051, 10000, True), (9950, 10000, False), (9949, 10000, True)],
)
def test_a_price_from_outside_may_differ_by_half_a_percent(
    asked: int, own: int, beyond: bool
) -> None:
    assert differs_beyond(asked, own) is beyond


def test_a_price_for_a_case_is_turned_into_one_for_a_bottle() -> None:
    assert price_per_packing(price("p"), 12) == 5350
    assert price_per_packing(price("p"), 1) == 446
