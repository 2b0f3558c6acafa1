"""Reads files of an MTP device so that nothing is believed that was read only once."""

import hashlib
from typing import Final

from drivers.devices.mtp_line import MtpLine, Reply
from drivers.devices.mtp_memory import Entry, look
from drivers.devices.mtp_partials import MtpPartials
from drivers.errors import FileUnstable
from drivers.file_contract import MAX_FILE_BYTES
from drivers.protocols.mtp.codes import Operation, Outcome

PART_BYTES: Final = 1 << 20
SEAM_BYTES: Final = 4096
"""So much of what was kept is compared with the device before it is continued."""

LARGE_BYTES: Final = 4 << 20
SAMPLES: Final = 16
SAMPLE_BYTES: Final = 65_536


class MtpReader:
    """Uses a line and does not own it. `operations` are those that the device knows."""

    def __init__(self, line: MtpLine, operations: frozenset[int], partials: MtpPartials) -> None:
        self._line = line
        self._partials = partials
        # The longer one only where the short one is missing: no file here is that long.
        known = (Operation.GET_PARTIAL_OBJECT, Operation.GET_PARTIAL_OBJECT_64)
        self._part = next((each for each in known if each in operations), None)

    def read(self, entry: Entry) -> bytes:
        """The content of a file at rest. Raises `FileUnstable` if it is not at rest, or not as
        long as its listing says."""
        info = entry.info
        self._line.report("upload", 0, info.size)
        data = self._fetch(entry)
        if data is None or len(data) != info.size:
            raise self._unstable(entry, data)
        if not self.agrees(entry, data) or look(self._line, entry.handle) != info:
            raise self._unstable(entry, data)
        return data

    def agrees(self, entry: Entry, data: bytes) -> bool:
        """Whether the device gives the same when it is asked again: all of it, or of a large file
        its beginning, its end, and spots in between."""
        if len(data) <= LARGE_BYTES or self._part is None:
            again = bytearray()
            if not self._get_object(entry, again).is_ok:
                return False
            return hashlib.sha256(again).digest() == hashlib.sha256(data).digest()
        step = (len(data) - SAMPLE_BYTES) // (SAMPLES - 1)
        starts = [*(step * number for number in range(SAMPLES - 1)), len(data) - SAMPLE_BYTES]
        if any(
            self._get_part(entry, start, SAMPLE_BYTES) != data[start : start + SAMPLE_BYTES]
            for start in starts
        ):
            return False
        return not self._get_part(entry, len(data), 1)

    def _fetch(self, entry: Entry) -> bytes | None:
        """The data, whatever their length; None if the device gives none."""
        kept = self._partials.find(entry.info) if self._part else b""
        data = bytearray()
        try:
            if kept and self._continues(entry, kept):
                data += kept
                is_whole = self._get_rest(entry, data)
            else:
                is_whole = self._get_object(entry, data).is_ok
        except BaseException:  # a cut, or a person who cancels: the next docking goes on from here
            self._partials.keep(entry.info, bytes(data))
            raise
        self._partials.drop(entry.info)
        return bytes(data) if is_whole else None

    def _continues(self, entry: Entry, kept: bytes) -> bool:
        seam = kept[-SEAM_BYTES:]
        return self._get_part(entry, len(kept) - len(seam), len(seam)) == seam

    def _get_object(self, entry: Entry, data: bytearray) -> Reply:
        total = entry.info.size
        return self._line.ask(
            Operation.GET_OBJECT,
            entry.handle,
            max_bytes=MAX_FILE_BYTES,
            into=data,
            arrived=lambda count: self._line.stage("upload", count, total),
        )

    def _get_rest(self, entry: Entry, data: bytearray) -> bool:
        while len(data) < entry.info.size:
            wanted = min(PART_BYTES, entry.info.size - len(data))
            part = self._get_part(entry, len(data), wanted)
            if not part:
                return False
            data += part
            self._line.report("upload", len(data), entry.info.size)
        return True

    def _get_part(self, entry: Entry, start: int, count: int) -> bytes:
        """Up to `count` bytes; none if the device refuses."""
        if self._part is Operation.GET_PARTIAL_OBJECT_64:
            place: tuple[int, ...] = (start & 0xFFFFFFFF, start >> 32)
        else:
            place = (start,)
        reply = self._line.ask(
            self._part or Operation.GET_PARTIAL_OBJECT,
            entry.handle,
            *place,
            count,
            max_bytes=count,
        )
        return reply.data if reply.code == Outcome.OK and not reply.is_short else b""

    def _unstable(self, entry: Entry, data: bytes | None) -> FileUnstable:
        return FileUnstable(
            port=self._line.port,
            file=entry.info.name,
            listed_bytes=entry.info.size,
            read_bytes=len(data or b""),
        )
