"""The test vectors for vendors, made by the code; `python -m` writes them beside PROTOCOL.md."""

import hashlib
import json
import zlib
from functools import partial
from pathlib import Path
from typing import Any, Final

import drivers
from drivers.protocols.docking import batch, cobs
from drivers.protocols.docking.connect import DESK_LIMITS, encode_offer
from drivers.protocols.docking.datasets import apply_delta, delta, encode_rows
from drivers.protocols.docking.frames import Frame, Kind, encode_frame
from drivers.protocols.docking.introduction import Introduction, commitment, qr_text
from drivers.protocols.docking.keys import certificate_of, device_id, make_key, sign
from drivers.protocols.docking.message_codec import encode_message
from drivers.protocols.docking.security import Suite
from tests.support.docked import UTC_MS
from tests.support.wire_samples import SAMPLES

FILE: Final = Path(drivers.__file__).parent / "vectors.json"
SEEDS: Final = {who: hashlib.sha256(who.encode()).digest() for who in ("desk", "terminal")}
SECRET: Final = bytes(range(16))
NONCES: Final = (bytes(range(32, 48)), bytes(range(64, 80)))


def vectors() -> dict[str, Any]:
    """Bytes are hexadecimal; every value follows from the others by PROTOCOL.md."""
    return {
        "crc32": {"data": b"123456789".hex(), "crc": f"{zlib.crc32(b'123456789'):08x}"},
        "cobs": [{"plain": p.hex(), "stuffed": cobs.encode(p).hex()} for p in _plains()],
        "frames": [_frame(frame) for frame in _frames()],
        "messages": [
            {"kind": type(message).__name__, "cbor": encode_message(message).hex()}
            for message in SAMPLES
        ],
        "pairing": _pairing(),
        "batch": _batch(),
        "dataset": _dataset(),
    }


def text() -> str:
    """The file."""
    return json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n"


def _plains() -> list[bytes]:
    return [b"", b"\0", b"\0\0", b"abc", b"a\0b", bytes(range(1, 255)), bytes(range(256))]


def _frames() -> list[Frame]:
    return [
        Frame(
            Kind.CONNECT,
            0x1A2B3C4D,
            payload=encode_offer(DESK_LIMITS, (Suite.TLS13, Suite.PAIRING)),
        ),
        Frame(Kind.DATA, 0x1A2B3C4D, 7, b"\0\0\0\0hello", 1),
        Frame(Kind.ACK, 0x1A2B3C4D, payload=bytes.fromhex("00000005000700000009 0000000c")),
        Frame(Kind.CLOSE, 0x1A2B3C4D),
    ]


def _frame(frame: Frame) -> dict[str, Any]:
    return {
        "kind": frame.kind.name,
        "channel": frame.channel,
        "connection": frame.connection,
        "serial": frame.serial,
        "payload": frame.payload.hex(),
        "on_the_line": encode_frame(frame).hex(),
    }


def _pairing() -> dict[str, str]:
    pems = {who: make_key(seed) for who, seed in SEEDS.items()}
    desk, terminal = (certificate_of(pems[who]) for who in ("desk", "terminal"))
    desk_nonce, terminal_nonce = NONCES
    met = Introduction(desk, terminal, desk_nonce, terminal_nonce)
    return {
        "desk_seed": SEEDS["desk"].hex(),
        "desk_certificate": desk.hex(),
        "desk_id": device_id(desk).hex(),
        "terminal_seed": SEEDS["terminal"].hex(),
        "terminal_certificate": terminal.hex(),
        "terminal_id": device_id(terminal).hex(),
        "desk_nonce": desk_nonce.hex(),
        "terminal_nonce": terminal_nonce.hex(),
        "commitment": commitment(terminal, terminal_nonce).hex(),
        "introduction": met.digest.hex(),
        "digits": met.digits,
        "secret": SECRET.hex(),
        "qr": qr_text(desk, SECRET),
        "proof_mac": met.terminal_mac(SECRET).hex(),
        "place_mac_terminal_3_epoch_1": met.desk_mac(SECRET, 3, 1).hex(),
    }


def _batch() -> dict[str, str]:
    key = make_key(SEEDS["terminal"])
    record = batch.encode_record(60, 1, UTC_MS, 480, "P01", {1: 0, 2: 0, 3: 0})
    header = batch.BatchHeader(127, 3, 1, 1, 1, 1, "P01", UTC_MS, UTC_MS, "1.0", 1)
    sealed = batch.seal_batch(header, [record], sign=partial(sign, key))
    seal = batch.open_batch(sealed).seal
    assert seal is not None
    return {
        "record": record.hex(),
        "batch": sealed.hex(),
        "signed": seal.signed.hex(),
        "signature": seal.signature.hex(),
        "chain_behind": seal.chain.hex(),
    }


def _dataset() -> dict[str, Any]:
    old = encode_rows([["A", 1], ["B", 2], ["C", 3]], 1)
    new = encode_rows([["A", 1], ["C", 4], ["D", 5]], 1)
    change = delta(old, new, 1)
    assert apply_delta(old, change, 1) == new
    return {
        "key_columns": 1,
        "old": old.hex(),
        "change": change.hex(),
        "new": new.hex(),
        "whole_sha256": hashlib.sha256(new).hexdigest(),
    }


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
