"""Whose sale an order is, by the first rule that fits."""

import pytest

from app.domain.deliveries import Part
from app.domain.orders import OrderClass, classify


@pytest.mark.parametrize(
    ("wholesaler", "direct", "own", "origin", "expected"),
    [
        (True, True, True, "visit", OrderClass.PURCHASE),
        (False, True, False, "wholesaler", OrderClass.DIRECT),
        (False, False, True, "wholesaler", OrderClass.DIRECT),
        (False, False, False, "phone", OrderClass.DIRECT),
        (False, False, False, "wholesaler", OrderClass.DISTRIBUTED),
    ],
)
def test_a_phone_order_of_a_customer_we_serve_is_our_sale(
    wholesaler: bool, direct: bool, own: bool, origin: str, expected: OrderClass
) -> None:
    found = classify(
        buyer_is_wholesaler=wholesaler, direct_served=direct, own_delivery=own, origin=origin
    )
    assert found is expected


def test_parts_of_a_line_come_to_the_whole_exactly() -> None:
    parts = (Part(0, 7), Part(7, 3), Part(10, 21))
    assert sum(part.of(13821, 31) for part in parts) == 13821
