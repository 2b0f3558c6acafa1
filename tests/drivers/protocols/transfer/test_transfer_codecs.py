"""Check values, announcements of files, and the padding of XMODEM."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.transfer.crc import checksum, crc16, crc32
from drivers.protocols.transfer.events import FileOffered
from drivers.protocols.transfer.listing import OutgoingFile, read_listing, write_listing
from drivers.protocols.transfer.padding import strip_records, strip_text


def test_published_check_values() -> None:
    assert crc16(b"123456789") == 0x31C3
    assert crc32(b"123456789") == 0xCBF43926
    assert checksum(b"123456789") == 0xDD


@pytest.mark.parametrize(
    ("block", "offer"),
    [
        (b"a.txt\x00100 14527400000 100644 0 1 100\x00\x00", FileOffered("a.txt", 100, 1700659200)),
        (b"a.txt\x00" + bytes(122), FileOffered("a.txt")),
        (b"a.txt\x00100\x00", FileOffered("a.txt", 100)),
        (b"a.txt\x00100 0 0\x00", FileOffered("a.txt", 100)),
        (b"a.txt\x00-5 9 x", FileOffered("a.txt")),
        (b"a.txt\x00" + b"9" * 15, FileOffered("a.txt", 10**15 - 1)),
        ("盘点.txt".encode() + b"\x001 ", FileOffered("盘点.txt", 1)),
        ("盘点.txt".encode("gb18030") + b"\x001 ", FileOffered("盘点.txt", 1)),
        (b"\xff\xff\x00", FileOffered("ÿÿ")),
        (b"../../etc/passwd\x001", FileOffered("../../etc/passwd", 1)),
        (b"", FileOffered("")),
    ],
)
def test_listings(block: bytes, offer: FileOffered) -> None:
    assert read_listing(block) == offer


@given(st.binary(max_size=300))
def test_no_listing_is_too_odd(block: bytes) -> None:
    offer = read_listing(block)
    assert offer.size is None or 0 <= offer.size < 10**15


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), st.binary())
def test_what_is_announced_is_read(name: str, data: bytes) -> None:
    file = OutgoingFile(name.encode(), data, 1700000000)
    assert read_listing(write_listing(file)) == FileOffered(name, len(data), 1700000000)


def test_padding_is_only_taken_off_where_it_is_known() -> None:
    assert strip_text(b"a\x1ab\x1a\x1a") == b"a\x1ab"
    assert strip_records(b"ab\r\n" * 3 + b"\x1a" * 116, 4) == b"ab\r\n" * 3
    assert strip_records(b"abc\r\n" * 3 + bytes(113), 5)[:15] == b"abc\r\n" * 3
    assert strip_records(b"a" * 128, 5) == b"a" * 128
    assert strip_records(b"", 5) == b""


@given(st.integers(1, 300), st.integers(0, 40), st.sampled_from([128, 1024]))
def test_records_come_back_as_they_were(record_bytes: int, count: int, block_bytes: int) -> None:
    data = b"r" * record_bytes * count
    padded = data + b"\x1a" * (-len(data) % block_bytes)
    assert strip_records(padded, record_bytes) == data
