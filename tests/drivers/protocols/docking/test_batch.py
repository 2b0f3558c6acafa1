"""Sealed batches: exact bytes, totals, and damage to a record or to the whole."""

import hashlib
import zlib

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.protocols.docking import batch, cbor
from drivers.protocols.docking.batch import (
    BadRecord,
    BatchError,
    BatchHeader,
    Record,
    encode_record,
    open_batch,
    seal_batch,
)

HEADER = BatchHeader(127, 3, 1, 12, 100, 102, "P01", 1_795_000_000_000, 1_795_000_900_000, "1.0", 1)
LINE = {1: [1, 100], 2: 1, 3: "P-1001", 4: "CS", 5: 5, 6: 120, 7: 350, 9: False, 10: 42_000}
RECORDS = [
    encode_record(11, 100, 1_795_000_000_001, 480, "P01", LINE),
    encode_record(13, 101, 1_795_000_000_002, 480, "P01", {1: [1, 9], 2: 1, 3: "A", 5: 24, 6: 0}),
    encode_record(199, 102, 1_795_000_000_003, -300, "P01", {1: "later type", 6: 7}),
]
SEALED = seal_batch(HEADER, RECORDS)


def spoiled(**changes: object) -> bytes:
    fields = cbor.decode(SEALED)
    assert isinstance(fields, dict)
    return cbor.encode(fields | {int(key[1:]): value for key, value in changes.items()})


def test_opens_to_what_was_sealed() -> None:
    opened = open_batch(SEALED)
    assert opened.header == HEADER
    assert opened.sha256 == hashlib.sha256(SEALED).digest()
    assert [record.data for record in opened.records] == RECORDS
    first = opened.records[0]
    assert isinstance(first, Record)
    assert (first.type, first.seq, first.body) == (11, 100, LINE)


def test_offsets_point_at_the_exact_bytes() -> None:
    for record in open_batch(SEALED).records:
        assert SEALED[record.offset : record.offset + len(record.data)] == record.data


def test_layout_is_read_by_an_independent_library() -> None:
    fields = cbor2.loads(SEALED)
    assert fields[0] == 1
    assert fields[8] == {11: [1, 120], 13: [1, 24], 199: [1, 0]}
    assert fields[9] == hashlib.sha256(b"".join(fields[7])).digest()
    record = cbor2.loads(fields[7][0])
    assert zlib.crc32(cbor2.dumps(record[:6], canonical=True)) == record[6]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "E_BATCH_FORMAT"),
        (b"\xa0", "E_BATCH_FORMAT"),
        (SEALED + b"\0", "E_BATCH_FORMAT"),
        (spoiled(k0=2), "E_BATCH_FORMAT"),
        (spoiled(k1=70_000), "E_BATCH_FORMAT"),
        (spoiled(k5=103), "E_BATCH_FORMAT"),
        (spoiled(k7=[1]), "E_BATCH_FORMAT"),
        (spoiled(k7=[b""]), "E_BATCH_FORMAT"),
        (spoiled(k8=[]), "E_BATCH_FORMAT"),
        (spoiled(k13="x" * 17), "E_BATCH_FORMAT"),
        (spoiled(k9=bytes(32)), "E_BATCH_DIGEST"),
        (spoiled(k7=RECORDS[:2]), "E_BATCH_DIGEST"),
        (spoiled(k8={11: [1, 121], 13: [1, 24], 199: [1, 0]}), "E_BATCH_TOTALS"),
        (spoiled(k8={11: [1, 120]}), "E_BATCH_TOTALS"),
        (b"\0" * (4 * 1024 * 1024 + 1), "E_BATCH_TOO_BIG"),
    ],
)
def test_a_batch_that_cannot_be_used(data: bytes, code: str) -> None:
    with pytest.raises(BatchError) as caught:
        open_batch(data)
    assert caught.value.code == code


def test_a_later_header_field_is_ignored() -> None:
    assert open_batch(spoiled(k20=b"signature")).header == HEADER


BAD = [
    (b"\xff", None, "simple_or_float"),
    (b"\x80", None, "shape"),
    (RECORDS[0][:-1] + bytes((RECORDS[0][-1] ^ 1,)), 100, "crc32"),
    (encode_record(60, 5, 0, 2000, "P01", {}), 5, "range"),
    (encode_record(60, 0, 0, 0, "P01", {}), 0, "range"),
    (encode_record(60, 5, 0, 0, "P01-TOO-LONG", {}), 5, "range"),
    (encode_record(60, 5, 0, 0, "P\0", {}), 5, "range"),
    (encode_record(60, 5, 0, 0, "P01", {1: b"x" * 9000}), None, "too_long"),
]


@pytest.mark.parametrize(("data", "seq", "reason"), BAD)
def test_one_bad_record_leaves_the_others_readable(
    data: bytes, seq: int | None, reason: str
) -> None:
    opened = open_batch(seal_batch(HEADER, [RECORDS[0], data, RECORDS[1]]))
    bad = opened.records[1]
    assert isinstance(bad, BadRecord)
    assert (bad.seq, bad.reason, bad.data) == (seq, reason, data)
    assert [isinstance(record, Record) for record in opened.records] == [True, False, True]


def test_too_many_or_too_much_is_not_sealed() -> None:
    with pytest.raises(BatchError, match="E_BATCH_TOO_BIG"):
        seal_batch(HEADER, [RECORDS[0]] * (batch.MAX_RECORDS + 1))
    big = encode_record(60, 1, 0, 0, "P", {1: b"x" * 8000})
    with pytest.raises(BatchError, match="E_BATCH_TOO_BIG"):
        seal_batch(HEADER, [big] * 600)


@settings(max_examples=300)
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_any_changed_byte_is_noticed_or_changes_nothing_inside(place: int, mask: int) -> None:
    damaged = bytearray(SEALED)
    damaged[place] ^= mask
    try:
        opened = open_batch(bytes(damaged))
    except BatchError:
        return
    assert [record.data for record in opened.records] == RECORDS
    assert opened.header != HEADER
