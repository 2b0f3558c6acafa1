"""Promotions: one answer whatever the order of things, exact to the fen, and never to a loss."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.pricing import (
    ApplyMode,
    Buyer,
    FreeGoods,
    Item,
    PricedOrder,
    Promotion,
    Rule,
    RuleKind,
    Scope,
    apply_promotions,
    check_rule,
)
from app.errors import RuleBroken
from tests.support.domain_vectors import vector
from tests.support.properties import moderate

DAY = date(2026, 6, 18)
BUYER = Buyer("C01", "GROCERY", frozenset({"EAST", "CITY"}))


def rule(kind: RuleKind, rule_no: int = 1, **params: Any) -> Rule:
    own = {name: params.pop(name) for name in ("mode", "gives", "needs") if name in params}
    return Rule(rule_no, kind, params, **own)


def promotion(code: str, *rules: Rule, **fields: Any) -> Promotion:
    return Promotion(code, rules, date(2026, 6, 1), **fields)


def item(line_no: int = 1, qty: int = 120, **fields: Any) -> Item:
    values: dict[str, Any] = {"product": "HX500", "price_fen": 5350, "factor": 12} | fields
    return Item(line_no, values.pop("product"), qty, **values)


def priced(items: list[Item], *promotions: Promotion, day: date = DAY) -> PricedOrder:
    return apply_promotions(items, promotions, BUYER, day)


def test_without_promotions_net_is_gross() -> None:
    order = priced([item()])
    assert (order.net_fen, order.free, order.spent) == (53500, (), ())


def test_min_2_max_5_is_for_the_first_five_and_not_for_all_or_none() -> None:
    p1 = vector("P1")
    five = promotion("P", rule(RuleKind.PCT_OFF, off_bp=5000, min_qty=2, max_qty=5))
    goods = item(qty=8, price_fen=10000, factor=1)
    assert priced([goods], five).net_fen == p1["slab"]
    everything = replace(five, rules=(replace(five.rules[0], mode=ApplyMode.ALL_UNITS),))
    assert priced([goods], everything).net_fen == p1["all_units_if_in_range"]
    assert priced([replace(goods, qty=5)], everything).net_fen == 25000
    assert priced([replace(goods, qty=1)], five).net_fen == 10000


def test_contract_price_free_cases_and_two_percent() -> None:
    p3 = vector("P3")
    order = priced(
        [item(qty=22 * 12, price_fen=5200)],
        promotion("FREE", rule(RuleKind.BUY_X_GET_Y, buy=120, get=12)),
        promotion("TWO", rule(RuleKind.ORDER_THRESHOLD, min_fen=1, off_bp=200)),
    )
    assert order.items[0].gross_fen == p3["gross"]
    assert order.net_fen == p3["net"]
    assert order.free == (FreeGoods("HX500", p3["free_cases"] * 12, "FREE", 1),)


@pytest.mark.parametrize("key", ["P2a", "P2b"])
def test_an_order_discount_is_spread_so_that_lines_add_up(key: str) -> None:
    case = vector(key)
    items = [item(no, 1, price_fen=fen, factor=1) for no, fen in enumerate(case["inp"], start=1)]
    off = rule(RuleKind.ORDER_THRESHOLD, min_fen=1, off_fen=case["total"])
    order = priced(items, promotion("P", off))
    assert [each.discount_fen for each in order.items] == case["alloc"]


def test_two_rules_that_fit_are_no_error_but_the_better_one() -> None:
    five = promotion("A", rule(RuleKind.PCT_OFF, off_bp=500), stackable_group="G")
    ten = promotion("B", rule(RuleKind.PCT_OFF, off_bp=1000), stackable_group="G")
    order = priced([item()], five, ten)
    assert [(gain.promotion, gain.fen) for gain in order.items[0].gains] == [("B", 5350)]


def test_of_equals_the_lower_priority_then_the_smaller_code_wins() -> None:
    a, b = (
        promotion(code, rule(RuleKind.PCT_OFF, off_bp=500), stackable_group="G") for code in "AB"
    )
    assert priced([item()], b, a).items[0].gains[0].promotion == "A"
    first = priced([item()], a, replace(b, priority=-1))
    assert first.items[0].gains[0].promotion == "B"


def test_groups_add_up_each_on_what_is_left() -> None:
    half = promotion("A", rule(RuleKind.PCT_OFF, off_bp=5000))
    also = promotion("B", rule(RuleKind.PCT_OFF, off_bp=5000))
    assert priced([item()], half, also).net_fen == 13375


def test_a_rule_for_a_group_holds_for_its_child_groups() -> None:
    beer = promotion(
        "P", rule(RuleKind.PCT_OFF, off_bp=1000), scope=Scope(groups=frozenset({"BEER"}))
    )
    lager = item(groups=frozenset({"LAGER", "BEER"}))
    cola = item(2, product="XG330", groups=frozenset({"SODA"}))
    order = priced([lager, cola], beer)
    assert [each.discount_fen for each in order.items] == [5350, 0]


@pytest.mark.parametrize(
    ("scope", "holds"),
    [
        (Scope(), True),
        (Scope(customers=frozenset({"C01"})), True),
        (Scope(customers=frozenset({"C02"})), False),
        (Scope(types=frozenset({"GROCERY"})), True),
        (Scope(types=frozenset({"KA"})), False),
        (Scope(territories=frozenset({"CITY"})), True),
        (Scope(territories=frozenset({"WEST"})), False),
        (Scope(products=frozenset({"HX500"})), True),
        (Scope(products=frozenset({"XG330"})), False),
    ],
)
def test_a_promotion_is_for_whom_and_what_it_names(scope: Scope, holds: bool) -> None:
    order = priced([item()], promotion("P", rule(RuleKind.PCT_OFF, off_bp=1000), scope=scope))
    assert (order.net_fen < 53500) == holds


def test_a_promotion_holds_from_its_first_day_up_to_the_day_it_ends() -> None:
    june = promotion("P", rule(RuleKind.PCT_OFF, off_bp=1000), valid_to=date(2026, 7, 1))
    nets = [
        priced([item()], june, day=day).net_fen
        for day in (date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 30), date(2026, 7, 1))
    ]
    assert nets == [53500, 48150, 48150, 53500]


def test_a_special_price_never_makes_goods_dearer() -> None:
    special = rule(RuleKind.SPECIAL_PRICE, price_fen=5000, factor=12)
    assert priced([item()], promotion("P", special)).net_fen == 50000
    dear = rule(RuleKind.SPECIAL_PRICE, price_fen=6000, factor=12)
    assert priced([item()], promotion("P", dear)).net_fen == 53500


def test_a_special_price_for_the_first_cases_leaves_the_others_at_theirs() -> None:
    special = rule(RuleKind.SPECIAL_PRICE, price_fen=5000, factor=12, max_qty=60)
    assert priced([item()], promotion("P", special)).net_fen == 5 * 5000 + 5 * 5350


def test_a_bundle_counts_whole_sets_over_all_lines_of_its_goods() -> None:
    bundle = promotion("P", rule(RuleKind.BUNDLE, off_fen=1000, needs={"HX500": 24, "XG330": 12}))
    beer, more, soda = item(1, 36), item(3, 12), item(2, 30, product="XG330", price_fen=2400)
    assert priced([beer, more, soda], bundle).items[0].discount_fen > 0
    assert sum(each.discount_fen for each in priced([beer, more, soda], bundle).items) == 2000
    assert priced([beer, more], bundle).net_fen == priced([beer, more]).net_fen


def test_a_line_that_had_its_groups_promotion_is_in_no_bundle_and_gets_no_free_goods() -> None:
    off = promotion("A", rule(RuleKind.PCT_OFF, off_bp=1000), stackable_group="G")
    bundle = promotion(
        "B", rule(RuleKind.BUNDLE, off_fen=1000, needs={"HX500": 12}), stackable_group="G"
    )
    free = promotion("C", rule(RuleKind.BUY_X_GET_Y, buy=12, get=1), stackable_group="G")
    order = priced([item()], off, bundle, free)
    assert [gain.promotion for gain in order.items[0].gains] == ["A"]
    assert order.free == ()


def test_free_goods_are_counted_over_all_lines_of_a_product_and_may_be_another_product() -> None:
    free = promotion("P", rule(RuleKind.BUY_X_GET_Y, buy=120, get=12, gives="GLASS"))
    order = priced([item(1, 100), item(2, 50), item(3, 119, product="XG330")], free)
    assert order.free == (FreeGoods("GLASS", 12, "P", 1),)
    assert (
        order.net_fen == priced([item(1, 100), item(2, 50), item(3, 119, product="XG330")]).net_fen
    )


def test_of_a_group_the_most_free_goods_are_given_once() -> None:
    small = promotion("A", rule(RuleKind.BUY_X_GET_Y, buy=120, get=6), stackable_group="G")
    big = promotion("B", rule(RuleKind.BUY_X_GET_Y, buy=120, get=12), stackable_group="G")
    assert priced([item()], small, big).free == (FreeGoods("HX500", 12, "B", 1),)
    assert priced([item()], big, replace(small, code="C")).free[0].promotion == "B"


def test_a_threshold_looks_at_the_goods_it_is_for() -> None:
    soda = Scope(products=frozenset({"XG330"}))
    off = promotion("P", rule(RuleKind.ORDER_THRESHOLD, min_fen=30000, off_bp=1000), scope=soda)
    items = [item(), item(2, 120, product="XG330", price_fen=2400)]
    assert [each.discount_fen for each in priced(items, off).items] == [0, 0]
    more = [items[0], replace(items[1], qty=240)]
    assert [each.discount_fen for each in priced(more, off).items] == [0, 4800]


def test_a_rebate_is_written_down_and_not_taken_off() -> None:
    order = priced([item()], promotion("P", rule(RuleKind.REBATE, off_bp=300)))
    assert order.net_fen == 53500
    assert [(gain.kind, gain.fen) for gain in order.items[0].gains] == [(RuleKind.REBATE, 1605)]
    nothing = priced(
        [item(qty=1, price_fen=1, factor=1)], promotion("P", rule(RuleKind.REBATE, off_bp=1))
    )
    assert nothing.items[0].gains == ()


def test_a_used_up_budget_ends_the_promotion_and_is_told() -> None:
    off = promotion("P", rule(RuleKind.PCT_OFF, off_bp=1000), left_fen=5350)
    assert priced([item()], off).spent == ()
    twice = priced([item(), item(2)], off)
    assert ([each.discount_fen for each in twice.items], twice.spent) == ([5350, 0], ("P",))
    free = promotion("F", rule(RuleKind.BUY_X_GET_Y, buy=120, get=12), left_qty=11)
    assert (priced([item()], free).free, priced([item()], free).spent) == ((), ("F",))
    bundle = promotion("B", rule(RuleKind.BUNDLE, off_fen=1000, needs={"HX500": 12}), left_fen=1)
    assert priced([item()], bundle).spent == ("B",)


@pytest.mark.parametrize(
    ("bad", "names"),
    [
        (rule(RuleKind.PCT_OFF), ["off_bp"]),
        (rule(RuleKind.PCT_OFF, off_bp=10001), ["off_bp"]),
        (rule(RuleKind.PCT_OFF, off_bp=100, min_qty=-1), ["min_qty"]),
        (rule(RuleKind.SPECIAL_PRICE), ["price_fen"]),
        (rule(RuleKind.BUY_X_GET_Y, buy=10), ["get"]),
        (rule(RuleKind.ORDER_THRESHOLD, min_fen=100), ["off_bp"]),
        (rule(RuleKind.BUNDLE, off_fen=100), ["needs"]),
        (rule(RuleKind.BUNDLE, off_fen=100, needs={"A": 0}), ["needs"]),
        (rule(RuleKind.REBATE), ["off_bp"]),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_name(bad: Rule, names: list[str]) -> None:
    with pytest.raises(RuleBroken) as caught:
        check_rule(bad)
    assert caught.value.fields["names"] == names


def test_rules_that_can_be_pass() -> None:
    check_rule(rule(RuleKind.SPECIAL_PRICE, price_fen=0))
    check_rule(rule(RuleKind.ORDER_THRESHOLD, min_fen=1, off_fen=1))
    check_rule(rule(RuleKind.ORDER_THRESHOLD, min_fen=1, off_bp=1))
    check_rule(rule(RuleKind.BUNDLE, off_fen=1, needs={"A": 1}))


ITEMS = st.lists(
    st.builds(
        Item,
        line_no=st.integers(1, 999),
        product=st.sampled_from(["HX500", "XG330", "QS"]),
        qty=st.integers(1, 500),
        price_fen=st.integers(1, 9000),
        factor=st.sampled_from([1, 12]),
        groups=st.just(frozenset({"BEER"})),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda each: each.line_no,
)
RULES = st.one_of(
    st.builds(
        lambda bp, low, high, mode: rule(
            RuleKind.PCT_OFF, off_bp=bp, min_qty=low, max_qty=high, mode=mode
        ),
        st.integers(1, 10000), st.integers(0, 200), st.integers(0, 300), st.sampled_from(ApplyMode),
    ),
    st.builds(
        lambda fen: rule(RuleKind.SPECIAL_PRICE, price_fen=fen, factor=12), st.integers(0, 90000)
    ),
    st.builds(
        lambda buy, get: rule(RuleKind.BUY_X_GET_Y, buy=buy, get=get),
        st.integers(1, 100), st.integers(1, 12),
    ),
    st.builds(
        lambda low, bp: rule(RuleKind.ORDER_THRESHOLD, min_fen=low, off_bp=bp),
        st.integers(1, 10**6), st.integers(1, 10000),
    ),
    st.builds(
        lambda fen: rule(RuleKind.BUNDLE, off_fen=fen, needs={"HX500": 12, "XG330": 6}),
        st.integers(1, 10**6),
    ),
    st.builds(lambda bp: rule(RuleKind.REBATE, off_bp=bp), st.integers(1, 10000)),
)  # fmt: skip
PROMOTIONS = st.lists(
    st.builds(
        promotion,
        st.sampled_from("ABCDEFGH"),
        RULES,
        stackable_group=st.sampled_from(["", "G", "H"]),
        priority=st.integers(0, 2),
        left_fen=st.none() | st.integers(0, 10**6),
        left_qty=st.none() | st.integers(0, 100),
    ),
    max_size=5,
    unique_by=lambda each: each.code,
)


@moderate
@given(ITEMS, PROMOTIONS, st.randoms(use_true_random=False))
def test_the_order_of_lines_and_promotions_does_not_matter(
    items: list[Item], promotions: list[Promotion], rng: random.Random
) -> None:
    expected = priced(items, *promotions)
    rng.shuffle(items)
    rng.shuffle(promotions)
    assert priced(items, *promotions) == expected


@moderate
@given(ITEMS, PROMOTIONS)
def test_discounts_are_what_the_gains_say_and_never_more_than_the_goods_cost(
    items: list[Item], promotions: list[Promotion]
) -> None:
    order = priced(items, *promotions)
    given_fen: dict[str, int] = {}
    for each in order.items:
        off = [gain for gain in each.gains if gain.kind is not RuleKind.REBATE]
        assert each.discount_fen == sum(gain.fen for gain in off)
        assert 0 <= each.discount_fen <= each.gross_fen
        for gain in off:
            given_fen[gain.promotion] = given_fen.get(gain.promotion, 0) + gain.fen
    for each_promotion in promotions:
        if each_promotion.left_fen is not None:
            assert given_fen.get(each_promotion.code, 0) <= each_promotion.left_fen
    assert order.net_fen <= priced(items).net_fen


@moderate
@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(1, 100), st.integers(1, 12))
def test_more_bought_is_never_less_free(low: int, more: int, buy: int, get: int) -> None:
    free = promotion("P", rule(RuleKind.BUY_X_GET_Y, buy=buy, get=get))
    first, second = (
        sum(each.qty for each in priced([item(qty=qty)], free).free)
        for qty in (low + 1, low + 1 + more)
    )
    assert first <= second
