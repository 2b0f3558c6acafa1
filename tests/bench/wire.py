"""Goodput of one upload through a bad serial line, beside lrzsz ZMODEM through the same line."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.harness import ROOT, Report
from tests.support.batches import write_batch
from tests.support.desks import dock_once
from tests.support.relay import Line, as_options, running_relay
from tests.support.terminals import running_handheld

RECORDS = {9_600: 12, 115_200: 200, 921_600: 900}
FAST_RECORDS = 3000
GIVE_UP_S = 150


@dataclass(frozen=True, slots=True)
class Condition:
    """A line: its speed, turn-around delay in all, how many bytes in one get a bit flipped."""

    baud: int
    turn_around_ms: int
    flip_rate: float

    def line(self) -> Line:
        # The relay delays each way.
        return Line(baud=self.baud, delay_ms=self.turn_around_ms / 2, flip_rate=self.flip_rate)


CONDITIONS = [
    *(Condition(baud, delay, 0.0) for baud in RECORDS for delay in (2, 16)),
    *(Condition(baud, 2, 1e-5) for baud in RECORDS),
    Condition(115_200, 30, 0.0),
    Condition(115_200, 8, 1e-4),
]


def run(report: Report) -> None:
    """Add both sections to `report`; takes about eight minutes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _throttled(report, folder)
        _fast(report, folder)


def _throttled(report: Report, folder: Path) -> None:
    batches = {
        baud: write_batch(folder / f"{baud}.cbor", records) for baud, records in RECORDS.items()
    }
    section = report.section(
        "Goodput of a serial line",
        ["baud", "turn-around", "bit flips", "kB", "ours s", "of raw copy %", "ZMODEM s",
         "of raw copy %", "ours / ZMODEM"],
        "One upload that does not compress. Ours is a whole docking, TLS and signatures included, "
        "from the first byte to safe to remove; ZMODEM (lrzsz on socketpairs) is the bare file. "
        "Raw copy: the same bytes through the same relay without errors, by nothing at all. "
        "Half of the turn-around is each way; bit flips are the rate at which a byte arrives "
        "with one bit wrong.",
    )  # fmt: skip
    raw_s: dict[tuple[int, int], float] = {}
    for place, condition in enumerate(CONDITIONS):
        batch = batches[condition.baud]
        line = (condition.baud, condition.turn_around_ms)
        if line not in raw_s:
            clean = Condition(*line, 0.0)
            raw_s[line] = copy_through(folder / f"raw{place}", batch, clean)
        ours_s = dock_through(folder, f"wire{place}", batch, condition)
        zmodem_s = zmodem_through(folder / f"zmodem{place}", batch, condition)
        section.row(
            condition.baud,
            f"{condition.turn_around_ms} ms",
            condition.flip_rate or "none",
            f"{batch.stat().st_size / 1000:.0f}",
            ours_s,
            f"{100 * raw_s[line] / ours_s:.1f}",
            "failed" if zmodem_s is None else zmodem_s,
            "-" if zmodem_s is None else f"{100 * raw_s[line] / zmodem_s:.1f}",
            "-" if zmodem_s is None else ours_s / zmodem_s,
        )


def _fast(report: Report, folder: Path) -> None:
    batch = write_batch(folder / "fast.cbor", FAST_RECORDS)
    mb = batch.stat().st_size / 1e6
    section = report.section(
        "Goodput without a limit",
        ["link", "MB", "ours MB/s", "bare copy MB/s"],
        "A whole docking, stored on both sides with synchronous=FULL, beside a copy of the same "
        "bytes through a pseudo terminal or a pair of sockets.",
    )
    for port, pair in (("pty", _pty_pair), ("tcp://127.0.0.1:0", _socketpair)):
        with running_handheld(folder, name=port[:3], port=port, load=batch) as handheld:
            began_s = time.monotonic()
            dock_once(handheld.port, folder / f"{port[:3]}-desk.sqlite")
            ours_s = time.monotonic() - began_s
        section.row(port[:3], mb, mb / ours_s, mb / _bare_copy_s(batch, *pair()))


def dock_through(folder: Path, name: str, batch: Path, condition: Condition) -> float:
    """Seconds of one docking through the relay."""
    with (
        running_handheld(folder, name=name, load=batch) as handheld,
        running_relay(handheld.port, condition.line()) as port,
    ):
        began_s = time.monotonic()
        docked = dock_once(port, folder / f"{name}-desk.sqlite")
        took_s = time.monotonic() - began_s
    assert sum(len(upload.data) for upload in docked.uploads) >= batch.stat().st_size
    return took_s


def copy_through(folder: Path, file: Path, condition: Condition) -> float:
    """Seconds until all bytes of the file have come through the relay."""
    folder.mkdir()
    with _relayed(condition) as (sender, receiver):
        began_s = time.monotonic()
        writer = subprocess.Popen(["cat", str(file)], stdout=sender.fileno())
        left = file.stat().st_size
        while left:
            left -= len(receiver.recv(65_536))
        took_s = time.monotonic() - began_s
        writer.wait()
    return took_s


def zmodem_through(folder: Path, file: Path, condition: Condition) -> float | None:
    """Seconds of `sz` to `rz` through the relay, None if the file did not arrive in time."""
    folder.mkdir()
    with _relayed(condition) as (sender, receiver):
        began_s = time.monotonic()
        running = [
            subprocess.Popen(
                command,
                stdin=end.fileno(),
                stdout=end.fileno(),
                stderr=subprocess.DEVNULL,
                cwd=folder,
            )
            for command, end in (
                (["rz", "-q", "-b", "-y"], receiver), (["sz", "-q", "-b", str(file)], sender)
            )
        ]  # fmt: skip
        try:
            for process in running:
                process.wait(max(0.1, began_s + GIVE_UP_S - time.monotonic()))
        except subprocess.TimeoutExpired:
            return None
        finally:
            took_s = time.monotonic() - began_s
            for process in running:
                process.kill()
                process.wait()
    arrived = folder / file.name
    return took_s if arrived.exists() and arrived.read_bytes() == file.read_bytes() else None


@contextmanager
def _relayed(condition: Condition) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a line through a relay of its own."""
    sender, left = socket.socketpair()
    right, receiver = socket.socketpair()
    with ExitStack() as stack:
        for end in (sender, left, right, receiver):
            stack.enter_context(end)
        handles = (left.fileno(), right.fileno())
        command = [sys.executable, "-m", "tests.support.relay"]
        command += [*(f"fd:{handle}" for handle in handles), *as_options(condition.line())]
        relay = stack.enter_context(subprocess.Popen(command, cwd=ROOT, pass_fds=handles))
        try:
            yield sender, receiver
        finally:
            relay.kill()


def _socketpair() -> tuple[int, int]:
    left, right = socket.socketpair()
    return left.detach(), right.detach()


def _pty_pair() -> tuple[int, int]:
    import tty  # noqa: PLC0415 - not on Windows

    master, slave = os.openpty()
    tty.setraw(slave)
    return master, slave


def _bare_copy_s(file: Path, source: int, target: int) -> float:
    began_s = time.monotonic()
    writer = subprocess.Popen(["cat", str(file)], stdout=source)
    left = file.stat().st_size
    while left:
        left -= len(os.read(target, 65_536))
    writer.wait()
    took_s = time.monotonic() - began_s
    os.close(source)
    os.close(target)
    return took_s
