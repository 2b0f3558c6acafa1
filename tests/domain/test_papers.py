"""Papers are values: what was frozen cannot change."""

from dataclasses import FrozenInstanceError, replace
from datetime import date

import pytest

from app.domain.papers import NoteLine

LINE = NoteLine(
    line_no=1,
    product_code="HX500",
    product_name="望汐 500ml",
    spec="500ml×12",
    lot_code="L2605A17",
    production_date=date(2026, 5, 17),
    shelf_life_days=180,
    packing_name="箱",
    base_name="瓶",
    packing_factor=12,
    packs=2,
    loose=7,
    qty_base=31,
    price_fen=5350,
    net_fen=13821,
    discount_fen=0,
    free=False,
    ml_per_base=500,
    remark="",
)


def test_equal_lines_are_equal_and_no_line_can_be_altered() -> None:
    assert replace(LINE) == LINE
    assert hash(replace(LINE)) == hash(LINE)
    with pytest.raises(FrozenInstanceError):
        LINE.net_fen = 0  # type: ignore[misc]
