"""A run of bytes of known size and digest on its way: cut into chunks, put together, resumed."""

import hashlib
from dataclasses import dataclass

from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.messages import MAX_CHUNK_BYTES, MessageError


@dataclass(frozen=True, slots=True)
class SealedUpload:
    """Terminal: a sealed batch as it lies in the store."""

    batch_no: int
    seq_from: int
    seq_to: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Partial:
    """Desk: what arrived of a batch before the last session broke; `sha256` is of the whole."""

    batch_no: int
    sha256: bytes
    data: bytes


def sha256(data: bytes) -> bytes:
    """32 bytes."""
    return hashlib.sha256(data).digest()


class Outgoing:
    """Hands out the chunks of `data` from `offset` on; from 0 if the other side's prefix differs.

    `offset` == len(data) means that the other side holds it all; nothing is handed out then.
    """

    def __init__(self, data: bytes, offset: int, prefix_sha256: bytes) -> None:
        if offset > len(data):
            raise MessageError(Code.MESSAGE_MALFORMED)
        self._data = memoryview(data)
        agrees = offset == 0 or sha256(data[:offset]) == prefix_sha256
        self.offset = offset if agrees else 0

    def next_chunk(self) -> tuple[int, bytes] | None:
        """(offset, bytes), or None when all has been handed out."""
        start = self.offset
        if start >= len(self._data):
            return None
        chunk = bytes(self._data[start : start + MAX_CHUNK_BYTES])
        self.offset += len(chunk)
        return start, chunk


class Incoming:
    """Puts chunks together after `held`, the bytes kept from an earlier session.

    `held` longer than `size` is thrown away. Memory grows with what arrives, not with `size`.
    """

    def __init__(self, size: int, digest: bytes, held: bytes = b"") -> None:
        self.size = size
        self.digest = digest
        self._data = bytearray(held if len(held) <= size else b"")
        self._started = False

    @property
    def offset(self) -> int:
        """The next byte that is missing."""
        return len(self._data)

    @property
    def complete(self) -> bool:
        """All bytes are there; whether they are the right ones says `sound`."""
        return len(self._data) == self.size

    @property
    def sound(self) -> bool:
        """The digest agrees."""
        return hashlib.sha256(self._data).digest() == self.digest

    @property
    def data(self) -> bytes:
        """What is there."""
        return bytes(self._data)

    def prefix_sha256(self) -> bytes:
        """Digest of what is there; empty when nothing is."""
        return hashlib.sha256(self._data).digest() if self._data else b""

    def add(self, offset: int, data: bytes) -> None:
        """Append; the first chunk may start at 0 again. Raises MessageError for any other gap."""
        if offset == 0 and not self._started:
            self.restart()
        if offset != len(self._data) or offset + len(data) > self.size:
            raise MessageError(Code.MESSAGE_MALFORMED)
        self._started = True
        self._data += data

    def restart(self) -> None:
        """Forget what is there."""
        self._data.clear()
        self._started = False
