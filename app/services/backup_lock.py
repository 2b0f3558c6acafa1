"""The lock of an encrypted backup: a key of its own, which a passphrase opens (age)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

import pyrage  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True)
class Lock:
    """Encrypts and decrypts streams of any length; made anew for each backup."""

    identity: Any

    @classmethod
    def make(cls) -> Lock:
        return cls(pyrage.x25519.Identity.generate())

    @classmethod
    def open(cls, wrapped: bytes, passphrase: str) -> Lock:
        """Raises ValueError when it is another passphrase, or no wrapped key at all."""
        try:
            text = pyrage.passphrase.decrypt(wrapped, passphrase)
            return cls(pyrage.x25519.Identity.from_str(text.decode()))
        except (pyrage.DecryptError, pyrage.IdentityError) as error:
            raise ValueError(str(error)) from error

    def wrapped(self, passphrase: str) -> bytes:
        """The key as an age file that the passphrase opens; guessing costs a second each time."""
        wrapped: bytes = pyrage.passphrase.encrypt(str(self.identity).encode(), passphrase)
        return wrapped

    def encrypt(self, source: BinaryIO, target: BinaryIO) -> None:
        """Raises what the streams raise."""
        pyrage.encrypt_io(source, target, [self.identity.to_public()])

    def decrypt(self, source: BinaryIO, target: BinaryIO) -> None:
        """Raises ValueError for what was not encrypted with this key; half may be written then."""
        try:
            pyrage.decrypt_io(source, target, [self.identity])
        except (pyrage.DecryptError, OSError) as error:
            raise ValueError(str(error)) from error
