"""Keys on disk become fresh TLS 1.3 ciphers that believe nobody but the certificates they know."""

import ssl
from collections.abc import Callable

from drivers.contract import Cipher, Credentials
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.keys import pem_of
from drivers.protocols.docking.security import Secure, SecurityError, Suite, in_the_open
from drivers.protocols.docking.tls import Tls


def secure_with(credentials: Credentials | None, *, is_desk: bool) -> Secure:
    """Makes the ciphers of one side. Without credentials its TLS ends in HANDSHAKE_FAILED."""

    def secure(suite: Suite) -> Cipher:
        if suite is not Suite.TLS13:
            return in_the_open(suite)
        if credentials is None:
            raise SecurityError(Code.HANDSHAKE_FAILED)
        try:
            return Tls(_context(credentials, is_desk=is_desk), is_desk=is_desk)
        except (OSError, ValueError) as error:  # an SSLError is an OSError
            raise SecurityError(Code.HANDSHAKE_FAILED) from error

    return secure


def on_link(cipher: Callable[[Callable[[], Cipher]], Cipher], secure: Secure) -> Secure:
    """The same ciphers, with a link's say in them."""
    return lambda suite: cipher(lambda: secure(suite))


def _context(credentials: Credentials, *, is_desk: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT if is_desk else ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    if not is_desk:
        context.num_tickets = 0  # nobody resumes, and each one is bytes on a slow line
    context.load_cert_chain(credentials.key_file)
    for certificate in credentials.trusted:
        context.load_verify_locations(cadata=pem_of(certificate))
    return context
