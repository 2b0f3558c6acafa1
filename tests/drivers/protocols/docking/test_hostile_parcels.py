"""H1, H3: what a peer may claim, pile up or draw out, in the newer parts of the protocol."""

import time
import zlib
from collections.abc import Callable
from random import Random

import pytest

from drivers.devices.simulated.hostile import inflating
from drivers.protocols.docking import events, messages
from drivers.protocols.docking.blobs import MAX_BLOBS
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.connect import DESK_LIMITS, TERMINAL_LIMITS
from drivers.protocols.docking.desk import MAX_BATCHES
from drivers.protocols.docking.frames import Kind
from drivers.protocols.docking.packages import MAX_DATASET_BYTES
from drivers.protocols.docking.parcels import sha256, unpack
from tests.support.docked import DeskEnd, DeskStore, TerminalEnd, TerminalStore, package, sealed
from tests.support.memory import extra_mib
from tests.support.mutations import ATTACKS, CONNECTION, HELLO, Attacker, Tape, TolerantDesk

MOST_MIB = 64
SLOWEST_S = 2.0
SESSIONS = 3500
DIGEST = sha256(b"12345")
CHUNK = messages.MAX_CHUNK_BYTES


def attacked_desk() -> Attacker:
    """A desk that waits for uploads."""
    attacker = Attacker(TolerantDesk(DeskStore([package("a", 1, b"abc")]), CONNECTION, 0.0))
    attacker.say(HELLO)
    for number in range(3):
        attacker.say(messages.ClockPong(number, 1))
    return attacker


def asked_desk() -> Attacker:
    """A desk that waits for photos."""
    attacker = attacked_desk()
    attacker.say(messages.NoMore())
    attacker.say(messages.DatasetWant("a", 0, b""))
    attacker.say(messages.DatasetDone())
    return attacker


def attacked_terminal() -> Attacker:
    """A terminal that waits for data sets."""
    attacker = Attacker(TerminalEnd(TerminalStore([]), 0.0))
    attacker.say(messages.Welcome("d", 1, 1 << 22))
    attacker.say(messages.Resume(0, 0))
    return attacker


def code_of(attacker: Attacker) -> int | None:
    """How the attacker was answered: the session's code, if it ended."""
    attacker.frame(Kind.CLOSED)
    attacker.now_s += 100.0
    attacker.end.receive(b"", attacker.now_s)
    end = attacker.end.ended
    return None if end is None else end.code


def assert_cheap(work: Callable[[], object]) -> None:
    began_s = time.process_time()
    _, mib = extra_mib(work)
    assert mib < MOST_MIB
    assert time.process_time() - began_s < SLOWEST_S


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_at_random(name: str) -> None:
    """Ten thousand sessions in all, behind a right handshake."""
    dice = Random(f"attacks/{name}")
    for _ in range(SESSIONS):
        ATTACKS[name](Tape(dice.randbytes(dice.randrange(4, 64))))


BOMB = inflating()


def test_the_bomb_is_one() -> None:
    inflater = zlib.decompressobj()
    inflated = 0
    while piece := inflater.decompress(inflater.unconsumed_tail or BOMB, 1 << 24):
        inflated += len(piece)
        if inflated >= 1 << 30:
            break
    assert inflated == 1 << 30
    assert len(BOMB) < 2 << 20


@pytest.mark.parametrize("size", [1, 1000, 4 << 20])
def test_a_batch_that_inflates_to_a_gibibyte(size: int) -> None:
    def work() -> None:
        attacker = attacked_desk()
        attacker.say(messages.BatchOffer(1, 1, 2, size, DIGEST, len(BOMB)))
        for start in range(0, len(BOMB), CHUNK):
            attacker.say(messages.BatchData(1, start, BOMB[start : start + CHUNK]))
        assert code_of(attacker) == Code.BATCH_DAMAGED

    assert_cheap(work)


@pytest.mark.parametrize("size", [1, 1000, MAX_DATASET_BYTES])
def test_a_data_set_that_inflates_to_a_gibibyte(size: int) -> None:
    def work() -> None:
        attacker = attacked_terminal()
        attacker.say(messages.DatasetOffer("a", 1, size, DIGEST, len(BOMB)))
        for start in range(0, len(BOMB), CHUNK):
            attacker.say(messages.DatasetData("a", start, BOMB[start : start + CHUNK]))
        assert code_of(attacker) == Code.DATASET_DAMAGED
        assert isinstance(attacker.end, TerminalEnd)
        assert attacker.end.store.datasets == {}

    assert_cheap(work)


PACKED = zlib.compress(b"beer" * 1000)


@pytest.mark.parametrize(
    ("packed", "size"),
    [
        (PACKED, 3999),
        (PACKED, 4001),
        (PACKED[:-1], 4000),
        (PACKED + b"x", 4000),
        (b"x" * 30, 4000),
        (b"x", 1),
    ],
)
def test_sizes_that_are_not_true(packed: bytes, size: int) -> None:
    assert unpack(packed, size) is None
    desk = attacked_desk()
    digest = sha256(b"beer" * 1000)
    desk.say(messages.BatchOffer(1, 1, 2, size, digest, len(packed)))
    desk.say(messages.BatchData(1, 0, packed))
    assert code_of(desk) == Code.BATCH_DAMAGED
    terminal = attacked_terminal()
    terminal.say(messages.DatasetOffer("a", 1, size, digest, len(packed)))
    terminal.say(messages.DatasetData("a", 0, packed))
    assert code_of(terminal) == Code.DATASET_DAMAGED


@pytest.mark.parametrize("count", [60, 70])
def test_claims_of_eight_mebibytes_cost_nothing(count: int) -> None:
    """As many as may be open are only claims; one more ends the session."""

    def work() -> None:
        attacker = attacked_terminal()
        for number in range(count):
            attacker.say(messages.DatasetOffer(f"{number}", 1, MAX_DATASET_BYTES, DIGEST))
        assert (code_of(attacker) == Code.MESSAGE_UNEXPECTED) == (count > 64)

    assert_cheap(work)


@pytest.mark.parametrize("size", [(MAX_DATASET_BYTES + 1, None), (1, MAX_DATASET_BYTES + 1)])
def test_a_claim_of_more(size: tuple[int, int | None]) -> None:
    attacker = attacked_terminal()
    attacker.say(messages.DatasetOffer("a", 1, size[0], DIGEST, size[1]))
    assert code_of(attacker) == Code.MESSAGE_MALFORMED


@pytest.mark.parametrize("size", [0, 1 << 30])
def test_ten_thousand_photos_that_are_none(size: int) -> None:
    """Each is turned down without a word of the caller, until there are too many."""

    def work() -> None:
        attacker = asked_desk()
        for number in range(10_000):
            attacker.say(messages.BlobOffer(sha256(b"%d" % number), size))
            if number % 50 == 0:
                attacker.acknowledge()
        assert code_of(attacker) == Code.MESSAGE_UNEXPECTED

    # The session itself is cheap; saying it ten thousand times is not.
    _, mib = extra_mib(work)
    assert mib < MOST_MIB


def test_more_photos_than_may_be_open() -> None:
    attacker = asked_desk()
    for number in range(5):
        attacker.say(messages.BlobOffer(sha256(b"%d" % number), 1000))
    assert code_of(attacker) == Code.MESSAGE_UNEXPECTED
    assert isinstance(attacker.end, DeskEnd)
    assert attacker.end.store.blobs == {}


def test_one_photo_after_the_other_comes_to_an_end() -> None:
    attacker = asked_desk()
    for number in range(MAX_BLOBS + 1):
        data = b"%d" % number
        attacker.say(messages.BlobOffer(sha256(data), len(data)))
        attacker.say(messages.BlobData(sha256(data), 0, data))
        attacker.acknowledge()
    assert code_of(attacker) == Code.MESSAGE_UNEXPECTED
    assert isinstance(attacker.end, DeskEnd)
    assert len(attacker.end.store.blobs) == MAX_BLOBS


def test_uploads_without_end_come_to_one() -> None:
    attacker = attacked_desk()
    for _ in range(MAX_BATCHES + 1):
        attacker.say(messages.BatchOffer(1, 1, 1, 5, DIGEST))
        attacker.say(messages.BatchData(1, 0, b"12345"))
        attacker.acknowledge()
    assert code_of(attacker) == Code.MESSAGE_UNEXPECTED


@pytest.mark.parametrize("reads", [True, False])
def test_messages_of_unknown_kinds_come_to_an_end(reads: bool) -> None:
    attacker = attacked_desk()
    for _ in range(65):
        attacker.say_body(b"\xa1\x00\x18\xc8")
        if reads:
            attacker.acknowledge()
    assert code_of(attacker) == Code.MESSAGE_UNEXPECTED


def test_answers_that_nobody_reads_do_not_pile_up() -> None:
    """A desk that asks for the time again and again, and takes no answer."""

    def work() -> None:
        attacker = Attacker(TerminalEnd(TerminalStore([]), 0.0))
        ping = b"\0\0\0\5\xa2\0\2\1\0" * 455
        for _ in range(1200):
            attacker.write(ping)
            if attacker.end.session.line.failed:
                break
        assert attacker.end.session.line.failed

    _, mib = extra_mib(work)
    assert mib < MOST_MIB


def test_verdicts_without_end() -> None:
    verdict = messages.Verdict(1, "W_CLOCK", "W")
    attacker = Attacker(TerminalEnd(TerminalStore([sealed(1, 1, 2)]), 0.0))
    attacker.say(messages.Welcome("d", 1, 1 << 22))
    attacker.say(messages.Resume(0, 0))
    for _ in range(1 + 65_535 // messages.MAX_VERDICTS):
        attacker.say(messages.Verdicts(1, (verdict,) * messages.MAX_VERDICTS))
    assert code_of(attacker) == Code.MESSAGE_TOO_LONG
    assert isinstance(attacker.end, TerminalEnd)
    assert attacker.end.store.verdicts == []


@pytest.mark.parametrize("side", ["desk", "terminal"])
def test_keep_alives_alone_are_no_docking(side: str) -> None:
    limits = DESK_LIMITS if side == "desk" else TERMINAL_LIMITS
    attacker = attacked_desk() if side == "desk" else attacked_terminal()
    while attacker.end.ended is None and attacker.now_s < 2 * limits.stall_s:
        attacker.now_s += 4.0
        attacker.frame(Kind.PING)
    assert attacker.end.ended == events.SessionEnded(Code.PEER_SILENT, "", by_peer=False)
    assert attacker.now_s == pytest.approx(limits.stall_s, abs=5.0)


@pytest.mark.parametrize("side", ["desk", "terminal"])
def test_who_talks_on_does_not_keep_the_other_from_closing(side: str) -> None:
    attacker = attacked_desk() if side == "desk" else attacked_terminal()
    attacker.say_body(b"\xff")
    while attacker.end.ended is None and attacker.now_s < 1000.0:
        attacker.now_s += 1.0
        attacker.frame(Kind.PING)
    assert attacker.end.ended is not None
    assert attacker.end.ended.code == Code.MESSAGE_MALFORMED
    assert attacker.now_s == pytest.approx(DESK_LIMITS.closing_s, abs=2.0)
