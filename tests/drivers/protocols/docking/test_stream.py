"""The two halves of the reliable stream, and how long frames get."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.protocols.docking.connect import DESK_LIMITS, Limits
from drivers.protocols.docking.reassembly import MAX_SEGMENTS, Reassembly
from drivers.protocols.docking.security import OPEN
from drivers.protocols.docking.transport import Transport
from drivers.protocols.docking.window import FrameSize, SendWindow

pieces = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 120)), max_size=60)


@settings(max_examples=300)
@given(pieces, st.integers(0, (1 << 32) - 1))
def test_pieces_in_any_order_become_the_stream(
    cuts: list[tuple[int, int]], wire_start: int
) -> None:
    stream = bytes(Random(1).randbytes(600))
    receiver = Reassembly(600)
    receiver.expected = wire_start
    out = b""
    for start, length in cuts:
        piece = stream[start : start + length]
        out += receiver.add((wire_start + start) & 0xFFFF_FFFF, piece)
        assert all(low < high for low, high in receiver.ranges())
    assert stream.startswith(out)
    out += receiver.add((wire_start + len(out)) & 0xFFFF_FFFF, stream[len(out) :])
    assert out == stream
    assert receiver.ranges() == []


def test_what_lies_too_far_ahead_is_not_kept() -> None:
    receiver = Reassembly(1000)
    assert receiver.add(990, b"x" * 11) == b""
    assert receiver.ranges() == []
    for place in range(2, 998, 2):
        receiver.add(place, b"y")
    assert len(receiver._starts) <= MAX_SEGMENTS


def size() -> FrameSize:
    return FrameSize(1024, 128, 4096)


def test_a_clean_line_gets_long_frames_and_a_bad_one_short_ones() -> None:
    clean = size()
    for _ in range(20):
        clean.record(clean.payload_bytes, lost=False)
    assert clean.payload_bytes == 4096
    bad = size()
    for count in range(40):
        bad.record(bad.payload_bytes, lost=count % 3 == 0)
    assert bad.payload_bytes < 300
    for _ in range(600):
        bad.record(bad.payload_bytes, lost=False)
    assert bad.payload_bytes == 4096


def test_only_what_was_sent_before_something_that_arrived_is_lost() -> None:
    window = SendWindow(16_384, size())
    window.write(b"x" * 3072)
    sent = [window.next_segment() for _ in range(3)]
    serials = [segment[0] for segment in sent if segment]
    assert window.acknowledge(0, serials[1], [(1024, 2048)])
    again = window.next_segment()
    assert again is not None
    assert again[1] == 0
    assert again[0] > serials[2], "a transmission of its own"
    assert window.resent_bytes == len(again[2])
    assert window.next_segment() is None or window.flying


def test_an_acknowledgement_of_what_was_never_sent_changes_nothing() -> None:
    window = SendWindow(16_384, size())
    window.write(b"x" * 100)
    segment = window.next_segment()
    assert segment is not None
    assert not window.acknowledge(101, segment[0], [])
    assert window.acknowledge(0, segment[0] + 500, [])
    assert window.flying
    assert window.acknowledge(100, segment[0], [])
    assert window.empty
    assert not window.flying


def test_the_window_bounds_what_is_under_way() -> None:
    caller = Transport.calling(1, 0.0, DESK_LIMITS, OPEN)
    listener = Transport.listening(0.0, Limits(window_bytes=8192), OPEN)
    listener.receive(caller.bytes_to_send(0.0), 0.0)
    caller.receive(listener.bytes_to_send(0.0), 0.0)
    caller.write(b"x" * 100_000)
    assert 8192 <= len(caller.bytes_to_send(0.0)) < 8192 + 4096 + 500
    assert caller.bytes_to_send(0.1) == b""


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.3), st.floats(0, 0.3), st.floats(0, 0.2))
def test_a_stream_survives_lost_damaged_and_doubled_writes(
    seed: int, lost: float, damaged: float, doubled: float
) -> None:
    random = Random(seed)
    data = random.randbytes(30_000)
    limits = Limits(silence_s=1e9, connect_s=1e9, keep_alive_s=50.0)
    ends = (
        Transport.calling(1, 0.0, limits, OPEN),
        Transport.listening(0.0, limits, OPEN),
    )
    got: list[bytearray] = [bytearray(), bytearray()]
    now_s = 0.0
    for end in ends:
        end.write(data)
    started = [False, False]
    for _ in range(40_000):
        waits = []
        for place, end in enumerate(ends):
            for frame in end.bytes_to_send(now_s).split(b"\0"):
                if not frame or random.random() < lost:
                    continue
                arriving = bytearray(frame + b"\0")
                if random.random() < damaged:
                    arriving[random.randrange(len(arriving))] ^= 1 << random.randrange(8)
                arriving *= 2 if random.random() < doubled else 1
                now_s += 0.0001
                other = 1 - place
                for event in ends[other].receive(bytes(arriving), now_s):
                    if isinstance(event, bytes):
                        got[other] += event
                    elif not started[other]:
                        started[other] = True
                        ends[other].write(data)
            wait = end.next_timeout(now_s)
            waits.append(1.0 if wait is None else wait)
        if len(got[0]) == len(got[1]) == len(data):
            break
        now_s += max(0.001, min(waits))
        for end in ends:
            end.receive(b"", now_s)
    assert got == [data, data]
