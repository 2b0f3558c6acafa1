"""Datasets of MTP: bytes from a stranger into values, each length checked before it is believed."""

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from drivers.protocols.mtp.codes import FOLDER_FORMAT, UNDEFINED_FORMAT

MAX_STRING: Final = 254
"""UTF-16 units of a string without its zero; the length is one byte."""

MAX_DATASET_BYTES: Final = 65_536
"""Of a dataset without lists of objects; real ones have a few hundred bytes."""

_DATE: Final = re.compile(
    r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.\d{1,6})?(?:(Z)|([+-])(\d\d)(\d\d))?", re.ASCII
)


class MtpError(Exception):
    """What arrived cannot be right; says why in a few words."""


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """What a device says of itself; `operations` are the numbers of those that it knows."""

    operations: frozenset[int]
    manufacturer: str
    model: str
    version: str
    serial: str


@dataclass(frozen=True, slots=True)
class StorageInfo:
    """One memory of the device."""

    is_writable: bool
    free_bytes: int
    title: str


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """One file or folder. Sizes from 4 GiB - 1 on are told as 4 GiB - 1.

    `modified` is a date as the device writes it: YYYYMMDDThhmmss, most often without a zone.
    """

    storage: int
    format: int
    size: int
    parent: int
    name: str
    modified: str = ""

    @property
    def is_folder(self) -> bool:
        return self.format == FOLDER_FORMAT

    @property
    def modified_ms(self) -> int | None:
        """UTC epoch milliseconds; None where the device does not say in which zone it counts."""
        return epoch_ms(self.modified)


def read_device_info(data: bytes) -> DeviceInfo:
    """Raises MtpError."""
    cursor = _Cursor(data)
    cursor.skip(2 + 4 + 2)  # version of the standard; number and version of the extension
    cursor.text()
    cursor.skip(2)  # functional mode
    operations = frozenset(cursor.shorts())
    for _ in range(4):  # events, properties, capture and object formats
        cursor.shorts()
    manufacturer, model, version, serial = (cursor.text() for _ in range(4))
    return DeviceInfo(operations, manufacturer, model, version, serial)


def read_storage_info(data: bytes) -> StorageInfo:
    """Raises MtpError."""
    cursor = _Cursor(data)
    cursor.skip(2 + 2)  # types of memory and of file system
    access = cursor.number("<H")
    cursor.skip(8)  # capacity
    free_bytes = cursor.number("<Q")
    cursor.skip(4)  # free objects
    return StorageInfo(access == 0, free_bytes, cursor.text())


def read_object_info(data: bytes) -> ObjectInfo:
    """Raises MtpError. Devices that leave out what follows the name are understood as well."""
    cursor = _Cursor(data)
    storage = cursor.number("<I")
    kind = cursor.number("<H")
    cursor.skip(2)  # protection
    size = cursor.number("<I")
    cursor.skip(2 + 4 + 4 + 4 + 4 + 4 + 4)  # the thumbnail, and the picture's width, height, depth
    parent = cursor.number("<I")
    cursor.skip(2 + 4 + 4)  # what kind of folder, its description, sequence
    name = cursor.text()
    _created = "" if cursor.is_at_end else cursor.text()
    modified = "" if cursor.is_at_end else cursor.text()
    return ObjectInfo(storage, kind, size, parent, name, modified)


def read_numbers(data: bytes) -> tuple[int, ...]:
    """A list of u32: handles of objects, or ids of storages. Raises MtpError."""
    return _Cursor(data).longs()


def object_info(name: str, size: int, parent: int) -> bytes:
    """The dataset that announces a file. Raises ValueError for a name that has no room in it."""
    numbers = struct.pack(
        "<IHHIHIIIIIIIHII",
        *(0, UNDEFINED_FORMAT, 0, size),
        *(0, 0, 0, 0, 0, 0, 0),
        *(parent, 0, 0, 0),
    )
    return numbers + _text(name) + 3 * b"\0"


def epoch_ms(date: str) -> int | None:
    """A date with a zone as UTC epoch milliseconds; None without one, or if it is none."""
    found = _DATE.fullmatch(date)
    if not found or not (found[7] or found[8]):
        return None
    east = timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0))
    try:
        year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
        local = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        moment = local + east if found[8] == "-" else local - east
    except (ValueError, OverflowError):
        return None
    return round(moment.timestamp() * 1000)


def _text(text: str) -> bytes:
    data = (text + "\0").encode("utf-16-le", "surrogatepass") if text else b""
    if len(data) // 2 > MAX_STRING + 1:
        raise ValueError("the name is too long")
    return bytes([len(data) // 2]) + data


class _Cursor:
    """Takes one value after the other; raises MtpError where there is not enough left."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._data)

    def skip(self, count: int) -> None:
        self._take(count)

    def number(self, code: str) -> int:
        return int(struct.unpack(code, self._take(struct.calcsize(code)))[0])

    def shorts(self) -> tuple[int, ...]:
        return self._numbers("H")

    def longs(self) -> tuple[int, ...]:
        return self._numbers("I")

    def text(self) -> str:
        units = self._take(2 * self.number("<B"))
        return units.decode("utf-16-le", "replace").split("\0")[0]

    def _numbers(self, code: str) -> tuple[int, ...]:
        count = self.number("<I")
        data = self._take(count * struct.calcsize("<" + code))
        return struct.unpack(f"<{count}{code}", data)

    def _take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise MtpError(f"a dataset ends after {len(self._data)} bytes, not after {end}")
        taken = self._data[self._at : end]
        self._at = end
        return taken
