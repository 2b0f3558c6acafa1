"""Goodput of one upload through a bad serial line, beside lrzsz ZMODEM through the same line."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench.harness import ROOT, Report
from tests.support.batches import write_batch
from tests.support.desks import dock_once
from tests.support.relay import BITS_PER_BYTE, Line, as_options, running_relay
from tests.support.terminals import running_handheld

BAUD = 115_200
THROTTLED_RECORDS = 80
FAST_RECORDS = 3000
GIVE_UP_S = 150


@dataclass(frozen=True, slots=True)
class Condition:
    """A line: turn-around delay in all, and how many bytes in one get a bit flipped."""

    turn_around_ms: int
    flip_rate: float

    def line(self) -> Line:
        # The relay delays each way.
        return Line(baud=BAUD, delay_ms=self.turn_around_ms / 2, flip_rate=self.flip_rate)


CONDITIONS = [Condition(delay, flips) for flips in (0.0, 1e-4) for delay in (2, 8, 30)]


def run(report: Report) -> None:
    """Add both sections to `report`; takes about five minutes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _throttled(report, folder)
        _fast(report, folder)


def _throttled(report: Report, folder: Path) -> None:
    batch = write_batch(folder / "throttled.cbor", THROTTLED_RECORDS)
    size = batch.stat().st_size
    ideal_s = size * BITS_PER_BYTE / BAUD
    section = report.section(
        "Goodput at 115200 baud",
        ["turn-around", "bit flips", "ours s", "ours %", "ZMODEM s", "ZMODEM %", "ratio"],
        f"One upload of {size} bytes that do not compress; ideal {ideal_s:.2f} s. Ours is a whole "
        "docking, from the first byte to safe to remove; ZMODEM (lrzsz on socketpairs) is the bare "
        "file. Percent of the line's bytes; the ratio is of seconds. Half of the turn-around is "
        "each way; bit flips are the rate at which a byte arrives with one bit wrong.",
    )
    for place, condition in enumerate(CONDITIONS):
        ours_s = dock_through(folder, f"wire{place}", batch, condition)
        zmodem_s = zmodem_through(folder / f"zmodem{place}", batch, condition)
        section.row(
            f"{condition.turn_around_ms} ms",
            condition.flip_rate or "none",
            ours_s,
            f"{100 * ideal_s / ours_s:.1f}",
            "failed" if zmodem_s is None else zmodem_s,
            "-" if zmodem_s is None else f"{100 * ideal_s / zmodem_s:.1f}",
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


def zmodem_through(folder: Path, file: Path, condition: Condition) -> float | None:
    """Seconds of `sz` to `rz` through the relay, None if the file did not arrive in time."""
    folder.mkdir()
    sender, left = socket.socketpair()
    right, receiver = socket.socketpair()
    with ExitStack() as stack:
        for end in (sender, left, right, receiver):
            stack.enter_context(end)
        handles = (left.fileno(), right.fileno())
        command = [sys.executable, "-m", "tests.support.relay"]
        command += [*(f"fd:{handle}" for handle in handles), *as_options(condition.line())]
        relay = stack.enter_context(subprocess.Popen(command, cwd=ROOT, pass_fds=handles))
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
            for process in (*running, relay):
                process.kill()
                process.wait()
    arrived = folder / file.name
    return took_s if arrived.exists() and arrived.read_bytes() == file.read_bytes() else None


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
