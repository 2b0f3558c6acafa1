"""Orders: number of lines and repetitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.orders import MAX_ORDER_LINES, OrderLine, check_order_lines
from tests.support.properties import moderate


def lines(count: int) -> list[OrderLine]:
    return [OrderLine(n, f"P{n}", "CS", 1, 12, 5350, 5350) for n in range(1, count + 1)]


@pytest.mark.parametrize("count", [1, 2, 255, 256])
def test_orders_of_up_to_256_lines_are_accepted(count: int) -> None:
    assert check_order_lines(lines(count), count) == []
    assert check_order_lines(lines(count)) == []


@pytest.mark.parametrize(("received", "declared"), [(257, 257), (256, 257), (257, 256), (300, 300)])
def test_257_lines_are_refused_and_nothing_is_cut_off(received: int, declared: int) -> None:
    (found,) = check_order_lines(lines(received), declared)
    assert found.code == "E_ORD_TOO_MANY"
    assert found.fields == {"lines": max(received, declared), "limit": MAX_ORDER_LINES}


@pytest.mark.parametrize(("received", "declared"), [(0, 0), (0, 3), (2, 3), (3, 2)])
def test_missing_or_surplus_lines_refuse_the_order(received: int, declared: int) -> None:
    (found,) = check_order_lines(lines(received), declared)
    assert found.code == "E_ORD_LINES"
    assert found.fields == {"declared": declared, "received": received}


keys = st.tuples(st.sampled_from("AB"), st.sampled_from(["CS", "BTL"]), st.booleans())


@given(st.lists(keys, min_size=1, max_size=12))
@moderate
def test_inv_29_an_order_has_distinct_lines(wanted: list[tuple[str, str, bool]]) -> None:
    order = [
        OrderLine(n, product, packing, 1, 1, 1, 1, free)
        for n, (product, packing, free) in enumerate(wanted, start=1)
    ]
    repeated = [problem.code for problem in check_order_lines(order)]
    assert repeated == ["E_DUP_LINE"] * (len(wanted) - len(set(wanted)))


@given(st.integers(0, 300), st.none() | st.integers(0, 300))
@moderate
def test_inv_29_an_order_has_one_to_256_lines(count: int, declared: int | None) -> None:
    accepted = not check_order_lines(lines(count), declared)
    assert accepted == (1 <= count <= 256 and declared in (None, count))


def test_a_line_number_is_used_once() -> None:
    first, second = lines(2)
    twice = [first, OrderLine(first.line_no, second.product, "CS", 1, 12, 1, 1)]
    assert [problem.where for problem in check_order_lines(twice)] == ["line 1"]
