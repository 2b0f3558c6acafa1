"""A run of bytes of known size and digest on its way: cut into chunks, put together, resumed."""

import hashlib
import zlib
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
class SealedBlob:
    """Terminal: a photo or a signature in the store."""

    sha256: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Partial:
    """Desk: what arrived of a batch before the last session broke; `sha256` is of the content.

    `data` is as it came over the line, deflated if the offer said so.
    """

    batch_no: int
    sha256: bytes
    data: bytes


def sha256(data: bytes) -> bytes:
    """32 bytes."""
    return hashlib.sha256(data).digest()


def pack(data: bytes) -> bytes | None:
    """`data` deflated (zlib, RFC 1950), None where that saves nothing."""
    packed = zlib.compress(data, 6)
    return packed if len(packed) < len(data) else None


def unpack(packed: bytes, size: int) -> bytes | None:
    """What was deflated, None unless it is exactly `size` bytes; never makes more than that."""
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(packed, size + 1)
    except zlib.error:
        return None
    whole = inflater.eof and not inflater.unused_data and len(data) == size
    return data if whole else None


class Outgoing:
    """Hands out the chunks of `data` from `offset` on; from 0 if the other side's prefix differs.

    `offset` == len(data) means that the other side holds it all; nothing is handed out then.
    """

    def __init__(self, data: bytes, offset: int, prefix_sha256: bytes) -> None:
        if offset > len(data):
            raise MessageError(Code.MESSAGE_MALFORMED)
        self._data = memoryview(data)
        agrees = offset in (0, len(data)) or sha256(data[:offset]) == prefix_sha256
        self.offset = offset if agrees else 0

    @property
    def is_done(self) -> bool:
        """All has been handed out."""
        return self.offset >= len(self._data)

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

    `size` and `digest` are those of the content, `packed` is the number of bytes that come when it
    is deflated. `held` longer than that is thrown away. Memory grows with what arrives.
    """

    def __init__(
        self, size: int, digest: bytes, held: bytes = b"", packed: int | None = None
    ) -> None:
        self.size = size if packed is None else packed
        self._whole_size = size
        self._packed = packed is not None
        self._digest = digest
        self._data = bytearray(held if len(held) <= self.size else b"")
        self._started = False

    @property
    def offset(self) -> int:
        """The next byte that is missing."""
        return len(self._data)

    @property
    def complete(self) -> bool:
        """All bytes are there; whether they are the right ones says `content`."""
        return len(self._data) == self.size

    def content(self) -> bytes | None:
        """The content once it is complete; None when size or digest do not agree."""
        data = unpack(bytes(self._data), self._whole_size) if self._packed else bytes(self._data)
        return data if data is not None and sha256(data) == self._digest else None

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
