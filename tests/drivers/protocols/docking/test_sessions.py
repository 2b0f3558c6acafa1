"""Whole dockings in memory: clean, cut at every byte, flipped at every byte, noisy, doubled."""

from random import Random

import pytest

from drivers.protocols.docking.codes import Code
from tests.support.docked import (
    DeskEnd,
    DeskStore,
    TerminalEnd,
    TerminalStore,
    Wire,
    dock,
    package,
    sealed,
)
from tests.support.spoilt import CutWire, EveryWire, NoisyWire, OneFlipWire

PACKAGES = [package("products", 3, b"p\0" * 150), package("nothing", 1, b"")]
BATCHES = [sealed(1, 1, 2), sealed(2, 3, 5)]
LAST = 7


def stores() -> tuple[DeskStore, TerminalStore]:
    return DeskStore(list(PACKAGES)), TerminalStore(list(BATCHES))


def dock_once(desk: DeskStore, terminal: TerminalStore, up: Wire, down: Wire) -> DeskEnd:
    end = DeskEnd(desk, 7, 0.0)
    dock(end, TerminalEnd(terminal, 0.0), up, down, 0.0)
    return end


def assert_exactly_once(desk: DeskStore, terminal: TerminalStore) -> None:
    assert desk.posted == list(range(1, LAST + 1))
    assert terminal.datasets == {package.name: package.data for package in PACKAGES}
    assert desk.safe == 1
    assert terminal.handed_over_seq == LAST
    assert [verdict.seq for verdict in terminal.verdicts] == [1, 3]


def lengths() -> tuple[int, int]:
    desk, terminal = stores()
    up, down = Wire(), Wire()
    dock_once(desk, terminal, up, down)
    return up.sent, down.sent


UP_BYTES, DOWN_BYTES = lengths()


def test_a_clean_docking() -> None:
    desk, terminal = stores()
    end = dock_once(desk, terminal, Wire(), Wire())
    assert_exactly_once(desk, terminal)
    assert terminal.sealed == 1
    assert end.ended is not None
    assert end.ended.code is Code.DONE
    assert end.ready is not None
    assert abs(end.ready.clock_offset_ms - 7000) <= 2


def test_a_second_docking_sends_nothing_again() -> None:
    desk, terminal = stores()
    dock_once(desk, terminal, Wire(), Wire())
    up = Wire()
    dock_once(desk, terminal, up, Wire())
    assert desk.posted == list(range(1, LAST + 1))
    assert desk.safe == 2
    assert up.sent < UP_BYTES / 2


@pytest.mark.parametrize("direction", ["up", "down"])
@pytest.mark.parametrize("survivor", ["nobody", "terminal"])
def test_cut_at_every_byte_then_docked_again(direction: str, survivor: str) -> None:
    """`survivor`: whose program lives on; the other side starts anew from its store.

    What was still in the cable reaches the new session.
    """
    step = 1 if survivor == "nobody" else 3
    for limit in range(0, UP_BYTES if direction == "up" else DOWN_BYTES, step):
        desk, terminal = stores()
        wire = CutWire(limit=limit)
        up, down = (wire, Wire()) if direction == "up" else (Wire(), wire)
        terminal_end = TerminalEnd(terminal, 0.0)
        now_s = dock(DeskEnd(desk, 7, 0.0), terminal_end, up, down, 0.0)
        assert terminal.handed_over_seq <= desk.received_seq, "handed over only what is durable"

        safe_before = desk.safe
        if survivor == "nobody":
            terminal_end = TerminalEnd(terminal, now_s)
        again = DeskEnd(desk, 8, now_s)
        (again if direction == "up" else terminal_end).receive(wire.stale, now_s)
        dock(again, terminal_end, Wire(), Wire(), now_s)
        desk.safe -= safe_before
        assert_exactly_once(desk, terminal)


def test_the_desk_lives_on_when_the_terminal_is_killed_and_is_told() -> None:
    for limit in range(400, UP_BYTES, 97):
        desk, terminal = stores()
        desk_end = DeskEnd(desk, 7, 0.0)
        now_s = dock(desk_end, TerminalEnd(terminal, 0.0), CutWire(limit=limit), Wire(), 0.0)
        dock(desk_end, TerminalEnd(terminal, now_s), Wire(), Wire(), now_s)
        assert desk_end.ended is not None
        assert desk_end.ended.code in (Code.CONNECTION_UNKNOWN, Code.DONE)
        assert terminal.handed_over_seq <= desk.received_seq


@pytest.mark.parametrize("direction", ["up", "down"])
def test_one_bit_flipped_in_every_byte(direction: str) -> None:
    for place in range(UP_BYTES if direction == "up" else DOWN_BYTES):
        desk, terminal = stores()
        wire = OneFlipWire(place=place)
        up, down = (wire, Wire()) if direction == "up" else (Wire(), wire)
        dock_once(desk, terminal, up, down)
        assert_exactly_once(desk, terminal)


@pytest.mark.parametrize("every", [400, 701, 1009, 5003])
def test_a_byte_in_so_many_is_always_bad(every: int) -> None:
    for first in range(0, every, every // 8):
        desk, terminal = stores()
        up, down = EveryWire(every=every, first=first), EveryWire(every=every, first=first)
        dock_once(desk, terminal, up, down)
        assert_exactly_once(desk, terminal)


@pytest.mark.parametrize(
    ("flips", "drops", "doubles"),
    [(1e-3, 0, 0), (0, 1e-3, 0), (0, 0, 0.5), (5e-4, 5e-4, 0.1), (3e-3, 1e-3, 0.3)],
)
def test_noise_of_all_kinds(flips: float, drops: float, doubles: float) -> None:
    for seed in range(40):
        random = Random(seed)
        desk, terminal = stores()
        now_s = 0.0
        terminal_end = TerminalEnd(terminal, now_s)
        for attempt in range(20):
            up = NoisyWire(random=random, flips=flips, drops=drops, doubles=doubles)
            down = NoisyWire(random=random, flips=flips, drops=drops, doubles=doubles)
            now_s = dock(DeskEnd(desk, attempt, now_s), terminal_end, up, down, now_s)
            assert terminal.handed_over_seq <= desk.received_seq
            if desk.safe:
                break
        assert_exactly_once(desk, terminal)


def test_an_interrupted_upload_goes_on_at_the_byte() -> None:
    big = sealed(1, 1, 400, 100)
    desk, terminal = DeskStore([]), TerminalStore([big])
    dock_once(desk, terminal, CutWire(limit=len(big.data) // 2), Wire())
    assert desk.partial is not None
    held = len(desk.partial.data)
    assert held > len(big.data) // 4
    up = Wire()
    dock_once(desk, terminal, up, Wire())
    assert desk.posted == list(range(1, 401))
    assert up.sent < len(big.data) - held + 1500


def test_a_kept_part_of_other_content_is_sent_anew() -> None:
    big = sealed(1, 1, 400, 100)
    for kept in (b"other bytes" * 900, b"x" * len(big.data), b"x" * (len(big.data) + 1)):
        desk, terminal = DeskStore([]), TerminalStore([big])
        dock_once(desk, terminal, CutWire(limit=20_000), Wire())
        assert desk.partial is not None
        desk.partial = type(desk.partial)(1, desk.partial.sha256, kept)
        dock_once(desk, terminal, Wire(), Wire())
        assert desk.posted == list(range(1, 401))


def test_an_interrupted_data_set_goes_on_at_the_byte() -> None:
    data = Random(3).randbytes(51_200)
    desk, terminal = DeskStore([package("products", 4, data)]), TerminalStore([])
    dock_once(desk, terminal, Wire(), CutWire(limit=30_000))
    held = len(terminal.partial["products"])
    assert held >= 16_384
    assert terminal.datasets == {}
    down = Wire()
    dock_once(desk, terminal, Wire(), down)
    assert terminal.datasets == {"products": data}
    assert down.sent < len(data) - held + 1500
    third = Wire()
    dock_once(desk, terminal, Wire(), third)
    assert third.sent < 600
