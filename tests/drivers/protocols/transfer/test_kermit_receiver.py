"""What a receiving Kermit makes of real dialogues, of silence, and of whoever means it ill."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.protocols.transfer.events import (
    DataArrived,
    Done,
    Failed,
    FileBegun,
    FileEnded,
    FileOffered,
    FileSkipped,
    TransferEvent,
)
from drivers.protocols.transfer.kermit_packets import TYPES, Packet, PacketReader, encode_packet
from drivers.protocols.transfer.kermit_receiver import INVITE_S, PATIENCE_S, KermitReceiver
from drivers.protocols.transfer.reasons import Reason

# What G-Kermit 2.01 wrote for `gkermit -s` of a file with a Chinese name, which it cannot say.
GKERMIT = (
    b"\x019 S~' @-#Y3~*!J*0+++F\"U1AL\r",
    b'\x01%!F"=?\r',
    b'\x01,"A""B81!5-JT\r',
    b"\x01*#Dhello+)Y\r",
    b"\x01%$Z(,*\r",
    b"\x01%%B 8;\r",
)
HELLO = [FileOffered("", 5), FileBegun(0), DataArrived(0, b"hello"), FileEnded(), Done()]


@dataclass(slots=True)
class Desk:
    """A receiver whose user says yes to everything."""

    receiver: KermitReceiver = field(default_factory=KermitReceiver)
    told: list[TransferEvent] = field(default_factory=list)
    now_s: float = 0.0
    out: bytearray = field(default_factory=bytearray)

    def hear(self, data: bytes) -> "Desk":
        self._answer(self.receiver.receive(data, self.now_s))
        return self

    def wait(self, seconds: float) -> "Desk":
        self._answer(self.receiver.tick(self.now_s))
        for _ in range(int(seconds / 0.5)):
            self.now_s += 0.5
            self._answer(self.receiver.tick(self.now_s))
        return self

    def said(self, check: int = 3) -> list[tuple[str, int]]:
        """Letters and numbers of what went out since this was asked last."""
        reader = PacketReader()
        reader.check = check
        packets = reader.feed(bytes(self.out))
        self.out.clear()
        return [(packet.kind, packet.number) for packet in packets]

    def _answer(self, events: list[TransferEvent]) -> None:
        self.told += events
        for event in events:
            if isinstance(event, FileOffered):
                self.receiver.accept()
            if isinstance(event, FileEnded):
                self.receiver.settle()
        self.out += self.receiver.outgoing()


def packet(kind: str, number: int, data: bytes = b"") -> bytes:
    return encode_packet(Packet(kind, number, data), 3)


def in_data(window: int = 8) -> Desk:
    """In the middle of a file: number 3 is due, with a window."""
    wishes = b"~/ @-#Y3~&" + bytes([window + 32]) + b"J)"
    desk = Desk().hear(encode_packet(Packet("S", 0, wishes), 1))
    desk.hear(packet("F", 1, b"name") + packet("A", 2, b'""B81#100@ ')).said()
    return desk


def test_a_real_dialogue() -> None:
    desk = Desk()
    for wire in GKERMIT:
        desk.hear(wire)
    assert desk.told == HELLO
    assert desk.said() == [("Y", number) for number in range(1, 6)]


def test_a_real_dialogue_byte_by_byte_among_what_a_shell_says() -> None:
    desk = Desk()
    for wire in GKERMIT:
        for byte in b"$ kermit -ir\r" + wire + b"\n\x11":
            desk.hear(bytes([byte]))
    assert desk.told == HELLO


def test_each_packet_may_come_again() -> None:
    desk = Desk()
    for wire in GKERMIT:
        desk.hear(wire).hear(wire)
    assert desk.told == HELLO
    assert desk.said().count(("Y", 3)) == 2


def test_the_poorest_kermit() -> None:
    desk = Desk().hear(encode_packet(Packet("S", 0), 1))
    for number, (kind, data) in enumerate(
        (("F", b"A.TXT"), ("D", b"x#M#J"), ("Z", b""), ("B", b""))
    ):
        desk.hear(encode_packet(Packet(kind, number + 1, data), 1))
    assert desk.told == [
        FileOffered("A.TXT"), FileBegun(0), DataArrived(0, b"x\r\n"), FileEnded(), Done(),
    ]  # fmt: skip


def test_it_invites_and_then_gives_up() -> None:
    desk = Desk().wait(INVITE_S)
    assert desk.said() == [("N", 0)]
    desk.wait(PATIENCE_S)
    assert desk.told == [Failed(Reason.SILENT)]
    assert desk.said(1)[-1] == ("E", 0)


def test_something_else_talks() -> None:
    desk = Desk()
    for _ in range(70):
        desk.hear(b"AT\r\nERROR\x01\x02\r\n").wait(1)
    assert desk.told == [Failed(Reason.NOT_UNDERSTOOD)]


def test_silence_in_the_middle_is_asked_about_and_then_given_up() -> None:
    desk = in_data().wait(5)
    assert desk.said() == [("N", 3), ("N", 3)]
    desk.wait(PATIENCE_S)
    assert desk.told[-1] == Failed(Reason.SILENT)
    assert desk.said()[-1] == ("E", 3)


def test_a_packet_without_an_end_is_asked_for_before_long() -> None:
    desk = in_data().hear(packet("D", 3, b"x" * 200)[:-50]).wait(1)
    assert desk.said() == [("N", 3)]
    assert desk.hear(packet("D", 3, b"x")).said() == [("Y", 3)]


def test_only_what_is_missing_is_asked_for() -> None:
    desk = in_data()
    assert desk.hear(packet("D", 4, b"b")).said() == [("Y", 4), ("N", 3)]
    assert desk.hear(packet("D", 7, b"e")).said() == [("Y", 7), ("N", 5), ("N", 6)]
    assert desk.hear(packet("D", 7, b"e")).said() == [("Y", 7)]
    desk.hear(packet("D", 3, b"a") + packet("D", 6, b"d") + packet("D", 5, b"c"))
    assert b"".join(event.data for event in desk.told if isinstance(event, DataArrived)) == b"abcde"


def test_a_packet_beyond_the_window_is_none_of_ours() -> None:
    desk = in_data(window=4)
    assert desk.hear(packet("D", 7, b"e")).said() == []
    assert desk.hear(packet("D", 6, b"e")).said()[0] == ("Y", 6)


def test_a_damaged_packet_is_asked_for_at_once() -> None:
    spoilt = bytearray(packet("D", 3, b"hello"))
    spoilt[6] ^= 1
    assert in_data().hear(bytes(spoilt)).said() == [("N", 3)]


def test_a_sender_that_begins_again() -> None:
    desk = in_data().hear(packet("D", 3, b"half"))
    for wire in GKERMIT:
        desk.hear(wire)
    assert desk.told[-6:] == [DataArrived(0, b"half"), *HELLO]


def test_a_file_that_the_sender_gives_up() -> None:
    desk = in_data().hear(packet("D", 3, b"x") + packet("Z", 4, b"D") + packet("B", 5))
    assert desk.told[-2:] == [DataArrived(0, b"x"), Done()]


def test_another_size_than_was_said() -> None:
    desk = in_data().hear(packet("D", 3, b"x" * 99) + packet("Z", 4))
    assert desk.told[-1] == Failed(Reason.SIZE_DIFFERS)
    assert desk.receiver.passed == (99, 100)
    assert desk.said() == [("Y", 3), ("E", 4)]


def test_the_other_side_says_why_it_stops() -> None:
    desk = in_data().hear(packet("E", 3, "电池没电".encode() + b"!" * 900))
    assert desk.told[-1] == Failed(Reason.CANCELLED_BY_PEER, "电池没电" + "!" * 196)


def test_a_name_is_only_text() -> None:
    desk = Desk().hear(GKERMIT[0]).hear(packet("F", 1, b"../../etc/pass#@wd")).hear(packet("Z", 2))
    assert desk.told[0] == FileOffered("../../etc/pass\0wd")


def test_a_packet_that_unpacks_to_much_is_still_bounded() -> None:
    desk = Desk(KermitReceiver(max_file_bytes=100_000)).hear(GKERMIT[0])
    desk.hear(packet("F", 1, b"bomb"))
    for number in range(2, 60):
        desk.hear(packet("D", number, b"~~0" * 600))
    assert sum(len(event.data) for event in desk.told if isinstance(event, DataArrived)) <= 100_000
    assert FileSkipped("bomb", Reason.FILE_TOO_LARGE) in desk.told


def test_who_sends_on_what_is_not_wanted_does_not_hear_that_it_is_here() -> None:
    desk = Desk(KermitReceiver(max_file_bytes=10)).hear(GKERMIT[0])
    desk.hear(packet("F", 1, b"big")).hear(packet("D", 2, b"x" * 20)).said()
    assert desk.hear(packet("Z", 3)).said() == [("E", 3)]
    assert desk.told[-1] == Failed(Reason.FILE_TOO_LARGE)


def test_packets_that_carry_nothing_do_not_go_on_for_ever() -> None:
    desk = in_data()
    for number in range(3, 400):
        desk.hear(packet("D", number % 64)).wait(0.5)
    assert desk.told[-1] == Failed(Reason.TOO_MUCH_NOISE)


@pytest.mark.parametrize("data", [b"abc#", b"~", b"~ a"])
def test_data_that_cannot_be(data: bytes) -> None:
    assert in_data().hear(packet("D", 3, data)).told[-1] == Failed(Reason.OUT_OF_STEP)


@settings(max_examples=200, deadline=None)
@given(
    pieces=st.lists(
        st.binary(max_size=80)
        | st.builds(
            lambda kind, number, data, check: encode_packet(Packet(chr(kind), number, data), check),
            st.sampled_from(list(TYPES)),
            st.integers(0, 8),
            st.binary(max_size=30),
            st.sampled_from([1, 1, 2, 3]),
        ),
        max_size=40,
    ),
    waits=st.booleans(),
)
def test_whatever_comes_it_neither_breaks_nor_swells(pieces: list[bytes], waits: bool) -> None:
    desk = Desk()
    for piece in pieces:
        desk.hear(piece)
        if waits:
            desk.wait(1)
    assert len(desk.told) <= 12 * len(pieces) + 1
    assert len(desk.out) <= 200 * (len(pieces) + 1) + 40 * len(pieces)
    desk.wait(2 * PATIENCE_S)
    assert isinstance(desk.told[-1], Done | Failed)
