"""Ciphers for sessions in memory: as `secure_with` makes them, but keys are read once."""

import ssl
from functools import cache

from drivers.contract import Cipher, Credentials
from drivers.devices import securing
from drivers.protocols.docking.security import Secure, Suite, in_the_open
from drivers.protocols.docking.tls import Tls


def secured(keys: Credentials | None, *, is_desk: bool) -> Secure:
    """The ciphers of one side. Reading its keys takes longer than a short session."""
    if keys is None:
        return securing.secure_with(None, is_desk=is_desk)

    def secure(suite: Suite) -> Cipher:
        if suite is not Suite.TLS13:
            return in_the_open(suite)
        return Tls(_context(keys, is_desk), is_desk=is_desk)

    return secure


@cache
def _context(keys: Credentials, is_desk: bool) -> ssl.SSLContext:
    return securing._context(keys, is_desk=is_desk)
