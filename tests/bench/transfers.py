"""X, Y and ZMODEM of ours beside lrzsz that talks to itself, through the same relay."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.harness import Report, Section
from tests.support.lrzsz import WAYS, Attempt, Way, pull_from, push_to
from tests.support.relay import BITS_PER_BYTE, Line
from tests.support.transfers import joined, random_bytes, start

GIVE_UP_S = 150
NAME = "day.dat"
SLOW_BYTES = 60_000
FAST_BYTES = {"xmodem-crc": 1_000_000, "xmodem-1k": 4_000_000, "ymodem": 4_000_000}
FASTEST_BYTES = 16_000_000
RUNS = 3


@dataclass(frozen=True, slots=True)
class Condition:
    """A line: its speed, None for as fast as it goes, and its turn-around delay in all."""

    baud: int | None
    turn_around_ms: int

    def line(self) -> Line:
        return Line(baud=self.baud, delay_ms=self.turn_around_ms / 2)


SLOW = (Condition(115_200, 2), Condition(115_200, 16))
FAST = Condition(None, 0)
COMPARED = ("xmodem-crc", "xmodem-1k", "ymodem", "zmodem")


def run(report: Report) -> None:
    """Add two sections; takes about eight minutes."""
    columns = ["protocol", "line", "kB", "lrzsz s", "we receive s", "we send s"]
    slow = report.section(
        "X, Y and ZMODEM at 115200 baud",
        [*columns, "lrzsz %", "receiving / lrzsz", "sending / lrzsz"],
        "One file of random bytes. lrzsz s: its sender to its receiver; the other two are one of "
        "its ends with one of ours, from the start of the programs to their end. %: of what the "
        "line could carry in that time. Half of the turn-around is each way.",
    )
    for name in COMPARED:
        for condition in SLOW:
            _measure(slow, name, condition, random_bytes(SLOW_BYTES), runs=1)
    fast = report.section(
        "X, Y and ZMODEM without a limit",
        [*columns, "lrzsz MB/s", "receiving / lrzsz", "sending / lrzsz"],
        f"The same through a relay that only passes on; medians of {RUNS} by turns.",
    )
    for name in COMPARED:
        _measure(fast, name, FAST, random_bytes(FAST_BYTES.get(name, FASTEST_BYTES)), RUNS)


def _measure(section: Section, name: str, condition: Condition, data: bytes, runs: int) -> None:
    way = WAYS[name]
    taken = [
        [_reference_s(way, data, condition), _ours_s(way, True, data, condition),
         _ours_s(way, False, data, condition)]
        for _ in range(runs)
    ]  # fmt: skip
    reference_s, receiving_s, sending_s = (
        sorted(times)[runs // 2] for times in zip(*taken, strict=True)
    )
    if condition.baud:
        line = f"{condition.turn_around_ms} ms"
        speed = f"{100 * len(data) * BITS_PER_BYTE / condition.baud / reference_s:.1f}"
    else:
        line = "no limit"
        speed = f"{len(data) / 1e6 / reference_s:.2f}"
    section.row(
        name, line, len(data) // 1000, reference_s, receiving_s, sending_s, speed,
        receiving_s / reference_s, sending_s / reference_s,
    )  # fmt: skip


def _ours_s(way: Way, is_pull: bool, data: bytes, condition: Condition) -> float:
    """Seconds of one of our ends with one of lrzsz."""
    with tempfile.TemporaryDirectory() as name:
        go = pull_from if is_pull else push_to
        began_s = time.monotonic()
        attempt = go(way, Path(name), {NAME: data}, condition.line())
        took_s = time.monotonic() - began_s
    _check(attempt, data)
    return took_s


def _check(attempt: Attempt, data: bytes) -> None:
    assert attempt.error is None, attempt.error
    assert attempt.files[NAME][: len(data)] == data


def _reference_s(way: Way, data: bytes, condition: Condition) -> float:
    """Seconds of lrzsz with itself."""
    with tempfile.TemporaryDirectory() as name, joined(condition.line()) as (near, far):
        there, here = Path(name) / "there", Path(name) / "here"
        there.mkdir()
        here.mkdir()
        (there / NAME).write_bytes(data)
        target = [] if way.names else [NAME]
        began_s = time.monotonic()
        running = [
            start([*way.receive, *target], here, far), start([*way.send, NAME], there, near)
        ]  # fmt: skip
        try:
            for process in running:
                process.wait(GIVE_UP_S)
        finally:
            for process in running:
                process.kill()
                process.wait()
        took_s = time.monotonic() - began_s
        assert (here / NAME).read_bytes()[: len(data)] == data
    return took_s
