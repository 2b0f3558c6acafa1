"""CipherLab's text protocol, byte for byte and against the clock."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.cipherlab import (
    ANSWER_S,
    DOUBLE_S,
    MAX_BYTES,
    MAX_LINE,
    MAX_NAKS,
    PARTING_S,
    QUIET_S,
    TRIES,
    CipherLabError,
    CipherLabReader,
    CipherLabWriter,
    LineReader,
    ReaderEvent,
    RecordArrived,
    RecordTaken,
    WriterEvent,
    checksum,
    encode_record,
)
from drivers.protocols.transfer.events import Done, Failed, FileEnded
from tests.support.terminals_of_others.cipherlab_terminal import sum_of

ACK, NAK, OVER, READ = b"ACK\r", b"NAK\r", b"OVER\r", b"READ\r"
RECORDS = [b"69012345,2", b"69012346,12", b"\x0a,\xd6\xd0"]


def record(digit: int, data: bytes, *, covers_digit: bool = True) -> bytes:
    body = str(digit).encode() + data
    return body + checksum(body if covers_digit else data) + b"\r"


@pytest.mark.parametrize(
    ("data", "check"),
    [
        (b"", b"\x00\x00"),
        (b"\xff\x0e", b"\x01\x0e"),  # 269 = 256 + 13
        (b"\x0d", b"\x00\x0e"),
        (b"\xff" * 13 + b"\x10", b"\x0e\x03"),  # 3331 = 13 * 256 + 3
        (b"ABC", b"\x00\xc6"),
    ],
)
def test_thirteen_becomes_fourteen_in_the_checksum(data: bytes, check: bytes) -> None:
    assert checksum(data) == check


@given(st.binary(max_size=300))
def test_the_checksum_is_that_of_a_terminal_written_apart(data: bytes) -> None:
    assert checksum(data) == sum_of(data)
    assert b"\r" not in checksum(data)


@pytest.mark.parametrize("data", [b"", b"a\rb", b"x" * 256])
def test_what_cannot_be_sent(data: bytes) -> None:
    with pytest.raises(CipherLabError):
        encode_record(data)


def test_lines_whole_byte_by_byte_and_too_long() -> None:
    whole = b"ACK\r0abc\x01\x02\r" + b"x" * (MAX_LINE + 1) + b"\rOVER\rrest"
    expected = [b"ACK", b"0abc\x01\x02", None, b"OVER"]
    assert LineReader().feed(whole) == expected
    reader = LineReader()
    found = [line for at in range(len(whole)) for line in reader.feed(whole[at : at + 1])]
    assert found == expected
    assert reader.is_inside
    reader.drop()
    assert not reader.is_inside


@given(st.lists(st.binary(max_size=3000)))
def test_lines_are_held_within_bounds(pieces: list[bytes]) -> None:
    reader = LineReader()
    for piece in pieces:
        reader.feed(piece)
        assert len(reader._line) <= MAX_LINE


@dataclass
class Reading:
    """The reader and its clock; `hear` gives (what happened, what it says)."""

    desk: CipherLabReader
    now_s: float = 0.0

    def hear(self, data: bytes, after_s: float = 0.01) -> tuple[list[ReaderEvent], bytes]:
        self.now_s += after_s
        events = self.desk.receive(data, self.now_s)
        return events, self.desk.bytes_to_send(self.now_s)


@pytest.fixture
def reading() -> Reading:
    desk = CipherLabReader()
    desk.begin(0.0)
    assert desk.bytes_to_send(0.0) == READ
    return Reading(desk)


@pytest.mark.parametrize("covers_digit", [False, True])
@pytest.mark.parametrize("first", [0, 1, 7])
@pytest.mark.parametrize("end", [OVER, b"OVER" + checksum(b"OVER") + b"\r"])
def test_records_come_in_either_reading(
    reading: Reading, covers_digit: bool, first: int, end: bytes
) -> None:
    assert reading.hear(ACK) == ([], b"")
    for number, data in enumerate(RECORDS * 5, first):
        line = record(number % 10, data, covers_digit=covers_digit)
        assert reading.hear(line) == ([RecordArrived(data)], ACK)
    assert reading.hear(end) == ([FileEnded()], b"")
    assert reading.desk.next_timeout(reading.now_s) is None
    reading.desk.settle()
    assert reading.hear(b"") == ([], ACK)


def test_one_reading_is_kept_once_it_is_known(reading: Reading) -> None:
    reading.hear(ACK + record(0, b"a", covers_digit=False))
    assert reading.hear(record(1, b"b", covers_digit=True)) == ([], b"")
    assert reading.hear(b"", QUIET_S) == ([], NAK)
    assert reading.hear(record(1, b"b", covers_digit=False)) == ([RecordArrived(b"b")], ACK)


def test_damage_is_refused_once_the_line_is_quiet(reading: Reading) -> None:
    reading.hear(ACK)
    assert reading.hear(b"0ab\rcd\x01\x02\r") == ([], b"")  # a return where a byte was
    assert reading.hear(b"", QUIET_S) == ([], NAK)
    assert reading.hear(record(0, b"abcd")) == ([RecordArrived(b"abcd")], ACK)


def test_what_comes_twice_is_taken_once_and_not_for_ever(reading: Reading) -> None:
    reading.hear(ACK)
    reading.hear(record(0, b"a"))
    for _ in range(MAX_NAKS):
        assert reading.hear(record(0, b"a")) == ([], ACK)
    assert reading.hear(record(0, b"a")) == ([Failed("damaged")], b"")


@pytest.mark.parametrize("line", [record(2, b"c"), record(0, b"c")])
def test_a_record_that_is_left_out_is_noticed(reading: Reading, line: bytes) -> None:
    reading.hear(ACK + record(0, b"a"))
    assert reading.hear(line) == ([Failed("out_of_order")], b"")


def test_the_end_is_not_believed_while_a_record_is_owed(reading: Reading) -> None:
    reading.hear(ACK + record(0, b"a"))
    reading.hear(record(1, b"b")[:-2] + b"?\r")
    assert reading.hear(b"", QUIET_S) == ([], NAK)
    assert reading.hear(OVER) == ([Failed("out_of_order")], b"")


def test_a_damaged_end_is_asked_for_again(reading: Reading) -> None:
    reading.hear(ACK + record(0, b"a"))
    assert reading.hear(b"OVDR\r") == ([], b"")
    assert reading.hear(b"", QUIET_S) == ([], NAK)
    assert reading.hear(OVER) == ([FileEnded()], b"")


def test_the_rest_of_an_earlier_transfer_is_not_the_beginning_of_this_one(
    reading: Reading,
) -> None:
    assert reading.hear(record(3, b"d")) == ([], b"")
    assert reading.hear(OVER) == ([], b"")
    assert reading.hear(b"", ANSWER_S) == ([], READ)
    assert reading.hear(ACK + record(0, b"a")) == ([RecordArrived(b"a")], ACK)


def spoken(reading: Reading) -> tuple[list[ReaderEvent], bytes]:
    said, told = b"", list[ReaderEvent]()
    while (timeout_s := reading.desk.next_timeout(reading.now_s)) is not None:
        events, data = reading.hear(b"", timeout_s)
        said, told = said + data, told + events
    return told, said


def test_nobody_answers(reading: Reading) -> None:
    assert spoken(reading) == ([Failed("silent")], READ * (TRIES - 1))
    assert reading.now_s == pytest.approx(TRIES * ANSWER_S)


def test_a_terminal_that_says_no(reading: Reading) -> None:
    reading.hear(NAK)
    assert spoken(reading)[0] == [Failed("refused")]


def test_a_transfer_without_its_end_is_not_over(reading: Reading) -> None:
    reading.hear(ACK + record(0, b"a"))
    assert spoken(reading) == ([Failed("silent")], NAK * TRIES)


def test_endless_records_end(reading: Reading) -> None:
    reading.hear(ACK)
    told: list[ReaderEvent] = []
    number, taken = 0, 0
    lines = [record(digit, b"x" * 1000) for digit in range(10)]
    while not (told and isinstance(told[-1], Failed)):
        told = reading.hear(lines[number % 10])[0]
        number += 1
        taken += 1000
    assert told == [Failed("endless")]
    assert taken <= MAX_BYTES + 1000


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=30))
def test_noise_ends_in_bounded_time(pieces: list[bytes]) -> None:
    reading = Reading(CipherLabReader())
    reading.desk.begin(0.0)
    for number in range(2000):
        if reading.desk.next_timeout(reading.now_s) is None:
            break
        reading.hear(pieces[number % len(pieces)], 0.2)
    assert reading.desk.next_timeout(reading.now_s) is None


@dataclass
class Writing:
    """The writer and its clock."""

    desk: CipherLabWriter
    now_s: float = 0.0

    def hear(self, data: bytes, after_s: float = 0.01) -> tuple[list[WriterEvent], bytes]:
        self.now_s += after_s
        events = self.desk.receive(data, self.now_s)
        return events, self.desk.bytes_to_send(self.now_s)


@pytest.fixture
def writing() -> Writing:
    desk = CipherLabWriter()
    desk.send([b"a", b"b"], 0.0)
    assert desk.bytes_to_send(0.0) == b"CIPHER\r"
    return Writing(desk)


def test_records_are_sent(writing: Writing) -> None:
    assert writing.hear(ACK) == ([RecordTaken(0)], encode_record(b"a"))
    assert writing.hear(NAK + NAK) == ([], b"")
    assert writing.hear(b"", QUIET_S) == ([], encode_record(b"a"))
    assert writing.hear(ACK) == ([], b"")
    assert writing.hear(b"", DOUBLE_S) == ([RecordTaken(1)], encode_record(b"b"))
    assert writing.hear(ACK) == ([RecordTaken(2)], OVER)
    assert writing.hear(ACK) == ([Done()], b"")


def test_over_need_not_be_answered(writing: Writing) -> None:
    for _ in range(3):
        writing.hear(ACK)
    assert writing.hear(b"", PARTING_S) == ([Done()], b"")


def test_after_a_lost_answer_a_second_one_is_not_for_the_next_record(writing: Writing) -> None:
    writing.hear(ACK)
    assert writing.hear(b"", ANSWER_S) == ([], encode_record(b"a"))
    assert writing.hear(ACK) == ([], b"")
    assert writing.hear(ACK, DOUBLE_S / 2) == ([], b"")
    assert writing.hear(b"", DOUBLE_S) == ([RecordTaken(1)], encode_record(b"b"))


def test_a_terminal_that_refuses_or_is_silent(writing: Writing) -> None:
    for _ in range(MAX_NAKS):
        assert writing.hear(NAK) == ([], b"")
        assert writing.hear(b"", QUIET_S) == ([], b"CIPHER\r")
    assert writing.hear(NAK) == ([Failed("refused")], b"")
    writing.desk.send([b"a"], writing.now_s)
    said, told = b"", list[WriterEvent]()
    while (timeout_s := writing.desk.next_timeout(writing.now_s)) is not None:
        events, data = writing.hear(b"", timeout_s)
        said, told = said + data, told + events
    assert (told, said) == ([Failed("silent")], b"CIPHER\r" * TRIES)
