"""Which packets of Kermit are due, early or repeated, and which wait to be confirmed."""

from dataclasses import dataclass

from drivers.protocols.transfer.kermit_packets import NUMBERS, Packet


class ReceiveWindow:
    """What has come and what was said to it. `low` is the number of the packet that is due."""

    def __init__(self, size: int = 1) -> None:
        self.size = size
        self.low = 0
        self._early: dict[int, Packet] = {}
        self._answers: dict[int, bytes] = {}

    def ahead(self, number: int) -> int:
        """How many packets are still to come before this one; repeated ones are far ahead."""
        return (number - self.low) % NUMBERS

    def keep(self, packet: Packet) -> list[int] | None:
        """Keep a packet until its turn; tells which numbers before it are now known to be missing.

        None if it is here already.
        """
        if packet.number in self._early:
            return None
        top = max((self.ahead(number) + 1 for number in self._early), default=0)
        self._early[packet.number] = packet
        return [(self.low + gap) % NUMBERS for gap in range(top, self.ahead(packet.number))]

    def advance(self) -> None:
        """The packet that was due has been dealt with."""
        self.low = (self.low + 1) % NUMBERS

    def due(self) -> Packet | None:
        """The packet whose turn it is, if it came early."""
        return self._early.pop(self.low, None)

    def remember(self, number: int, answer: bytes) -> None:
        """Keep what was said to a packet, for the case that it is lost."""
        self._answers[number] = answer
        self._answers.pop((number + NUMBERS // 2) % NUMBERS, None)

    def answer(self, number: int) -> bytes | None:
        """What was said to a packet that comes again."""
        return self._answers.get(number % NUMBERS)


@dataclass(slots=True)
class Sent:
    """A packet on its way: since when, and how often it was sent."""

    packet: Packet
    wire: bytes
    sent_s: float
    tries: int = 1


class SendWindow:
    """What was sent and is not confirmed, oldest first. `next` is the number of the next packet."""

    def __init__(self) -> None:
        self.size = 1
        self.next = 0
        self.waiting: dict[int, Sent] = {}

    @property
    def has_room(self) -> bool:
        """Another packet may be sent."""
        oldest = next(iter(self.waiting), self.next)
        return (self.next - oldest) % NUMBERS < self.size

    @property
    def oldest(self) -> Sent | None:
        """What has waited longest."""
        return next(iter(self.waiting.values()), None)

    def add(self, packet: Packet, wire: bytes, now_s: float) -> None:
        """A packet goes on its way."""
        self.waiting[packet.number] = Sent(packet, wire, now_s)
        self.next = (self.next + 1) % NUMBERS
