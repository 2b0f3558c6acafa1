"""Blocks of XMODEM and YMODEM, whole, byte by byte, and in rubbish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.transfer.blocks import Block, BlockReader, Signal, encode_block

SAMPLES = [
    (encode_block(1, b"abc", use_crc=True), Block(1, b"abc" + b"\x1a" * 125), True),
    (encode_block(255, b"x" * 129, use_crc=True), Block(255, b"x" * 129 + b"\x1a" * 895), True),
    (encode_block(256, b"\x18" * 128, use_crc=False), Block(0, b"\x18" * 128), False),
]


def reader(use_crc: bool) -> BlockReader:
    made = BlockReader()
    made.use_crc = use_crc
    return made


def test_a_block_as_the_specification_has_it() -> None:
    block = encode_block(2, b"\0" * 128, use_crc=True)
    assert block == b"\x01\x02\xfd" + b"\0" * 130
    assert encode_block(2, b"\1" * 128, use_crc=False) == b"\x01\x02\xfd" + b"\1" * 128 + b"\x80"


@pytest.mark.parametrize(("wire", "block", "use_crc"), SAMPLES)
def test_whole_and_byte_by_byte(wire: bytes, block: Block, use_crc: bool) -> None:
    assert reader(use_crc).feed(wire) == [block]
    slow = reader(use_crc)
    found = [piece for byte in wire for piece in slow.feed(bytes([byte]))]
    assert found == [block]
    assert slow.is_idle


@pytest.mark.parametrize(("wire", "block", "use_crc"), SAMPLES)
def test_with_rubbish_behind(wire: bytes, block: Block, use_crc: bool) -> None:
    spoilt = reader(use_crc)
    assert spoilt.feed(wire + b"rubbish") == [block]
    assert spoilt.quiet() is Signal.DAMAGED
    assert spoilt.feed(wire) == [block]


def test_an_end_counts_when_the_line_is_silent_behind_it() -> None:
    ends = BlockReader()
    assert ends.feed(b"\x04") == []
    assert ends.quiet() is Signal.END
    assert ends.feed(b"\x04\xfb") == []
    assert ends.quiet() is Signal.DAMAGED


def test_two_cancels_between_blocks_and_five_anywhere() -> None:
    assert BlockReader().feed(b"\x18\x18") == [Signal.CANCELLED]
    inside = BlockReader()
    assert inside.feed(b"xx\x18\x18\x18\x18") == []
    assert inside.feed(b"\x18") == [Signal.CANCELLED]


def test_a_sender_with_a_better_check_than_asked_for_is_understood() -> None:
    asked_for_sum = reader(use_crc=False)
    assert asked_for_sum.feed(SAMPLES[0][0]) == [SAMPLES[0][1]]
    assert asked_for_sum.use_crc


def test_a_block_that_lost_a_byte_is_never_taken_for_one_with_a_checksum() -> None:
    wire = encode_block(1, b"abc", use_crc=True)
    for place in range(3, len(wire)):
        asked_for_crc = BlockReader()
        assert asked_for_crc.feed(wire[:place] + wire[place + 1 :]) == []
        assert asked_for_crc.quiet() is Signal.DAMAGED


@given(st.lists(st.binary(max_size=200)))
def test_noise_is_no_block_and_does_not_pile_up(pieces: list[bytes]) -> None:
    noisy = BlockReader()
    for piece in pieces:
        assert not any(isinstance(found, Block) for found in noisy.feed(piece))
        assert len(noisy._buffer) <= 3 + 1024 + 2 + 200
    noisy.quiet()
    assert noisy.is_idle
