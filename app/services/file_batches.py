"""Lines of a terminal's file into a sealed batch: the file itself, its records, its bad lines."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.continuing import digest_of
from app.domain.profiles.making import Document, DraftRecord, Made, Receipt
from app.domain.profiles.reading import BadLine, Line
from app.domain.records.catalogue import (
    BAD_LINE,
    FILE_PART,
    RECEIPT,
    RECEIPT_LINE,
    RECORD_TYPES,
    SOURCES,
)
from app.services.desk_batch import DeskBatch, short
from drivers.file_contract import TerminalFile

APP_VERSION = "file"
_PART_BYTES = 6 * 1024
_SOURCE = struct.Struct(">III")
_NAME_BYTES, _TEXT_BYTES, _PROFILE_BYTES = 120, 4096, 40


@dataclass(frozen=True, slots=True)
class Slice:
    """Lines from `first` up to `last` (exclusive) of all lines of goods of a file.

    `data` are the bytes of the file from `offset` on that hold them.
    """

    first: int
    last: int
    offset: int
    data: bytes


def fill(
    batch: DeskBatch,
    profile: str,
    file: TerminalFile,
    sha256: bytes,
    lines: Sequence[str],
    piece: Slice,
    made: Made,
) -> None:
    """Put a slice of a file into a batch, and what became of it."""
    parts = max(1, -(-len(piece.data) // _PART_BYTES))
    for part in range(parts):
        start = part * _PART_BYTES
        told = {
            "name": kept_name(file.name),
            "sha256": sha256,
            "size_bytes": len(file.data),
            "offset": piece.offset + start,
            "part": part,
            "parts": parts,
            "lines_before": piece.first,
            "lines": piece.last,
            "lines_sha256": digest_of(lines[: piece.last]),
            "profile": short(profile, _PROFILE_BYTES),
            "data": piece.data[start : start + _PART_BYTES],
        }
        batch.add(FILE_PART, told)
    sources: list[bytes] = []
    told_bad: set[BadLine] = set()
    for document in made.documents:
        header = _add(batch, document.header, sources)
        for record in document.lines:
            _add(batch, record, sources)
        _add_missing(batch, document, header, told_bad)
    for receipt in made.receipts:
        header = _add_receipt(batch, receipt, sources)
        _add_missing(batch, receipt, header, told_bad)
    for line in made.bad:
        if line not in told_bad:
            _add_bad(batch, line, None)
    for start in range(0, len(sources), _PART_BYTES // _SOURCE.size):
        told_now = sources[start : start + _PART_BYTES // _SOURCE.size]
        batch.add(SOURCES, {"entries": b"".join(told_now)})


def sources_in(entries: bytes) -> Iterable[tuple[int, int, int]]:
    """(record, offset, length) of each line of a file that a record came from."""
    whole = len(entries) - len(entries) % _SOURCE.size
    return _SOURCE.iter_unpack(entries[:whole])


def kept_name(name: str) -> str:
    """As the books call a file: no longer than a record may hold."""
    return short(name, _NAME_BYTES)


def _add(batch: DeskBatch, record: DraftRecord, sources: list[bytes]) -> int:
    seq = batch.add(record.type, record.fields, record.at_ms, record.person)
    if RECORD_TYPES[record.type].header is not None:
        _note(sources, seq, record.sources)
    return seq


def _add_receipt(batch: DeskBatch, receipt: Receipt, sources: list[bytes]) -> int:
    told = {"supplier": receipt.supplier or None, "place": receipt.location}
    header = batch.add(RECEIPT, told | {"lines": len(receipt.lines)})
    for goods in receipt.lines:
        fields = {
            "product": goods.product,
            "qty_base": goods.qty,
            "lot": goods.lot or None,
            "produced": goods.produced,
            "expiry": goods.expiry,
        }
        _note(sources, batch.add(RECEIPT_LINE, fields), [goods.line])
    return header


def _add_missing(
    batch: DeskBatch, document: Document | Receipt, header: int, told: set[BadLine]
) -> None:
    for line in document.missing:
        if line not in told:
            told.add(line)
            _add_bad(batch, line, header)


def _add_bad(batch: DeskBatch, line: BadLine, header: int | None) -> None:
    shown = line.text or line.data.decode(errors="replace")
    fields = {
        "number": line.number,
        "reason": line.reason,
        "column": line.column,
        "text": short(shown, _TEXT_BYTES),
        "document": None if header is None else (batch.origin.epoch, header),
    }
    batch.add(BAD_LINE, fields)


def _note(sources: list[bytes], seq: int, lines: Iterable[Line]) -> None:
    sources += [_SOURCE.pack(seq, line.offset, line.length) for line in lines]
