"""Payloads of the frames that open a connection: what one side offers and the other one chooses."""

import struct
from dataclasses import dataclass
from typing import Final

from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.frames import MAX_PAYLOAD
from drivers.protocols.docking.security import Suite, choose

MIN_VERSION: Final = 1
MAX_VERSION: Final = 1

SMALLEST_PAYLOAD: Final = 128
SMALLEST_WINDOW: Final = 4096
_MAX_SUITES: Final = 8
_CONNECT: Final = struct.Struct(">BBIHB")
_ACCEPT: Final = struct.Struct(">BBIH")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one side can take, and its patience; sizes in bytes, times in seconds."""

    window_bytes: int = 16 * 1024
    first_payload: int = 2048
    max_payload: int = 4096
    connect_interval_s: float = 0.3
    connect_s: float = 5.0
    keep_alive_s: float = 5.0
    silence_s: float = 15.0
    close_s: float = 3.0
    stall_s: float = 600.0
    closing_s: float = 60.0
    min_version: int = MIN_VERSION
    max_version: int = MAX_VERSION


DESK_LIMITS: Final = Limits()
TERMINAL_LIMITS: Final = Limits(silence_s=60.0)
"""A desk may be busy storing what it got; a terminal in its cradle has time."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What both sides keep to; `transcript` are the two payloads that led to it."""

    version: int
    suite: Suite
    window_bytes: int
    max_payload: int
    transcript: bytes


def encode_offer(limits: Limits, suites: tuple[Suite, ...]) -> bytes:
    """Payload of CONNECT."""
    return _CONNECT.pack(
        limits.min_version,
        limits.max_version,
        limits.window_bytes,
        limits.max_payload,
        len(suites),
    ) + bytes(suites)


def choose_terms(
    offer: bytes, limits: Limits, suites: tuple[Suite, ...]
) -> tuple[bytes, Agreement] | Code:
    """Payload of ACCEPT and what it means, or the code of a REFUSE."""
    if len(offer) < _CONNECT.size:
        return Code.CONNECT_MALFORMED
    lowest, highest, window, payload, count = _CONNECT.unpack_from(offer)
    offered = offer[_CONNECT.size : _CONNECT.size + count]
    if len(offered) != count or count > _MAX_SUITES or not _sizes_hold(window, payload):
        return Code.CONNECT_MALFORMED
    version = min(highest, limits.max_version)
    if version < max(lowest, limits.min_version):
        return Code.VERSION_UNSUPPORTED
    suite = choose(offered, suites)
    if suite is None:
        return Code.SUITE_REFUSED
    window = min(window, limits.window_bytes)
    payload = min(payload, limits.max_payload)
    answer = _ACCEPT.pack(version, suite, window, payload)
    return answer, Agreement(version, suite, window, payload, offer + answer)


def read_terms(
    offer: bytes, answer: bytes, limits: Limits, suites: tuple[Suite, ...]
) -> Agreement | Code:
    """What an ACCEPT means to the side that made the offer, or what is wrong with it."""
    if len(answer) < _ACCEPT.size:
        return Code.CONNECT_MALFORMED
    version, number, window, payload = _ACCEPT.unpack_from(answer)
    if not limits.min_version <= version <= limits.max_version:
        return Code.VERSION_UNSUPPORTED
    suite = choose(bytes((number,)), suites)
    if suite is None:
        return Code.SUITE_REFUSED
    fits = window <= limits.window_bytes and payload <= limits.max_payload
    if not fits or not _sizes_hold(window, payload):
        return Code.CONNECT_MALFORMED
    return Agreement(version, suite, window, payload, offer + answer)


def _sizes_hold(window: int, payload: int) -> bool:
    return window >= SMALLEST_WINDOW and SMALLEST_PAYLOAD <= payload <= MAX_PAYLOAD - 4
