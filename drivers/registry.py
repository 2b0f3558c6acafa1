"""Which drivers there are, and how an address becomes an open link."""

from collections.abc import Callable
from pathlib import Path

from drivers.contract import Credentials, Driver, Link, SerialSettings
from drivers.devices.tallydock import TallydockDriver
from drivers.discovery import FoundPort
from drivers.errors import DriverMissing, PortInvalid
from drivers.links.replay import open_replay
from drivers.links.serial import open_serial
from drivers.links.tcp import open_tcp

DRIVERS: tuple[type[Driver], ...] = (TallydockDriver,)
"""One line for each family; the first is the one for ports that say nothing about themselves."""

_OPENERS: dict[str, Callable[[str], Link]] = {
    "tcp": open_tcp,
    "socket": open_tcp,  # pyserial knows this scheme too, but reads it byte by byte
    "replay": lambda url: open_replay(Path(url.removeprefix("replay:"))),
}


def driver_by_name(
    name: str, scratch: Path | None = None, credentials: Credentials | None = None
) -> Driver:
    """Return the driver called `name`, with scratch folder and keys. Raises `DriverMissing`."""
    for driver in DRIVERS:
        if driver.name == name:
            return driver(scratch, credentials)
    raise DriverMissing(name=name, known=[driver.name for driver in DRIVERS])


def identify(
    port: FoundPort, scratch: Path | None = None, credentials: Credentials | None = None
) -> Driver:
    """Return the driver that claims this port's USB ids, else the first of the table."""
    for driver in DRIVERS:
        if port.usb_id in driver.usb_ids:
            return driver(scratch, credentials)
    return DRIVERS[0](scratch, credentials)


def open_link(url: str, settings: SerialSettings | None = None) -> Link:
    """Open `/dev/ttyUSB0`, `COM3`, `tcp://host:port`, `replay:FILE` or any pyserial URL.

    `settings` matter for serial ports only; a driver's own are in `Driver.serial`.
    Raises `PortInvalid`, `PortMissing`, `PortBusy` or `PortDenied`.
    """
    if not url.strip():
        raise PortInvalid(port=url, reason="empty")
    scheme, colon, _ = url.partition(":")
    opener = _OPENERS.get(scheme.lower()) if colon else None
    return opener(url) if opener else open_serial(url, settings or SerialSettings())
