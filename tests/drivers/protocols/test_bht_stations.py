"""Both stations of the BHT-protocol, against the clock and against noise."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.bht import SOH, STX, BhtError, Heading, encode_block, encode_heading
from drivers.protocols.bht_stations import (
    ANSWER_S,
    CALLS,
    DOUBLE_S,
    ENQUIRIES,
    MAX_CALLS,
    MAX_NAKS,
    STALL_S,
    BhtReceiver,
    BhtSender,
    HeadingArrived,
    ReceiverEvent,
    SenderEvent,
    TextArrived,
    TextTaken,
)
from drivers.protocols.transfer.events import Done, Failed, FileEnded

EOT, ENQ, ACK, NAK = b"\x04", b"\x05", b"\x06", b"\x15"
HEADING = Heading("A.DAT", 2, (3,))
HEAD = encode_block(SOH, encode_heading(HEADING))
TEXTS = [encode_block(STX, b"00001abc"), encode_block(STX, b"00002def")]


@dataclass
class Receiving:
    """A receiver and its clock; `say` gives (what happened, what it answers)."""

    station: BhtReceiver
    now_s: float = 0.0

    def say(self, data: bytes, after_s: float = 0.01) -> tuple[list[ReceiverEvent], bytes]:
        self.now_s += after_s
        events = self.station.receive(data, self.now_s)
        return events, self.station.bytes_to_send(self.now_s)


@pytest.fixture
def receiving() -> Receiving:
    station = BhtReceiver()
    station.listen(0.0, 30.0)
    return Receiving(station)


def test_a_file_is_received_and_closed_when_it_is_settled(receiving: Receiving) -> None:
    assert receiving.say(ENQ) == ([], ACK)
    assert receiving.say(HEAD) == ([HeadingArrived(HEADING)], ACK)
    assert receiving.say(TEXTS[0]) == ([TextArrived((b"abc",))], ACK)
    assert receiving.say(TEXTS[1]) == ([TextArrived((b"def",))], ACK)
    assert receiving.say(EOT) == ([FileEnded()], b"")
    assert receiving.say(EOT, 3.0) == ([], b"")
    receiving.station.settle()
    assert receiving.say(b"") == ([], ACK)
    assert receiving.say(EOT) == ([], ACK)  # it did not hear that
    receiving.station.listen(receiving.now_s, 5.0)
    assert receiving.say(ENQ) == ([], ACK)


def test_damage_is_refused_and_what_comes_twice_is_taken_once(receiving: Receiving) -> None:
    receiving.say(ENQ)
    assert receiving.say(HEAD[:-1] + b"\0") == ([], NAK)
    assert receiving.say(HEAD) == ([HeadingArrived(HEADING)], ACK)
    assert receiving.say(HEAD) == ([], ACK)
    assert receiving.say(TEXTS[0]) == ([TextArrived((b"abc",))], ACK)
    assert receiving.say(TEXTS[0]) == ([], ACK)
    assert receiving.say(TEXTS[1]) == ([TextArrived((b"def",))], ACK)


def test_enq_gets_the_answer_again(receiving: Receiving) -> None:
    assert receiving.say(ENQ + ENQ) == ([], ACK + ACK)
    receiving.say(HEAD)
    assert receiving.say(ENQ, 3.0) == ([], ACK)
    assert receiving.say(TEXTS[0][:-1] + b"\0") == ([], NAK)
    assert receiving.say(ENQ, 3.0) == ([], NAK)  # it did not hear that
    assert receiving.say(TEXTS[0][:-3]) == ([], b"")  # its end is lost
    assert receiving.say(ENQ, 3.0) == ([], NAK)
    assert receiving.say(TEXTS[0]) == ([TextArrived((b"abc",))], ACK)
    assert receiving.say(b"x" + TEXTS[1][1:]) == ([], b"")  # its STX is lost
    assert receiving.say(ENQ, 3.0) == ([], NAK)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([encode_block(STX, b"00001abc")], "out_of_order"),
        ([HEAD, TEXTS[1]], "out_of_order"),
        ([HEAD, encode_block(STX, b"00001abcd")], "lengths"),
        ([HEAD, encode_block(STX, b"what?")], "number"),
        ([HEAD, *TEXTS, encode_block(STX, b"00003ghi")], "too_many"),
        ([HEAD, TEXTS[0], HEAD], "out_of_order"),
        ([encode_block(SOH, b"NAME ONLY")], "number"),
    ],
)
def test_what_cannot_be_ends_the_transfer(
    receiving: Receiving, said: list[bytes], reason: str
) -> None:
    receiving.say(ENQ)
    *_, (events, answer) = [receiving.say(block) for block in said]
    assert (events, answer) == ([Failed(reason)], EOT)


@pytest.mark.parametrize("before", [[], [HEAD], [HEAD, TEXTS[0]]])
def test_eot_before_the_end_is_no_file(receiving: Receiving, before: list[bytes]) -> None:
    receiving.say(ENQ)
    for block in before:
        receiving.say(block)
    assert receiving.say(EOT) == ([Failed("aborted")], b"")
    assert receiving.say(EOT, 3.0) == ([], b"")


def test_the_rest_of_an_earlier_transfer_is_no_file(receiving: Receiving) -> None:
    assert receiving.say(ENQ) == ([], ACK)  # it asks for an answer to its last text
    assert receiving.say(EOT) == ([Failed("aborted")], b"")


def test_a_file_without_texts(receiving: Receiving) -> None:
    receiving.say(ENQ)
    receiving.say(encode_block(SOH, encode_heading(Heading("NONE.DAT", 0, (3,)))))
    assert receiving.say(EOT) == ([FileEnded()], b"")
    receiving.station.settle()
    assert receiving.say(b"") == ([], ACK)


def test_endless_damage_ends(receiving: Receiving) -> None:
    receiving.say(ENQ)
    answers = [receiving.say(HEAD[:-1] + b"\0") for _ in range(MAX_NAKS + 1)]
    assert answers[:-1] == [([], NAK)] * MAX_NAKS
    assert answers[-1] == ([Failed("damaged")], EOT)


def test_calls_without_end_end(receiving: Receiving) -> None:
    assert receiving.say(ENQ * (MAX_CALLS + 1)) == ([], ACK * (MAX_CALLS + 1))
    assert receiving.say(ENQ) == ([Failed("damaged")], EOT)


def test_silence_ends_and_calls_do_not_prolong_it(receiving: Receiving) -> None:
    assert receiving.say(b"", 30.0) == ([Failed("silent")], b"")
    receiving.station.listen(receiving.now_s, 30.0)
    receiving.say(ENQ)
    told: list[ReceiverEvent] = []
    began_s = receiving.now_s
    while not told:
        told = receiving.say(ENQ, 3.0)[0]
    assert told == [Failed("silent")]
    assert receiving.now_s - began_s == pytest.approx(STALL_S, abs=3.1)


@given(st.lists(st.binary(max_size=60), max_size=40))
def test_noise_makes_no_file(pieces: list[bytes]) -> None:
    receiving = Receiving(BhtReceiver())
    receiving.station.listen(0.0, 30.0)
    receiving.say(ENQ)
    receiving.say(HEAD)
    for piece in pieces:
        for event in receiving.say(piece, 0.2)[0]:
            assert not isinstance(event, FileEnded)


@dataclass
class Sending:
    """A sender and its clock."""

    station: BhtSender
    now_s: float = 0.0

    def hear(self, data: bytes, after_s: float = 0.01) -> tuple[list[SenderEvent], bytes]:
        self.now_s += after_s
        events = self.station.receive(data, self.now_s)
        return events, self.station.bytes_to_send(self.now_s)


@pytest.fixture
def sending() -> Sending:
    station = BhtSender()
    station.send(HEADING, [[b"abc"], [b"def"]], 0.0)
    assert station.bytes_to_send(0.0) == ENQ
    return Sending(station)


def test_a_file_is_sent(sending: Sending) -> None:
    assert sending.hear(ACK) == ([], HEAD)
    assert sending.hear(ACK) == ([], TEXTS[0])
    assert sending.hear(NAK) == ([], TEXTS[0])
    assert sending.hear(ACK) == ([TextTaken(1)], TEXTS[1])
    assert sending.hear(b"", ANSWER_S) == ([], ENQ)
    assert sending.hear(ACK + ACK) == ([], b"")
    assert sending.hear(ACK, DOUBLE_S / 2) == ([], b"")  # late, and for the same text
    assert sending.hear(b"", DOUBLE_S) == ([TextTaken(2)], EOT)
    assert sending.hear(b"", ANSWER_S) == ([], EOT)
    assert sending.hear(ACK) == ([Done()], b"")
    assert sending.station.next_timeout(sending.now_s) is None


def test_a_file_without_texts_is_sent() -> None:
    sending = Sending(BhtSender())
    sending.station.send(Heading("NONE.DAT", 0, (1,)), [], 0.0)
    assert [sending.hear(ACK)[1][-1:] for _ in range(3)][1:] == [EOT, b""]


def spoken(sending: Sending) -> tuple[list[SenderEvent], bytes]:
    """All that is said and told until it is over, nobody answering."""
    said, told = b"", list[SenderEvent]()
    while (timeout_s := sending.station.next_timeout(sending.now_s)) is not None:
        events, data = sending.hear(b"", timeout_s)
        said, told = said + data, told + events
    return told, said


def test_nobody_answers(sending: Sending) -> None:
    assert spoken(sending) == ([Failed("silent")], ENQ * (CALLS - 1) + EOT)
    assert sending.now_s == pytest.approx(CALLS * ANSWER_S)


def test_the_terminal_falls_silent(sending: Sending) -> None:
    sending.hear(ACK)
    assert spoken(sending) == ([Failed("silent")], ENQ * ENQUIRIES + EOT)


def test_nobody_confirms_the_end(sending: Sending) -> None:
    for _ in range(4):
        sending.hear(ACK)
    assert spoken(sending) == ([Failed("silent")], EOT * (CALLS - 1))


def test_the_terminal_ends_it(sending: Sending) -> None:
    sending.hear(ACK)
    assert sending.hear(EOT) == ([], EOT)
    assert sending.hear(ACK) == ([Failed("aborted")], b"")


def test_the_terminal_refuses_a_text_for_ever(sending: Sending) -> None:
    sending.hear(ACK)
    assert [sending.hear(NAK)[1] for _ in range(MAX_NAKS)] == [HEAD] * MAX_NAKS
    assert sending.hear(NAK) == ([], EOT)
    assert sending.hear(ACK) == ([Failed("refused")], b"")


def test_nothing_is_begun_that_cannot_be_ended() -> None:
    station = BhtSender()
    for heading, texts in [(HEADING, [[b"abc"]]), (HEADING, [[b"abc"], [b"d\x03f"]])]:
        with pytest.raises(BhtError):
            station.send(heading, texts, 0.0)
    assert station.bytes_to_send(0.0) == b""


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=40))
def test_noise_ends_in_bounded_time(pieces: list[bytes]) -> None:
    sending = Sending(BhtSender())
    sending.station.send(HEADING, [[b"abc"], [b"def"]], 0.0)
    for number in range(2000):
        if sending.station.next_timeout(sending.now_s) is None:
            break
        sending.hear(pieces[number % len(pieces)], 0.3)
    assert sending.station.next_timeout(sending.now_s) is None
