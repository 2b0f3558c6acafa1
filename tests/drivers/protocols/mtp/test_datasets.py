"""Datasets as devices send them, cut anywhere, and made of noise."""

import struct
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.mtp.datasets import (
    MtpError,
    ObjectInfo,
    StorageInfo,
    epoch_ms,
    object_info,
    read_device_info,
    read_numbers,
    read_object_info,
    read_storage_info,
)

# Written out by hand from the tables of MTP 1.1, chapter 5.
DEVICE = bytes.fromhex(
    "6400 06000000 6400 02 6d000000 0000 02000000 01101b10 00000000 00000000 00000000"
    "01000000 0030 02 5a000000 03 540043000000 02 31000000 00"
)
STORAGE = bytes.fromhex("0300 0200 0000 0000004000000000 0000001000000000 ffffffff 02 53000000 00")
OBJECT = bytes.fromhex(
    "01000100 0030 0000 2a000000 0000 00000000 00000000 00000000 00000000 00000000 00000000"
    "07000000 0000 00000000 00000000"
    "05 61002e00620063000000"  # its name
    "00"  # when it was made
    "11 3200300032003600310031003200340054003000380031003500300030005a000000 00"
)
NAME_ENDS = 52 + 1 + 10
# With how much of each is needed, and how much more makes no sense again.
READERS = [
    (read_device_info, DEVICE, len(DEVICE), 0),
    (read_storage_info, STORAGE, len(STORAGE) - 1, 0),
    (read_object_info, OBJECT, NAME_ENDS, 1),
    (read_numbers, bytes.fromhex("02000000 01000000 02000000"), 12, 0),
]


def test_a_device_says_who_it_is() -> None:
    about = read_device_info(DEVICE)
    assert about.operations == {0x1001, 0x101B}
    assert (about.manufacturer, about.model, about.version, about.serial) == ("Z", "TC", "1", "")


def test_a_memory_says_how_much_is_free() -> None:
    assert read_storage_info(STORAGE) == StorageInfo(True, 1 << 28, "S")
    assert not read_storage_info(STORAGE[:4] + b"\1" + STORAGE[5:]).is_writable


def test_a_file_says_what_it_is() -> None:
    info = read_object_info(OBJECT)
    assert info == ObjectInfo(0x10001, 0x3000, 42, 7, "a.bc", "20261124T081500Z")
    assert not info.is_folder
    assert info.modified_ms == 1_795_508_100_000


def test_what_follows_the_name_may_be_left_out() -> None:
    short = OBJECT[:NAME_ENDS]
    assert read_object_info(short).name == "a.bc"
    assert read_object_info(short).modified == ""


@pytest.mark.parametrize(("read", "data", "needed", "dates"), READERS)
def test_a_dataset_that_is_cut_is_an_error_of_ours(
    read: Callable[[bytes], object], data: bytes, needed: int, dates: int
) -> None:
    for size in range(needed, needed + dates + 1):
        read(data[:size])
    read(data)
    read(data + b"behind")
    cut = [*range(needed), *(range(needed + dates + 1, len(data) - 1) if dates else ())]
    for size in cut:
        with pytest.raises(MtpError):
            read(data[:size])


@pytest.mark.parametrize("read", [read for read, *_ in READERS])
@given(data=st.binary(max_size=200))
def test_noise_raises_nothing_else(read: Callable[[bytes], object], data: bytes) -> None:
    with suppress(MtpError):
        read(data)


def test_lists_that_claim_to_be_endless_are_not_believed() -> None:
    with pytest.raises(MtpError):
        read_numbers(b"\xff\xff\xff\xff" + bytes(100))


def test_strings_of_a_stranger_are_text_whatever_they_hold() -> None:
    told = struct.pack("<IHHIHIIIIIIIHII", 1, 0x3000, 0, 1, *(0 for _ in range(7)), 0, 0, 0, 0)
    name = read_object_info(told + bytes.fromhex("04 00d8 6100 0000 6200")).name
    assert name == "\N{REPLACEMENT CHARACTER}a"


def test_a_file_is_announced_as_the_standard_says() -> None:
    told = object_info("a.bc", 42, 7)
    assert told == bytes(4) + OBJECT[4:NAME_ENDS] + bytes(3)
    assert read_object_info(told).name == "a.bc"
    assert object_info("x" * 254, 1, 1)[52] == 255
    with pytest.raises(ValueError, match="too long"):
        object_info("x" * 255, 1, 1)


@given(st.text(min_size=1, max_size=120).filter(lambda text: "\0" not in text))
def test_names_come_back_as_they_went(name: str) -> None:
    assert read_object_info(object_info(name, 1, 1)).name == name


@pytest.mark.parametrize(
    ("date", "ms"),
    [
        ("20261124T081500Z", 1_795_508_100_000),
        ("20261124T081500.0Z", 1_795_508_100_000),
        ("20261124T161500+0800", 1_795_508_100_000),
        ("20261124T031500-0500", 1_795_508_100_000),
        ("19700101T000000Z", 0),
        ("20261124T081500", None),  # in a zone that is not told
        ("20261324T081500Z", None),
        ("00000000T000000Z", None),
        ("00010101T000000+9999", None),
        ("20261124 081500Z", None),
        ("٢٠٢٦1124T081500Z", None),
        ("", None),
    ],
)
def test_dates_with_a_zone_are_moments(date: str, ms: int | None) -> None:
    assert epoch_ms(date) == ms
