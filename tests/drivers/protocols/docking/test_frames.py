"""Frames whole, in pieces, between noise, damaged, too long."""

import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.protocols.docking import cobs
from drivers.protocols.docking.frames import (
    MAX_ENCODED,
    MAX_PAYLOAD,
    Frame,
    FrameReader,
    Kind,
    decode_frame,
    encode_frame,
)
from tests.support.codec import check_decoder

TABLE = [
    Frame(Kind.PING, 0x01020304, 7),
    Frame(Kind.CLOSE, 0xFFFFFFFF),
    Frame(Kind.DATA, 1, 65_535, b"\0\0\0\0hello", 1),
    Frame(Kind.DATA, 9, 1, bytes(range(256)) * 16, 1),
    Frame(Kind.ACK, 9, 0, b"\0" * 6),
]


def test_check_sum_has_its_published_check_value() -> None:
    assert zlib.crc32(b"123456789") == 0xCBF43926


def test_ping_byte_for_byte() -> None:
    encoded = encode_frame(Frame(Kind.PING, 0x01020304, 0x0708, b"", 5))
    body = bytes.fromhex("16 05 01020304 0708 0000")
    crc = zlib.crc32(body).to_bytes(4, "big")
    assert encoded == b"\x09" + body[:8] + b"\x01\x05" + crc + b"\0"


def test_whole_in_pieces_and_with_rubbish() -> None:
    samples = [(encode_frame(frame), [frame]) for frame in TABLE]
    check_decoder(lambda: FrameReader().feed, samples, b"AT+CSQ\r\n\xff\x80", b"\0")


@settings(max_examples=200)
@given(st.binary(max_size=80), st.integers(0, 4))
def test_a_zero_byte_is_enough_to_find_the_next_frame(noise: bytes, which: int) -> None:
    frame = TABLE[which]
    reader = FrameReader()
    reader.feed(noise)
    found = reader.feed(b"\0" + encode_frame(frame))
    assert found[-1:] == [frame]


def test_every_flipped_bit_is_noticed() -> None:
    frame = Frame(Kind.DATA, 1, 2, b"\0\0\0\x05some bytes with \0 zeros \0", 1)
    encoded = encode_frame(frame)
    for place in range(len(encoded)):
        for bit in range(8):
            damaged = bytearray(encoded)
            damaged[place] ^= 1 << bit
            found = FrameReader().feed(bytes(damaged) + b"\0")
            assert found in ([], [frame]), "the zero behind may be doubled, no more"


def test_noise_is_counted() -> None:
    reader = FrameReader()
    reader.feed(b"abc\0" + encode_frame(TABLE[0]) + b"xyzzy\0")
    assert (reader.damaged_frames, reader.noise_bytes) == (2, 8)


def test_an_endless_line_is_not_kept() -> None:
    reader = FrameReader()
    for _ in range(100):
        assert reader.feed(b"x" * 5000) == []
    assert reader.noise_bytes >= 100 * 5000 - MAX_ENCODED
    assert reader.feed(b"\0" + encode_frame(TABLE[1])) == [TABLE[1]]


def test_longest_frame_fits_and_a_longer_one_does_not() -> None:
    longest = Frame(Kind.DATA, 1, 1, b"x" * MAX_PAYLOAD, 1)
    assert FrameReader().feed(encode_frame(longest)) == [longest]
    too_long = Frame(Kind.DATA, 1, 1, b"x" * (MAX_PAYLOAD + 60), 1)
    assert FrameReader().feed(encode_frame(too_long)) == []


def test_other_framing_version_or_kind_is_noise() -> None:
    body = bytes.fromhex("26 00 00000001 0001 0000")
    for first in (0x26, 0x1F, 0x10):
        changed = bytes((first,)) + body[1:]
        whole = changed + zlib.crc32(changed).to_bytes(4, "big")
        from_line = decode_frame_of(whole)
        assert from_line is None


def decode_frame_of(body: bytes) -> Frame | None:
    """Stuff a body by hand, bypassing the encoder's own header."""
    return decode_frame(cobs.encode(body))
