"""Waits for what a bus does in its own time, and measures how long that took."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from drivers.contract import Link
from drivers.discovery import FoundPort, list_ports
from drivers.errors import LinkError
from drivers.registry import open_link

LONGEST_S = 30.0
STEP_S = 0.02
DEVICES = Path("/sys/bus/usb/devices")

Found = TypeVar("Found")


def wait_for(look: Callable[[], Found | None], what: str, longest_s: float = LONGEST_S) -> Found:
    """The first thing that `look` finds. Raises TimeoutError."""
    ends_s = time.monotonic() + longest_s
    while time.monotonic() < ends_s:
        found = look()
        if found is not None and found is not False:
            return found
        time.sleep(STEP_S)
    raise TimeoutError(f"not within {longest_s:.0f} s: {what}")


def wait_for_port(serial_number: str) -> FoundPort:
    """The port with this serial number, as the product lists it."""
    return wait_for(
        lambda: next((p for p in list_ports() if p.serial_number == serial_number), None),
        f"port {serial_number}",
    )


def wait_for_link(address: str) -> Link:
    """The port at this address, as soon as it can be opened."""

    def look() -> Link | None:
        try:
            return open_link(address)
        except LinkError:
            return None

    return wait_for(look, address)


def wait_until_gone(serial_number: str) -> None:
    """Return when no port has this number any more."""
    wait_for(
        lambda: not any(p.serial_number == serial_number for p in list_ports()) or None,
        f"no port {serial_number}",
    )


def wait_for_device(serial_number: str) -> None:
    """Return when the kernel knows a USB device with this number."""

    def look() -> bool | None:
        return any(_text(each) == serial_number for each in DEVICES.glob("*/serial")) or None

    wait_for(look, f"device {serial_number}")


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except OSError:  # it has just gone
        return ""
