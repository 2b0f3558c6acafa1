"""Keys of a desk and a handheld that know each other, made of nothing, the same on both sides."""

import hashlib
from pathlib import Path

from drivers.contract import Credentials
from drivers.protocols.docking.keys import certificate_of, make_key


def _key(name: str) -> bytes:
    return make_key(hashlib.sha256(f"usb-rig/{name}".encode()).digest())


def handheld_options(folder: Path) -> list[str]:
    """What a handheld is started with; its files are put into `folder`."""
    key, desk = folder / "handheld.pem", folder / "desk.der"
    key.write_bytes(_key("handheld"))
    desk.write_bytes(certificate_of(_key("desk")))
    return ["--key", str(key), "--desk", str(desk)]


def desk_credentials(folder: Path) -> Credentials:
    """A desk that knows the handheld; its key is put into `folder`."""
    file = folder / "desk.pem"
    file.write_bytes(_key("desk"))
    return Credentials(certificate_of(_key("desk")), file, (certificate_of(_key("handheld")),))
