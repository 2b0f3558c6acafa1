"""Packets of MULTIPOINT, byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.multipoint import (
    ANSWER_S,
    MAX_PACKET,
    MAX_REPEATS,
    MAX_SENT_DATA,
    TRIES,
    Acknowledged,
    Action,
    Answered,
    MultipointDesk,
    MultipointError,
    MultipointEvent,
    PacketReader,
    Reading,
    Refused,
    checksum,
    convert,
    convert_back,
    encode_command,
)
from drivers.protocols.transfer.events import Failed

ACK, NAK = b"\x06", b"\x15"
EVERY_BYTE = bytes(range(256))


def packet(action: bytes, data: bytes, reading: Reading = Reading.CONVERTED) -> bytes:
    body = b"\x1b" + action + convert(data)
    counted = body if reading is Reading.CONVERTED else b"\x1b" + action + data
    return b"\x02" + body + checksum(counted) + b"\x03"


SAMPLES: list[tuple[bytes, list[Answered | bytes | None]]] = [
    (ACK, [ACK]),
    (packet(b"R", b"PT630   "), [Answered(b"R", b"PT630   ")]),
    (packet(b"E", b"\0"), [Answered(b"E", b"\0")]),
    (packet(b"Y", EVERY_BYTE[:90]), [Answered(b"Y", EVERY_BYTE[:90])]),
    (packet(b"Y", EVERY_BYTE[170:]), [Answered(b"Y", EVERY_BYTE[170:])]),
    (packet(b"Z", b"") + ACK + NAK, [Answered(b"Z", b""), ACK, NAK]),
    (packet(b"Y", b"abc")[:-2] + b"\x40\x03", [None]),
]


def test_the_worked_example_of_the_guide() -> None:
    assert encode_command(b"L", b"A.EXE") == bytes.fromhex("021b4c412e4558454840c1")
    assert checksum(b"\x1bLA.EXE", 0xC1) == b"\x48\x40"


@pytest.mark.parametrize(
    ("data", "converted"),
    [
        (b"\\", b"\\\\"),
        (b"\x00\x1f", b"\\\x80\\\x9f"),
        (b"\xa0\xff", b"\\\x20\\\x7f"),
        (b"\xdc \x7f\x80\x9f", b"\xdc \x7f\x80\x9f"),
    ],
)
def test_conversion_as_in_the_guide(data: bytes, converted: bytes) -> None:
    assert convert(data) == converted
    assert convert_back(converted) == data


@given(st.binary(max_size=300))
def test_conversion_loses_nothing_and_keeps_control_out(data: bytes) -> None:
    converted = convert(data)
    assert convert_back(converted) == data
    assert not any(byte < 0x20 or (byte >= 0xA0 and byte != 0xDC) for byte in converted)


@pytest.mark.parametrize("text", [b"\\", b"\\\x03", b"\\\xa0"])
def test_a_backslash_with_nothing_to_it(text: bytes) -> None:
    with pytest.raises(MultipointError):
        convert_back(text)


@pytest.mark.parametrize(("encoded", "expected"), SAMPLES)
def test_packets_whole_byte_by_byte_and_with_rubbish(
    encoded: bytes, expected: list[Answered | bytes | None]
) -> None:
    assert PacketReader().feed(encoded) == expected
    assert PacketReader().feed(encoded + b"rubbish") == expected
    assert PacketReader().feed(b"rubbish" + encoded) == expected
    reader = PacketReader()
    one_by_one = [reader.feed(encoded[at : at + 1]) for at in range(len(encoded))]
    assert [item for found in one_by_one for item in found] == expected


@pytest.mark.parametrize("reading", list(Reading))
def test_both_readings_of_the_checksum_are_believed_until_one_is_known(reading: Reading) -> None:
    reader = PacketReader()
    assert reader.feed(packet(b"R", b"PT630")) == [Answered(b"R", b"PT630")]
    assert reader.readings == list(Reading)
    assert reader.feed(packet(b"Y", b"a\r\n", reading)) == [Answered(b"Y", b"a\r\n")]
    assert reader.readings == [reading]
    other = next(each for each in Reading if each is not reading)
    assert reader.feed(packet(b"Y", b"a\r\n", other)) == [None]


def test_every_flipped_bit_of_a_packet_is_seen() -> None:
    right = packet(b"Y", b"69012345,12\r\n")
    for at in range(1, len(right) - 1):
        for bit in range(8):
            spoilt = bytearray(right)
            spoilt[at] ^= 1 << bit
            assert Answered(b"Y", b"69012345,12\r\n") not in PacketReader().feed(bytes(spoilt))


@given(st.lists(st.binary(max_size=400)))
def test_noise_is_held_within_bounds(pieces: list[bytes]) -> None:
    reader = PacketReader()
    for piece in pieces:
        for found in reader.feed(piece):
            assert found is None or found in (ACK, NAK, b"\x04") or isinstance(found, Answered)
    assert len(reader._body or b"") <= MAX_PACKET


def test_a_packet_without_end_is_given_up() -> None:
    assert PacketReader().feed(b"\x02" + b"A" * 1000 + packet(b"Z", b"")) == [
        None,
        Answered(b"Z", b""),
    ]


def test_what_is_sent_at_once_fits_the_smallest_terminal() -> None:
    assert len(encode_command(b"Y", bytes(MAX_SENT_DATA))) <= 128


DATA = frozenset({b"Y", b"Z"})


def test_an_answer_is_acknowledged() -> None:
    desk = MultipointDesk()
    desk.ask(Action.DATA, 0.0, answers=DATA)
    assert desk.bytes_to_send(0.0) == encode_command(b"Y")
    assert desk.receive(packet(b"Y", b"abc"), 0.1) == [Answered(b"Y", b"abc")]
    assert desk.bytes_to_send(0.1) == ACK
    assert desk.next_timeout(0.1) is None


def test_a_damaged_answer_is_asked_for_again() -> None:
    desk = MultipointDesk()
    desk.ask(Action.DATA, 0.0, answers=DATA, tries=1)
    desk.bytes_to_send(0.0)
    assert desk.receive(b"\x02\x1bYabcd@@\x03", 0.1) == []
    assert desk.bytes_to_send(0.1) == NAK
    assert desk.receive(packet(b"Y", b"abc"), 0.2) == [Answered(b"Y", b"abc")]
    assert desk.damaged_packets == 1


def test_an_answer_whose_end_is_lost_is_asked_for_again() -> None:
    desk = MultipointDesk()
    desk.ask(Action.DATA, 0.0, answers=DATA, tries=1)
    desk.bytes_to_send(0.0)
    desk.receive(packet(b"Y", b"abc")[:-1], 0.1)
    assert desk.receive(b"", ANSWER_S) == []
    assert desk.bytes_to_send(ANSWER_S) == NAK


def test_an_answer_to_something_else_is_put_away() -> None:
    desk = MultipointDesk()
    desk.ask(Action.EXISTS, 0.0, b"A.DAT", frozenset({b"J"}))
    desk.bytes_to_send(0.0)
    assert desk.receive(packet(b"Y", b"again") + packet(b"J", b"012"), 0.1) == [
        Answered(b"J", b"012")
    ]
    assert desk.bytes_to_send(0.1) == ACK + ACK


def test_nak_has_the_command_sent_again_until_it_is_a_refusal() -> None:
    desk = MultipointDesk()
    desk.ask(Action.UPLOAD, 0.0, b"A.DAT")
    events: list[MultipointEvent] = []
    sent = 0
    while not events:
        sent += desk.bytes_to_send(0.0) == encode_command(b"U", b"A.DAT")
        events = desk.receive(NAK, 0.0)
    assert (events, sent) == ([Refused()], MAX_REPEATS)


def test_a_terminal_that_counts_otherwise_is_tried_both_ways() -> None:
    desk = MultipointDesk()
    plain = encode_command(b"Y", b"a\r\n", reading=Reading.PLAIN)
    desk.ask(Action.DATA, 0.0, b"a\r\n")
    sent = [desk.bytes_to_send(0.0)]
    while sent[-1] != plain:
        assert desk.receive(NAK, 0.0) == []
        sent.append(desk.bytes_to_send(0.0))
    assert len(sent) == 4
    assert desk.receive(NAK, 0.0) == []
    assert desk.bytes_to_send(0.0) == plain
    assert desk.receive(ACK, 0.0) == [Acknowledged()]
    desk.ask(Action.DATA, 0.0, b"b\r\n")
    assert desk.bytes_to_send(0.0) == encode_command(b"Y", b"b\r\n", reading=Reading.PLAIN)


def test_silence_is_told() -> None:
    desk = MultipointDesk()
    desk.ask(Action.UPLOAD, 0.0, b"A.DAT")
    now_s, sent = 0.0, 0
    events: list[MultipointEvent] = []
    while not events:
        sent += bool(desk.bytes_to_send(now_s))
        now_s += desk.next_timeout(now_s) or 0.0
        events = desk.receive(b"", now_s)
    assert (events, sent, now_s) == ([Failed("silent")], TRIES, TRIES * ANSWER_S)


def test_a_command_that_was_taken() -> None:
    desk = MultipointDesk()
    desk.ask(Action.UPLOAD, 0.0, b"A.DAT")
    assert desk.receive(b"\x04noise" + ACK, 0.1) == [Acknowledged()]
    assert desk.receive(ACK, 0.2) == []


@given(st.lists(st.binary(min_size=1, max_size=80), min_size=1, max_size=30))
def test_noise_ends_in_bounded_time(pieces: list[bytes]) -> None:
    desk = MultipointDesk()
    desk.ask(Action.DIRECTORY, 0.0, answers=frozenset({b"D"}))
    now_s = 0.0
    for number in range(1000):
        desk.bytes_to_send(now_s)
        now_s += 0.1
        if desk.receive(pieces[number % len(pieces)], now_s):
            break
    assert now_s < 60
