"""The place between transport and messages where a session is made secret and genuine.

The desk offers suites in its connect frame, the terminal chooses one, and a side that requires a
suite does not offer or choose any other, so that leaving it out ends in SUITE_REFUSED.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Final

from drivers.contract import Cipher
from drivers.protocols.docking.codes import Code


class Suite(IntEnum):
    """What the connect exchange can agree on.

    PLAIN is for worked examples and conformance tests; no desk and no terminal in the field
    offers or accepts it. PAIRING carries the messages of a pairing and no others.
    """

    PLAIN = 0
    TLS13 = 1
    PAIRING = 2


SECURED: Final = (Suite.TLS13,)
OPEN: Final = (Suite.PLAIN,)

Secure = Callable[[Suite], Cipher]
"""Makes a fresh cipher of an agreed suite. Raises SecurityError for one that it has none of."""


class SecurityError(Exception):
    """The handshake failed or a record is not genuine; `code` says which.

    `last_words` are what the other side still has to get.
    """

    def __init__(self, code: Code, last_words: bytes = b"") -> None:
        super().__init__(code.name)
        self.code = code
        self.last_words = last_words


class Plain:
    """The bytes as they are."""

    ready = True
    peer = b""

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


def in_the_open(suite: Suite) -> Cipher:
    """The ciphers that hide nothing."""
    if suite is Suite.TLS13:
        raise SecurityError(Code.SUITE_REFUSED)
    return Plain()
