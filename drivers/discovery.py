"""Lists the ports of this machine without opening any."""

import re
from dataclasses import dataclass

from serial.tools import list_ports as serial_ports

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
    """Return every serial port that the system knows now, by address."""
    return sorted(
        (
            FoundPort(
                url=port.device,
                description=port.description or port.device,
                usb_id=None if port.vid is None or port.pid is None else (port.vid, port.pid),
                serial_number=port.serial_number,
                location=port.location,
            )
            for port in serial_ports.comports()
        ),
        key=lambda port: port.url,
    )
