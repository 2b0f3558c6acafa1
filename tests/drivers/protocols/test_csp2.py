"""The command protocol of small scanners, byte for byte."""

from datetime import datetime, timedelta
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.protocols.csp2 import (
    FIRST_BYTE_S,
    MAX_STRING,
    PAUSE_S,
    QUIET_S,
    TRIES,
    Answered,
    AnswerReader,
    Command,
    Csp2Desk,
    Csp2Error,
    Csp2Event,
    Refused,
    crc16,
    encode_command,
    pack_time,
    parse_scan,
    unpack_time,
)
from drivers.protocols.transfer.events import Failed

FIRST = datetime.fromisoformat("2000-01-01T00:00:00")
LAST = datetime.fromisoformat("2063-12-31T23:59:59")
SERIAL = bytes.fromhex("0000000000A1B2C3")
EAN = bytes.fromhex("0b34303036333831333333393331f5bfe198")


def framed(body: bytes) -> bytes:
    return body + crc16(body).to_bytes(2, "big")


def answer(head: bytes = b"", *strings: bytes) -> bytes:
    told = b"".join(bytes((len(each),)) + each for each in strings)
    return framed(b"\x06\x02" + head + told + b"\0")


def outcome(command: Command, pieces: list[bytes]) -> Answered | str | None:
    """An answer, the reason why there can be none, or None for not yet."""
    reader = AnswerReader(command)
    try:
        return next(filter(None, map(reader.feed, pieces)), None)
    except Csp2Error as error:
        return error.reason


SAMPLES = [
    (Command.CLEAR, answer(), Answered(Command.CLEAR, b"", ())),
    (
        Command.INTERROGATE,
        answer(b"\x02\x16" + SERIAL + b"NBRIKAAE"),
        Answered(Command.INTERROGATE, b"\x02\x16" + SERIAL + b"NBRIKAAE", ()),
    ),
    (Command.UPLOAD, answer(SERIAL), Answered(Command.UPLOAD, SERIAL, ())),
    (
        Command.UPLOAD,
        answer(SERIAL, EAN, b"\x02" + bytes(249), b"\x03"),
        Answered(Command.UPLOAD, SERIAL, (EAN, b"\x02" + bytes(249), b"\x03")),
    ),
]


@pytest.mark.parametrize(
    ("data", "value"), [(b"123456789", 0xB4C8), (b"", 0), (b"\x01\x02\x00", 0x9FDE)]
)
def test_check_values_of_crc_16_usb(data: bytes, value: int) -> None:
    assert crc16(data) == value


@pytest.mark.parametrize(
    ("command", "strings", "frame"),
    [
        (Command.INTERROGATE, [], "0102009fde"),
        (Command.CLEAR, [], "0202009f2e"),
        (Command.SET_PARAMETERS, [b"\2\1", b"\4\0"], "030202020102040000bd3f"),
        (Command.SET_DEFAULTS, [b"\1"], "0402010100d77b"),
        (Command.POWER_DOWN, [], "0502005e9f"),
        (Command.UPLOAD, [], "0702009e3e"),
        (Command.GET_TIME, [], "0a02005daf"),
    ],
)
def test_commands_are_those_of_the_published_tests(
    command: Command, strings: list[bytes], frame: str
) -> None:
    assert encode_command(command, *strings) == bytes.fromhex(frame)


@pytest.mark.parametrize("string", [b"", bytes(MAX_STRING + 1)])
def test_a_string_without_a_length_byte_is_not_sent(string: bytes) -> None:
    with pytest.raises(Csp2Error, match="string_length"):
        encode_command(Command.SET_PARAMETERS, string)


@pytest.mark.parametrize(("command", "frame", "expected"), SAMPLES)
def test_answers_whole_byte_by_byte_and_with_rubbish_behind(
    command: Command, frame: bytes, expected: Answered
) -> None:
    assert AnswerReader(command).feed(frame) == expected
    assert AnswerReader(command).feed(frame + b"\x06\x02rubbish") == expected
    reader = AnswerReader(command)
    *before, last = [reader.feed(frame[at : at + 1]) for at in range(len(frame))]
    assert (set(before), last) == ({None}, expected)


def test_every_flipped_bit_of_an_upload_is_seen() -> None:
    frame = answer(SERIAL, EAN, b"\x03ABC" + bytes(4))
    for at in range(len(frame)):
        for bit in range(8):
            spoilt = bytearray(frame)
            spoilt[at] ^= 1 << bit
            assert outcome(Command.UPLOAD, [bytes(spoilt)]) in (None, "damaged")


def test_an_endless_answer_has_an_end() -> None:
    reader = AnswerReader(Command.CLEAR)
    with pytest.raises(Csp2Error, match="endless"):
        reader.feed(b"\x06\x02" + b"\x01x" * 40_000)


@given(st.lists(st.binary(max_size=400), max_size=8), st.sampled_from(list(Command)))
def test_noise_raises_nothing_but_its_own_error(pieces: list[bytes], command: Command) -> None:
    assert outcome(command, pieces) in (None, "damaged", "endless")


@given(st.binary(min_size=1, max_size=MAX_STRING))
def test_any_bytes_are_a_scan_and_nothing_of_them_is_lost(raw: bytes) -> None:
    scan = parse_scan(raw)
    assert scan.raw == raw
    assert scan.symbology == raw[0]
    assert scan.barcode == (raw[1:-4] if len(raw) > 4 else b"")


@given(st.datetimes(FIRST, LAST))
def test_times_come_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert unpack_time(pack_time(moment)) == moment
    packed = (
        moment.second << 26 | moment.minute << 20 | moment.hour << 15
        | moment.day << 10 | moment.month << 6 | moment.year - 2000
    )  # fmt: skip
    assert parse_scan(b"\x0b4006381333931" + packed.to_bytes(4, "big")).taken == moment


def test_a_clock_that_shows_nothing_possible() -> None:
    assert parse_scan(b"\x03A" + b"\xff\xff\xff\xff").taken is None
    assert parse_scan(b"\x03A" + bytes(4)).taken is None
    assert unpack_time(b"\x00\x00\x00\x20\x01\x18") is None
    assert unpack_time(b"\x00") is None
    with pytest.raises(Csp2Error, match="year"):
        pack_time(LAST + timedelta(seconds=1))


def asked(desk: Csp2Desk, command: Command, now_s: float, tries: int = TRIES) -> float:
    """Ask; gives the time at which the command has gone out."""
    desk.ask(command, now_s, tries=tries)
    assert desk.bytes_to_send(now_s) == b""
    assert desk.next_timeout(now_s) == pytest.approx(PAUSE_S)
    assert desk.bytes_to_send(now_s + PAUSE_S) == encode_command(command)
    assert desk.bytes_to_send(now_s + PAUSE_S) == b""
    return now_s + PAUSE_S


def test_what_came_before_the_command_is_not_its_answer() -> None:
    desk = Csp2Desk()
    desk.ask(Command.CLEAR, 0.0)
    assert desk.receive(answer(), 0.05) == []
    desk.bytes_to_send(0.1)
    assert desk.receive(answer(), 0.2) == [Answered(Command.CLEAR, b"", ())]
    assert desk.next_timeout(0.2) is None
    assert desk.receive(answer(), 0.3) == []


def test_silence_is_asked_again_and_then_told() -> None:
    desk = Csp2Desk()
    now_s = 5.0
    desk.ask(Command.INTERROGATE, now_s)
    sent = 0
    events: list[Csp2Event] = []
    while not events:
        timeout_s = desk.next_timeout(now_s)
        assert timeout_s is not None
        now_s += timeout_s
        sent += bool(desk.bytes_to_send(now_s))
        events = desk.receive(b"", now_s)
    assert (events, sent) == ([Failed("silent")], TRIES)
    assert now_s == pytest.approx(5.0 + TRIES * (PAUSE_S + FIRST_BYTE_S))


@pytest.mark.parametrize("status", [5, 9])
def test_a_refusal_stands_alone(status: int) -> None:
    desk = Csp2Desk()
    now_s = asked(desk, Command.SET_TIME, 0.0)
    assert desk.receive(bytes((status,)), now_s) == []
    assert desk.receive(b"", now_s + QUIET_S) == [Refused(Command.SET_TIME, status)]


def test_a_refusal_with_something_behind_it_is_damage() -> None:
    desk = Csp2Desk()
    now_s = asked(desk, Command.CLEAR, 0.0, tries=1)
    assert desk.receive(b"\x05\x02", now_s) == []
    assert desk.receive(b"", now_s + QUIET_S) == [Failed("damaged")]


@pytest.mark.parametrize("first", [b"\x07", b"\x08", b"noise", answer()[:-1] + b"\xff"])
def test_damage_is_asked_again_once_the_line_is_quiet(first: bytes) -> None:
    desk = Csp2Desk()
    now_s = asked(desk, Command.CLEAR, 0.0)
    assert desk.receive(first, now_s) == []
    assert desk.receive(b"more", now_s + 0.2) == []
    assert desk.bytes_to_send(now_s + 0.3) == b""
    assert desk.receive(b"", now_s + 0.5) == []
    assert desk.bytes_to_send(now_s + 0.7) == encode_command(Command.CLEAR)
    assert desk.receive(answer(), now_s + 0.8) == [Answered(Command.CLEAR, b"", ())]


@settings(max_examples=20)
@given(st.lists(st.tuples(st.binary(max_size=60), st.floats(0.05, 0.4)), min_size=1, max_size=60))
def test_noise_ends_in_bounded_time(noise: list[tuple[bytes, float]]) -> None:
    desk = Csp2Desk()
    now_s = 0.0
    desk.ask(Command.GET_PARAMETERS, now_s)
    for data, step_s in cycle(noise):
        desk.bytes_to_send(now_s)
        now_s += step_s
        if desk.receive(data, now_s):
            break
        assert now_s < 300
