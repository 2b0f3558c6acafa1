"""A stick with FAT32: files fetched and cleared; pulled while it is mounted and read, resumed."""

import hashlib
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from drivers.devices.folder import FolderDriver
from drivers.errors import LinkLost
from drivers.file_contract import TerminalFile
from drivers.registry import open_folder
from tests.usb_rig.content import content
from tests.usb_rig.guest.agent import Host
from tests.usb_rig.guest.files import error_of, fetch
from tests.usb_rig.guest.waiting import wait_for

NAME: Final = "stick"
SIZE_MB: Final = 80
SIZES: Final = (0, 1, 511, 512, 4096, 100_001)
LARGE_BYTES: Final = 25_000_000
PULL_AT: Final = 2_000_000


def run(host: Host) -> dict[str, Any]:
    """Small files both ways, then a large one in two goes."""
    driver = FolderDriver(Path(tempfile.mkdtemp()))
    host.ask("plug_disk", name=NAME, size_mb=SIZE_MB)
    _call("mkfs.vfat", "-F", "32", str(_device()))
    with _mounted() as folder:
        told = _fill(folder / "outbox", {f"{size:06}.txt": size for size in SIZES})
    _replug(host)  # so that nothing is left in this kernel's memory
    with _mounted() as folder:
        first = fetch(driver, _carrier(folder), clear=True)
        assert first.digests == told, (first.digests, told)
        sent = {"list.txt": content(1, 5000), "prices.txt": content(2, 70_000)}
        _push(driver, folder, sent)
        host.ask("unplug", name=NAME)  # finished: it may be pulled although it is mounted
    host.ask("plug_disk", name=NAME, size_mb=SIZE_MB)
    with _mounted() as folder:
        assert not list((folder / "outbox").iterdir())
        brought = {file.name: file.read_bytes() for file in (folder / "inbox").iterdir()}
        assert brought == sent, {name: len(data) for name, data in brought.items()}
        told = _fill(folder / "outbox", {"large.bin": LARGE_BYTES})
    _replug(host)

    puller = threading.Thread(target=host.ask, args=("unplug",), kwargs={"name": NAME})
    reached: list[int] = []

    def pull_on_the_way(stage: str, done_bytes: int, total_bytes: int) -> None:
        if stage == "upload" and done_bytes >= PULL_AT and not reached:
            reached.append(done_bytes)
            puller.start()

    with _mounted() as folder:
        carrier = _carrier(folder)
        lost = error_of(lambda: fetch(driver, carrier, clear=True, progress=pull_on_the_way))
        puller.join()
    assert isinstance(lost, LinkLost), lost
    began_s = time.monotonic()
    host.ask("plug_disk", name=NAME, size_mb=SIZE_MB)
    with _mounted() as folder:
        back_s = time.monotonic() - began_s
        second = fetch(driver, _carrier(folder), clear=True)
    assert second.digests == told, (second.digests, told)
    _replug(host)
    with _mounted() as folder:
        assert not list((folder / "outbox").iterdir())
    return {
        "files": len(SIZES),
        "pulled_at_bytes": reached[0],
        "pulled": str(lost.fields["reason"]),
        "back_s": round(back_s, 2),
        "MB_s": second.mb_s,
    }


@contextmanager
def _mounted() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp())
    _call("mount", "-t", "vfat", str(_device()), str(folder))
    try:
        yield folder
    finally:
        _call("umount", "-l", str(folder))


def _device() -> Path:
    """The stick, when the kernel has read how large it is."""

    def look() -> Path | None:
        for size in Path("/sys/block").glob("sd*/size"):
            device = Path("/dev") / size.parent.name
            if int(size.read_text()) and device.exists():
                return device
        return None

    return wait_for(look, "a disk")


def _replug(host: Host) -> None:
    host.ask("unplug", name=NAME)
    wait_for(lambda: not list(Path("/sys/block").glob("sd*")) or None, "no disk")
    host.ask("plug_disk", name=NAME, size_mb=SIZE_MB)


def _carrier(folder: Path) -> Path:
    return open_folder(f"folder:{folder}")


def _push(driver: FolderDriver, folder: Path, files: dict[str, bytes]) -> None:
    with driver.connect(_carrier(folder), lambda: time.time_ns() // 1_000_000, _ignore) as session:
        session.push([TerminalFile(name, data) for name, data in files.items()])
        session.finish()


def _fill(folder: Path, files: dict[str, int]) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    for name, size in files.items():
        (folder / name).write_bytes(content(size, size))
    return {name: hashlib.sha256(content(size, size)).hexdigest() for name, size in files.items()}


def _ignore(stage: str, done_bytes: int, total_bytes: int) -> None:
    """Nobody watches."""


def _call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
