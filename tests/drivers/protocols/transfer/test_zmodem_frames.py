"""Headers, subpackets and escapes of ZMODEM, whole, byte by byte, and in rubbish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.transfer.zmodem_frames import (
    MAX_SUBPACKET_BYTES,
    Broken,
    End,
    FrameReader,
    Header,
    Kind,
    Piece,
    Subpacket,
    encode_header,
    encode_hex_header,
    encode_subpacket,
    escape,
    unescape,
)

EVERY_BYTE = bytes(range(256))
FLOW = b"\x11\x13\x91\x93"

# As sz and rz of lrzsz 0.12.21 write them.
SAMPLES: list[tuple[bytes, list[Piece]]] = [
    (b"rz\r**\x18B00000000000000\r\x8a\x11", [Header(Kind.ZRQINIT, bytes(4))]),
    (b"**\x18B0100000023be50\r\x8a\x11", [Header(Kind.ZRINIT, b"\0\0\0\x23")]),
    (b"**\x18B0800000000022d\r\x8a", [Header(Kind.ZFIN, bytes(4))]),
]
CODED: list[tuple[bytes, list[Piece]]] = [
    (
        encode_header(Kind.ZDATA, 0x18111300, use_crc32, also_controls)
        + encode_subpacket(EVERY_BYTE, End.ZCRCG, use_crc32, also_controls)
        + encode_subpacket(b"", End.ZCRCE, use_crc32, also_controls)
        + encode_hex_header(Kind.ZEOF, 256),
        [
            Header(Kind.ZDATA, b"\x00\x13\x11\x18"),
            Subpacket(EVERY_BYTE, End.ZCRCG),
            Subpacket(b"", End.ZCRCE),
            Header(Kind.ZEOF, b"\0\1\0\0"),
        ],
    )
    for use_crc32 in (False, True)
    for also_controls in (False, True)
]


@pytest.mark.parametrize(("wire", "pieces"), SAMPLES + CODED)
def test_whole_and_byte_by_byte(wire: bytes, pieces: list[Piece]) -> None:
    assert FrameReader().feed(wire) == pieces
    slow = FrameReader()
    assert [piece for byte in wire for piece in slow.feed(bytes([byte]))] == pieces


@pytest.mark.parametrize(("wire", "pieces"), SAMPLES + CODED)
def test_with_rubbish_around(wire: bytes, pieces: list[Piece]) -> None:
    reader = FrameReader()
    assert reader.feed(b"* \x18*\x18\x18x" + wire + b"**\x18rubbish*") == [
        Broken.DAMAGED_HEADER, *pieces, Broken.DAMAGED_HEADER,
    ]  # fmt: skip
    assert reader.feed(wire) == pieces


def test_our_own_headers_are_those_of_lrzsz() -> None:
    assert encode_hex_header(Kind.ZRINIT, b"\0\0\0\x23") == b"**\x18B0100000023be50\r\n\x11"
    assert encode_hex_header(Kind.ZFIN) == b"**\x18B0800000000022d\r\n"


@given(st.binary(), st.booleans())
def test_escapes_are_reversed_and_hide_what_a_modem_would_take(data: bytes, also: bool) -> None:
    escaped = escape(data, also)
    assert unescape(escaped) == data
    assert not set(escaped) & set(FLOW)
    if also:
        assert not set(escaped) & ({*range(32), *range(128, 160)} - {0x18})


def test_what_no_escape_can_be() -> None:
    assert unescape(b"a\x18") is None
    assert unescape(b"a\x18\x18") is None
    assert unescape(b"\x18l\x18m") == b"\x7f\xff"


def test_damage_is_told_and_the_next_header_is_found() -> None:
    wire, pieces = CODED[2]
    for place in range(20, 250):
        spoilt = bytearray(wire)
        spoilt[place] ^= 1
        found = FrameReader().feed(bytes(spoilt))
        assert found[0] == pieces[0]
        assert Broken.DAMAGED_DATA in found or pieces[1] not in found
        assert found[-1] == pieces[-1]


def test_five_cancels_end_it_everywhere() -> None:
    for before in (b"", b"rubbish", encode_header(Kind.ZDATA, 0, use_crc32=True) + b"data"):
        assert FrameReader().feed(before + b"\x18" * 8 + b"\b" * 8)[-1] is Broken.CANCELLED


def test_an_endless_subpacket_is_given_up() -> None:
    reader = FrameReader()
    found = reader.feed(encode_header(Kind.ZDATA, 0, use_crc32=True))
    for _ in range(100):
        found += reader.feed(b"a" * 1000)
        assert len(reader._buffer) <= 2 * MAX_SUBPACKET_BYTES + 1000
    assert found == [Header(Kind.ZDATA, bytes(4)), Broken.DAMAGED_DATA]
    too_long = encode_subpacket(b"a" * (MAX_SUBPACKET_BYTES + 1), End.ZCRCE, use_crc32=True)
    head = encode_header(Kind.ZDATA, 0, use_crc32=True)
    assert FrameReader().feed(head + too_long)[1] is Broken.DAMAGED_DATA


@given(st.lists(st.one_of(st.binary(), st.sampled_from([wire for wire, _ in SAMPLES + CODED]))))
def test_noise_neither_raises_nor_piles_up(pieces: list[bytes]) -> None:
    reader = FrameReader()
    for piece in pieces:
        for found in reader.feed(piece):
            assert not isinstance(found, Subpacket) or found.data in (b"", EVERY_BYTE)
    assert len(reader._buffer) <= 4 * MAX_SUBPACKET_BYTES
