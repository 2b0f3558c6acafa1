"""A terminal with more records than a batch may hold cuts between documents."""

from functools import partial
from pathlib import Path

import pytest

from drivers.devices.simulated import sealing
from drivers.devices.simulated.store import Identity, StoredRecord, TerminalStore
from drivers.protocols.docking.batch import Record, encode_record, open_batch
from drivers.protocols.docking.keys import make_key, sign

IDENTITY = Identity(branch=127, terminal=9, epoch=1, serial="T9", person="S01")


def stored(seq: int, type_no: int) -> StoredRecord:
    return StoredRecord(seq, 1000 + seq, encode_record(type_no, seq, 1000 + seq, 480, "S01", {}), 0)


def types_of_batches(folder: Path, types: list[int]) -> list[list[int]]:
    store = TerminalStore(folder / "store.sqlite", IDENTITY)
    store.add([stored(seq, type_no) for seq, type_no in enumerate(types, start=1)])
    sealing.seal_loose_records(store, partial(sign, make_key()))
    batches = [open_batch(batch.data).records for batch in store.batches_after(0)]
    return [[each.type for each in batch if isinstance(each, Record)] for batch in batches]


@pytest.mark.parametrize(
    ("types", "batches"),
    [
        ([60, 10, 11, 11, 10, 11], [[60, 10, 11, 11], [10, 11]]),
        ([10, 11, 11, 10, 11, 11], [[10, 11, 11], [10, 11, 11]]),
        ([60, 60, 60, 60, 60], [[60, 60, 60, 60], [60]]),
        ([10, 11, 11, 11, 11, 11], [[10, 11, 11, 11], [11, 11]]),
    ],
)
def test_a_batch_ends_before_a_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, types: list[int], batches: list[list[int]]
) -> None:
    monkeypatch.setattr(sealing, "MOST_RECORDS", 4)
    assert types_of_batches(tmp_path, types) == batches
