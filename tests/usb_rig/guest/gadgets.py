"""Puts USB devices together out of the kernel's own functions and plugs them into this machine.

Source: the kernel's gadget_configfs.rst. The port is one of dummy_hcd, which joins a device's side
to a host's side in memory; binding a gadget to it is plugging it in.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

GADGETS: Final = Path("/sys/kernel/config/usb_gadget")
ENGLISH: Final = "0x409"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device says of itself."""

    usb_id: tuple[int, int]
    serial: str
    product: str = "Terminal"
    maker: str = "Tallydock"


@dataclass(frozen=True, slots=True)
class Gadget:
    """A device that can be plugged in and pulled; it has one function."""

    folder: Path
    port: int

    def plug(self) -> None:
        (self.folder / "UDC").write_text(f"dummy_udc.{self.port}\n")

    def pull(self) -> None:
        if self.is_plugged:
            (self.folder / "UDC").write_text("\n")

    @property
    def is_plugged(self) -> bool:
        return bool((self.folder / "UDC").read_text().strip())

    def function(self, attribute: str) -> str:
        """What the kernel tells of the function."""
        return next(self.folder.glob(f"functions/*/{attribute}")).read_text().strip()


@contextmanager
def gadget(identity: Identity, function: str, port: int) -> Iterator[Gadget]:
    """Make a device with a function such as acm.a, not plugged in; it is gone at the end."""
    vendor, product = identity.usb_id
    folder = GADGETS / f"port{port}-{product:04x}"
    texts, settings = folder / "strings" / ENGLISH, folder / "configs" / "c.1"
    used = folder / "functions" / function
    for place in (folder, texts, settings, used):
        place.mkdir()
    values = {"idVendor": f"0x{vendor:04x}", "idProduct": f"0x{product:04x}", "bcdUSB": "0x0200"}
    for name, value in values.items():
        (folder / name).write_text(value)
    (texts / "serialnumber").write_text(identity.serial)
    (texts / "product").write_text(identity.product)
    (texts / "manufacturer").write_text(identity.maker)
    link = settings / function
    link.symlink_to(used)
    made = Gadget(folder, port)
    try:
        yield made
    finally:
        made.pull()
        link.unlink()
        for place in (used, settings, texts, folder):
            place.rmdir()


@contextmanager
def function_files(name: str) -> Iterator[Path]:
    """The folder in which a program gives the function ffs.NAME its endpoints."""
    folder = Path("/run") / f"ffs-{name}"
    folder.mkdir()
    subprocess.run(["mount", "-t", "functionfs", name, str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()
