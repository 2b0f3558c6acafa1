"""Containers as they stand in the standard, whole, byte by byte, with rubbish behind, and noise."""

import struct
import tracemalloc
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.mtp.codes import Operation, Outcome, outcome_name
from drivers.protocols.mtp.datasets import MtpError
from drivers.protocols.mtp.initiator import Answered, DataBegun, DataChunk, Event, Initiator

OPEN = bytes.fromhex("10000000 0100 0210 00000000 01000000")
OK_0 = bytes.fromhex("0c000000 0300 0120 00000000")
GET_5 = bytes.fromhex("10000000 0100 0910 01000000 05000000")
DATA = bytes.fromhex("0f000000 0200 0910 01000000 616263")
OK_1 = bytes.fromhex("0c000000 0300 0120 01000000")
EVENT = bytes.fromhex("10000000 0400 0240 00000000 07000000")


def opened() -> Initiator:
    engine = Initiator()
    assert engine.begin(Operation.OPEN_SESSION, (1,)) == [OPEN]
    assert engine.receive(OK_0) == [Answered(Outcome.OK, ())]
    return engine


def reading(max_bytes: int = 100) -> Initiator:
    engine = opened()
    assert engine.begin(Operation.GET_OBJECT, (5,), max_bytes=max_bytes) == [GET_5]
    return engine


def data_of(events: list[Event]) -> bytes:
    return b"".join(event.data for event in events if isinstance(event, DataChunk))


def test_a_request_with_data_whole() -> None:
    engine = reading()
    assert engine.is_waiting
    assert engine.receive(DATA + OK_1) == [
        DataBegun(3),
        DataChunk(b"abc"),
        Answered(Outcome.OK, ()),
    ]
    assert not engine.is_waiting


def test_a_request_with_data_byte_by_byte() -> None:
    engine = reading()
    events = [event for byte in DATA + OK_1 for event in engine.receive(bytes([byte]))]
    assert events[0] == DataBegun(3)
    assert data_of(events) == b"abc"
    assert events[-1] == Answered(Outcome.OK, ())


def test_rubbish_behind_the_answer_is_an_error_of_ours() -> None:
    engine = reading()
    with pytest.raises(MtpError):
        engine.receive(DATA + OK_1 + b"\xff" * 12)
    assert reading().receive(DATA + OK_1 + b"\xff" * 11)[-1] == Answered(Outcome.OK, ())


def test_data_that_go_out_are_a_container_of_their_own() -> None:
    engine = opened()
    command, data = engine.begin(Operation.SEND_OBJECT, data=b"xyz")
    assert command == bytes.fromhex("0c000000 0100 0d10 01000000")
    assert data == bytes.fromhex("0f000000 0200 0d10 01000000") + b"xyz"
    assert engine.begin(Operation.SEND_OBJECT, data=b"")[1] == bytes.fromhex(
        "0c000000 0200 0d10 02000000"
    )


def test_no_data_are_data_as_well() -> None:
    empty = bytes.fromhex("0c000000 0200 0910 01000000")
    assert reading().receive(empty + OK_1) == [DataBegun(0), Answered(Outcome.OK, ())]


def test_parameters_of_an_answer_are_told() -> None:
    answer = bytes.fromhex("18000000 0300 0120 01000000 01000100 05000000 2a000000")
    assert reading().receive(answer) == [Answered(Outcome.OK, (0x10001, 5, 42))]


def test_an_answer_with_a_piece_of_a_parameter_is_an_answer() -> None:
    engine = Initiator()
    engine.begin(Operation.OPEN_SESSION, (1,))
    told = bytes.fromhex("0d000000 0300 1e20 00000000 01")  # of uMTP-Responder 1.3.10
    assert engine.receive(told) == [Answered(Outcome.SESSION_ALREADY_OPEN, ())]


def test_events_and_answers_to_something_else_are_passed_over() -> None:
    stale = struct.pack("<IHHI", 12 + 9, 2, 0x1009, 77) + b"leftovers"
    stale += struct.pack("<IHHI", 12, 3, 0x201F, 77)
    assert data_of(reading().receive(stale + EVENT + DATA + EVENT + OK_1)) == b"abc"


def test_transactions_count_on_and_never_are_0_or_all_ones() -> None:
    engine = opened()
    engine._next_transaction = 0xFFFFFFFE
    numbers = [
        struct.unpack("<I", engine.begin(Operation.GET_STORAGE_IDS)[0][8:12])[0] for _ in range(3)
    ]
    assert numbers == [0xFFFFFFFE, 1, 2]


def container(length: int, kind: int, code: int, transaction: int = 1) -> bytes:
    return struct.pack("<IHHI", length, kind, code, transaction)


@pytest.mark.parametrize(
    "wrong",
    [
        container(11, 2, 0x1009),
        container(0, 3, 0x2001),
        container(12, 0, 0x2001),
        container(12, 1, 0x1009),
        container(12, 5, 0x2001),
        container(0xFFFFFFFF, 2, 0x1009),  # "more than 4 GiB"
        container(12 + 101, 2, 0x1009),
        container(36, 3, 0x2001),
        container(20, 2, 0x1008),
        DATA + DATA,
        EVENT * 65,
        container(0xFFFFFFF0, 4, 0x4002),
    ],
)
def test_what_cannot_be_right_is_an_error_of_ours(wrong: bytes) -> None:
    with pytest.raises(MtpError):
        reading().receive(wrong)


def test_data_that_stop_early_are_told_from_the_answer_behind_them() -> None:
    engine = reading()
    answer = bytes.fromhex("10000000 0300 0720 01000000 05000000")
    events = engine.receive(container(12 + 50, 2, 0x1009) + b"half of it" + answer)
    assert not any(isinstance(event, Answered) for event in events)
    assert engine.fell_silent() == [Answered(Outcome.INCOMPLETE_TRANSFER, (5,), True, 16)]
    assert data_of(events)[:-16] == b"half of it"
    assert not engine.is_waiting
    assert engine.begin(Operation.GET_STORAGE_IDS)


def test_silence_alone_is_no_answer() -> None:
    engine = reading()
    assert engine.fell_silent() == []
    engine.receive(container(12 + 50, 2, 0x1009) + b"half of it, and then nothing")
    assert engine.fell_silent() == []
    engine.receive(OK_1[:-4] + b"\x09\0\0\0")
    assert engine.fell_silent() == []


@given(st.lists(st.binary(max_size=60), max_size=30))
def test_noise_raises_nothing_else(pieces: list[bytes]) -> None:
    engine = reading()
    try:
        for piece in pieces:
            engine.receive(piece)
            engine.fell_silent()
    except MtpError:
        pass


@given(st.lists(st.integers(1, 40), min_size=1), st.binary(max_size=100))
def test_it_does_not_matter_where_the_bytes_are_cut(cuts: list[int], content: bytes) -> None:
    engine = reading()
    stream = container(12 + len(content), 2, 0x1009) + content + OK_1
    events: list[Event] = []
    at = 0
    while at < len(stream):
        size = cuts[at % len(cuts)]
        events += engine.receive(stream[at : at + size])
        at += size
    assert data_of(events) == content
    assert events[-1] == Answered(Outcome.OK, ())


def test_megabytes_that_are_passed_over_take_no_room() -> None:
    engine = reading()
    rubbish = Random(1).randbytes(1 << 16)
    tracemalloc.start()
    try:
        engine.receive(container(12 + (32 << 20), 2, 0x1009, 9))
        for _ in range(512):
            engine.receive(rubbish)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1 << 20
    assert data_of(engine.receive(DATA + OK_1)) == b"abc"


def test_outcomes_have_names() -> None:
    assert outcome_name(0x200C) == "store_full"
    assert outcome_name(0x2FFF) == "2fff"
