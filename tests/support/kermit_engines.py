"""Both sides of Kermit talk to each other in a time of their own, over a line as bad as wanted."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from drivers.protocols.transfer.events import (
    DataArrived,
    Done,
    Failed,
    FileBegun,
    FileEnded,
    FileOffered,
    TransferEvent,
)
from drivers.protocols.transfer.kermit_receiver import KermitReceiver
from drivers.protocols.transfer.kermit_sender import KermitSender
from drivers.protocols.transfer.listing import OutgoingFile
from tests.support.relay import Line, spoil

STEP_S = 0.25
ENDS_S = 5000.0


@dataclass(slots=True)
class Talk:
    """What both sides told, and what the receiving one has taken and settled."""

    receiver: KermitReceiver
    sender: KermitSender
    line: Line = field(default_factory=Line)
    held: bytes = b""
    wants: Callable[[FileOffered], bool] = lambda _: True
    on_told: Callable[[TransferEvent], None] = lambda _: None
    piece_bytes: int = 1 << 20
    now_s: float = 0.0
    taken: list[tuple[FileOffered, bytes]] = field(default_factory=list)
    received: list[TransferEvent] = field(default_factory=list)
    sent: list[TransferEvent] = field(default_factory=list)
    wire: bytearray = field(default_factory=bytearray)

    def run(self) -> "Talk":
        """Talk until both are at their end."""
        forth = random.Random(f"{self.line.seed}/forth")
        back = random.Random(f"{self.line.seed}/back")
        while not (ends(self.received) and ends(self.sent)) and self.now_s < ENDS_S:
            out, answer = self.sender.outgoing(), self.receiver.outgoing()
            self.wire += out
            for piece in self._pieces(spoil(out, self.line, forth)):
                self._hear(self.receiver.receive(piece, self.now_s))
            for piece in self._pieces(spoil(answer, self.line, back)):
                self.sent += self.sender.receive(piece, self.now_s)
            if not out and not answer:
                self.now_s += STEP_S
            self._hear(self.receiver.tick(self.now_s))
            self.sent += self.sender.tick(self.now_s)
        return self

    def _pieces(self, data: bytes) -> list[bytes]:
        return [data[at : at + self.piece_bytes] for at in range(0, len(data), self.piece_bytes)]

    def _hear(self, events: list[TransferEvent]) -> None:
        for event in events:
            self.received.append(event)
            match event:
                case FileOffered() if self.wants(event):
                    self.taken.append((event, b""))
                    self.receiver.accept(self.held)
                case FileOffered():
                    self.receiver.refuse()
                    self.taken.append((event, b""))
                case FileBegun(offset):
                    self.taken[-1] = (self.taken[-1][0], self.held[:offset])
                case DataArrived(offset, data):
                    offer, before = self.taken[-1]
                    assert offset == len(before)
                    self.taken[-1] = (offer, before + data)
                case FileEnded():
                    self.receiver.settle()
            self.on_told(event)


def ends(events: Sequence[TransferEvent]) -> bool:
    """The last word has been said."""
    return any(isinstance(event, Done | Failed) for event in events)


def carry(files: Sequence[OutgoingFile], line: Line | None = None) -> Talk:
    """Let both sides carry the files with all that they can."""
    return Talk(KermitReceiver(), KermitSender(files), line or Line()).run()
