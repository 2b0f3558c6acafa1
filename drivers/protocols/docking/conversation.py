"""Messages over a secured, reliable byte stream: a four-byte length, then the CBOR map."""

from dataclasses import dataclass
from typing import Final

from drivers.contract import Cipher
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.counters import Statistics
from drivers.protocols.docking.events import SessionEnded
from drivers.protocols.docking.message_codec import decode_message, encode_message
from drivers.protocols.docking.messages import MAX_MESSAGE_BYTES, Failure, Message, MessageError
from drivers.protocols.docking.security import Plain, Secure, SecurityError, Suite
from drivers.protocols.docking.transport import Ended, Established, Transport

_LENGTH_BYTES: Final = 4
_ROOM_BYTES: Final = 64 * 1024
_MAX_UNREAD_BYTES: Final = 4 * 1024 * 1024
_MAX_UNKNOWN: Final = 64


class OrderError(RuntimeError):
    """The caller's mistake: this call of a session object does not belong here."""


@dataclass(frozen=True, slots=True)
class Connected:
    """Transport and security stand, in this protocol version; messages may flow.

    `certificate` (DER) is the other side's, empty where the suite knows none.
    """

    version: int
    suite: Suite
    certificate: bytes


class Conversation:
    """What both session objects stand on. `receive` raises nothing, whatever arrives."""

    def __init__(self, transport: Transport, secure: Secure) -> None:
        self._transport = transport
        self._secure = secure
        self._security: Cipher = Plain()
        self._suite = Suite.PLAIN
        self._version = 0
        self._announced = False
        self._unknown = 0
        self._plain = bytearray()
        self._failure: SessionEnded | None = None

    @property
    def statistics(self) -> Statistics:
        """Frames, damage, noise of this line."""
        return self._transport.statistics

    @property
    def has_room(self) -> bool:
        """More bulk data may be sent without piling it up in memory."""
        flows = self._announced and self._failure is None
        return flows and self._transport.unsent_bytes < _ROOM_BYTES

    @property
    def failed(self) -> bool:
        """Closing or closed: what still arrives is of no interest."""
        return self._failure is not None

    def receive(self, data: bytes, now_s: float) -> list[Connected | Message | SessionEnded]:
        """Take what arrived; at most one SessionEnded for each Connected."""
        items: list[Connected | Message | SessionEnded] = []
        for event in self._transport.receive(data, now_s):
            if isinstance(event, Established):
                items += self._begin(event)
            elif isinstance(event, Ended):
                items.append(self._end(event))
            elif self._failure is None:
                items += self._open(event)
        if self._transport.unsent_bytes > _MAX_UNREAD_BYTES:
            # It has answers made and reads none of them.
            self._conclude(None, SessionEnded(Code.MESSAGE_UNEXPECTED, "", by_peer=False))
        return items

    def send(self, message: Message) -> None:
        """Queue a message; after `fail` or `close`, and before `Connected`, it is dropped.

        A new connection ends what was said on the one before, also while its security is made.
        """
        if self._announced and self._failure is None:
            body = encode_message(message)
            plain = len(body).to_bytes(_LENGTH_BYTES, "big") + body
            self._transport.write(self._security.wrap(plain))

    def fail(self, code: Code, text: str = "") -> None:
        """Tell the other side why, then close; SessionEnded follows when it is through."""
        self._conclude(Failure(code, text[:60]), SessionEnded(code, text, by_peer=False))

    def close(self) -> None:
        """Close in good order once everything queued has arrived."""
        self._conclude(None, SessionEnded(Code.DONE, "", by_peer=False))

    def bytes_to_send(self, now_s: float) -> bytes:
        """What is to be written to the link now."""
        return self._transport.bytes_to_send(now_s)

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until the next call is due, None for never."""
        return self._transport.next_timeout(now_s)

    def _conclude(self, last_words: Message | None, end: SessionEnded) -> None:
        if self._failure is None:
            if last_words is not None and self._announced:
                self.send(last_words)
            self._failure = end
            self._transport.close()

    def _begin(self, event: Established) -> list[Connected | Message | SessionEnded]:
        self._version = event.terms.version
        self._failure = None
        self._announced = False
        self._unknown = 0
        self._plain.clear()
        self._suite = event.terms.suite
        try:
            self._security = self._secure(event.terms.suite)
            self._transport.write(self._security.begin(event.terms.transcript))
        except SecurityError as error:
            self._distrust(error)
        return self._announce()

    def _announce(self) -> list[Connected | Message | SessionEnded]:
        if self._announced or self._failure or not self._security.ready:
            return []
        self._announced = True
        return [Connected(self._version, self._suite, self._security.peer)]

    def _distrust(self, error: SecurityError) -> None:
        self._transport.write(error.last_words)
        self._conclude(None, SessionEnded(error.code, "", by_peer=False))

    def _end(self, event: Ended) -> SessionEnded:
        end = self._failure
        self._failure = end or SessionEnded(event.code, "", event.by_peer)
        return self._failure

    def _open(self, data: bytes) -> list[Connected | Message | SessionEnded]:
        items: list[Connected | Message | SessionEnded] = []
        try:
            plain, reply = self._security.unwrap(data)
            self._transport.write(reply)
            items += self._announce()
            self._plain += plain
            while self._failure is None and (body := self._next_body()) is not None:
                items += self._read(body)
        except SecurityError as error:
            self._distrust(error)
        except MessageError as error:
            self.fail(error.code)
        return items

    def _next_body(self) -> bytes | None:
        if len(self._plain) < _LENGTH_BYTES:
            return None
        length = int.from_bytes(self._plain[:_LENGTH_BYTES], "big")
        if length > MAX_MESSAGE_BYTES:
            raise MessageError(Code.MESSAGE_TOO_LONG)
        end = _LENGTH_BYTES + length
        if len(self._plain) < end:
            return None
        body = bytes(self._plain[_LENGTH_BYTES:end])
        del self._plain[:end]
        return body

    def _read(self, body: bytes) -> list[Connected | Message | SessionEnded]:
        try:
            message = decode_message(body)
        except MessageError as error:
            if error.code is not Code.MESSAGE_UNKNOWN:
                raise
            self._unknown += 1
            if self._unknown > _MAX_UNKNOWN:
                raise MessageError(Code.MESSAGE_UNEXPECTED) from error
            self.send(Failure(Code.MESSAGE_UNKNOWN, "", error.kind))
            return []
        if not isinstance(message, Failure):
            return [message]
        if message.code == Code.MESSAGE_UNKNOWN:
            return []
        self._failure = SessionEnded(message.code, message.text, by_peer=True)
        self._transport.close()
        return []
