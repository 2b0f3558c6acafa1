"""Commands survive the way through JSON."""

import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest

from app.domain.stock import LocationKind
from app.services.masters import MasterData
from app.services.plain import from_plain, to_plain
from app.services.receiving import GoodsReceipt
from tests.support.offices import sample_masters, sample_receipt


def test_master_data_comes_back_equal() -> None:
    masters = sample_masters()
    text = json.dumps(to_plain(masters))
    assert from_plain(MasterData, json.loads(text)) == masters


def test_a_receipt_comes_back_equal() -> None:
    receipt = sample_receipt()
    assert from_plain(GoodsReceipt, json.loads(json.dumps(to_plain(receipt)))) == receipt


@dataclass(frozen=True)
class Sample:
    key: UUID
    kind: LocationKind
    day: date | None
    pairs: tuple[tuple[int, str], ...]
    by_code: dict[str, int]


def test_every_kind_of_value_has_a_plain_form() -> None:
    sample = Sample(UUID(int=7), LocationKind.VAN, None, ((1, "a"),), {"x": 2})
    assert from_plain(Sample, json.loads(json.dumps(to_plain(sample)))) == sample


def test_a_value_without_plain_form_is_refused() -> None:
    with pytest.raises(TypeError):
        to_plain(1.5)
