"""Lists the ports of this machine, serial ones and USB devices, without opening any."""

import re
from collections import Counter
from dataclasses import dataclass

from serial.tools import list_ports as serial_ports

from drivers.errors import LinkError
from drivers.links.aoa import ACCESSORIES, GOOGLE
from drivers.links.usb_backend import reported, system_bus
from drivers.links.usb_descriptors import (
    NAMELESS_VENDOR,
    STILL_IMAGE,
    TALLYDOCK,
    attached,
    bulk_interfaces,
)
from drivers.links.usb_sysfs import SYSFS, KnownDevice, KnownInterface, known_devices

_ON_A_HUB = re.compile(r"([0-9]+-[0-9]+(?:\.[0-9]+)*)\.([0-9]+)(?::|$)")


@dataclass(frozen=True, slots=True)
class Slot:
    """One of several places of a hub, as in a cradle for many; `hub` is its place on the bus."""

    hub: str
    number: int

    @property
    def order(self) -> tuple[int, ...]:
        """Sorts as a person would count: slot 10 behind slot 9."""
        return (*(int(part) for part in self.hub.replace("-", ".").split(".")), self.number)


@dataclass(frozen=True, slots=True)
class FoundPort:
    """One port; `usb_id` is (vendor, product) and `location` its place where it hangs on USB.

    A location is the bus and the way through its hubs, as in 1-2.3, behind a colon the interface.
    """

    url: str
    description: str = ""
    usb_id: tuple[int, int] | None = None
    serial_number: str | None = None
    location: str | None = None

    @property
    def slot(self) -> Slot | None:
        """Where it hangs on a hub; None for a port of the machine itself."""
        found = _ON_A_HUB.match(self.location or "")
        return Slot(found[1], int(found[2])) if found else None


def list_ports() -> list[FoundPort]:
    """Return every serial port and every USB device of a kind that docks, by address.

    A device that was pulled out may stay listed for a moment: only opening it tells.
    """
    return sorted([*_serial_ports(), *usb_ports(_usb_devices())], key=lambda port: port.url)


def usb_ports(devices: list[KnownDevice]) -> list[FoundPort]:
    """The devices that have an interface for docking: marked as ours, an Android accessory, MTP.

    An address holds the serial number, or the place of a device that has none of its own.
    """
    kinds = [(device, _scheme(device)) for device in devices]
    docking = [(device, scheme) for device, scheme in kinds if scheme]
    names = Counter((scheme, device.serial) for device, scheme in docking)
    found = []
    for device, scheme in docking:
        is_known = device.serial and not device.serial.startswith("@")
        is_alone = is_known and names[scheme, device.serial] == 1
        name = device.serial if is_alone else f"@{device.place}"
        found.append(
            FoundPort(
                url=f"{scheme}:{name}",
                description=device.title or f"{scheme} {device.place}",
                usb_id=device.usb_id,
                serial_number=device.serial or None,
                location=device.place,
            )
        )
    return found


def _serial_ports() -> list[FoundPort]:
    return [
        FoundPort(
            url=port.device,
            description=port.description or port.device,
            usb_id=None if port.vid is None or port.pid is None else (port.vid, port.pid),
            serial_number=port.serial_number,
            location=port.location,
        )
        for port in serial_ports.comports()
    ]


def _usb_devices() -> list[KnownDevice]:
    """From the kernel where it tells; elsewhere from libusb, which tells no text unopened."""
    if SYSFS.is_dir():
        return known_devices()
    try:
        bus = system_bus("usb")
        with reported("usb", opening=True):
            return [
                KnownDevice(
                    each.place,
                    each.usb_id,
                    serial="",
                    title="",
                    interfaces=tuple(
                        KnownInterface(bulk.kind, "") for bulk in bulk_interfaces(bus.backend, each)
                    ),
                )
                for each in attached(bus.backend)
            ]
    except LinkError:
        return []


def _scheme(device: KnownDevice) -> str:
    """What its address begins with; empty for devices that do not dock."""
    if device.usb_id[0] == GOOGLE and device.usb_id[1] in ACCESSORIES:
        return "aoa"
    if any(each.kind == TALLYDOCK for each in device.interfaces):
        return f"usb:{device.usb_id[0]:04x}:{device.usb_id[1]:04x}"
    if any(
        each.kind == STILL_IMAGE or (each.kind == NAMELESS_VENDOR and "MTP" in each.title.upper())
        for each in device.interfaces
    ):
        return "mtp"
    return ""
