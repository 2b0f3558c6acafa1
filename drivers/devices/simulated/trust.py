"""The handheld's own key, and the desk that it believes, as two files beside its store."""

import os
from dataclasses import dataclass
from pathlib import Path

from drivers.contract import Credentials
from drivers.protocols.docking.keys import certificate_of, make_key, sign


@dataclass(frozen=True, slots=True)
class Trust:
    """`key_file`: PEM of key and certificate; `desk_file`: certificate (DER) of the desk."""

    key_file: Path
    desk_file: Path

    @classmethod
    def beside(cls, store: Path) -> "Trust":
        """The files that belong to this store; a key is made when there is none."""
        trust = cls(store.with_suffix(".key"), store.with_suffix(".desk"))
        if not trust.key_file.exists():
            _write(trust.key_file, make_key())
        return trust

    @property
    def certificate(self) -> bytes:
        """The own certificate (DER)."""
        return certificate_of(self.key_file.read_bytes())

    @property
    def is_paired(self) -> bool:
        """There is a desk."""
        return self.desk_file.exists()

    def credentials(self) -> Credentials:
        """What a docking needs."""
        desk = (self.desk_file.read_bytes(),) if self.is_paired else ()
        return Credentials(self.certificate, self.key_file, desk)

    def believe(self, desk: bytes) -> None:
        """From now on this desk (certificate DER) and no other."""
        _write(self.desk_file, desk)

    def take_key(self, pem: bytes) -> None:
        """Use this key instead of the own one."""
        _write(self.key_file, pem)

    def sign(self, data: bytes) -> bytes:
        """As the owner of the key."""
        return sign(self.key_file.read_bytes(), data)


def _write(path: Path, data: bytes) -> None:
    """Nobody else may read it, and a power cut leaves the old content or the new."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor, so that nobody reads
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
