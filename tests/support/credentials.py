"""Keys for tests, the same ones in every process, so that desks and terminals know each other."""

import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path

from app.domain.rights import Actor
from app.services.office import Office
from app.services.pairing import Device, Seat, trust
from drivers.contract import Credentials
from drivers.protocols.docking.keys import certificate_of, make_key

FOLDER = Path(tempfile.gettempdir()) / "tallydock-test-keys"
DESK = "desk"
HANDHELD = "handheld"


def key_file(name: str) -> Path:
    """PEM of the key that goes by this name."""
    file = FOLDER / f"{name}.pem"
    if not file.exists():
        _write(file, make_key(hashlib.sha256(name.encode()).digest()))
    return file


@cache
def certificate(name: str) -> bytes:
    """Certificate (DER) of the key that goes by this name."""
    return certificate_of(key_file(name).read_bytes())


def desk_credentials(*terminals: str) -> Credentials:
    """A desk that knows these terminals."""
    return Credentials(
        certificate(DESK), key_file(DESK), tuple(certificate(name) for name in terminals)
    )


def handheld_options(name: str = HANDHELD) -> list[str]:
    """What a handheld is started with to be this terminal of that desk."""
    desk_file = FOLDER / f"{DESK}.der"
    if not desk_file.exists():
        _write(desk_file, certificate(DESK))
    return ["--key", str(key_file(name)), "--desk", str(desk_file)]


def introduce(
    office: Office, actor: Actor, number: int, name: str = HANDHELD, person: str = ""
) -> None:
    """The terminal may dock at this office, which has the desk's key from now on."""
    office.paths.desk_key.parent.mkdir(parents=True, exist_ok=True)
    office.paths.desk_key.write_bytes(key_file(DESK).read_bytes())
    device = Device(certificate(name).hex(), epoch=1)
    trust(office, actor, Seat(number, person), device, "file")


def _write(file: Path, data: bytes) -> None:
    """Whole or not at all: other processes may be writing the same."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}")
    part.write_bytes(data)
    part.replace(file)
