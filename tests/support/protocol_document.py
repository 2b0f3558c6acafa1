"""The parts of PROTOCOL.md that are made by the code; `python -m` writes them into it again."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Final

import drivers
from app.domain.records.catalogue import FIRST_DESK_TYPE, RECORD_TYPES
from drivers.protocols.docking import batch, frames
from drivers.protocols.docking.codes import FAULTS
from drivers.protocols.docking.connect import DESK_LIMITS, TERMINAL_LIMITS
from drivers.protocols.docking.message_codec import KINDS
from drivers.protocols.docking.parcels import SealedUpload
from tests.support.docked import (
    UTC_MS,
    DeskEnd,
    DeskStore,
    TerminalEnd,
    TerminalStore,
    Wire,
    dock,
    package,
)

DOCUMENT: Final = Path(drivers.__file__).parent / "PROTOCOL.md"
_BLOCK: Final = re.compile(r"(<!-- made by the code: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def blocks() -> dict[str, str]:
    """Name of a block in the document -> its text."""
    return {
        "limits": _limits(),
        "messages": _messages(),
        "codes": _codes(),
        "records": _records(),
        "batch": _batch(),
        "docking": _docking(),
    }


def filled(text: str) -> str:
    """The document with every block as the code makes it."""
    made = blocks()
    return _BLOCK.sub(lambda match: match[1] + made[match[2]] + match[3], text)


def _limits() -> str:
    rows = ["| | desk | terminal |", "|---|---|---|"]
    for field in fields(DESK_LIMITS):
        desk, terminal = getattr(DESK_LIMITS, field.name), getattr(TERMINAL_LIMITS, field.name)
        rows.append(f"| {field.name} | {desk} | {terminal} |")
    return "\n".join(rows) + "\n"


def _messages() -> str:
    lines = ["```cddl"]
    for kind, make, rules in KINDS:
        assert isinstance(make, type)
        names = [field.name for field in fields(make)]
        lines += [f"{_kebab(make.__name__)} = {{", f"  0: {kind},"]
        for key, (name, rule) in enumerate(zip(names, rules, strict=True), start=1):
            mark = "? " if rule.optional else ""
            lines.append(f"  {mark}{key}: {rule.cddl},  ; {name}")
        lines += ["  * uint => any", "}"]
    lines.append("held = [tstr .size (0..40), uint .size 4, bstr .size 32]")
    lines.append('verdict = [uint .size 4, tstr .size (0..24), "R" / "Q" / "W" / "B"]')
    return "\n".join([*lines, "```", ""])


def _codes() -> str:
    rows = ["| code | name | at fault | trying again helps |", "|---|---|---|---|"]
    for code, fault in FAULTS.items():
        again = "yes" if fault.retry_helps else "no"
        rows.append(f"| {int(code)} | {code.name} | {fault.party.value} | {again} |")
    return "\n".join(rows) + "\n"


def _records() -> str:
    rows = ["| type | name | body: key name kind (`?` may be missing) |", "|---|---|---|"]
    for record in RECORD_TYPES.values():
        if record.number >= FIRST_DESK_TYPE:
            continue
        described = []
        for field in record.fields:
            kind = field.kind.value
            if field.words:
                kind = "/".join(field.words)
            elif kind in ("code", "text", "bytes"):
                kind += f" {field.limit}"
            elif kind == "whole":
                kind = f"{field.low}..{field.limit}"
            described.append(f"{field.key} {field.name}{'?' if field.optional else ''} {kind}")
        rows.append(f"| {record.number} | {record.name} | {'; '.join(described)} |")
    return "\n".join(rows) + "\n"


def example_batch() -> SealedUpload:
    """An order of one line."""
    order = {1: "C0001", 2: 0, 3: 0, 5: "2026-11-24", 6: 0, 8: 1, 9: 42_000, 11: 0}
    line = {1: [1, 1], 2: 1, 3: "P-1001", 4: "CS", 5: 5, 6: 120, 7: 350, 9: False, 10: 42_000}
    records = [
        batch.encode_record(10, 1, UTC_MS, 480, "P01", order),
        batch.encode_record(11, 2, UTC_MS + 900, 480, "P01", line),
    ]
    header = batch.BatchHeader(127, 3, 1, 1, 1, 2, "P01", UTC_MS, UTC_MS + 1000, "1.0", 1)
    return SealedUpload(1, 1, 2, batch.seal_batch(header, records))


def _batch() -> str:
    data = example_batch().data
    lines = ["```", "the whole batch", *_hex(data)]
    for record in batch.open_batch(data).records:
        lines += [f"record {record.seq}, at byte {record.offset}", *_hex(record.data)]
    lines.append(f"sha-256 of the whole: {batch.open_batch(data).sha256.hex()}")
    return "\n".join([*lines, "```", ""])


class _Recorder(Wire):
    def __init__(self, label: str, lines: list[str]) -> None:
        super().__init__()
        self.label = label
        self.lines = lines

    def deliver(self, data: bytes) -> bytes:
        for piece in data.split(b"\0"):
            if piece:
                frame = frames.decode_frame(piece)
                assert frame is not None
                lead = "00 " if frame.kind is frames.Kind.CONNECT else ""
                told = f"serial {frame.serial}" if frame.serial else ""
                self.lines.append(f"{self.label} {frame.kind.name} {told}".rstrip())
                self.lines += _hex(piece + b"\0", lead)
        return super().deliver(data)


def _docking() -> str:
    lines: list[str] = ["```"]
    desk = DeskEnd(DeskStore([package("units", 1, b"CS=24")]), 0x1A2B3C4D, 0.0)
    terminal = TerminalEnd(TerminalStore([example_batch()]), 0.0)
    dock(desk, terminal, _Recorder("terminal", lines), _Recorder("desk", lines), 0.0)
    return "\n".join([*lines, "```", ""])


def _hex(data: bytes, lead: str = "") -> list[str]:
    rows = [data[start : start + 32].hex(" ") for start in range(0, len(data), 32)]
    return [f"  {lead}{rows[0]}", *(f"  {row}" for row in rows[1:])]


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


if __name__ == "__main__":
    DOCUMENT.write_text(filled(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
