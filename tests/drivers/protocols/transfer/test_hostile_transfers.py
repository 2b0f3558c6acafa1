"""Senders and receivers that lie, never end, or try to get out of their folder."""

from collections.abc import Iterable
from itertools import chain, repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.protocols.transfer.blocks import encode_block
from drivers.protocols.transfer.listing import OutgoingFile
from drivers.protocols.transfer.xmodem_receiver import XmodemReceiver
from drivers.protocols.transfer.xmodem_sender import XmodemSender
from drivers.protocols.transfer.ymodem import YmodemReceiver, YmodemSender
from drivers.protocols.transfer.zmodem_frames import (
    End,
    Kind,
    encode_header,
    encode_hex_header,
    encode_subpacket,
)
from drivers.protocols.transfer.zmodem_receiver import ZmodemReceiver
from drivers.protocols.transfer.zmodem_sender import ZmodemSender
from tests.support.transfer_lines import Side

FILE = OutgoingFile(b"a.txt", b"data" * 1000)
READY = encode_hex_header(Kind.ZRINIT, b"\0\0\0\x23")
OFFER = encode_header(Kind.ZFILE, 0, use_crc32=True)
MAKERS = {
    "xmodem receiver": lambda: XmodemReceiver(0.0),
    "ymodem receiver": lambda: YmodemReceiver(0.0),
    "zmodem receiver": lambda: ZmodemReceiver(0.0),
    "xmodem sender": lambda: XmodemSender(FILE.data, 0.0),
    "ymodem sender": lambda: YmodemSender([FILE], 0.0),
    "zmodem sender": lambda: ZmodemSender([FILE], 0.0),
}


def offer(listing: bytes) -> bytes:
    return OFFER + encode_subpacket(listing, End.ZCRCW, use_crc32=True)


def data(position: int, piece: bytes, end: End = End.ZCRCG) -> bytes:
    head = encode_header(Kind.ZDATA, position, use_crc32=True)
    return head + encode_subpacket(piece, end, use_crc32=True)


def hear_for(side: Side, pieces: Iterable[bytes], limit_s: float = 400.0) -> float:
    """Seconds until it gives up while one piece a second arrives."""
    now_s = 0.0
    for piece in pieces:
        if side.is_over or now_s > limit_s:
            break
        side.hear(piece, now_s)
        assert len(side.engine.outgoing()) < 200_000
        now_s += 1.0
        side.act(side.engine.tick(now_s))
    return now_s


@pytest.mark.parametrize("name", MAKERS)
def test_silence_and_endless_rubbish_are_given_up_within_two_minutes(name: str) -> None:
    for piece, reason in ((b"", "silent"), (b"rubbish" * 100, "not_understood")):
        side = Side(MAKERS[name]())
        assert hear_for(side, repeat(piece)) <= 61
        assert side.failed == reason


@pytest.mark.parametrize(
    "piece",
    [
        encode_hex_header(Kind.ZRQINIT),
        encode_hex_header(Kind.ZNAK),
        encode_hex_header(Kind.ZCHALLENGE, 7),
        encode_hex_header(Kind.ZFREECNT),
        encode_header(Kind.ZCOMMAND, 0, use_crc32=True)
        + encode_subpacket(b"rm -rf /", End.ZCRCW, use_crc32=True),
        encode_header(Kind.ZSINIT, 0, use_crc32=True)
        + encode_subpacket(b"", End.ZCRCW, use_crc32=True),
        OFFER + b"spoilt" * 30 + b"\x18kxxxx",
    ],
)
def test_one_header_for_ever(piece: bytes) -> None:
    side = Side(ZmodemReceiver(0.0))
    assert hear_for(side, repeat(piece)) <= 61
    assert side.failed


def test_empty_subpackets_for_ever() -> None:
    side = Side(ZmodemReceiver(0.0))
    empty = encode_subpacket(b"", End.ZCRCQ, use_crc32=True)
    pieces = chain([offer(b"a\x00"), data(0, b"")], repeat(empty * 100))
    assert hear_for(side, pieces) < 100
    assert side.failed == "too_much_noise"


def test_a_file_without_end_is_skipped_and_whoever_goes_on_is_given_up() -> None:
    side = Side(ZmodemReceiver(0.0, max_file_bytes=100_000))
    piece = encode_subpacket(b"a" * 1024, End.ZCRCG, use_crc32=True)
    hear_for(side, chain([offer(b"a\x00"), data(0, b"")], repeat(piece * 20)))
    assert side.skipped[0].reason == "file_too_large"
    assert len(side.data) <= 100_000
    assert side.failed == "too_much_noise"


def test_a_file_without_end_by_xmodem() -> None:
    side = Side(XmodemReceiver(0.0, max_file_bytes=10_000))
    blocks = (encode_block(number, b"a" * 1024, use_crc=True) for number in range(1, 1000))
    hear_for(side, chain(blocks))
    assert side.failed == "file_too_large"
    assert len(side.data) <= 10_000


def test_one_block_for_ever() -> None:
    side = Side(XmodemReceiver(0.0))
    assert hear_for(side, repeat(encode_block(1, b"a", use_crc=True))) <= 102
    assert side.failed == "too_much_noise"


@pytest.mark.parametrize(("listed", "blocks"), [(5000, 2), (100, 2)])
def test_sizes_that_lie_by_ymodem(listed: int, blocks: int) -> None:
    side = Side(YmodemReceiver(0.0))
    end = [b"\x04", b"\x04", b"\x04"]
    numbers = range(1, blocks + 1)
    wire = [encode_block(0, b"a\x00%d" % listed + bytes(100), use_crc=True)]
    wire += [encode_block(number, b"a" * 1024, use_crc=True) for number in numbers]
    hear_for(side, chain(wire, end))
    assert side.failed == "size_differs"
    assert side.files == []


@pytest.mark.parametrize("listed", [b"1", b"3000"])
def test_sizes_that_lie_by_zmodem(listed: bytes) -> None:
    side = Side(ZmodemReceiver(0.0))
    end = encode_hex_header(Kind.ZEOF, 4)
    hear_for(side, chain([offer(b"a\x00" + listed), data(0, b"four", End.ZCRCE), end]))
    assert side.failed == "size_differs"
    assert side.files == []


def test_a_size_that_would_fill_the_memory_is_refused_before_a_byte_of_it() -> None:
    side = Side(ZmodemReceiver(0.0))
    hear_for(side, chain([offer(b"a\x0099999999999999")]))
    assert side.skipped[0].reason == "file_too_large"
    listing = encode_block(0, b"a\x0099999999999999" + bytes(100), use_crc=True)
    yet = Side(YmodemReceiver(0.0))
    hear_for(yet, chain([listing]))
    assert yet.failed == "file_too_large"


def test_files_without_end() -> None:
    side = Side(ZmodemReceiver(0.0))
    for _ in range(10_001):
        side.hear(offer(b"a\x000"), 0.0)
        side.hear(encode_hex_header(Kind.ZEOF), 0.0)
        side.engine.outgoing()
        side.files.clear()
    assert side.failed == "too_many_files"


def test_names_are_text_whatever_they_say() -> None:
    side = Side(ZmodemReceiver(0.0))
    for name in (b"../../etc/passwd", b"C:\\x", b"/dev/sda", b"a\nb", b"\xff", b"x" * 900):
        side.hear(offer(name + b"\x000"), 0.0)
        side.hear(encode_hex_header(Kind.ZEOF), 0.0)
    names = [offered.name for offered, _ in side.files]
    assert names == ["../../etc/passwd", "C:\\x", "/dev/sda", "a\nb", "ÿ", "x" * 900]
    for name in (b"", b"x" * 901):
        side.hear(offer(name + b"\x000"), 0.0)
    assert [skipped.reason for skipped in side.skipped] == ["name_impossible"] * 2


def test_a_receiver_that_goes_back_for_ever() -> None:
    side = Side(ZmodemSender([FILE], 0.0))
    hear_for(side, chain([READY], repeat(encode_hex_header(Kind.ZRPOS, 0))))
    assert side.failed == "too_much_noise"
    beyond = Side(ZmodemSender([FILE], 0.0))
    hear_for(beyond, chain([READY], [encode_hex_header(Kind.ZRPOS, 4001)]))
    assert beyond.failed == "out_of_step"


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(MAKERS)),
    st.lists(
        st.one_of(
            st.binary(max_size=200),
            st.sampled_from(
                [
                    READY,
                    offer(b"a\x00500"),
                    offer(b"b\x00"),
                    data(0, b"x" * 250),
                    data(250, b"x" * 250, End.ZCRCW),
                    *(encode_hex_header(kind, 500) for kind in Kind),
                    *(encode_hex_header(kind) for kind in Kind),
                    *(encode_block(number, b"a\x00500", use_crc=True) for number in range(4)),
                    b"C",
                    b"G",
                    b"\x06",
                    b"\x15",
                    b"\x04",
                    b"\x18",
                ]
            ),
        ),
        max_size=40,
    ),
    st.sampled_from([0.0, 0.6, 5.0]),
)
def test_nothing_raises_and_nothing_piles_up(
    name: str, pieces: list[bytes], pause_s: float
) -> None:
    side = Side(MAKERS[name]())
    now_s = 0.0
    for piece in pieces:
        side.hear(piece, now_s)
        now_s += pause_s
        side.act(side.engine.tick(now_s))
        assert len(side.engine.outgoing()) < 20_000
        timeout_s = side.engine.next_timeout(now_s)
        assert timeout_s is None or timeout_s >= 0
