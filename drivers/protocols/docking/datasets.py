"""The content of a data set: rows in the order of their keys, and what changed between two."""

from collections.abc import Iterable, Sequence
from typing import Final

from drivers.protocols.docking import cbor

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_ITEMS: Final = 1_000_000
CHANGED: Final = 1
GONE: Final = 2

Row = list[object]


class DatasetError(ValueError):
    """These bytes are no content and no change of one."""


def encode_rows(rows: Iterable[Sequence[object]], key_columns: int) -> bytes:
    """The content: an array of rows, sorted by their first `key_columns` values.

    Raises DatasetError when two rows have the same key.
    """
    by_key = {}
    for row in rows:
        key = _key(row, key_columns)
        if key in by_key:
            raise DatasetError("two rows with one key")
        by_key[key] = list(row)
    return cbor.encode([by_key[key] for key in sorted(by_key)])


def delta(old: bytes, new: bytes, key_columns: int) -> bytes:
    """What turns the content `old` into `new`: {1: rows new or other, 2: keys of rows gone}."""
    before, after = _by_key(old, key_columns), _by_key(new, key_columns)
    changed = [after[key] for key in sorted(after) if before.get(key) != after[key]]
    gone = [before[key][:key_columns] for key in sorted(before) if key not in after]
    return cbor.encode({CHANGED: changed, GONE: gone})


def apply_delta(old: bytes, change: bytes, key_columns: int) -> bytes:
    """The content after `change`. Raises DatasetError for bytes that are not what they should be;
    whether the result is the one that was meant, its digest says."""
    rows = _by_key(old, key_columns)
    fields = _decoded(change)
    if not isinstance(fields, dict) or set(fields) != {CHANGED, GONE}:
        raise DatasetError("not a change")
    for gone in _rows(fields[GONE]):
        rows.pop(_key(gone, key_columns), None)
    for row in _rows(fields[CHANGED]):
        rows[_key(row, key_columns)] = row
    return encode_rows(rows.values(), key_columns)


def _by_key(content: bytes, key_columns: int) -> dict[bytes, Row]:
    return {_key(row, key_columns): row for row in _rows(_decoded(content))}


def _rows(value: object) -> list[Row]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise DatasetError("not rows")
    return value


def _key(row: Sequence[object], key_columns: int) -> bytes:
    if not 0 < key_columns <= len(row):
        raise DatasetError("a row without a whole key")
    return cbor.encode(list(row[:key_columns]))


def _decoded(data: bytes) -> object:
    try:
        return cbor.decode(data, max_depth=4, max_items=MAX_ITEMS, max_bytes=MAX_BYTES)
    except cbor.CborError as error:
        raise DatasetError(error.reason) from error
