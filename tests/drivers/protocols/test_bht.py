"""Blocks, headings and data texts of the BHT-protocol, byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.bht import (
    MAX_BLOCK,
    SOH,
    STX,
    BhtError,
    Block,
    BlockReader,
    Control,
    Heading,
    Spoilt,
    decode_heading,
    decode_text,
    encode_block,
    encode_heading,
    encode_text,
    parity,
)
from tests.support.terminals_of_others.bht_terminal import checked

MASTER = Heading("MASTER.DAT", 592, (6, 100, 91, 13))

HEADINGS = [
    (Heading("MASTER.DAT", 592, (6, 10)), b"MASTER.DAT  00592020610"),
    (Heading("A", 0, (1,)), b"A           000000101"),
    (Heading("W.DAT", 32767, (99, 100, 45)), b"W.DAT       327670399@045"),
    (Heading("W.DAT", 1, (109,)), b"W.DAT       0000101@9"),
    (Heading("W.DAT", 1, (199,)), b"W.DAT       0000101I9"),
    (Heading("W.DAT", 1, (200,)), b"W.DAT       0000101P0"),
    (Heading("W.DAT", 1, (254,)), b"W.DAT       0000101U4"),
    (Heading("PROG1.PD3", 523), b"PROG1.PD3   00523"),
]


@pytest.mark.parametrize(("heading", "body"), HEADINGS)
def test_headings_are_those_of_the_manual(heading: Heading, body: bytes) -> None:
    assert encode_heading(heading) == body
    assert decode_heading(body) == heading


def test_lengths_of_three_characters_are_read_too() -> None:
    assert decode_heading(b"MASTER.DAT  0059202006054") == Heading("MASTER.DAT", 592, (6, 54))


@given(
    st.lists(st.integers(1, 254), min_size=1, max_size=16).filter(
        lambda lengths: sum(lengths) + len(lengths) <= 255
    ),
    st.integers(0, 32_767),
)
def test_every_possible_heading_comes_back(lengths: list[int], texts: int) -> None:
    heading = Heading("STOCK.DAT", texts, tuple(lengths))
    assert decode_heading(encode_heading(heading)) == heading


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"MASTER.DAT  0059",
        b"            000010101",
        b"MASTER.DAT  99999010",
        b"MASTER.DAT  000010006",
        b"MASTER.DAT  000011706" + b"06" * 16,
        b"MASTER.DAT  0000102U4@0",
        b"MASTER.DAT  0000101J0",
        b"MASTER.DAT  0000101U5",
        b"MASTER.DAT  0000101@x",
        b"MASTER.DAT  000010100",
        b"MASTER.DAT  0000102061",
    ],
)
def test_a_heading_that_cannot_be(body: bytes) -> None:
    with pytest.raises(BhtError):
        decode_heading(body)


@pytest.mark.parametrize(
    "heading",
    [
        Heading("", 1, (1,)),
        Heading("THIRTEEN.CHAR", 1, (1,)),
        Heading("货.DAT", 1, (1,)),
        Heading("A.DAT", 32_768, (1,)),
        Heading("A.DAT", 1, ()),
        Heading("A.DAT", 1, (255,)),
        Heading("A.DAT", 1, (200, 54)),
        Heading("A.DAT", 1, (1,) * 17),
    ],
)
def test_a_heading_that_is_not_sent(heading: Heading) -> None:
    with pytest.raises(BhtError):
        encode_heading(heading)


def test_fields_are_filled_up_with_spaces() -> None:
    body = encode_text(1, [b"6901", b"12"], [6, 3])
    assert body == b"000016901  12 "
    assert decode_text(body, [6, 3]) == (1, (b"6901  ", b"12 "))
    assert decode_text(b"00002whatever", []) == (2, (b"whatever",))


@pytest.mark.parametrize("body", [b"00001123456", b"0000112345678", b"1", b"abcde1234567"])
def test_a_text_that_does_not_fit_its_heading(body: bytes) -> None:
    with pytest.raises(BhtError):
        decode_text(body, [5, 2])


def test_a_field_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(BhtError):
        encode_text(1, [b"1234567"], [6])


def test_the_parity_is_even_in_every_column_with_etx_and_without_the_start() -> None:
    assert parity(b"") == 0x03
    assert parity(b"00001ABC") == 0x31 ^ 0x41 ^ 0x42 ^ 0x43 ^ 0x03
    assert encode_block(STX, b"00001ABC") == b"\x0200001ABC\x03\x72"


@given(st.binary(max_size=200).map(lambda data: bytes(byte | 0x20 for byte in data)))
def test_blocks_are_those_of_a_terminal_written_apart(body: bytes) -> None:
    assert encode_block(SOH, body) == checked(b"\x01", body)
    assert BlockReader().feed(checked(b"\x02", body)) == [Block(STX, body)]


@pytest.mark.parametrize("byte", [1, 2, 3, 4, 5])
def test_control_characters_are_not_sent_in_texts(byte: int) -> None:
    with pytest.raises(BhtError, match="control"):
        encode_block(STX, b"00001" + bytes((byte,)))


SAMPLES: list[tuple[bytes, list[Block | Spoilt | Control]]] = [
    (b"\x05", [Control.ENQ]),
    (encode_block(SOH, encode_heading(MASTER)), [Block(SOH, encode_heading(MASTER))]),
    (encode_block(STX, b"00001AB") + b"\x04", [Block(STX, b"00001AB"), Control.EOT]),
    (encode_block(STX, b"0000A") + b"\x06\x15", [Block(STX, b"0000A"), Control.ACK, Control.NAK]),
    (b"\x0200001AB\x03\x00", [Spoilt()]),
    (b"\x0200001A\x05", [Control.ENQ]),
    (b"\x0200001A" + encode_block(STX, b"00001AB"), [Block(STX, b"00001AB")]),
]


@pytest.mark.parametrize(("encoded", "expected"), SAMPLES)
def test_blocks_whole_byte_by_byte_and_with_rubbish(
    encoded: bytes, expected: list[Block | Spoilt | Control]
) -> None:
    assert BlockReader().feed(encoded) == expected
    assert BlockReader().feed(encoded + b"rubbish") == expected
    reader = BlockReader()
    one_by_one = [reader.feed(encoded[at : at + 1]) for at in range(len(encoded))]
    assert [found for each in one_by_one for found in each] == expected
    after_rubbish = BlockReader()
    assert after_rubbish.feed(b"rubbish") == []
    assert after_rubbish.was_noisy
    after_rubbish.pause()
    assert after_rubbish.feed(encoded) == expected


def test_what_stands_behind_noise_is_no_answer() -> None:
    reader = BlockReader()
    assert reader.feed(b"00001AB\x03\x04") == []  # a text without its STX; \x04 is its parity
    reader.pause()
    assert reader.feed(b"\x04") == [Control.EOT]


def test_a_block_without_end_is_given_up() -> None:
    reader = BlockReader()
    assert reader.feed(b"\x02" + b"A" * 10_000) == []
    reader.pause()
    assert reader.feed(b"\x05") == [Control.ENQ]


@given(st.lists(st.binary(max_size=500)))
def test_noise_is_held_within_bounds(pieces: list[bytes]) -> None:
    reader = BlockReader()
    for piece in pieces:
        reader.feed(piece)
        assert len(reader._body) <= MAX_BLOCK
        reader.pause()


def test_every_flipped_bit_of_a_block_is_seen() -> None:
    block = encode_block(STX, b"00001" + b"6901234567892")
    for at in range(len(block)):
        for bit in range(8):
            spoilt = bytearray(block)
            spoilt[at] ^= 1 << bit
            found = BlockReader().feed(bytes(spoilt))
            assert Block(STX, block[1:-2]) not in found
            assert not any(isinstance(each, Block) and each.start == STX for each in found)
