"""Deliveries: where every ordered unit went."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.deliveries import (
    DeliveryLine,
    DeliveryResult,
    account_for,
    check_delivered,
    result_of,
)
from tests.support.properties import moderate

quantity = st.integers(0, 10**6)


@given(quantity, quantity, quantity, quantity, st.integers(-5, 5))
@moderate
def test_ordered_is_delivered_and_refused_and_short_and_back_ordered(
    delivered: int, refused: int, short: int, back_ordered: int, wrong_by: int
) -> None:
    ordered = delivered + refused + short + back_ordered + wrong_by
    line = DeliveryLine(1, "P1", ordered, delivered, refused, short, back_ordered)
    assert (line.check() == []) == (wrong_by == 0)


@pytest.mark.parametrize("parts", [(-1, 11, 0, 0), (11, -1, 0, 0), (9, 0, 2, -1)])
def test_no_part_of_a_line_is_negative(parts: tuple[int, int, int, int]) -> None:
    (found,) = DeliveryLine(3, "P1", 10, *parts).check()
    assert (found.code, found.where) == ("E_DLV_SUM", "line 3")


@given(quantity, st.data(), st.booleans())
@moderate
def test_what_was_not_handed_over_is_short_or_back_ordered(
    ordered: int, data: st.DataObject, back_order: bool
) -> None:
    delivered = data.draw(st.integers(0, ordered))
    refused = data.draw(st.integers(0, ordered - delivered))
    line = account_for(1, "P1", ordered, delivered, refused, back_order=back_order)
    assert line.check() == []
    assert (line.short if back_order else line.back_ordered) == 0


def test_50_ordered_20_shipped_30_back_ordered() -> None:
    line = account_for(1, "P1", 50, 20, 0, back_order=True)
    assert (line.ordered, line.delivered, line.back_ordered, line.short) == (50, 20, 30, 0)


def test_more_than_was_shipped_cannot_be_handed_over() -> None:
    assert check_delivered(1, shipped=10, delivered=8, refused=2) == []
    (found,) = check_delivered(1, shipped=10, delivered=10, refused=2)
    assert found.code == "E_OVER"
    assert found.fields == {"shipped": 10, "delivered": 10, "refused": 2}


@pytest.mark.parametrize(
    ("lines", "result"),
    [
        ([DeliveryLine(1, "A", 10, 10), DeliveryLine(2, "B", 5, 5)], DeliveryResult.FULL),
        ([DeliveryLine(1, "A", 10, 10), DeliveryLine(2, "B", 5, 0, 5)], DeliveryResult.PART),
        ([DeliveryLine(1, "A", 10, 0, 10)], DeliveryResult.REFUSED),
        ([DeliveryLine(1, "A", 10, 0, 0, 10)], DeliveryResult.MISSED),
        ([], DeliveryResult.MISSED),
    ],
)
def test_the_result_of_a_stop_follows_from_its_lines(
    lines: list[DeliveryLine], result: DeliveryResult
) -> None:
    assert result_of(lines) is result
