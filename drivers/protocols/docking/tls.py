"""Suite 1: TLS 1.3 over the byte stream, both sides known to each other by their certificates."""

import hashlib
import ssl
from typing import Final

from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.security import SecurityError

READ_BYTES: Final = 64 * 1024
BINDING_BYTES: Final = 32

_DISTRUST: Final = (
    "UNKNOWN_CA", "BAD_CERTIFICATE", "CERTIFICATE_UNKNOWN", "CERTIFICATE_REQUIRED",
    "CERTIFICATE_REVOKED", "CERTIFICATE_EXPIRED", "ACCESS_DENIED", "DECRYPT_ERROR",
)  # fmt: skip


class Tls:
    """One side of one handshake and what follows it. The desk is the client.

    Behind the handshake each side sends the SHA-256 of the connect exchange, and is ready when
    the other's agrees: so nobody has bent the exchange, and the client, whose TLS is content
    before the server has looked at its certificate, knows that it was accepted.
    """

    def __init__(self, context: ssl.SSLContext, *, is_desk: bool) -> None:
        self._arriving = ssl.MemoryBIO()
        self._leaving = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._arriving, self._leaving, server_side=not is_desk)
        self._binding = b""
        self._greeting = bytearray()
        self._shaken = False
        self.ready = False
        self.peer = b""

    def begin(self, transcript: bytes) -> bytes:
        """The client's first flight; nothing from the server."""
        self._binding = hashlib.sha256(transcript).digest()
        self._shake()
        return self._leaving.read()

    def unwrap(self, data: bytes) -> tuple[bytes, bytes]:
        """Raises SecurityError."""
        self._arriving.write(data)
        if not self._shaken:
            self._shake()
        plain = self._read() if self._shaken else b""
        if not self.ready and plain:
            plain = self._compare(plain)
        return plain, self._leaving.read()

    def wrap(self, plain: bytes) -> bytes:
        """One TLS record for each 16 KiB."""
        self._tls.write(plain)
        return self._leaving.read()

    def _shake(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return
        except ssl.SSLError as error:
            raise self._failure(error) from error
        self._shaken = True
        self.peer = self._tls.getpeercert(binary_form=True) or b""
        self._tls.write(self._binding)

    def _read(self) -> bytes:
        pieces = []
        try:
            while piece := self._tls.read(READ_BYTES):
                pieces.append(piece)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            raise self._failure(error) from error
        return b"".join(pieces)

    def _compare(self, plain: bytes) -> bytes:
        self._greeting += plain
        if len(self._greeting) < BINDING_BYTES:
            return b""
        if bytes(self._greeting[:BINDING_BYTES]) != self._binding:
            raise SecurityError(Code.HANDSHAKE_FAILED, self._leaving.read())
        self.ready = True
        return bytes(self._greeting[BINDING_BYTES:])

    def _failure(self, error: ssl.SSLError) -> SecurityError:
        reason = error.reason or ""
        code = Code.HANDSHAKE_FAILED
        if isinstance(error, ssl.SSLCertVerificationError) or "DID_NOT_RETURN" in reason:
            code = Code.CERTIFICATE_UNKNOWN
        elif "ALERT" in reason and any(word in reason for word in _DISTRUST):
            code = Code.CERTIFICATE_REFUSED
        return SecurityError(code, self._leaving.read())
