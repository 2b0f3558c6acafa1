"""Dockings of virtual MTP devices, as short as a test wants to write them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.contract import Progress
from drivers.devices import mtp_line
from drivers.devices.mtp import MtpDriver
from drivers.errors import DriverError
from drivers.file_contract import FileSession, TerminalFile
from drivers.links.usb import open_usb
from tests.support.usb.mtp_responder import MtpResponder, mtp_device
from tests.support.usb.virtual_backend import Device, bus_of


def quiet(stage: str, done_bytes: int, total_bytes: int) -> None:
    """No progress is wanted."""


@contextmanager
def docking(
    device: Device | MtpResponder, scratch: Path | None = None, progress: Progress = quiet
) -> Iterator[FileSession]:
    """A session with a device; it ends without `finish` if the test does not call it."""
    plugged = device if isinstance(device, Device) else mtp_device(device)
    with (
        open_usb("mtp:TC52-1", bus_of(plugged)) as link,
        MtpDriver(scratch).connect(link, lambda: 0, progress) as session,
    ):
        yield session


def collect(
    session: FileSession, *, clear: bool = True
) -> tuple[list[TerminalFile], DriverError | None]:
    """All files, each settled, and what the pull ended in."""
    files = []
    try:
        for file in session.pull():
            files.append(file)
            session.settle(file, clear)
    except DriverError as error:
        return files, error
    return files, None


def outbox(**more: object) -> tuple[MtpResponder, int]:
    """A device with an empty Tallydock/outbox, and its handle."""
    responder = MtpResponder(**more)  # type: ignore[arg-type]
    return responder, responder.folders("Tallydock", "outbox")


def good_and(name: str, data: bytes | None = b"second") -> tuple[MtpResponder, int, int]:
    """A good file, and one that comes after it."""
    responder, box = outbox()
    responder.add("1.csv", b"good", box)
    return responder, box, responder.add(name, data, box)


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is noticed at once; these devices never need time to think."""
    for name in ("WAIT_S", "SHORT_S"):
        monkeypatch.setattr(mtp_line, name, 0.05)
    for name in ("FIRST_SILENCE_S", "SILENCE_S", "PARTING_S", "DRAIN_S"):
        monkeypatch.setattr(mtp_line, name, 0.2)
