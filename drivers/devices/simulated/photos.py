"""Photos that a handheld has taken: real pictures of noise, each announced by a record."""

import random
import struct
import zlib

from drivers.devices.simulated.store import StoredRecord, TerminalStore
from drivers.protocols.docking.batch import encode_record
from drivers.protocols.docking.parcels import sha256

PHOTO = 22
OFFSET_MIN = 480
WIDTH = 256
DISPLAY = 0


def add_photos(store: TerminalStore, count: int, size_bytes: int, now_ms: int, seed: int) -> None:
    """Take `count` photos of about `size_bytes`; a store that has photos gets no more."""
    if store.blobs.count():
        return
    for number in range(count):
        identity = store.identity()
        picture = make_picture(f"{seed}/{identity.terminal}/{number}", size_bytes)
        seq = identity.last_seq + 1
        body: dict[int, object] = {
            2: DISPLAY,
            3: sha256(picture),
            4: len(picture),
            5: WIDTH,
            6: _height(size_bytes),
            7: now_ms,
            8: 1,
        }
        data = encode_record(PHOTO, seq, now_ms, OFFSET_MIN, identity.person, body)
        store.add([StoredRecord(seq, now_ms, data)])
        store.blobs.add(seq, picture)


def make_picture(seed: str, size_bytes: int) -> bytes:
    """A PNG of grey noise, which does not shrink when it is deflated."""
    dice = random.Random(seed)  # noqa: S311 - noise, not secrets
    height = _height(size_bytes)
    rows = b"".join(b"\0" + dice.randbytes(WIDTH) for _ in range(height))
    head = struct.pack(">IIBBBBB", WIDTH, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _height(size_bytes: int) -> int:
    return max(1, size_bytes // (WIDTH + 1))
