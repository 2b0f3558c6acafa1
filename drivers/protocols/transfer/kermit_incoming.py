"""One file that a Kermit sends: what is known of it, and how far it has come."""

from dataclasses import dataclass, field
from typing import Final

from drivers.protocols.transfer.events import DataArrived, FileBegun, FileOffered, TransferEvent
from drivers.protocols.transfer.kermit_attributes import Attributes

COMPARED_BYTES: Final = 4096
"""So much of a kept beginning is asked for again, to see that it is of the same file."""


@dataclass(slots=True)
class Incoming:
    """A file on its way; `at` is the offset of the next byte."""

    name: str = ""
    attributes: Attributes = field(default_factory=Attributes)
    at: int = 0
    _held: bytes = b""

    @property
    def size(self) -> int | None:
        """How long it is to become, if that was said."""
        return self.attributes.size

    def offer(self) -> FileOffered:
        """The event that asks whether it is wanted."""
        return FileOffered(self.name, self.attributes.size, self.attributes.mtime)

    def begin(self, held: bytes) -> list[TransferEvent]:
        """Go on from `held`, if the other side can; its end has still to be compared."""
        is_known = self.attributes.resend and self.attributes.mtime is not None
        if is_known and COMPARED_BYTES < len(held) <= (self.size or 0):
            self._held = held
            self.at = len(held) - COMPARED_BYTES
            return []
        return [FileBegun(0)]

    def add(self, data: bytes) -> list[TransferEvent] | None:
        """Take what comes next; None if it is not what is held at that place."""
        begin, self.at = self.at, self.at + len(data)
        told: list[TransferEvent] = []
        if self._held:
            held = self._held[begin : begin + len(data)]
            if data[: len(held)] != held:
                return None
            data = data[len(held) :]
            if self.at >= len(self._held):
                told.append(FileBegun(len(self._held)))
                self._held = b""
        if data:
            told.append(DataArrived(self.at - len(data), data))
        return told

    @property
    def is_whole(self) -> bool:
        """Nothing is missing. A text may have another length here than there."""
        differs = self.attributes.is_binary and self.size not in (None, self.at)
        return not self._held and not differs
