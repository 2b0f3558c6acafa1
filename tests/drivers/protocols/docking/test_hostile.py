"""A peer that sends rubbish, at any layer, ends its session and nothing else."""

import tracemalloc
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.contract import Receipt
from drivers.protocols.docking import cbor, events, messages
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.connect import DESK_LIMITS, TERMINAL_LIMITS
from drivers.protocols.docking.conversation import OrderError
from drivers.protocols.docking.desk import DeskSession
from drivers.protocols.docking.frames import Frame, Kind, encode_frame
from drivers.protocols.docking.message_codec import encode_message
from drivers.protocols.docking.parcels import sha256
from drivers.protocols.docking.security import OPEN
from drivers.protocols.docking.terminal import TerminalSession
from drivers.protocols.docking.transport import Transport
from tests.support.docked import DeskEnd, DeskStore, TerminalEnd, TerminalStore, package, sealed
from tests.support.wire_samples import SAMPLES

HELLO = messages.Hello(127, 3, 1, "S", "M", "1", 1, "P", 5, 1, 1)
DIGEST = sha256(b"12345")


class Peer:
    """A bare transport that says whatever it is told to, to a real session object."""

    def __init__(self, end: DeskEnd | TerminalEnd) -> None:
        self.end = end
        self.now_s = 0.0
        if isinstance(end, DeskEnd):
            self.transport = Transport.listening(0.0, TERMINAL_LIMITS, OPEN)
        else:
            self.transport = Transport.calling(5, 0.0, DESK_LIMITS, OPEN)
        self.heard = bytearray()
        self.run()

    def run(self) -> None:
        for _ in range(200):
            self.now_s += 0.001
            down = self.end.session.bytes_to_send(self.now_s)
            for event in self.transport.receive(down, self.now_s):
                if isinstance(event, bytes):
                    self.heard += event
            up = self.transport.bytes_to_send(self.now_s)
            self.end.receive(up, self.now_s)
            if not up and not down:
                return

    def say(self, message: messages.Message) -> None:
        self.say_bytes(encode_message(message))

    def say_bytes(self, body: bytes) -> None:
        self.transport.write(len(body).to_bytes(4, "big") + body)
        self.run()

    def greet(self) -> None:
        """Get as far as the desk's welcome."""
        self.say(HELLO)
        for number in range(3):
            self.say(messages.ClockPong(number, 1))

    @property
    def code(self) -> int | None:
        return self.end.ended.code if self.end.ended else None


def desk_end() -> DeskEnd:
    return DeskEnd(DeskStore([package("a", 1, b"abc")]), 5, 0.0)


def terminal_end() -> TerminalEnd:
    return TerminalEnd(TerminalStore([sealed(1, 1, 2)]), 0.0)


OFFER = messages.BatchOffer(1, 1, 5, 5, DIGEST)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([messages.Safe()], Code.MESSAGE_UNEXPECTED),
        ([messages.BatchData(1, 0, b"x")], Code.MESSAGE_UNEXPECTED),
        ([messages.Resume(1, 1)], Code.MESSAGE_UNEXPECTED),
        ([messages.BatchOffer(1, 5, 1, 5, DIGEST)], Code.MESSAGE_MALFORMED),
        ([messages.BatchOffer(1, 1, 5, 0, DIGEST)], Code.MESSAGE_MALFORMED),
        ([messages.BatchOffer(1, 1, 5, 1 << 30, DIGEST)], Code.BATCH_TOO_BIG),
        ([OFFER, OFFER], Code.MESSAGE_UNEXPECTED),
        ([OFFER, messages.BatchData(2, 0, b"12345")], Code.MESSAGE_UNEXPECTED),
        ([OFFER, messages.BatchData(1, 1, b"2345")], Code.MESSAGE_MALFORMED),
        ([OFFER, messages.BatchData(1, 0, b"123456")], Code.MESSAGE_MALFORMED),
        ([OFFER, messages.BatchData(1, 0, b"12346")], Code.BATCH_DAMAGED),
        ([messages.NoMore(), messages.DatasetWant("b", 0, b"")], Code.MESSAGE_UNEXPECTED),
        ([messages.NoMore(), messages.DatasetWant("a", 9, b"")], Code.MESSAGE_MALFORMED),
        ([messages.NoMore(), messages.DatasetDone()], Code.MESSAGE_UNEXPECTED),
        ([messages.Failure(Code.TERMINAL_FULL, "full")], Code.TERMINAL_FULL),
    ],
)
def test_a_terminal_that_does_not_keep_to_the_order(
    said: list[messages.Message], code: Code
) -> None:
    peer = Peer(desk_end())
    peer.greet()
    for message in said:
        peer.say(message)
    assert peer.code == code
    assert isinstance(peer.end, DeskEnd)
    assert peer.end.store.posted == []


@pytest.mark.parametrize(
    "said",
    [
        [messages.Seal(1, 1)],
        [messages.Welcome("d", 1, 1), messages.Welcome("d", 1, 1)],
        [messages.Welcome("d", 1, 1), messages.Resume(0, 0), messages.DatasetCommit()],
        [
            messages.Welcome("d", 1, 1),
            messages.Resume(0, 0),
            messages.BatchReceipt(1, DIGEST, "applied", 2, 0, 0),
        ],
        [
            messages.Welcome("d", 1, 1),
            messages.Resume(0, 0),
            messages.BatchReceipt(1, sha256(sealed(1, 1, 2).data), "applied", 2, 0, 7),
        ],
        [messages.Welcome("d", 1, 1), messages.Resume(0, 0), messages.BatchWant(9, 0, b"")],
    ],
)
def test_a_desk_that_does_not_keep_to_the_order(said: list[messages.Message]) -> None:
    peer = Peer(terminal_end())
    for message in said:
        peer.say(message)
    assert peer.code == Code.MESSAGE_UNEXPECTED
    assert isinstance(peer.end, TerminalEnd)
    assert peer.end.store.handed_over_seq == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xff", Code.MESSAGE_MALFORMED),
        (b"", Code.MESSAGE_MALFORMED),
        (cbor.encode({0: 1}), Code.MESSAGE_MALFORMED),
        (cbor.encode({0: 8, 1: 1, 2: 0, 3: b"x" * 20_000}), Code.MESSAGE_MALFORMED),
        (b"\x81" * 60_000, Code.MESSAGE_MALFORMED),
        (b"\x9a\xff\xff\xff\xff", Code.MESSAGE_MALFORMED),
        (cbor.encode(b"x" * 70_000), Code.MESSAGE_TOO_LONG),
    ],
)
def test_messages_that_are_none(body: bytes, code: Code) -> None:
    for end in (desk_end(), terminal_end()):
        peer = Peer(end)
        peer.say_bytes(body)
        assert peer.code == code


def test_an_unknown_kind_is_answered_and_the_session_goes_on() -> None:
    peer = Peer(desk_end())
    peer.say_bytes(cbor.encode({0: 200, 1: "from the future"}))
    assert encode_message(messages.Failure(Code.MESSAGE_UNKNOWN, "", 200)) in peer.heard
    peer.greet()
    peer.say(messages.NoMore())
    assert peer.code is None
    peer.say(messages.Failure(Code.MESSAGE_UNKNOWN, "", 12))
    assert peer.code is None


def test_nothing_is_acknowledged_unless_the_caller_says_so() -> None:
    desk = DeskSession(5, 0.0, 0)
    terminal = terminal_end()
    now_s = 0.0
    batch: events.BatchArrived | None = None
    for _ in range(200):
        now_s += 0.01
        for event in desk.receive(terminal.session.bytes_to_send(now_s), now_s):
            if isinstance(event, events.TerminalReady):
                desk.welcome("desk")
                desk.resume(0, 0)
            if isinstance(event, events.BatchArrived):
                batch = event
        terminal.receive(desk.bytes_to_send(now_s), now_s)
    assert batch is not None
    assert terminal.store.receipts == set()
    with pytest.raises(OrderError):
        desk.acknowledge(Receipt(2, batch.sha256, "applied", 2, 0))
    with pytest.raises(OrderError):
        desk.seal(2, 0)
    with pytest.raises(OrderError):
        desk.push([])
    desk.acknowledge(Receipt(1, batch.sha256, "applied", 2, 0))
    terminal.receive(desk.bytes_to_send(now_s), now_s)
    assert terminal.store.receipts == {1}


def test_a_refusal_reaches_the_terminal_with_code_and_text() -> None:
    desk = DeskSession(5, 0.0, 0)
    terminal = terminal_end()
    now_s = 0.0
    ended: list[events.DeskEvent] = []
    for _ in range(50):
        now_s += 0.01
        for event in desk.receive(terminal.session.bytes_to_send(now_s), now_s):
            if isinstance(event, events.TerminalReady):
                desk.refuse(Code.WRONG_BRANCH, "branch 127 is not ours")
            ended += [event] if isinstance(event, events.SessionEnded) else []
        terminal.receive(desk.bytes_to_send(now_s), now_s)
    text = "branch 127 is not ours"
    assert ended == [events.SessionEnded(Code.WRONG_BRANCH, text, by_peer=False)]
    assert terminal.ended == events.SessionEnded(Code.WRONG_BRANCH, text, by_peer=True)
    desk.welcome("too late, and harmless")
    desk.refuse(Code.CANCELLED)


def test_calls_before_there_is_anybody() -> None:
    desk = DeskSession(5, 0.0, 0)
    with pytest.raises(OrderError):
        desk.welcome("desk")
    desk.refuse(Code.CANCELLED, "changed my mind")
    assert desk.receive(b"", 0.1) == [events.SessionEnded(Code.CANCELLED, "changed my mind", False)]
    TerminalSession(0.0, 0).safe()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=8), st.booleans())
def test_noise_on_the_line(noise: list[bytes], zeros: bool) -> None:
    for end in (desk_end(), terminal_end()):
        for place, piece in enumerate(noise):
            end.receive(piece + b"\0" * zeros, float(place))
            end.session.bytes_to_send(float(place))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Kind)),
            st.sampled_from([5, 5, 5, 6]),
            st.integers(0, 65_535),
            st.one_of(st.binary(max_size=40), st.integers(0, 40).map(lambda n: b"\0" * n)),
            st.integers(0, 2),
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_frames_that_are_sound_and_make_no_sense(
    frames: list[tuple[Kind, int, int, bytes, int]], connected: bool
) -> None:
    for end in (desk_end(), terminal_end()):
        now_s = Peer(end).now_s if connected else 0.0
        for kind, connection, serial, payload, channel in frames:
            now_s += 0.5
            end.receive(encode_frame(Frame(kind, connection, serial, payload, channel)), now_s)
            end.session.bytes_to_send(now_s)
            assert (end.session.next_timeout(now_s) or 0.0) >= 0.0


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SAMPLES), max_size=12), st.randoms(use_true_random=False))
def test_messages_in_any_order_some_of_them_spoilt(
    said: list[messages.Message], random: Random
) -> None:
    for end in (desk_end(), terminal_end()):
        peer = Peer(end)
        if random.random() < 0.5:
            peer.greet()
        for message in said:
            body = bytearray(encode_message(message))
            if random.random() < 0.3:
                body[random.randrange(len(body))] = random.randrange(256)
            peer.say_bytes(bytes(body))
        if isinstance(end, DeskEnd):
            assert end.store.posted == []


def test_hostile_floods_take_little_memory() -> None:
    floods = [
        Random(1).randbytes(1 << 20),
        b"x" * (1 << 20),
        encode_frame(Frame(Kind.CONNECT, 9, payload=b"")) * 20_000,
        b"".join(
            encode_frame(Frame(Kind.DATA, 5, n, (n * 7).to_bytes(4, "big") + b"y", 1))
            for n in range(15_000)
        ),
    ]
    for end in (desk_end(), terminal_end()):
        peer = Peer(end)
        tracemalloc.start()
        try:
            for flood in floods:
                for start in range(0, len(flood), 65_536):
                    peer.now_s += 0.001
                    end.receive(flood[start : start + 65_536], peer.now_s)
                    end.session.bytes_to_send(peer.now_s)
            assert tracemalloc.get_traced_memory()[1] < 8 << 20
        finally:
            tracemalloc.stop()
