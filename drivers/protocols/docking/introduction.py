"""How desk and terminal prove at their pairing that nobody stands between them."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from drivers.protocols.docking.keys import device_id

NONCE_BYTES: Final = 16
SECRET_BYTES: Final = 16
QR_HEAD: Final = "TALLYDOCK1"
_ID_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Introduction:
    """What both sides know in the end: the certificates (DER) and a number from each side."""

    desk: bytes
    terminal: bytes
    desk_nonce: bytes
    terminal_nonce: bytes

    @property
    def digest(self) -> bytes:
        """32 bytes that are the same on both sides, or somebody is between them."""
        parts = (device_id(self.desk), device_id(self.terminal), self.desk_nonce)
        return _hash(b"introduction", *parts, self.terminal_nonce)

    @property
    def digits(self) -> str:
        """Eight digits for a person to compare."""
        number = int.from_bytes(_hash(b"digits", self.digest)[:8], "big") % 100_000_000
        return f"{number:08}"

    def terminal_mac(self, secret: bytes) -> bytes:
        """How the terminal proves that it has the secret."""
        return _mac(secret, b"terminal", self.digest)

    def desk_mac(self, secret: bytes, terminal: int, epoch: int) -> bytes:
        """How the desk proves that the place comes from it."""
        place = terminal.to_bytes(2, "big") + epoch.to_bytes(2, "big")
        return _mac(secret, b"desk", self.digest, place)


def commitment(certificate: bytes, nonce: bytes) -> bytes:
    """What binds the terminal to its number before it has seen the desk's."""
    return _hash(b"commitment", device_id(certificate), nonce)


def qr_text(certificate: bytes, secret: bytes) -> str:
    """What the desk shows: its device id and the secret of 16 bytes, in capital letters."""
    return QR_HEAD + base64.b32encode(device_id(certificate) + secret).decode("ascii").rstrip("=")


def read_qr(text: str) -> tuple[bytes, bytes]:
    """(device id of the desk, secret). Raises ValueError for any other text."""
    body = text.strip().removeprefix(QR_HEAD)
    if body == text.strip():
        raise ValueError("not the code of a desk")
    data = base64.b32decode(body + "=" * (-len(body) % 8))
    if len(data) != _ID_BYTES + SECRET_BYTES:
        raise ValueError("not the whole code of a desk")
    return data[:_ID_BYTES], data[_ID_BYTES:]


def same(one: bytes, other: bytes) -> bool:
    """Compare without telling by the time it takes."""
    return hmac.compare_digest(one, other)


def _hash(what: bytes, *parts: bytes) -> bytes:
    return hashlib.sha256(b"\0".join((b"tallydock", what, b"".join(parts)))).digest()


def _mac(secret: bytes, who: bytes, *parts: bytes) -> bytes:
    return hmac.digest(secret, who + b"".join(parts), "sha256")
