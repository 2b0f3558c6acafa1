"""PROTOCOL.md says what the code does."""

import re

from drivers.protocols.docking import frames, messages, window
from drivers.protocols.docking.clock import PINGS
from drivers.protocols.docking.desk import MAX_BATCH_BYTES
from drivers.protocols.docking.frames import Kind, decode_frame, encode_frame
from tests.support.protocol_document import DOCUMENT, blocks, filled
from tests.support.protocol_vectors import FILE, text

TEXT = DOCUMENT.read_text(encoding="utf-8")


def test_what_the_code_makes_is_up_to_date() -> None:
    """`python -m tests.support.protocol_document` writes it again."""
    assert filled(TEXT) == TEXT
    assert all(f"<!-- made by the code: {name} -->" in TEXT for name in blocks())


def test_every_frame_kind_has_its_row() -> None:
    for kind in Kind:
        assert re.search(rf"^\| {int(kind)} \| {kind.name} \|", TEXT, re.MULTILINE)


def test_the_limits_in_the_prose() -> None:
    for number in (
        frames.MAX_ENCODED,
        messages.MAX_MESSAGE_BYTES,
        messages.MAX_CHUNK_BYTES,
        MAX_BATCH_BYTES,
        PINGS,
        window.SPAN_WINDOWS,
    ):
        assert f"{number:,}".replace(",", " ") in TEXT


def test_every_frame_of_the_worked_docking_reads_back() -> None:
    dump = blocks()["docking"].split("\n")
    encoded: list[bytes] = []
    for line in dump:
        if line.startswith(("desk ", "terminal ")):
            encoded.append(b"")
        elif line.startswith("  "):
            encoded[-1] += bytes.fromhex(line)
    assert len(encoded) > 20
    for piece in encoded:
        frame = decode_frame(piece.strip(b"\0"))
        assert frame is not None
        assert encode_frame(frame) == piece.lstrip(b"\0")


def test_the_vectors_for_vendors_are_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == text()
