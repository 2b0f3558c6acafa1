"""What a sending Kermit makes of silence, of odd answers, and of whoever means it ill."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.protocols.transfer.events import (
    Done,
    Failed,
    FileEnded,
    FileSkipped,
)
from drivers.protocols.transfer.kermit_packets import TYPES, Packet, PacketReader, encode_packet
from drivers.protocols.transfer.kermit_parameters import OFFER, encode_parameters
from drivers.protocols.transfer.kermit_sender import (
    BURST_BYTES,
    MAX_TRIES,
    PATIENCE_S,
    KermitSender,
)
from drivers.protocols.transfer.listing import OutgoingFile
from drivers.protocols.transfer.reasons import Reason

FILE = OutgoingFile("盘点".encode(), b"x" * 100 + bytes(range(256)) * 300, 86_400)
AGREED = encode_parameters(OFFER)


def answer(kind: str, number: int, data: bytes = b"", check: int = 3) -> bytes:
    return encode_packet(Packet(kind, number, data), check)


def sent(sender: KermitSender, check: int = 3) -> list[Packet]:
    reader = PacketReader()
    reader.check = check
    return reader.feed(sender.outgoing())


def in_data(resend: bool = False) -> KermitSender:
    sender = KermitSender([FILE], resend=resend)
    sender.receive(answer("Y", 0, AGREED, 1), 0)
    sender.receive(answer("Y", 1), 0)
    sender.outgoing()
    return sender


def test_first_words() -> None:
    sender = KermitSender([FILE])
    assert sender.outgoing() == encode_packet(Packet("S", 0, AGREED), 1)
    assert sender.receive(answer("Y", 0, AGREED, 1), 0) == []
    assert [packet.kind for packet in sent(sender)] == ["F"]
    sender.receive(answer("Y", 1), 0)
    assert sent(sender) == [Packet("A", 2, b'""B8#119700102 00:00:001%76900@ ')]
    sender.receive(answer("Y", 2), 0)
    assert {packet.kind for packet in sent(sender)} == {"D"}


def test_it_gives_out_a_little_at_a_time() -> None:
    sender = in_data()
    sender.receive(answer("Y", 2), 0)
    assert sender.next_timeout(0) == 0
    assert 0 < len(sender.outgoing()) < BURST_BYTES + OFFER.max_long


def test_nobody_there() -> None:
    sender = KermitSender([FILE])
    told = []
    for step in range(200):
        told += sender.tick(step / 2)
    assert told == [Failed(Reason.SILENT)]
    assert step / 2 > PATIENCE_S
    assert len(sent(sender, 1)) > 5


def test_only_what_is_asked_for_is_sent_again() -> None:
    sender = in_data()
    sender.receive(answer("Y", 2), 0)
    first = sent(sender)
    assert len(first) > 3
    sender.receive(answer("Y", 3) + answer("Y", 5) + answer("N", 4), 0)
    assert next(packet for packet in sent(sender) if packet.kind == "D") == first[1]


def test_who_asks_for_the_next_packet_has_the_last() -> None:
    sender = KermitSender([OutgoingFile(b"one", b"1")])
    sender.receive(answer("Y", 0, encode_parameters(replace(OFFER, window=1)), 1), 0)
    sender.receive(answer("N", 2), 0)
    assert [packet.kind for packet in sent(sender)][-1] == "A"
    sender.receive(answer("Y", 2), 0)
    sender.outgoing()
    assert sender.receive(answer("N", 4) + answer("N", 5), 0) == [FileEnded()]
    assert sender.receive(answer("N", 6), 0) == [Done()]


def test_but_not_who_has_a_window() -> None:
    sender = in_data()
    sender.receive(answer("Y", 2), 0)
    first = sent(sender)
    sender.receive(b"".join(answer("Y", packet.number) for packet in first[1:]), 0)
    assert sent(sender) == []
    sender.receive(answer("N", first[-1].number + 1), 0)
    assert sent(sender) == [first[0]]


def test_but_an_answer_with_words_in_it_must_be_heard() -> None:
    sender = KermitSender([FILE])
    sender.outgoing()
    sender.receive(answer("N", 1, check=1), 0)
    assert [packet.kind for packet in sent(sender, 1)] == ["S"]


@pytest.mark.parametrize(("data", "skips"), [(b"N1", True), (b"Y", False), (b"", False)])
def test_an_answer_to_the_attributes(data: bytes, skips: bool) -> None:
    told = in_data().receive(answer("Y", 2, data), 0)
    assert (told == [FileSkipped("盘点", Reason.SKIPPED_BY_PEER)]) == skips


def test_all_files_may_be_refused_at_once() -> None:
    sender = KermitSender([FILE, FILE])
    for number in range(3):
        sender.receive(answer("Y", number, AGREED if number == 0 else b"", 3 if number else 1), 0)
    told = []
    for packet in sent(sender):
        told += sender.receive(answer("Y", packet.number, b"Z"), 0)
    last = sent(sender)
    assert (last[-1].kind, last[-1].data) == ("Z", b"D")
    told += sender.receive(answer("Y", last[-1].number), 0)
    told += sender.receive(answer("Y", last[-1].number + 1), 0)
    assert told == [FileSkipped("盘点", Reason.SKIPPED_BY_PEER), Done()]


@pytest.mark.parametrize(
    ("held", "offset"), [(b"1#100", 100), (b"1&999999", 0), (b"1#x00", 0), (b"1", 0), (b"", 0)]
)
def test_where_it_goes_on(held: bytes, offset: int) -> None:
    sender = in_data(resend=True)
    sender.receive(answer("Y", 2, held), 0)
    assert sender.passed == (offset, len(FILE.data))


def test_nobody_makes_it_go_on_who_was_not_asked() -> None:
    sender = in_data()
    sender.receive(answer("Y", 2, b"1#100"), 0)
    assert sender.passed == (0, len(FILE.data))


def test_whoever_asks_for_ever_is_left() -> None:
    sender = in_data()
    told = []
    for _ in range(MAX_TRIES + 2):
        told += sender.receive(answer("N", 2), 0)
    assert told == [Failed(Reason.TOO_MUCH_NOISE)]
    assert sent(sender)[-1].kind == "E"


def test_padding_and_another_end_of_line() -> None:
    sender = KermitSender([FILE])
    sender.outgoing()
    sender.receive(answer("Y", 0, b"~*#?*#N1 ", 1), 0)
    wire = sender.outgoing()
    assert wire.startswith(b"\x7f\x7f\x7f\x01")
    assert wire.endswith(b"\n")


@settings(max_examples=200, deadline=None)
@given(
    pieces=st.lists(
        st.binary(max_size=80)
        | st.builds(
            lambda kind, number, data, check: encode_packet(Packet(chr(kind), number, data), check),
            st.sampled_from(list(TYPES)),
            st.integers(0, 8),
            st.binary(max_size=30) | st.just(AGREED),
            st.sampled_from([1, 1, 3]),
        ),
        max_size=40,
    )
)
def test_whatever_comes_it_neither_breaks_nor_swells(pieces: list[bytes]) -> None:
    sender = KermitSender([FILE, OutgoingFile(b"", b"")])
    told, wire = [], 0
    for at, piece in enumerate(pieces):
        told += sender.receive(piece, at)
        told += sender.tick(at)
        out = len(sender.outgoing())
        assert out <= 3 * BURST_BYTES
        wire += out
    for step in range(len(pieces), len(pieces) + 400):
        told += sender.tick(step)
        sender.outgoing()
    assert isinstance(told[-1], Done | Failed)
    assert wire <= (len(pieces) + 1) * 3 * BURST_BYTES
