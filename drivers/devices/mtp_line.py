"""One conversation in MTP over a link: asks, waits for the answer, and says who is at fault."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from drivers.contract import Link, Progress
from drivers.errors import Damaged, DriverError, NotATerminal, PeerRefused, PeerSilent
from drivers.file_contract import MAX_FILE_BYTES
from drivers.protocols.mtp.codes import Operation, Outcome, outcome_name
from drivers.protocols.mtp.datasets import MAX_DATASET_BYTES, MtpError
from drivers.protocols.mtp.initiator import Answered, DataChunk, Event, Initiator

READ_BYTES: Final = 65_536
WAIT_S: Final = 0.5
FIRST_SILENCE_S: Final = 15.0
SILENCE_S: Final = 30.0  # Android walks through large folders before it answers
SHORT_S: Final = 2.0  # then it is looked at whether fewer data came than announced
SLOWEST_BYTES_S: Final = 16_384
QUIET_S: Final = 0.1
DRAIN_S: Final = 60.0
DRAIN_BYTES: Final = MAX_FILE_BYTES + (1 << 20)
PARTING_S: Final = 3.0
SAMPLE_BYTES: Final = 32

SESSION: Final = 1
"""The number of the session: any but 0."""


@dataclass(frozen=True, slots=True)
class Reply:
    """How a request ended, and the data that came with it."""

    code: int
    parameters: tuple[int, ...]
    data: bytes
    is_short: bool

    @property
    def is_ok(self) -> bool:
        return self.code == Outcome.OK and not self.is_short


class MtpLine:
    """Does not own `link`. After an error of the line or of the conversation it is of no more use.

    Methods raise `LinkError`, `PeerSilent`, `Damaged`, or `NotATerminal` as long as nothing sound
    has been heard.
    """

    def __init__(self, link: Link, progress: Progress) -> None:
        self._link = link
        self._progress = progress
        self._initiator = Initiator()
        self._stage = ("connect", 0, 0)
        self._reported_s = link.now_s()
        self._received_bytes = 0
        self._sample = b""
        self._is_met = False
        self._is_open = False

    @property
    def port(self) -> str:
        return self._link.name

    def now_s(self) -> float:
        return self._link.now_s()

    def report(self, stage: str, done_bytes: int, total_bytes: int) -> None:
        """Tell how far it has come; whoever wants to cancel can do it here."""
        self._stage = (stage, done_bytes, total_bytes)
        self._reported_s = self._link.now_s()
        self._progress(*self._stage)

    def stage(self, stage: str, done_bytes: int, total_bytes: int) -> None:
        """What `report` tells when its time has come, twice a second."""
        self._stage = (stage, done_bytes, total_bytes)

    def open_session(self) -> None:
        """Begin, whatever an earlier desk that was cut off has left behind."""
        self.report("connect", 0, 0)
        self._drain()
        reply = self.ask(Operation.OPEN_SESSION, SESSION, silence_s=FIRST_SILENCE_S)
        if reply.code == Outcome.SESSION_ALREADY_OPEN:
            self.ask(Operation.CLOSE_SESSION)
            reply = self.ask(Operation.OPEN_SESSION, SESSION)
        self.check(reply)
        self._is_open = True

    def close_session(self) -> None:
        """End in good order. What the device says to it changes nothing."""
        self._is_open = False
        self.ask(Operation.CLOSE_SESSION)

    def break_off(self) -> None:
        """Leave the device so that the next session can begin, as far as that is possible."""
        if not self._is_open:
            return
        self._progress = _tell_nobody
        with suppress(DriverError, MtpError):
            ends_s = self._link.now_s() + PARTING_S
            while self._initiator.is_waiting and self._link.now_s() < ends_s:
                self._initiator.receive(self._link.read(READ_BYTES, QUIET_S))
            if not self._initiator.is_waiting:
                self._is_open = False
                self.ask(Operation.CLOSE_SESSION, silence_s=PARTING_S)

    def demand(self, operation: Operation, *parameters: int, max_bytes: int = 0) -> Reply:
        """Ask, and take nothing but a yes. Raises `PeerRefused` as well."""
        return self.check(self.ask(operation, *parameters, max_bytes=max_bytes))

    def dataset(self, operation: Operation, *parameters: int) -> bytes:
        """The data of a request that is answered with a few numbers and words."""
        return self.demand(operation, *parameters, max_bytes=MAX_DATASET_BYTES).data

    def check(self, reply: Reply) -> Reply:
        """Raises `PeerRefused` unless it is a yes."""
        if not reply.is_ok:
            code = Outcome.INCOMPLETE_TRANSFER if reply.code == Outcome.OK else reply.code
            raise PeerRefused(port=self.port, refusal=code, text=outcome_name(code))
        return reply

    def ask(
        self,
        operation: Operation,
        *parameters: int,
        max_bytes: int = 0,
        data: bytes | None = None,
        into: bytearray | None = None,
        arrived: Callable[[int], None] | None = None,
        silence_s: float = SILENCE_S,
    ) -> Reply:
        """One request. `into` gets the data instead of the reply, as they come, so that a cut
        leaves what came before.

        `max_bytes` limits them; `arrived` is told how many there are.
        """
        kept = bytearray() if into is None else into
        for transfer in self._initiator.begin(
            operation, parameters, max_bytes=max_bytes, data=data
        ):
            self._link.write(transfer)
        heard_s = self._link.now_s()
        ends_s = heard_s + silence_s + max_bytes / SLOWEST_BYTES_S
        while True:
            came, events = self._turn(heard_s)
            if came:
                heard_s = self._link.now_s()
            for event in events:
                match event:
                    case DataChunk():
                        kept += event.data
                    case Answered():
                        del kept[len(kept) - event.excess :]
                        self._is_met = True
                        told = bytes(kept) if into is None else b""
                        return Reply(event.code, event.parameters, told, event.is_short)
            if came and arrived:
                arrived(len(kept))
            now_s = self._link.now_s()
            if now_s - heard_s >= silence_s or now_s >= ends_s:
                raise PeerSilent(port=self.port, silent_s=round(now_s - heard_s, 1))

    def _turn(self, heard_s: float) -> tuple[bool, list[Event]]:
        """Read once; says whether anything came, and what."""
        data = self._link.read(READ_BYTES, WAIT_S)
        now_s = self._link.now_s()
        if now_s - self._reported_s >= WAIT_S:
            self.report(*self._stage)
        if not data:
            return False, self._initiator.fell_silent() if now_s - heard_s >= SHORT_S else []
        self._note(data)
        try:
            return True, self._initiator.receive(data)
        except MtpError as error:
            self._is_open = False
            if self._is_met:
                raise Damaged(port=self.port, reason="not_understood", text=str(error)) from error
            raise self._stranger() from error

    def _drain(self) -> None:
        """Throw away what a broken-off transfer still sends: the rest of a file at the most."""
        ends_s = self._link.now_s() + DRAIN_S
        while data := self._link.read(READ_BYTES, QUIET_S):
            self._note(data)
            if self._link.now_s() >= ends_s or self._received_bytes > DRAIN_BYTES:
                raise self._stranger()
            if self._link.now_s() - self._reported_s >= WAIT_S:
                self.report(*self._stage)
        self._received_bytes, self._sample = 0, b""

    def _note(self, data: bytes) -> None:
        self._received_bytes += len(data)
        if len(self._sample) < SAMPLE_BYTES:
            self._sample = (self._sample + data)[:SAMPLE_BYTES]

    def _stranger(self) -> NotATerminal:
        return NotATerminal(
            port=self.port, received_bytes=self._received_bytes, sample=self._sample.hex()
        )


def _tell_nobody(stage: str, done_bytes: int, total_bytes: int) -> None:
    """Who has cancelled need not hear more."""
