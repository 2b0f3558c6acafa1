"""The place between transport and messages where a session is made secret and genuine.

The desk offers suites in its connect frame, the terminal chooses one, and a side that requires a
suite does not offer or choose any other, so that leaving it out ends in SUITE_REFUSED. Suite 0 is
plain. Suite 1 is reserved for TLS 1.3 (mutual, pinned) and not spoken by this version.
"""

from enum import IntEnum
from typing import Final, Protocol

from drivers.protocols.docking.codes import Code


class Suite(IntEnum):
    """What the connect exchange can agree on."""

    PLAIN = 0
    TLS13 = 1


SPOKEN: Final = (Suite.PLAIN,)


class Security(Protocol):
    """One side of one agreed suite. Works on the byte stream, so records may be cut anywhere."""

    @property
    def ready(self) -> bool:
        """The handshake is over: `wrap` may be called."""

    def begin(self, transcript: bytes) -> bytes:
        """First bytes for the other side; `transcript` is the connect exchange, to be bound in."""

    def unwrap(self, data: bytes) -> tuple[bytes, bytes]:
        """(plain bytes for the messages, bytes to be sent back). Raises SecurityError."""

    def wrap(self, plain: bytes) -> bytes:
        """What goes on the line for `plain`."""


class SecurityError(Exception):
    """The handshake failed or a record is not genuine; `code` says which."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.name)
        self.code = code


class Plain:
    """Suite 0: the bytes as they are."""

    ready = True

    def begin(self, transcript: bytes) -> bytes:  # noqa: ARG002
        """Nothing to shake hands about."""
        return b""

    def unwrap(self, data: bytes) -> tuple[bytes, bytes]:
        """As they came."""
        return data, b""

    def wrap(self, plain: bytes) -> bytes:
        """As they are."""
        return plain


def choose(offered: bytes, accepted: tuple[Suite, ...]) -> Suite | None:
    """The first suite of the offer that this side accepts, or None."""
    return next((suite for number in offered for suite in accepted if suite == number), None)


def secured(suite: Suite) -> Security:
    """A fresh security layer of an agreed suite."""
    if suite is not Suite.PLAIN:
        raise SecurityError(Code.SUITE_REFUSED)
    return Plain()
