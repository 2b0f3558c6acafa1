"""Which drivers there are, and how an address becomes an open link or a folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from drivers.contract import Credentials, Driver, Link, SerialSettings
from drivers.devices.cipherlab import CipherLabDriver
from drivers.devices.csp2 import Csp2Driver
from drivers.devices.denso import DensoDriver
from drivers.devices.file_transfer import XmodemDriver, YmodemDriver, ZmodemDriver
from drivers.devices.folder import FolderDriver
from drivers.devices.kermit import KermitDriver
from drivers.devices.mtp import MtpDriver
from drivers.devices.tallydock import TallydockDriver
from drivers.devices.unitech import UnitechDriver
from drivers.discovery import FoundPort
from drivers.errors import DriverMissing, PortInvalid, PortMissing
from drivers.file_contract import AnyFileDriver
from drivers.links.replay import open_replay
from drivers.links.serial import open_serial
from drivers.links.tcp import open_tcp
from drivers.links.usb import open_usb

DRIVERS: tuple[type[Driver], ...] = (TallydockDriver,)
"""One line for each family; the first is the one for ports that say nothing about themselves."""

FILE_DRIVERS: tuple[type[AnyFileDriver], ...] = (
    FolderDriver,
    MtpDriver,
    ZmodemDriver,
    YmodemDriver,
    XmodemDriver,
    KermitDriver,
    Csp2Driver,
    UnitechDriver,
    DensoDriver,
    CipherLabDriver,
)
"""The same for families whose terminals know files or scans instead of our records."""

FILE_FAMILIES = frozenset(driver.name for driver in FILE_DRIVERS)
"""Names of the families in `FILE_DRIVERS`."""

FOLDER: Final = "folder"
"""Scheme of addresses that are folders and no links."""

_OPENERS: dict[str, Callable[[str], Link]] = {
    "tcp": open_tcp,
    "socket": open_tcp,  # pyserial knows this scheme too, but reads it byte by byte
    "replay": lambda url: open_replay(Path(url.removeprefix("replay:"))),
    "usb": open_usb,
    "aoa": open_usb,
    "mtp": open_usb,
}


def driver_by_name(
    name: str, scratch: Path | None = None, credentials: Credentials | None = None
) -> Driver:
    """Return the driver called `name`, with scratch folder and keys. Raises `DriverMissing`."""
    for driver in DRIVERS:
        if driver.name == name:
            return driver(scratch, credentials)
    raise DriverMissing(name=name, known=[driver.name for driver in DRIVERS])


def file_driver_by_name(name: str, scratch: Path | None = None) -> AnyFileDriver:
    """The same for a family whose terminals know files. Raises `DriverMissing`."""
    for driver in FILE_DRIVERS:
        if driver.name == name:
            return driver(scratch)
    raise DriverMissing(name=name, known=[driver.name for driver in FILE_DRIVERS])


def identify(
    port: FoundPort, scratch: Path | None = None, credentials: Credentials | None = None
) -> Driver | AnyFileDriver:
    """Return the driver that claims this port's address or USB ids, else the first of the table."""
    scheme = port.url.partition(":")[0].lower()
    for family in FILE_DRIVERS:
        if scheme in family.schemes or port.usb_id in family.usb_ids:
            return family(scratch)
    for driver in DRIVERS:
        if port.usb_id in driver.usb_ids:
            return driver(scratch, credentials)
    return DRIVERS[0](scratch, credentials)


def open_link(url: str, settings: SerialSettings | None = None) -> Link:
    """Open `/dev/ttyUSB0`, `COM3`, `tcp://host:port`, `usb:VID:PID`, `mtp:SERIAL`, `aoa:SERIAL`,
    `replay:FILE` or any pyserial URL.

    `settings` matter for serial ports only; a driver's own are in `Driver.serial`.
    Raises `PortInvalid`, `PortMissing`, `PortBusy` or `PortDenied`.
    """
    if not url.strip():
        raise PortInvalid(port=url, reason="empty")
    scheme, colon, _ = url.partition(":")
    opener = _OPENERS.get(scheme.lower()) if colon else None
    return opener(url) if opener else open_serial(url, settings or SerialSettings())


def open_folder(url: str) -> Path:
    """The folder behind `folder:PATH`. Raises `PortInvalid`, `PortMissing`."""
    scheme, _, path = url.partition(":")
    if scheme != FOLDER or not path:
        raise PortInvalid(port=url, reason="no folder")
    folder = Path(path)
    if not folder.is_dir():
        raise PortMissing(port=url, reason="no such folder")
    return folder
