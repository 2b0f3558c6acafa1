"""Finds the one USB device that an address means, and opens it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from usb.core import USBError

from drivers.errors import LinkError, PortInvalid, PortMissing
from drivers.links.usb_backend import Bus, reported
from drivers.links.usb_descriptors import Attached, attached, read_string
from drivers.links.usb_sysfs import cached_serial

MAX_RIVALS: Final = 16
"""So many devices that all fit are opened to see which are still there."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Which of the devices of a kind: by serial number, or by place for those without one."""

    serial: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open device; nothing of it is claimed yet."""

    bus: Bus
    device: Attached
    handle: Any

    def close(self) -> None:
        """Give it back; it may be gone already."""
        with suppress(USBError):
            self.bus.backend.close_device(self.handle)


def selector(text: str) -> Selector:
    """Read the end of an address: a serial number, or @ and the place on the bus, as in @1-2.3."""
    return Selector(place=text[1:]) if text.startswith("@") else Selector(serial=text)


def open_device(bus: Bus, port: str, wanted: Selector, fits: Callable[[Attached], bool]) -> Opened:
    """Open the one device that fits.

    Raises `PortMissing` if there is none, what the system says if it may not be opened, and
    `PortInvalid` if several fit, naming their places: nobody shall talk to the wrong one.
    """
    with reported(port, opening=True):
        listed = attached(bus.backend)
        listed = [each for each in listed if wanted.place in ("", each.place) and fits(each)]
    found: list[Opened] = []
    refused: list[LinkError] = []
    rivals: list[str] = []
    for device in listed:
        known = cached_serial(bus.sysfs, device.place, device.address) if bus.sysfs else None
        if wanted.serial and known not in (None, wanted.serial):
            continue
        if len(rivals) == MAX_RIVALS:
            break
        try:
            with reported(port, opening=True):
                opened = Opened(bus, device, bus.backend.open_device(device.key))
        except PortMissing:
            continue  # pulled out, and not yet off the list
        except LinkError as error:
            refused.append(error)
            if not wanted.serial or known:
                rivals.append(device.place)
            continue
        if wanted.serial and not known and _serial(opened) != wanted.serial:
            opened.close()
            continue
        found.append(opened)
        rivals.append(device.place)
    if len(rivals) == 1 and found:
        return found[0]
    for opened in found:
        opened.close()
    if len(rivals) > 1:
        words = f"serial number {wanted.serial}" if wanted.serial else "that address"
        raise PortInvalid(port=port, reason=f"several devices have {words}: {', '.join(rivals)}")
    if refused:
        raise refused[0]
    raise PortMissing(port=port, reason="no such device is plugged in")


def _serial(opened: Opened) -> str:
    return read_string(opened.bus, opened.handle, opened.device.serial_index)
