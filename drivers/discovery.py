"""Lists the ports of this machine without opening any."""

from dataclasses import dataclass

from serial.tools import list_ports as serial_ports


@dataclass(frozen=True, slots=True)
class FoundPort:
    """One port; `usb_id` is (vendor, product) where it hangs on USB."""

    url: str
    description: str
    usb_id: tuple[int, int] | None
    serial_number: str | None


def list_ports() -> list[FoundPort]:
    """Return every serial port that the system knows now, by address."""
    return sorted(
        (
            FoundPort(
                url=port.device,
                description=port.description or port.device,
                usb_id=None if port.vid is None or port.pid is None else (port.vid, port.pid),
                serial_number=port.serial_number,
            )
            for port in serial_ports.comports()
        ),
        key=lambda port: port.url,
    )
