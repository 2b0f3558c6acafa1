"""Speed beside the programs that others wrote, by turns on the same devices."""

import hashlib
import os
import re
import statistics
import subprocess
import tempfile
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from drivers.contract import SerialSettings
from drivers.devices.file_transfer import ZmodemDriver
from drivers.devices.mtp import MtpDriver
from drivers.links.serial import open_serial
from tests.usb_rig.content import content
from tests.usb_rig.guest.agent import Host
from tests.usb_rig.guest.desk import Desk
from tests.usb_rig.guest.files import fetch
from tests.usb_rig.guest.gadgets import Identity, gadget
from tests.usb_rig.guest.processes import running_handheld
from tests.usb_rig.guest.waiting import wait_for_link, wait_for_port, wait_until_gone
from tests.usb_rig.scenarios.umtp import ADDRESS as RESPONDER
from tests.usb_rig.scenarios.umtp import responder

ROUNDS: Final = 3
PLAYER: Final = "TD-SPEED-1"
MODEM: Final = Identity((0x1D6B, 0x0104), "TD-SPEED-2")
LARGE_BYTES: Final = 10_000_000
MIDDLE_BYTES: Final = 5_000_000
PORT: Final = 3
PHOTOS: Final = 4
LINE_BYTES: Final = 1_000_000
LIMIT_S: Final = 60.0

Work = Callable[[], object]


def run(host: Host) -> dict[str, Any]:
    """A large file over MTP from two devices, and one over a modem's line."""
    rows: dict[str, Any] = {}
    outbox = "speed/Tallydock/outbox"
    host.ask("fill", folder=outbox, files={"large.bin": [3, LARGE_BYTES]})
    host.ask("plug_mtp", name="speed", folder="speed", serial=PLAYER)
    rows["QEMU's MTP, ours / mtp-getfile"] = _mtp(f"mtp:{PLAYER}", LARGE_BYTES)
    host.ask("unplug", name="speed")

    memory = Path(tempfile.mkdtemp())
    (memory / "Tallydock" / "outbox").mkdir(parents=True)
    (memory / "Tallydock" / "outbox" / "large.bin").write_bytes(content(3, MIDDLE_BYTES))
    with responder(memory):
        rows["uMTP-Responder, ours / mtp-getfile"] = _mtp(RESPONDER, MIDDLE_BYTES)
    return rows | _lines()


def _mtp(address: str, size: int) -> str:
    """Seconds from opening the device to closing it, ours with reading some of it twice."""
    wait_for_link(address).close()
    listed = _call(["mtp-files"])
    number = re.search(r"File ID: (\d+)\s+Filename: large\.bin", listed)
    assert number, listed
    target = Path(tempfile.mkdtemp()) / "large.bin"

    def ours() -> None:
        with wait_for_link(address) as link:
            assert fetch(MtpDriver(None), link, clear=False).byte_count == size

    def reference() -> None:
        _call(["mtp-getfile", number[1], str(target)])
        assert target.stat().st_size == size

    return _compared(ours, reference, size)


def _lines() -> dict[str, Any]:
    """Seconds from opening the line to the end; plugging in is not part of it."""
    folder = Path(tempfile.mkdtemp())
    file = folder / "sent.bin"
    file.write_bytes(content(5, LINE_BYTES))
    times: dict[str, list[float]] = {}
    for number in range(ROUNDS):
        for name, measure in (("zmodem", _zmodem), ("rz", _rz)):
            with _modem() as (desk_end, terminal_end), _sz(file, terminal_end):
                times.setdefault(name, []).append(measure(desk_end, file))
        with _modem() as (desk_end, terminal_end):
            photos = ("--photos", str(PHOTOS), "--photo-bytes", str(LINE_BYTES // PHOTOS))
            with running_handheld(terminal_end, folder / f"{number}.sqlite", *photos):
                desk = Desk()
                times.setdefault("docking", []).append(desk.dock(desk_end))
                assert len(desk.photos) == PHOTOS
    zmodem_s, rz_s, docking_s = (statistics.median(taken) for taken in times.values())
    return {
        "a modem's line, our ZMODEM / rz": _words(zmodem_s, rz_s, LINE_BYTES),
        "a modem's line, a whole docking / rz": _words(docking_s, rz_s, LINE_BYTES),
    }


def _zmodem(desk_end: str, file: Path) -> float:
    began_s = time.monotonic()
    with open_serial(desk_end, SerialSettings()) as link:
        got = fetch(ZmodemDriver(None), link, clear=False)
    took_s = time.monotonic() - began_s
    assert got.digests == {file.name: hashlib.sha256(file.read_bytes()).hexdigest()}
    return took_s


def _rz(desk_end: str, file: Path) -> float:
    target = Path(tempfile.mkdtemp())
    with _raw(desk_end) as line:
        began_s = time.monotonic()
        subprocess.run(
            ["rz", "-q", "-b", "-y"],
            stdin=line, stdout=line, cwd=target, timeout=LIMIT_S, check=True,
        )  # fmt: skip
        took_s = time.monotonic() - began_s
    assert (target / file.name).read_bytes() == file.read_bytes()
    return took_s


@contextmanager
def _modem() -> Iterator[tuple[str, str]]:
    """A modem that is plugged in: the desk's end of its line and the terminal's."""
    with gadget(MODEM, "acm.s", PORT) as modem:
        modem.plug()
        desk_end = wait_for_port(MODEM.serial).url
        yield desk_end, f"/dev/ttyGS{modem.function('port_num')}"
        modem.pull()
        wait_until_gone(MODEM.serial)


@contextmanager
def _sz(file: Path, line_path: str) -> Iterator[None]:
    with (
        _raw(line_path) as line,
        subprocess.Popen(
            ["sz", "-q", "-b", str(file)], stdin=line, stdout=line, stderr=subprocess.DEVNULL
        ) as process,
    ):
        try:
            yield
        finally:
            process.kill()


@contextmanager
def _raw(path: str) -> Iterator[int]:
    line = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(line)
        yield line
    finally:
        os.close(line)


def _compared(ours: Work, reference: Work, size: int) -> str:
    """Both by turns, and their medians."""
    pairs = [(_elapsed_s(ours), _elapsed_s(reference)) for _ in range(ROUNDS)]
    ours_s, reference_s = (statistics.median(times) for times in zip(*pairs, strict=True))
    return _words(ours_s, reference_s, size)


def _words(ours_s: float, reference_s: float, size: int) -> str:
    speeds = f"{size / ours_s / 1e6:.2f} and {size / reference_s / 1e6:.2f} MB/s"
    return f"{ours_s / reference_s:.2f} ({ours_s:.2f} s and {reference_s:.2f} s, {speeds})"


def _elapsed_s(work: Work) -> float:
    began_s = time.monotonic()
    work()
    return time.monotonic() - began_s


def _call(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout
