"""A terminal that speaks the BHT-protocol, from Denso's user's manual; with faults."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.support.terminals_of_others.stand import Plug

SOH, STX, ETX, EOT, ENQ, ACK, NAK = b"\x01", b"\x02", b"\x03", b"\x04", b"\x05", b"\x06", b"\x15"


def checked(start: bytes, body: bytes) -> bytes:
    """A transmission block: start, body, ETX and the character that makes all columns even."""
    columns = [sum(byte >> bit & 1 for byte in body + ETX) % 2 for bit in range(8)]
    return start + body + ETX + bytes((sum(odd << bit for bit, odd in enumerate(columns)),))


def length_text(length: int) -> str:
    """Length of a data field in two characters."""
    if length < 100:
        return f"{length:02d}"
    return "@ABCDEFGHIPQRSTU"[(length - 100) // 10] + str(length % 10)


def length_number(text: str) -> int:
    """Its opposite."""
    if text[0].isdigit():
        return int(text)
    return 100 + 10 * "@ABCDEFGHIPQRSTU".index(text[0]) + int(text[1])


@dataclass
class BhtFile:
    """Name, lengths of the fields, rows of fields."""

    name: str
    lengths: tuple[int, ...]
    rows: list[tuple[bytes, ...]]


@dataclass
class BhtTerminal:
    """Sends `uploads` one after the other, and then receives so many `downloads`.

    `wrong_parity`: numbers of texts (0 is the heading) that are damaged the first time;
    `deaf_to`: the same for whose answer it does not hear; `stops_at`: presses C there;
    `dies_at`: falls silent for ever; `lie`: added to the number of texts that it announces.
    As the receiver: `naks` texts are refused once, `aborts_at` ends the download.
    """

    uploads: list[BhtFile] = field(default_factory=list)
    downloads: int = 0
    patience_s: float = 0.6
    three_bytes: bool = False
    wrong_parity: set[int] = field(default_factory=set)
    deaf_to: set[int] = field(default_factory=set)
    stops_at: int | None = None
    dies_at: int | None = None
    skips: int | None = None
    lie: int = 0
    endless: bool = False
    naks: set[int] = field(default_factory=set)
    ignores_calls: int = 0
    aborts_at: int | None = None
    before_close: Callable[[], None] = lambda: None
    received: list[BhtFile] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)

    def __call__(self, plug: Plug) -> None:
        for file in self.uploads:
            self.outcomes.append(self._send(plug, file))
        for _ in range(self.downloads):
            self._receive(plug)

    # -------------------------------------------------------------- sending station

    def _send(self, plug: Plug, file: BhtFile) -> str:
        if not self._call(plug, ENQ, 10):
            plug.write(EOT)
            return "nobody"
        lengths = "".join(
            f"{each:03d}" if self.three_bytes else length_text(each) for each in file.lengths
        )
        count = len(file.rows) + self.lie
        head = f"{file.name:<12}{count:05d}"
        head += f"{len(file.lengths):02d}{lengths}" if file.lengths else ""
        blocks = [checked(SOH, head.encode("latin-1"))]
        for number, row in enumerate(file.rows, 1):
            filled = row
            if file.lengths:
                filled = tuple(map(bytes.ljust, row, file.lengths, [b" "] * len(row)))
            blocks.append(checked(STX, f"{number:05d}".encode() + b"".join(filled)))
        number = 0
        while number < len(blocks) or self.endless:
            if number == self.dies_at:
                return "dead"
            if number == self.stops_at:
                break
            if number != self.skips:
                block = blocks[number] if number < len(blocks) else self._invented(number)
                outcome = self._block(plug, block, number)
                if outcome:
                    self._call(plug, EOT, 10)
                    return outcome
            number += 1
        self.before_close()
        return "done" if self._call(plug, EOT, 10) else "not closed"

    @staticmethod
    def _invented(number: int) -> bytes:
        return checked(STX, f"{number:05d}".encode() + b"X" * 10)

    def _block(self, plug: Plug, block: bytes, number: int) -> str:
        """Bring one block over; says why it could not, or nothing."""
        for _ in range(10):
            if number in self.wrong_parity:
                self.wrong_parity.remove(number)
                plug.write(block[:-1] + bytes((block[-1] ^ 0x40,)))
            else:
                plug.write(block)
            answer = self._listen(plug, (ACK, NAK, EOT))
            if number in self.deaf_to:
                self.deaf_to.remove(number)
                answer = b""
            for _ in range(9):
                if answer:
                    break
                plug.write(ENQ)
                answer = self._listen(plug, (ACK, NAK, EOT))
            if answer == ACK:
                return ""
            if answer == EOT:
                return "aborted"
            if not answer:
                return "lost"
        return "refused"

    def _call(self, plug: Plug, control: bytes, times: int) -> bool:
        for _ in range(times):
            plug.write(control)
            if self._listen(plug, (ACK,)):
                return True
        return False

    def _listen(self, plug: Plug, wanted: Sequence[bytes]) -> bytes:
        while byte := plug.read(self.patience_s):
            if byte in wanted:
                return byte
        return b""

    # -------------------------------------------------------------- receiving station

    def _receive(self, plug: Plug) -> None:
        self._await_call(plug)
        answer, number, head, rows = ACK, 0, b"", []
        lengths: tuple[int, ...] = ()
        while True:
            start = plug.read(30.0)
            if start == EOT:
                plug.write(ACK)
                break
            if start == ENQ:
                plug.write(answer)
            if start not in (SOH, STX):
                continue
            body = b""
            while (byte := plug.read(self.patience_s)) not in (ETX, b""):
                body += byte
            if checked(start, body)[-1:] != plug.read(self.patience_s) or number in self.naks:
                self.naks.discard(number)
                answer = NAK
            elif number == self.aborts_at:
                answer = EOT
            else:
                answer = ACK
                if start == SOH:
                    head, lengths = body, self._lengths(body)
                elif int(body[:5]) == len(rows) + 1:
                    rows.append(self._cut(body[5:], lengths))
                elif int(body[:5]) != len(rows):
                    answer = EOT
                number += 1
            plug.write(answer)
        self.outcomes.append("received" if len(rows) == int(head[12:17] or b"0") else "incomplete")
        self.received.append(BhtFile(head[:12].decode().rstrip(), lengths, rows))

    def _await_call(self, plug: Plug) -> None:
        self._listen(plug, (ENQ,))
        while self.ignores_calls > 0:
            self.ignores_calls -= 1
            self._listen(plug, (ENQ,))
        plug.write(ACK)

    @staticmethod
    def _lengths(head: bytes) -> tuple[int, ...]:
        told = head[19:].decode()
        return tuple(length_number(told[at : at + 2]) for at in range(0, len(told), 2))

    @staticmethod
    def _cut(text: bytes, lengths: tuple[int, ...]) -> tuple[bytes, ...]:
        fields = []
        for length in lengths or (len(text),):
            fields.append(text[:length])
            text = text[length:]
        return tuple(fields)
