"""Products and packings of lines, where the products are known."""

from typing import Any

import pytest

from app.domain.quantity import Packing, Packings
from app.domain.records.documents import assemble
from app.domain.records.drafts import CountDraft, DeliveryDraft, OrderDraft
from app.domain.records.units import (
    check_count_units,
    check_delivery_products,
    check_order_units,
)
from tests.support.records import record

PACKINGS = Packings((Packing("BTL", "瓶", 1), Packing("CS", "箱", 12)))


def packings_of(code: str) -> Packings | None:
    return PACKINGS if code == "HX500" else None


def test_an_unknown_product_is_named_for_the_clerk() -> None:
    (order,) = assemble([record(10, 10), record(11, 11, {3: "HX50O"})])
    (delivery,) = assemble([record(12, 20), record(13, 21, {3: "HX50O"}), record(13, 22, {2: 2})])
    (count,) = assemble([record(16, 40), record(17, 41, {2: "HX50O"})])
    assert isinstance(order, OrderDraft)
    assert isinstance(delivery, DeliveryDraft)
    assert isinstance(count, CountDraft)
    for found in (
        check_order_units(order.lines, packings_of),
        check_delivery_products(delivery.lines, packings_of),
        check_count_units(count.lines, packings_of),
    ):
        assert [(p.code, p.where, p.fields["product"]) for p in found] == [
            ("E_PROD", "line 1", "HX50O")
        ]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({4: "BTL", 5: 60}, []),
        ({6: 61}, ["E_UOM"]),
        ({4: "BTL"}, ["E_UOM"]),
        ({4: "KEG"}, ["E_UOM"]),
    ],
)
def test_packs_times_factor_is_the_quantity_of_an_order_line(
    changes: dict[int, Any], codes: list[str]
) -> None:
    (order,) = assemble([record(10, 10), record(11, 11, changes)])
    assert isinstance(order, OrderDraft)
    assert [p.code for p in check_order_units(order.lines, packings_of)] == codes


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({5: None, 6: 492}, []),
        ({6: 495}, ["E_CNT_QTY"]),
        ({3: "KEG"}, ["E_CNT_QTY"]),
        ({4: None, 5: None, 6: None, 9: 2}, []),
        ({4: None, 5: None, 6: None, 9: 1}, []),
    ],
)
def test_packs_and_loose_make_up_a_counted_quantity(
    changes: dict[int, Any], codes: list[str]
) -> None:
    (count,) = assemble([record(16, 40), record(17, 41, changes)])
    assert isinstance(count, CountDraft)
    assert [p.code for p in check_count_units(count.lines, packings_of)] == codes
