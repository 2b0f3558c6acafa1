"""Opening, keeping and ending a connection, and everything that can be on the other end."""

import pytest

from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.connect import (
    DESK_LIMITS,
    TERMINAL_LIMITS,
    Limits,
    choose_terms,
    encode_offer,
    read_terms,
)
from drivers.protocols.docking.frames import Frame, Kind, encode_frame
from drivers.protocols.docking.security import OPEN, Plain, SecurityError, Suite, in_the_open
from drivers.protocols.docking.transport import Ended, Established, Transport

TLS_ONLY = (Suite.TLS13,)


def pair(
    desk: Limits = DESK_LIMITS,
    terminal: Limits = TERMINAL_LIMITS,
    desk_suites: tuple[Suite, ...] = OPEN,
    terminal_suites: tuple[Suite, ...] = OPEN,
) -> tuple[Transport, Transport]:
    return (
        Transport.calling(1, 0.0, desk, desk_suites),
        Transport.listening(0.0, terminal, terminal_suites),
    )


def exchange(caller: Transport, listener: Transport, now_s: float = 0.0) -> list[object]:
    """What both report while they talk until both are quiet."""
    events: list[object] = []
    for _ in range(50):
        down = caller.bytes_to_send(now_s)
        events += listener.receive(down, now_s)
        up = listener.bytes_to_send(now_s)
        events += caller.receive(up, now_s)
        if not up and not down:
            return events
    raise AssertionError("they do not come to rest")


def test_terms_are_the_smaller_of_both() -> None:
    caller, listener = pair(
        Limits(window_bytes=32_768), Limits(window_bytes=8192, max_payload=1024)
    )
    first, second = exchange(caller, listener)
    assert isinstance(first, Established)
    assert first == second
    terms = first.terms
    assert (terms.version, terms.suite) == (1, Suite.PLAIN)
    assert (terms.window_bytes, terms.max_payload) == (8192, 1024)


@pytest.mark.parametrize(
    ("desk", "terminal", "version"),
    [((1, 3), (2, 5), 3), ((2, 2), (1, 2), 2), ((1, 1), (2, 3), None), ((4, 6), (1, 3), None)],
)
def test_version_ranges(
    desk: tuple[int, int], terminal: tuple[int, int], version: int | None
) -> None:
    caller, listener = pair(
        Limits(min_version=desk[0], max_version=desk[1]),
        Limits(min_version=terminal[0], max_version=terminal[1]),
    )
    last = exchange(caller, listener)[-1]
    if version is None:
        assert last == Ended(Code.VERSION_UNSUPPORTED, by_peer=True)
    else:
        assert isinstance(last, Established)
        assert last.terms.version == version


@pytest.mark.parametrize(("desk", "terminal"), [(TLS_ONLY, OPEN), (OPEN, TLS_ONLY)])
def test_who_requires_a_suite_refuses_plain(
    desk: tuple[Suite, ...], terminal: tuple[Suite, ...]
) -> None:
    events = exchange(*pair(desk_suites=desk, terminal_suites=terminal))
    assert events == [Ended(Code.SUITE_REFUSED, by_peer=True)]


def test_a_choice_that_was_not_offered_is_refused() -> None:
    offer = encode_offer(DESK_LIMITS, TLS_ONLY)
    plain_offer = encode_offer(TERMINAL_LIMITS, OPEN)
    chosen = choose_terms(plain_offer, TERMINAL_LIMITS, OPEN)
    assert not isinstance(chosen, Code)
    assert read_terms(offer, chosen[0], DESK_LIMITS, TLS_ONLY) is Code.SUITE_REFUSED
    newer = b"\x07" + chosen[0][1:]
    assert read_terms(offer, newer, DESK_LIMITS, OPEN) is Code.VERSION_UNSUPPORTED
    greedy = chosen[0][:2] + b"\xff" * 6
    assert read_terms(offer, greedy, DESK_LIMITS, OPEN) is Code.CONNECT_MALFORMED
    assert read_terms(offer, b"", DESK_LIMITS, OPEN) is Code.CONNECT_MALFORMED


@pytest.mark.parametrize("offer", [b"", b"\1\1", encode_offer(Limits(window_bytes=1), OPEN)])
def test_an_offer_that_makes_no_sense(offer: bytes) -> None:
    assert choose_terms(offer, TERMINAL_LIMITS, OPEN) is Code.CONNECT_MALFORMED


def test_an_offer_may_be_longer_in_a_later_version() -> None:
    offer = encode_offer(DESK_LIMITS, (Suite.TLS13, Suite.PLAIN)) + b"more"
    chosen = choose_terms(offer, TERMINAL_LIMITS, OPEN)
    assert not isinstance(chosen, Code)
    assert chosen[1].suite is Suite.PLAIN
    assert chosen[1].transcript == offer + chosen[0]


def test_the_reserved_suite_is_not_spoken() -> None:
    assert isinstance(in_the_open(Suite.PLAIN), Plain)
    with pytest.raises(SecurityError) as caught:
        in_the_open(Suite.TLS13)
    assert caught.value.code is Code.SUITE_REFUSED


def wait(
    transport: Transport, now_s: float, until_s: float, late_s: float = 0.0
) -> tuple[list[object], int]:
    """Let time pass with nothing arriving; events, and how many times something was sent."""
    events: list[object] = []
    sent = 0
    while now_s < until_s and not any(isinstance(event, Ended) for event in events):
        sent += bool(transport.bytes_to_send(now_s))
        delay = transport.next_timeout(now_s)
        now_s += late_s + max(0.001, 1.0 if delay is None else delay)
        events += transport.receive(b"", now_s)
    return events, sent


def test_nobody_there() -> None:
    caller, _ = pair()
    events, sent = wait(caller, 0.0, 60.0)
    assert events == [Ended(Code.PEER_SILENT, by_peer=False)]
    assert 10 <= sent <= 20


@pytest.mark.parametrize("talk", [b"login: \r\n", b"\0\0garbage\0", b"OK\r\n" * 4000])
def test_somebody_who_is_not_a_terminal(talk: bytes) -> None:
    caller, _ = pair()
    caller.bytes_to_send(0.0)
    caller.receive(talk, 0.1)
    assert wait(caller, 0.1, 60.0)[0] == [Ended(Code.NOT_A_TERMINAL, by_peer=False)]


def test_a_plug_that_echoes_is_not_a_terminal() -> None:
    caller, _ = pair()
    caller.receive(caller.bytes_to_send(0.0), 0.0)
    assert wait(caller, 0.0, 60.0)[0] == [Ended(Code.NOT_A_TERMINAL, by_peer=False)]


def test_a_lost_acceptance_is_given_again() -> None:
    caller, listener = pair()
    listener.receive(caller.bytes_to_send(0.0), 0.0)
    listener.bytes_to_send(0.0)
    caller.receive(b"", 0.3)
    events = exchange(caller, listener, 0.3)
    assert [type(event) for event in events] == [Established]


def test_keep_alive_keeps_an_idle_connection() -> None:
    caller, listener = pair()
    exchange(caller, listener)
    for second in range(1, 300):
        now_s = float(second)
        assert exchange(caller, listener, now_s) == []
    assert caller.statistics.frames_sent + listener.statistics.frames_sent < 150


@pytest.mark.parametrize("late_s", [0.0, 0.05, 3.0])
def test_a_silent_terminal_is_given_up(late_s: float) -> None:
    caller, listener = pair()
    exchange(caller, listener)
    events, _ = wait(caller, 0.0, 100.0, late_s)
    assert events == [Ended(Code.PEER_SILENT, by_peer=False)]


def test_a_caller_who_was_away_does_not_blame_the_other_side() -> None:
    caller, listener = pair()
    exchange(caller, listener)
    assert caller.receive(b"", 500.0) == []
    assert exchange(caller, listener, 500.0) == []
    caller.write(b"still here")
    assert exchange(caller, listener, 500.1) == [b"still here"]


def test_a_terminal_that_was_started_anew_says_so() -> None:
    caller, _ = pair()
    exchange(caller, pair()[1])
    caller.write(b"hello?")
    events = exchange(caller, pair()[1])
    assert events == [Ended(Code.CONNECTION_UNKNOWN, by_peer=True)]


def test_frames_of_a_dead_connection_are_counted_and_dropped() -> None:
    caller, listener = pair()
    exchange(caller, listener)
    stale = encode_frame(Frame(Kind.DATA, 77, 1, b"\0\0\0\0old", 1))
    assert caller.receive(stale, 0.0) == []
    assert listener.receive(stale, 0.0) == []
    assert (caller.statistics.stale_frames, listener.statistics.stale_frames) == (1, 1)


def test_a_new_desk_replaces_the_dead_one_and_old_bytes_do_no_harm() -> None:
    caller, listener = pair()
    exchange(caller, listener)
    caller.write(b"half a sen")
    left_in_the_cable = caller.bytes_to_send(0.0)
    second = Transport.calling(2, 0.0, DESK_LIMITS, OPEN)
    listener.write(b"for the dead one")
    listener.receive(left_in_the_cable, 0.0)
    second.receive(listener.bytes_to_send(0.0), 0.0)
    events = exchange(second, listener)
    assert [type(event) for event in events] == [Established, Established]
    second.write(b"fresh")
    assert exchange(second, listener) == [b"fresh"]


def test_close_waits_for_what_was_written_and_is_told_to_both() -> None:
    caller, listener = pair()
    exchange(caller, listener)
    caller.write(b"x" * 50_000)
    caller.close()
    events = exchange(caller, listener)
    assert b"".join(event for event in events if isinstance(event, bytes)) == b"x" * 50_000
    assert events[-2:] == [Ended(Code.DONE, by_peer=True), Ended(Code.DONE, by_peer=False)]


def test_a_close_that_is_never_answered_ends_too() -> None:
    caller, listener = pair()
    exchange(caller, listener)
    caller.close()
    events, sent = wait(caller, 0.0, 60.0)
    assert events == [Ended(Code.DONE, by_peer=False)]
    assert sent >= 2


def test_a_finished_connection_cannot_be_opened_again() -> None:
    caller, listener = pair()
    greeting = caller.bytes_to_send(0.0)
    listener.receive(greeting, 0.0)
    exchange(caller, listener)
    caller.close()
    exchange(caller, listener)
    assert listener.receive(greeting, 1.0) == []
    assert listener.next_timeout(1.0) is None
