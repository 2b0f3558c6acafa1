"""Sender against receiver: XMODEM and YMODEM, byte by byte, over bad lines, with lost answers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.protocols.transfer.listing import OutgoingFile
from drivers.protocols.transfer.xmodem_receiver import XmodemReceiver
from drivers.protocols.transfer.xmodem_sender import XmodemSender
from drivers.protocols.transfer.ymodem import YmodemReceiver, YmodemSender
from tests.support.transfer_lines import Flipping, Side, converse
from tests.support.transfers import random_bytes

SIZES = (0, 1, 127, 128, 129, 896, 897, 1024, 1025, 40_000)
MTIME = 1_700_000_000


def files_of(sizes: tuple[int, ...]) -> list[OutgoingFile]:
    return [
        OutgoingFile(f"盘点 {size}.txt".encode(), random_bytes(size, size), MTIME) for size in sizes
    ]


def outcome(side: Side) -> list[tuple[str, int | None, int | None, bytes]]:
    return [(offer.name, offer.size, offer.mtime, data) for offer, data in side.files]


def expected(files: list[OutgoingFile]) -> list[tuple[str, int | None, int | None, bytes]]:
    return [(file.name.decode(), len(file.data), file.mtime, file.data) for file in files]


@pytest.mark.parametrize("step", [None, 1])
@pytest.mark.parametrize("is_long", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_xmodem(size: int, is_long: bool, step: int | None) -> None:
    data = random_bytes(size)
    sender = Side(XmodemSender(data, 0.0, is_long))
    receiver = Side(XmodemReceiver(0.0))
    converse(sender, receiver, step=step)
    assert not sender.failed + receiver.failed
    ((offer, arrived),) = receiver.files
    assert (offer.name, offer.size) == ("", None)
    assert arrived[:size] == data
    assert arrived[size:].strip(b"\x1a") == b""
    assert len(arrived) - size < 128


def test_a_sender_that_knows_only_checksums() -> None:
    data = random_bytes(3000)
    sender = Side(XmodemSender(data, 0.0))
    hear = sender.engine.receive
    sender.engine.receive = lambda got, now_s: hear(got.replace(b"C", b""), now_s)
    receiver = Side(XmodemReceiver(0.0))
    converse(sender, receiver)
    assert receiver.files[0][1][:3000] == data
    assert not sender.engine._use_crc


@pytest.mark.parametrize("is_streaming", [False, True])
@pytest.mark.parametrize("step", [None, 1])
def test_ymodem(is_streaming: bool, step: int | None) -> None:
    files = files_of(SIZES)
    sender = Side(YmodemSender(files, 0.0))
    receiver = Side(YmodemReceiver(0.0, is_streaming=is_streaming))
    converse(sender, receiver, step=step)
    assert not sender.failed + receiver.failed
    assert outcome(receiver) == expected(files)


def test_nothing_to_send() -> None:
    sender, receiver = Side(YmodemSender([], 0.0)), Side(YmodemReceiver(0.0))
    converse(sender, receiver)
    assert not sender.failed + receiver.failed
    assert receiver.files == []


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), rate=st.sampled_from([1e-4, 1e-3]))
def test_whatever_the_line_does_no_wrong_file_comes_out(seed: int, rate: float) -> None:
    """A file arrives as it was sent, or both sides know that it did not."""
    files = files_of((0, 700, 9000))
    sender, receiver = Side(YmodemSender(files, 0.0)), Side(YmodemReceiver(0.0))
    converse(sender, receiver, Flipping(rate, seed, drop_rate=rate / 2))
    right = expected(files)
    assert outcome(receiver) == right[: len(receiver.files)]
    if not receiver.failed or not sender.failed:
        assert len(receiver.files) == len(files)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_a_little_noise_is_overcome(seed: int) -> None:
    data = random_bytes(9000)
    sender, receiver = Side(XmodemSender(data, 0.0)), Side(XmodemReceiver(0.0))
    converse(sender, receiver, Flipping(1e-5, seed, drop_rate=1e-5))
    assert receiver.files[0][1][:9000] == data


@pytest.mark.parametrize("seed", [19, 56, 187, 287])
def test_seeds_that_once_brought_a_wrong_file(seed: int) -> None:
    data = random_bytes(9000)
    for rate in (1e-4, 1e-3):
        sender, receiver = Side(XmodemSender(data, 0.0, is_long=True)), Side(XmodemReceiver(0.0))
        converse(sender, receiver, Flipping(rate, seed, drop_rate=rate / 2))
        assert all(arrived[:9000] == data for _, arrived in receiver.files)
        assert receiver.files or sender.failed


def test_damage_ends_a_stream() -> None:
    sender = Side(YmodemSender(files_of((40_000,)), 0.0))
    receiver = Side(YmodemReceiver(0.0, is_streaming=True))
    converse(sender, receiver, Flipping(1e-4, 3))
    assert receiver.failed == "too_much_noise"
    assert receiver.files == []
    assert sender.failed == "cancelled_by_peer"


def test_cancelling_reaches_the_other_side() -> None:
    for left, right in (
        (Side(YmodemSender(files_of((9000,)), 0.0)), Side(YmodemReceiver(0.0))),
        (Side(YmodemReceiver(0.0)), Side(YmodemSender(files_of((9000,)), 0.0))),
    ):
        left.engine.cancel()
        right.hear(left.engine.outgoing(), 0.0)
        assert right.failed == "cancelled_by_peer"
        assert right.engine.outgoing() == b""
