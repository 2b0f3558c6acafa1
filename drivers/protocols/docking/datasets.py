"""Data sets as rows: one content for the same rows, and what changed from one content to the next.

A content is a list of rows, a row a list of values. The first `key_columns` values of a row are
its key: rows stand in the order of their encoded keys, and no key comes twice.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from drivers.protocols.docking import cbor
from drivers.protocols.docking.cbor import CborError

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_ITEMS: Final = 1 << 20
# A list of rows of values, one of which may be a list; a delta is one level above that.
_CONTENT_DEPTH: Final = 3
_DELTA_DEPTH: Final = 4

_PLAIN: Final = (str, int, bytes, type(None))
_CHANGED: Final = 1
_GONE: Final = 2

_Keyed = dict[bytes, Sequence[object]]


class DatasetError(ValueError):
    """The rows or bytes are no content, or no change of the content that was given."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def encode_rows(rows: Iterable[Sequence[object]], key_columns: int) -> bytes:
    """The content of these rows, whatever order they come in.

    Raises DatasetError for a key twice, a row that is shorter than its key, a value that the wire
    does not know, and for more than a data set may hold.
    """
    keyed: _Keyed = {}
    items = 0
    for row in rows:
        key = _key(row, key_columns)
        if key in keyed:
            raise DatasetError("key_twice")
        keyed[key] = row
        items += 1 + len(row)
        items += sum(_items_in(value) for value in row if not isinstance(value, _PLAIN))
    if items > MAX_ITEMS:
        raise DatasetError("too_many_items")
    return _content(keyed)


def decode_rows(content: bytes, key_columns: int) -> list[list[object]]:
    """The rows of a content. Raises DatasetError for bytes that `encode_rows` does not make."""
    return _rows(_decode(content, _CONTENT_DEPTH, MAX_ITEMS), key_columns)


def delta(old: bytes, new: bytes, key_columns: int) -> bytes:
    """What makes `old` into `new`: {1: rows added or changed, 2: keys of rows that are gone}.

    Raises DatasetError if one of them is no content, and if more changed than fits.
    """
    before = _keyed(decode_rows(old, key_columns), key_columns)
    after = _keyed(decode_rows(new, key_columns), key_columns)
    changed = [
        row for key, row in after.items() if key not in before or not _are_same(row, before[key])
    ]
    gone = [list(row[:key_columns]) for key, row in before.items() if key not in after]
    return _encode({_CHANGED: changed, _GONE: gone})


def apply_delta(old: bytes, change: bytes, key_columns: int) -> bytes:
    """The content that a `delta` makes of `old`; whether it is the one meant, its digest says.

    Raises DatasetError for bytes that are no delta, or none of `old`.
    """
    keyed = _keyed(decode_rows(old, key_columns), key_columns)
    # The rows of one content and the keys of another.
    parts = _decode(change, _DELTA_DEPTH, 2 * MAX_ITEMS)
    if not isinstance(parts, dict) or list(parts) != [_CHANGED, _GONE]:
        raise DatasetError("delta")
    gone = _rows(parts[_GONE], key_columns)
    for row in gone:
        if len(row) != key_columns:
            raise DatasetError("key")
        if keyed.pop(_key(row, key_columns), None) is None:
            raise DatasetError("base")
    changed = _keyed(_rows(parts[_CHANGED], key_columns), key_columns)
    if any(_key(row, key_columns) in changed for row in gone):
        raise DatasetError("key_twice")
    return _content(keyed | changed)


def _rows(found: object, key_columns: int) -> list[list[object]]:
    """`found` if it is a list of rows in the order of their keys."""
    if not isinstance(found, list):
        raise DatasetError("rows")
    last = b""
    for row in found:
        if not isinstance(row, list):
            raise DatasetError("rows")
        key = _key(row, key_columns)
        if key <= last:
            raise DatasetError("key_twice_or_out_of_order")
        last = key
    return found


def _keyed(rows: Iterable[Sequence[object]], key_columns: int) -> _Keyed:
    return {_key(row, key_columns): row for row in rows}


def _key(row: Sequence[object], key_columns: int) -> bytes:
    # Encoded, because True and 1 are one key of a dict and two keys of a data set.
    if not 1 <= key_columns <= len(row):
        raise DatasetError("key")
    return _encode(list(row[:key_columns]))


def _are_same(row: Sequence[object], other: Sequence[object]) -> bool:
    return row == other and _encode(row) == _encode(other)


def _items_in(value: object) -> int:
    """How many values are in a value, which may be a list or a map of plain values."""
    if isinstance(value, list | tuple) and all(isinstance(inner, _PLAIN) for inner in value):
        return len(value)
    inner = _decode(_encode(value), 1, MAX_ITEMS)
    if isinstance(inner, dict):
        return 2 * len(inner)
    return len(inner) if isinstance(inner, list) else 0


def _content(keyed: _Keyed) -> bytes:
    return _encode([keyed[key] for key in sorted(keyed)])


def _encode(value: object) -> bytes:
    try:
        encoded = cbor.encode(value)
    except (CborError, UnicodeEncodeError) as error:
        raise DatasetError("value") from error
    if len(encoded) > MAX_BYTES:
        raise DatasetError("too_long")
    return encoded


def _decode(data: bytes, max_depth: int, max_items: int) -> object:
    try:
        return cbor.decode(data, max_depth, max_items, MAX_BYTES)
    except CborError as error:
        raise DatasetError(error.reason) from error
