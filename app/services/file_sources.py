"""From a record back to the line of the terminal's file that it came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.problems import Problem
from app.domain.records.catalogue import FILE_PART, SOURCES
from app.domain.records.reading import read_record
from app.services.file_batches import sources_in
from drivers.protocols.docking.batch import Batch, Record


@dataclass(frozen=True, slots=True)
class FileLine:
    """`data` are the bytes of the file from `offset` on, without the end of the line."""

    name: str
    offset: int
    data: bytes

    @property
    def text(self) -> str:
        """As a person reads it; UTF-8, or else the encoding of Chinese terminals."""
        try:
            return self.data.decode()
        except UnicodeDecodeError:
            return self.data.decode("gb18030", errors="replace")


def lines_behind(batch: Batch) -> Mapping[int, tuple[FileLine, ...]]:
    """The lines behind each record of a batch by its number; nothing for batches of records."""
    name, first, parts = "", 0, list[bytes]()
    entries: list[bytes] = []
    for record in batch.records:
        if not isinstance(record, Record) or record.type not in (FILE_PART, SOURCES):
            continue
        fields = read_record(record.type, record.body)
        if isinstance(fields, Problem):
            continue
        if record.type == SOURCES:
            entries.append(fields["entries"])
            continue
        if not parts:
            name, first = fields["name"], fields["offset"]
        parts.append(fields["data"])
    data = b"".join(parts)
    found: defaultdict[int, list[FileLine]] = defaultdict(list)
    for seq, offset, length in (each for told in entries for each in sources_in(told)):
        start = offset - first
        found[seq].append(FileLine(name, offset, data[start : start + length]))
    return {seq: tuple(lines) for seq, lines in found.items()}
