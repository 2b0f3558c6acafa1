"""Both sides of Kermit carry files to each other, on good lines and bad ones."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.protocols.transfer.events import Done, Failed, FileBegun, FileEnded, FileSkipped
from drivers.protocols.transfer.kermit_incoming import COMPARED_BYTES
from drivers.protocols.transfer.kermit_parameters import OFFER, RESEND, Parameters
from drivers.protocols.transfer.kermit_receiver import KermitReceiver
from drivers.protocols.transfer.kermit_sender import KermitSender
from drivers.protocols.transfer.listing import OutgoingFile
from drivers.protocols.transfer.reasons import Reason
from tests.support.kermit_engines import Talk, carry
from tests.support.relay import Line

BIG = random.Random(7).randbytes(25_000)
FILES = (
    OutgoingFile(b"empty", b"", 0),
    OutgoingFile("盘点.txt".encode(), "一二三\r\n".encode() * 50, 1_700_000_000),
    OutgoingFile("盘点.txt".encode("gb18030"), b"x"),
    OutgoingFile(b"\xff\xfe name", bytes(5000)),
    OutgoingFile(b"big", BIG, 1_700_000_001),
)
SMALL = [OutgoingFile(b"one", b"1" * 300 + bytes(range(256)))]


def everything(talk: Talk) -> bool:
    return [data for _, data in talk.taken] == [file.data for file in FILES]


def test_all_arrive_with_names_sizes_and_times() -> None:
    talk = carry(FILES)
    assert everything(talk)
    assert talk.received[-1] == talk.sent[-1] == Done()
    assert [offer.name for offer, _ in talk.taken] == [
        "empty", "盘点.txt", "盘点.txt", "ÿþ name", "big",
    ]  # fmt: skip
    assert [offer.size for offer, _ in talk.taken] == [len(file.data) for file in FILES]
    assert [offer.mtime for offer, _ in talk.taken] == [file.mtime for file in FILES]
    assert talk.sender.repeated_packets == talk.receiver.damaged_packets == 0


def test_byte_by_byte() -> None:
    assert everything(Talk(KermitReceiver(), KermitSender(FILES), piece_bytes=1).run())


def test_nothing_to_send() -> None:
    talk = carry([])
    assert talk.received == talk.sent == [Done()]


@pytest.mark.parametrize("abilities", [0, 2, 4, 8, 10, 12, 30])
@pytest.mark.parametrize(("check", "high"), [(1, "Y"), (2, "Y"), (3, "Y"), (1, "&"), (3, "&")])
def test_with_whatever_both_can(check: int, abilities: int, high: str) -> None:
    offer = replace(OFFER, check=check, abilities=abilities, high=ord(high))
    files = (*FILES[:4], OutgoingFile(b"big", BIG[:6000]))
    for theirs, ours in ((offer, OFFER), (OFFER, offer), (offer, offer)):
        talk = Talk(KermitReceiver(ours), KermitSender(files, theirs)).run()
        assert [data for _, data in talk.taken] == [file.data for file in files]
        assert high == "Y" or not [byte for byte in talk.wire if byte > 127]


@pytest.mark.parametrize("rate", [1e-4, 1e-3])
@pytest.mark.parametrize("seed", range(4))
def test_flipped_lost_and_doubled_bytes(rate: float, seed: int) -> None:
    talk = carry(FILES, Line(flip_rate=rate, drop_rate=rate, double_rate=rate, seed=seed))
    assert everything(talk)
    assert talk.received[-1] == Done()


def test_only_what_is_lost_is_sent_again() -> None:
    files = [OutgoingFile(b"big", random.Random(1).randbytes(200_000))]
    talk = carry(files, Line(flip_rate=1e-4, seed=3))
    assert talk.taken[0][1] == files[0].data
    assert talk.sender.repeated_packets > 0
    assert len(talk.wire) < 1.3 * len(carry(files).wire)


@settings(max_examples=60, deadline=None)
@given(
    data=st.binary(max_size=3000),
    seed=st.integers(0, 10**6),
    rate=st.sampled_from([0.0, 1e-3, 5e-3]),
    check=st.sampled_from([2, 3]),
    window=st.integers(1, 31),
    max_long=st.integers(20, 9000),
)
def test_either_equal_or_failed(
    data: bytes, seed: int, rate: float, check: int, window: int, max_long: int
) -> None:
    offer = replace(OFFER, check=check, window=window, max_long=max_long)
    line = Line(flip_rate=rate, drop_rate=rate, seed=seed)
    talk = Talk(KermitReceiver(offer), KermitSender([OutgoingFile(b"f", data)]), line).run()
    if FileEnded() in talk.received:
        assert talk.taken[0][1] == data
    else:
        assert any(isinstance(event, Failed) for event in talk.received)


def resent(held: bytes, offer: Parameters = OFFER) -> Talk:
    sender = KermitSender([OutgoingFile(b"big", BIG, 9)], offer, resend=True)
    return Talk(KermitReceiver(), sender, held=held).run()


@pytest.mark.parametrize("held_bytes", [COMPARED_BYTES + 1, 15_000, len(BIG)])
def test_what_is_held_is_not_sent_again(held_bytes: int) -> None:
    talk = resent(BIG[:held_bytes])
    assert talk.taken[0][1] == BIG
    assert FileBegun(held_bytes) in talk.received
    assert len(talk.wire) < 1.6 * (len(BIG) - held_bytes + COMPARED_BYTES) + 500


@pytest.mark.parametrize("held", [b"", BIG[:100], BIG[:COMPARED_BYTES], BIG + b"more"])
def test_too_little_or_too_much_held_is_no_reason_to_go_on(held: bytes) -> None:
    talk = resent(held)
    assert talk.taken[0][1] == BIG
    assert FileBegun(0) in talk.received


def test_who_cannot_go_on_begins_anew() -> None:
    assert (
        resent(BIG[:15_000], replace(OFFER, abilities=OFFER.abilities & ~RESEND)).taken[0][1] == BIG
    )


def test_the_beginning_of_another_file_is_noticed() -> None:
    talk = resent(BIG[1:15_001])
    assert talk.received[-2:] == [FileBegun(0), Failed(Reason.BEGINNING_DIFFERS)]
    assert isinstance(talk.sent[-1], Failed)


def test_a_refused_file_is_skipped_on_both_sides() -> None:
    for abilities in (OFFER.abilities, 0):  # before its data, and in the middle of them
        sender = KermitSender(FILES, replace(OFFER, abilities=abilities))
        talk = Talk(KermitReceiver(), sender, wants=lambda offer: offer.name != "big").run()
        assert FileSkipped("big", Reason.CANCELLED_HERE) in talk.received
        assert FileSkipped("big", Reason.SKIPPED_BY_PEER) in talk.sent
        assert talk.received.count(FileEnded()) == talk.sent.count(FileEnded()) == 4
        assert talk.received[-1] == talk.sent[-1] == Done()


def test_too_large_a_file_is_skipped_whether_its_size_is_told_or_not() -> None:
    for abilities in (OFFER.abilities, 0):
        offer = replace(OFFER, abilities=abilities)
        receiver = KermitReceiver(max_file_bytes=20_000)
        talk = Talk(receiver, KermitSender(FILES, offer)).run()
        assert FileSkipped("big", Reason.FILE_TOO_LARGE) in talk.received
        assert talk.received.count(FileEnded()) == 4
        assert talk.received[-1] == talk.sent[-1] == Done()


def test_too_many_files_end_it() -> None:
    talk = Talk(KermitReceiver(max_files=3), KermitSender(FILES)).run()
    assert talk.received[-1] == Failed(Reason.TOO_MANY_FILES)
    assert talk.sent[-1] == Failed(Reason.CANCELLED_BY_PEER, "too_many_files")


def test_either_side_may_cancel() -> None:
    talk = Talk(KermitReceiver(), KermitSender(FILES))
    talk.on_told = lambda event: talk.receiver.cancel() if event == FileEnded() else None
    talk.received.append(Done())
    talk.run()
    assert talk.sent[-1] == Failed(Reason.CANCELLED_BY_PEER, "Cancelled")
    talk = Talk(KermitReceiver(), KermitSender(FILES))
    talk.on_told = lambda event: talk.sender.cancel() if event == FileEnded() else None
    talk.sent.append(Done())
    talk.run()
    assert talk.received[-1] == Failed(Reason.CANCELLED_BY_PEER, "Cancelled")


def test_the_end_of_a_file_is_confirmed_only_when_it_is_settled() -> None:
    receiver, sender = KermitReceiver(), KermitSender(SMALL)
    told = []
    for step in range(400):
        told += receiver.receive(sender.outgoing(), step / 10)
        told += receiver.tick(step / 10)
        if step == 2:
            receiver.accept()
        told += sender.receive(receiver.outgoing(), step / 10)
        told += sender.tick(step / 10)
        assert told.count(FileEnded()) <= 1
    assert FileEnded() in told
    assert sender.repeated_packets > 2
    receiver.settle()
    for step in range(400, 410):
        told += sender.receive(receiver.outgoing(), step / 10)
        told += receiver.receive(sender.outgoing(), step / 10)
    assert told.count(FileEnded()) == 2
    assert told.count(Done()) == 2
