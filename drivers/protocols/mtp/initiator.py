"""The side of MTP that asks: requests become bytes, and bytes become what was answered.

A container is length u32, kind u16, code u16, transaction u32, all little-endian, and what it
holds. A request is a command, perhaps data one way, and a response.
"""

import struct
from dataclasses import dataclass
from typing import Final

from drivers.protocols.mtp.codes import Kind, Operation, Outcome
from drivers.protocols.mtp.datasets import MtpError

HEADER: Final = struct.Struct("<IHHI")
MAX_PARAMETERS: Final = 5
MAX_RESPONSE_BYTES: Final = HEADER.size + 4 * MAX_PARAMETERS
MAX_STALE: Final = 64
"""So many containers that belong to no request are passed over while one is waited for."""

MAX_STALE_BYTES: Final = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class DataBegun:
    """Data of so many bytes are announced."""

    size: int


@dataclass(frozen=True, slots=True)
class DataChunk:
    """Some of the data, in order."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """The request is over. `is_short`: fewer data came than were announced, and the response
    stood behind them; the last `excess` bytes of the chunks belong to it, not to the data."""

    code: int
    parameters: tuple[int, ...]
    is_short: bool = False
    excess: int = 0


Event = DataBegun | DataChunk | Answered


@dataclass(slots=True)
class _Body:
    """A container that is arriving."""

    kind: int
    code: int
    left: int
    is_ours: bool


class Initiator:
    """One request at a time: `begin`, write what it gives, feed `receive` until `Answered`."""

    def __init__(self) -> None:
        self._header = b""
        self._body: _Body | None = None
        self._tail = b""
        self._next_transaction = 1
        self._operation: Operation | None = None
        self._transaction = 0
        self._max_bytes = 0
        self._has_data = False
        self._stale = 0
        self._stale_bytes = 0

    @property
    def is_waiting(self) -> bool:
        """A request was begun and not answered yet."""
        return self._operation is not None

    def begin(
        self,
        operation: Operation,
        parameters: tuple[int, ...] = (),
        *,
        max_bytes: int = 0,
        data: bytes | None = None,
    ) -> list[bytes]:
        """The transfers to write, each with an end of its own (a short or an empty packet).

        `max_bytes`: more data than that are refused. Sessions begin with transaction 0.
        """
        if operation is Operation.OPEN_SESSION:
            self._next_transaction = 0
        self._operation, self._transaction = operation, self._next_transaction
        self._next_transaction = self._next_transaction % 0xFFFFFFFE + 1
        self._max_bytes, self._has_data = max_bytes, False
        self._stale = self._stale_bytes = 0
        told = struct.pack(f"<{len(parameters)}I", *parameters)
        written = [self._container(Kind.COMMAND, told)]
        if data is not None:
            written.append(self._container(Kind.DATA, data))
        return written

    def receive(self, data: bytes) -> list[Event]:
        """What came with these bytes. Raises MtpError, after which nothing more makes sense."""
        events: list[Event] = []
        at = 0
        while at < len(data):
            if self._body is None:
                taken = data[at : at + HEADER.size - len(self._header)]
                self._header += taken
                if len(self._header) == HEADER.size:
                    self._body = self._open(events)
            else:
                taken = data[at : at + self._body.left]
                self._body.left -= len(taken)
                self._keep(self._body, taken, events)
            at += len(taken)
            if self._body is not None and not self._body.left:
                body, self._body = self._body, None
                self._end(body, events)
        return events

    def fell_silent(self) -> list[Event]:
        """Nothing arrives any more: if fewer data came than announced, and the last bytes are the
        response to the request, then it is over."""
        body = self._body
        if not body or not body.is_ours or body.kind != Kind.DATA:
            return []
        for size in range(HEADER.size, min(MAX_RESPONSE_BYTES, len(self._tail)) + 1):
            response = self._tail[-size:]
            length, kind, code, transaction = HEADER.unpack_from(response)
            if (length, kind, transaction) == (size, Kind.RESPONSE, self._transaction):
                self._body, self._operation = None, None
                return [Answered(code, _numbers(response[HEADER.size :]), True, size)]
        return []

    def _container(self, kind: Kind, payload: bytes) -> bytes:
        code = self._operation or 0
        return HEADER.pack(HEADER.size + len(payload), kind, code, self._transaction) + payload

    def _open(self, events: list[Event]) -> _Body:
        length, kind, code, transaction = HEADER.unpack(self._header)
        self._header, self._tail = b"", b""
        size = length - HEADER.size
        if size < 0 or kind not in (Kind.DATA, Kind.RESPONSE, Kind.EVENT):
            raise MtpError(f"no container: length {length}, kind {kind}")
        is_ours = (
            self._operation is not None and transaction == self._transaction and kind != Kind.EVENT
        )
        if not is_ours:
            self._pass_over(size)
        elif kind == Kind.DATA:
            if code != self._operation or self._has_data:
                raise MtpError(f"data of {code:04x} instead of a response")
            if size > self._max_bytes:
                raise MtpError(f"{size} bytes of data, where {self._max_bytes} are the most")
            self._has_data = True
            events.append(DataBegun(size))
        elif length > MAX_RESPONSE_BYTES:
            raise MtpError(f"a response of {length} bytes")
        return _Body(kind, code, size, is_ours)

    def _pass_over(self, size: int) -> None:
        """Left from a request that was broken off, or an event."""
        self._stale += 1
        self._stale_bytes += size
        if self._stale > MAX_STALE or self._stale_bytes > MAX_STALE_BYTES:
            raise MtpError("containers without end that nobody asked for")

    def _keep(self, body: _Body, taken: bytes, events: list[Event]) -> None:
        if not body.is_ours:
            return
        self._tail = (self._tail + taken[-MAX_RESPONSE_BYTES:])[-MAX_RESPONSE_BYTES:]
        if body.kind == Kind.DATA:
            events.append(DataChunk(taken))

    def _end(self, body: _Body, events: list[Event]) -> None:
        if body.is_ours and body.kind == Kind.RESPONSE:
            self._operation = None
            events.append(Answered(body.code, _numbers(self._tail)))


def _numbers(data: bytes) -> tuple[int, ...]:
    # uMTP-Responder 1.3.10 tells the session that is open already in a single byte.
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def is_ok(answer: Answered) -> bool:
    """Whether all went well."""
    return answer.code == Outcome.OK and not answer.is_short
