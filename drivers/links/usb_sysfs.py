"""What the Linux kernel has read of each USB device; to look at it opens no device."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SYSFS: Final = Path("/sys/bus/usb/devices")
MAX_ENTRIES: Final = 4096
MAX_TEXT_BYTES: Final = 4096
MAX_TEXT: Final = 126  # characters in a string descriptor, whose length is one byte

_PLACE: Final = re.compile(r"[0-9]+-[0-9]+(?:\.[0-9]+)*")
_INTERFACE: Final = re.compile(r"([0-9]+-[0-9]+(?:\.[0-9]+)*):[0-9]+\.[0-9]+")


@dataclass(frozen=True, slots=True)
class KnownInterface:
    """One interface of the active configuration; `kind` is class, subclass and protocol."""

    kind: tuple[int, int, int]
    title: str


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """One device; `place` is the bus and the way through its hubs, as in 1-2.3."""

    place: str
    usb_id: tuple[int, int]
    serial: str
    title: str
    interfaces: tuple[KnownInterface, ...]


def known_devices(root: Path = SYSFS) -> list[KnownDevice]:
    """Return every device but the hubs of the machine itself. What goes meanwhile is left out."""
    interfaces: dict[str, list[KnownInterface]] = {}
    places = []
    for path in _entries(root):
        with suppress(OSError, ValueError):
            if inside := _INTERFACE.fullmatch(path.name):
                interfaces.setdefault(inside[1], []).append(_interface(path))
            elif _PLACE.fullmatch(path.name):
                places.append(path)
    found = []
    for path in sorted(places):
        with suppress(OSError, ValueError):
            found.append(
                KnownDevice(
                    place=path.name,
                    usb_id=(_hex(path / "idVendor"), _hex(path / "idProduct")),
                    serial=_text(path / "serial"),
                    title=_text(path / "product"),
                    interfaces=tuple(interfaces.get(path.name, ())),
                )
            )
    return found


def cached_serial(root: Path, place: str, address: int) -> str | None:
    """The serial number of what hangs at `place`; None if that is not what has this address."""
    path = root / place
    with suppress(OSError, ValueError):
        if _PLACE.fullmatch(place) and int(_text(path / "devnum")) == address:
            return _text(path / "serial")
    return None


def clean(text: str) -> str:
    """What a stranger calls itself, without anything that could not be printed."""
    return "".join(each for each in text[:MAX_TEXT] if each.isprintable()).strip()


def _entries(root: Path) -> Iterator[Path]:
    with suppress(OSError):
        for count, path in enumerate(root.iterdir()):
            if count == MAX_ENTRIES:
                return
            yield path


def _interface(path: Path) -> KnownInterface:
    names = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
    major, minor, protocol = (_hex(path / name) for name in names)
    return KnownInterface((major, minor, protocol), _text(path / "interface"))


def _hex(path: Path) -> int:
    return int(_text(path), 16)


def _text(path: Path) -> str:
    """The attribute; empty if the device has none of it."""
    try:
        with path.open("rb") as file:
            return clean(file.read(MAX_TEXT_BYTES).decode(errors="replace"))
    except FileNotFoundError:
        return ""
