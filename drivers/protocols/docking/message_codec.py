"""Messages <-> CBOR maps {0: kind, 1: first field, 2: second field, ...}.

The key of a field is its place in the class. Fields with a key that this version does not know
are ignored, a missing or unfit one makes the message malformed.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Final

from drivers.contract import Held, Verdict
from drivers.protocols.docking import cbor
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.messages import (
    MAX_CHUNK_BYTES,
    MAX_HELD,
    MAX_MESSAGE_BYTES,
    MAX_VERDICTS,
    BatchData,
    BatchOffer,
    BatchReceipt,
    BatchWant,
    BlobData,
    BlobOffer,
    BlobReceipt,
    BlobsAsk,
    BlobWant,
    ClockPing,
    ClockPong,
    DatasetCommit,
    DatasetData,
    DatasetDone,
    DatasetOffer,
    DatasetWant,
    Failure,
    Hello,
    Message,
    MessageError,
    NoMore,
    NoMoreBlobs,
    PairDone,
    PairOffer,
    PairPlace,
    PairProof,
    PairRequest,
    Resume,
    Safe,
    Seal,
    Verdicts,
    Welcome,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field may be: `read` gives the value or raises MessageError; `cddl` is for people."""

    cddl: str
    read: Callable[[object], object]
    optional: bool = False


def _uint(bits: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << bits:
            raise MessageError(Code.MESSAGE_MALFORMED)
        return value

    return read


def _number(bits: int) -> Rule:
    return Rule(f"uint .size {bits // 8}", _uint(bits))


def _text(max_bytes: int) -> Rule:
    def read(value: object) -> str:
        # no database keeps a NUL inside text
        if not isinstance(value, str) or len(value.encode()) > max_bytes or "\0" in value:
            raise MessageError(Code.MESSAGE_MALFORMED)
        return value

    return Rule(f"tstr .size (0..{max_bytes})", read)


def _bytes(*sizes: range) -> Rule:
    def read(value: object) -> bytes:
        if not isinstance(value, bytes) or not any(len(value) in size for size in sizes):
            raise MessageError(Code.MESSAGE_MALFORMED)
        return value

    spans = [f"{s[0]}..{s[-1]}" if len(s) > 1 else f"{s[0]}" for s in sizes]
    return Rule(" / ".join(f"bstr .size ({span})" for span in spans), read)


def _optional(rule: Rule) -> Rule:
    def read(value: object) -> object:
        return None if value is None else rule.read(value)

    return Rule(rule.cddl, read, optional=True)


def _verdicts(value: object) -> tuple[Verdict, ...]:
    if not isinstance(value, list) or len(value) > MAX_VERDICTS:
        raise MessageError(Code.MESSAGE_MALFORMED)
    return tuple(_verdict(item) for item in value)


def _verdict(value: object) -> Verdict:
    match value:
        case [seq, str(code), str("R" | "Q" | "W" | "B" as severity)] if len(code) <= 24:
            return Verdict(_read_u32(seq), code, severity)
    raise MessageError(Code.MESSAGE_MALFORMED)


def _held(value: object) -> tuple[Held, ...]:
    if not isinstance(value, list) or len(value) > MAX_HELD:
        raise MessageError(Code.MESSAGE_MALFORMED)
    return tuple(_held_one(item) for item in value)


def _held_one(value: object) -> Held:
    match value:
        case [str(name), revision, bytes(digest)] if len(name) <= 40 and len(digest) == 32:
            return Held(name, _read_u32(revision), digest)
    raise MessageError(Code.MESSAGE_MALFORMED)


_read_u32: Final = _uint(32)
U8, U16, U32, U48, U64 = (_number(bits) for bits in (8, 16, 32, 48, 64))
DIGEST: Final = _bytes(range(32, 33))
PREFIX: Final = _bytes(range(1), range(32, 33))
CHUNK: Final = _bytes(range(1, MAX_CHUNK_BYTES + 1))
NAME: Final = _text(40)
SHORT: Final = _text(16)
VERDICTS: Final = Rule(f"[0*{MAX_VERDICTS} verdict]", _verdicts)
HELD: Final = Rule(f"[0*{MAX_HELD} held]", _held)
NONCE: Final = _bytes(range(16, 17))
TICKET: Final = _bytes(range(1), range(16, 17))
CERTIFICATE: Final = _bytes(range(1, 1025))

KINDS: Final[tuple[tuple[int, Callable[..., Message], tuple[Rule, ...]], ...]] = (
    (1, Hello, (U16, U16, U16, NAME, NAME, SHORT, U16, SHORT, U32, U8, U8,
                _optional(U8), _optional(U64), _optional(U32), _optional(TICKET), _optional(U48),
                _optional(U32), _optional(HELD))),
    (2, ClockPing, (U8,)),
    (3, ClockPong, (U8, U48)),
    (4, Welcome, (NAME, U8, U32)),
    (5, Resume, (U32, U32)),
    (6, BatchOffer, (U32, U32, U32, U32, DIGEST, _optional(U32))),
    (7, BatchWant, (U32, U32, PREFIX)),
    (8, BatchData, (U32, U32, CHUNK)),
    (9, Verdicts, (U32, VERDICTS)),
    (10, BatchReceipt, (U32, DIGEST, SHORT, U32, U32, U32)),
    (11, NoMore, ()),
    (12, DatasetOffer, (NAME, U32, U32, DIGEST, _optional(U32), _optional(U32), _optional(U8),
                        _optional(DIGEST))),
    (13, DatasetWant, (NAME, U32, PREFIX)),
    (14, DatasetData, (NAME, U32, CHUNK)),
    (15, DatasetCommit, ()),
    (16, DatasetDone, ()),
    (17, Seal, (U32, U32, _optional(TICKET))),
    (18, Safe, ()),
    (19, Failure, (U16, _text(200), U8)),
    (20, BlobsAsk, ()),
    (21, BlobOffer, (DIGEST, U32)),
    (22, BlobWant, (DIGEST, U32, PREFIX)),
    (23, BlobData, (DIGEST, U32, CHUNK)),
    (24, BlobReceipt, (DIGEST, U8)),
    (25, NoMoreBlobs, ()),
    (30, PairRequest, (CERTIFICATE, U16, U16, U16, U32, NAME, NAME, SHORT, DIGEST)),
    (31, PairOffer, (CERTIFICATE, U16, NAME, NONCE, U8)),
    (32, PairProof, (NONCE, PREFIX)),
    (33, PairPlace, (U16, U16, SHORT, PREFIX)),
    (34, PairDone, ()),
)  # fmt: skip

_BY_KIND: Final = {kind: (make, rules) for kind, make, rules in KINDS}
_KIND_OF: Final = {make: kind for kind, make, _ in KINDS}


def encode_message(message: Message) -> bytes:
    """The CBOR map of `message`; fields that are None stay away."""
    body: dict[int, object] = {0: _KIND_OF[type(message)]}
    for key, field in enumerate(fields(message), start=1):
        value = getattr(message, field.name)
        if isinstance(message, Verdicts) and field.name == "verdicts":
            value = [[v.seq, v.code, v.severity] for v in message.verdicts]
        elif isinstance(message, Hello) and field.name == "held" and message.held is not None:
            value = [[each.name, each.revision, each.sha256] for each in message.held]
        if value is not None:
            body[key] = value
    return cbor.encode(body)


def decode_message(data: bytes) -> Message:
    """The message in `data`. Raises MessageError."""
    try:
        body = cbor.decode(data, max_depth=4, max_bytes=MAX_MESSAGE_BYTES)
    except cbor.CborError as error:
        raise MessageError(Code.MESSAGE_MALFORMED) from error
    if not isinstance(body, dict):
        raise MessageError(Code.MESSAGE_MALFORMED)
    kind = _read_u32(body.get(0))
    if kind not in _BY_KIND:
        raise MessageError(Code.MESSAGE_UNKNOWN, min(kind, 255))
    make, rules = _BY_KIND[kind]
    return make(*(rule.read(body.get(key)) for key, rule in enumerate(rules, start=1)))
