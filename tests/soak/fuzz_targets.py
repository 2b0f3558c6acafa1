"""What is fuzzed: each target takes bytes and raises only if something is wrong with our code."""

import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from drivers.protocols.docking import cbor, cobs
from drivers.protocols.docking.batch import BatchError, open_batch
from drivers.protocols.docking.connect import (
    DESK_LIMITS,
    TERMINAL_LIMITS,
    choose_terms,
    encode_offer,
    read_terms,
)
from drivers.protocols.docking.datasets import (
    DatasetError,
    apply_delta,
    decode_rows,
    delta,
    encode_rows,
)
from drivers.protocols.docking.frames import FrameReader, encode_frame
from drivers.protocols.docking.introduction import QR_HEAD, qr_text, read_qr
from drivers.protocols.docking.keys import certificate_of, is_certificate, is_signed, make_key, sign
from drivers.protocols.docking.message_codec import decode_message, encode_message
from drivers.protocols.docking.messages import MessageError
from drivers.protocols.docking.parcels import pack, unpack
from drivers.protocols.docking.security import PAIRED_ONLY
from tests.support.docked import sealed
from tests.support.mutations import ATTACKS, BODIES, Tape, mended

KEY = make_key(bytes(32))
CERTIFICATE = certificate_of(KEY)
SIGNED = sign(KEY, b"said")
ROWS = [[1, "beer", 24], [2, "soda", None], [3, "", [1, 2]]]
CONTENT = encode_rows(ROWS, 1)
OFFER = encode_offer(DESK_LIMITS, PAIRED_ONLY)


def decode(data: bytes) -> None:
    """What is decoded is the one encoding of its value."""
    try:
        value = cbor.decode(data)
    except cbor.CborError:
        return
    assert cbor.encode(value) == data


def decode_one_message(data: bytes) -> None:
    """A message that is read can be said again."""
    try:
        message = decode_message(data)
    except MessageError:
        return
    assert decode_message(encode_message(message)) == message


def read_frames(data: bytes) -> None:
    """Raw, and with the stuffing and the check sum put right."""
    reader = FrameReader()
    half = len(data) // 2
    frames = [*reader.feed(data[:half]), *reader.feed(data[half:])]
    for piece in data.split(b"\xfe"):
        body = cobs.decode(piece) or piece
        sound = cobs.encode(body + zlib.crc32(body).to_bytes(4, "big")) + b"\0"
        frames += reader.feed(sound)
    for frame in frames:
        assert frame in FrameReader().feed(encode_frame(frame))


def open_any_batch(data: bytes) -> None:
    """Raw, with its sums put right, and deflated."""
    for each in (data, mended(data)):
        with suppress(BatchError):
            for record in open_batch(each).records:
                assert each[record.offset : record.offset + len(record.data)] == record.data
    packed = pack(data)
    assert packed is None or unpack(packed, len(data)) == data
    assert len(unpack(data, 4096) or b"") in (0, 4096)


def change_rows(data: bytes) -> None:
    """As a content, as a change, and as what a change leads to."""
    tape = Tape(data)
    columns = tape.number(4)
    rest = data[1:]
    with suppress(DatasetError):
        apply_delta(CONTENT, rest, columns)
    with suppress(DatasetError):
        assert encode_rows(decode_rows(rest, columns), columns) == rest
        if columns == 1:
            assert apply_delta(CONTENT, delta(CONTENT, rest, 1), 1) == rest


def introduce(data: bytes) -> None:
    """A text that a scanner read."""
    for text in (data.decode("latin-1"), QR_HEAD + data.decode("utf-8", "replace")):
        with suppress(ValueError):
            desk, secret = read_qr(text)
            assert (len(desk), len(secret)) == (32, 16)


def connect(data: bytes) -> None:
    """As an offer and as an answer."""
    choose_terms(data, TERMINAL_LIMITS, PAIRED_ONLY)
    terms = read_terms(OFFER, data, DESK_LIMITS, PAIRED_ONLY)
    assert not isinstance(terms, tuple)


def take_certificate(data: bytes) -> None:
    """Raw, and as a change of a good one."""
    tape = Tape(data)
    near = bytearray(CERTIFICATE)
    for _ in range(1 + tape.number(3)):
        near[tape.number(65_536) % len(near)] = tape.number(256)
    for each in (data, bytes(near)):
        is_certificate(each)
        is_signed(each, b"said", SIGNED)


def attack(name: str, data: bytes) -> None:
    """A whole session."""
    ATTACKS[name](Tape(data))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "cbor": decode,
    "message": decode_one_message,
    "frames": read_frames,
    "batch": open_any_batch,
    "datasets": change_rows,
    "introduction": introduce,
    "connect": connect,
    "certificate": take_certificate,
} | {name: partial(attack, name) for name in ATTACKS}

SEEDS: dict[str, list[bytes]] = {
    "cbor": BODIES,
    "message": BODIES,
    "batch": [sealed(1, 1, count).data for count in (1, 3)],
    "datasets": [b"\1" + CONTENT, b"\1" + delta(CONTENT, encode_rows(ROWS[1:], 1), 1)],
    "introduction": [qr_text(CERTIFICATE, bytes(16)).encode(), b"A" * 77],
    "connect": [OFFER, bytes.fromhex("0101000040001000")],
    "certificate": [CERTIFICATE],
}
