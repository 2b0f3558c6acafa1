"""The sealed batch: the file that a terminal uploads, and that the archive keeps byte for byte."""

import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from drivers.protocols.docking import cbor

FORMAT: Final = 1
MAX_BATCH_BYTES: Final = 4 * 1024 * 1024
MAX_RECORDS: Final = 65_535
MAX_RECORD_BYTES: Final = 8 * 1024
MAX_RECORD_DEPTH: Final = 6
MAX_FIELDS: Final = 23
CHAIN_START: Final = bytes(32)
"""The chain value before the first batch of an epoch."""

QUANTITY_KEYS: Final[Mapping[int, int]] = MappingProxyType({11: 6, 13: 5, 17: 6})
"""Record type -> body key whose values the control totals add up: order line quantity in base
units, delivered quantity, counted quantity. All other types add 0."""

_U16: Final = 0xFFFF
_U32: Final = 0xFFFF_FFFF
# Arrays of six and of seven items differ in their first byte and in what follows only.
_SEVEN: Final = b"\x87"
_CRC_OF_SIX: Final = zlib.crc32(b"\x86")


class BatchError(ValueError):
    """The batch as a whole cannot be used: `code` is E_BATCH_FORMAT, E_BATCH_TOO_BIG,
    E_BATCH_DIGEST or E_BATCH_TOTALS; `reason` says what exactly, for the log."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class BatchHeader:
    """Who sealed what. Times are UTC milliseconds of the terminal's own clock."""

    branch: int
    terminal: int
    epoch: int
    batch_no: int
    seq_from: int
    seq_to: int
    person: str
    opened_ms: int
    closed_ms: int
    app_version: str
    schema_version: int


class Record(NamedTuple):
    """A readable record; `data` are its exact bytes, found at `offset` of the batch."""

    type: int
    seq: int
    ts_ms: int
    offset_min: int
    person: str
    body: Mapping[int, object]
    data: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that cannot be read, or whose check sum differs (then `seq` may be wrong too)."""

    seq: int | None
    data: bytes
    offset: int
    reason: str


@dataclass(frozen=True, slots=True)
class Seal:
    """What binds a batch to its device: `signature` is over `signed`, and `chain` is the value
    that the device's next batch names as the one before it."""

    chain_before: bytes
    chain: bytes
    signed: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """An opened batch; `sha256` is over the whole file, 32 bytes. Without `seal` nobody signed."""

    header: BatchHeader
    records: tuple[Record | BadRecord, ...]
    sha256: bytes
    seal: Seal | None = None


def encode_record(
    type_no: int,
    seq: int,
    ts_ms: int,
    offset_min: int,
    person: str,
    body: Mapping[int, object],
) -> bytes:
    """CBOR [type, seq, ts_ms, offset_min, person, body, crc32 of the CBOR of the first six]."""
    core = [type_no, seq, ts_ms, offset_min, person, body]
    encoded = cbor.encode(core)
    return _SEVEN + encoded[1:] + cbor.encode(zlib.crc32(encoded))


def seal_batch(
    header: BatchHeader,
    records: Sequence[bytes],
    chain_before: bytes = CHAIN_START,
    sign: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """The file for `records` as `encode_record` made them. Raises BatchError if it is too big.

    `sign` makes the 64 bytes of an Ed25519 signature; `chain_before` is the chain value of the
    batch before this one in its epoch.
    """
    if len(records) > MAX_RECORDS:
        raise BatchError("E_BATCH_TOO_BIG", "records")
    opened = [open_record(data, 0) for data in records]
    fields = {
        0: FORMAT,
        1: header.branch,
        2: header.terminal,
        3: header.epoch,
        4: header.batch_no,
        5: header.seq_from,
        6: header.seq_to,
        7: list(records),
        8: control_totals(opened),
        9: hashlib.sha256(b"".join(records)).digest(),
        10: header.person,
        11: header.opened_ms,
        12: header.closed_ms,
        13: header.app_version,
        14: header.schema_version,
    }
    if sign is not None:
        fields[15] = chain_before
        fields[16] = sign(to_be_signed(cbor.encode(fields)))
    data = cbor.encode(fields)
    if len(data) > MAX_BATCH_BYTES:
        raise BatchError("E_BATCH_TOO_BIG", "bytes")
    return data


def chain_after(chain_before: bytes, records_sha256: bytes) -> bytes:
    """The chain value behind a batch whose records have this digest; 32 bytes."""
    return hashlib.sha256(chain_before + records_sha256).digest()


def to_be_signed(unsigned: bytes) -> bytes:
    """What the signature is over; `unsigned` is the batch without it."""
    return b"tallydock batch\0" + hashlib.sha256(unsigned).digest()


def open_batch(data: bytes) -> Batch:
    """Check and open a sealed batch. Raises BatchError; a single bad record never does."""
    if len(data) > MAX_BATCH_BYTES:
        raise BatchError("E_BATCH_TOO_BIG", "bytes")
    try:
        fields = cbor.decode(
            data, max_depth=3, max_items=MAX_RECORDS + 4096, max_bytes=MAX_BATCH_BYTES
        )
    except cbor.CborError as error:
        raise BatchError("E_BATCH_FORMAT", error.reason) from error
    if not isinstance(fields, dict) or len(fields) > MAX_FIELDS or _uint(fields, 0, _U32) != FORMAT:
        raise BatchError("E_BATCH_FORMAT", "format")
    header = _header(fields)
    raw = _raw_records(fields.get(7))
    digest = hashlib.sha256(b"".join(raw)).digest()
    if fields.get(9) != digest:
        raise BatchError("E_BATCH_DIGEST", "sha256")
    records = _located(fields, raw)
    totals = fields.get(8)
    if not isinstance(totals, dict):
        raise BatchError("E_BATCH_FORMAT", "totals")
    # With an unreadable record the totals cannot be recomputed; the digest still holds.
    readable = all(isinstance(record, Record) for record in records)
    if readable and totals != control_totals(records):
        raise BatchError("E_BATCH_TOTALS", "count or quantity")
    seal = _seal(fields, digest)
    return Batch(header, records, hashlib.sha256(data).digest(), seal)


def _seal(fields: Mapping[int, object], digest: bytes) -> Seal | None:
    match fields.get(15), fields.get(16):
        case None, None:
            return None
        case bytes(before), bytes(signature) if (len(before), len(signature)) == (32, 64):
            unsigned = cbor.encode({key: value for key, value in fields.items() if key != 16})
            chain = chain_after(before, digest)
            return Seal(before, chain, to_be_signed(unsigned), signature)
    raise BatchError("E_BATCH_FORMAT", "seal")


def open_record(data: bytes, offset: int) -> Record | BadRecord:
    """Read one record; `offset` is only passed on."""
    try:
        value = cbor.decode(data, max_depth=MAX_RECORD_DEPTH, max_bytes=MAX_RECORD_BYTES)
    except cbor.CborError as error:
        return BadRecord(None, data, offset, error.reason)
    match value:
        case [int(type_no), int(seq), int(ts_ms), int(offset_min), str(person), dict(body), crc]:
            record = Record(type_no, seq, ts_ms, offset_min, person, body, data, offset)
            reason = _defect(record, crc)
            return BadRecord(seq, data, offset, reason) if reason else record
    return BadRecord(None, data, offset, "shape")


def _defect(record: Record, crc: object) -> str | None:
    if type(crc) is not int:
        return "crc32"
    tail = 5 if 0xFFFF < crc <= _U32 else len(cbor.encode(crc))
    if zlib.crc32(record.data[1:-tail], _CRC_OF_SIX) != crc:
        return "crc32"
    in_range = (
        # a bool is an int to Python, not to a terminal
        type(record.type)
        is type(record.seq)
        is type(record.ts_ms)
        is type(record.offset_min)
        is int
        and 0 <= record.type <= 255
        and 0 < record.seq <= _U32
        and 0 <= record.ts_ms < 1 << 48
        and -720 <= record.offset_min <= 840
        and len(record.person.encode()) <= 8
        # no database keeps a NUL inside text
        and "\0" not in record.person
    )
    return None if in_range else "range"


def control_totals(records: Sequence[Record | BadRecord]) -> dict[int, list[int]]:
    """Type -> [count, sum of the quantity named in QUANTITY_KEYS], unreadable ones left out."""
    totals: dict[int, list[int]] = {}
    for record in records:
        if isinstance(record, Record):
            total = totals.setdefault(record.type, [0, 0])
            total[0] += 1
            quantity = record.body.get(QUANTITY_KEYS.get(record.type, -1))
            if isinstance(quantity, int) and not isinstance(quantity, bool):
                total[1] += quantity
    return totals


def _located(fields: Mapping[int, object], raw: Sequence[bytes]) -> tuple[Record | BadRecord, ...]:
    before = {key: fields[key] for key in range(7)}
    # The map with one entry more has a head of the same length; key 7 itself takes one byte.
    position = len(cbor.encode(before)) + 1 + len(cbor.encode(len(raw)))
    records = []
    for record in raw:
        position += len(cbor.encode(len(record)))
        records.append(open_record(record, position))
        position += len(record)
    return tuple(records)


def _raw_records(value: object) -> list[bytes]:
    if not isinstance(value, list) or len(value) > MAX_RECORDS:
        raise BatchError("E_BATCH_FORMAT", "records")
    raw = [record for record in value if isinstance(record, bytes) and record]
    if len(raw) != len(value):
        raise BatchError("E_BATCH_FORMAT", "records")
    return raw


def _header(fields: Mapping[int, object]) -> BatchHeader:
    header = BatchHeader(
        branch=_uint(fields, 1, _U16),
        terminal=_uint(fields, 2, _U16),
        epoch=_uint(fields, 3, _U16),
        batch_no=_uint(fields, 4, _U32),
        seq_from=_uint(fields, 5, _U32),
        seq_to=_uint(fields, 6, _U32),
        person=_text(fields, 10, 8),
        opened_ms=_uint(fields, 11, (1 << 48) - 1),
        closed_ms=_uint(fields, 12, (1 << 48) - 1),
        app_version=_text(fields, 13, 16),
        schema_version=_uint(fields, 14, _U16),
    )
    if header.seq_from > header.seq_to:
        raise BatchError("E_BATCH_FORMAT", "seq_from")
    return header


def _uint(fields: Mapping[int, object], key: int, largest: int) -> int:
    value = fields.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= largest:
        raise BatchError("E_BATCH_FORMAT", f"field {key}")
    return value


def _text(fields: Mapping[int, object], key: int, max_bytes: int) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or len(value.encode()) > max_bytes or "\0" in value:
        raise BatchError("E_BATCH_FORMAT", f"field {key}")
    return value
