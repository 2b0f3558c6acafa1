"""A terminal that speaks CipherLab's text protocol, as far as its public copies go; with faults."""

from dataclasses import dataclass, field

from tests.support.terminals_of_others.stand import Plug


def sum_of(data: bytes) -> bytes:
    """Quotient and remainder of the sum by 256; a carriage return is not allowed."""
    quotient, remainder = divmod(sum(data), 256)
    return bytes((quotient % 256, remainder)).replace(b"\r", b"\x0e")


@dataclass
class CipherLabTerminal:
    """`covers_digit`: the checksum includes the sequence digit; `over_has_sum`: OVER too has one.

    `wrong_sums`: numbers of records that are damaged the first time; `deaf_to`: the same for whose
    answer it does not hear; `skips`: a record that it leaves out; `dies_at`: falls silent there.
    """

    records: list[bytes] = field(default_factory=list)
    covers_digit: bool = True
    over_has_sum: bool = False
    answers_over: bool = True
    first_digit: int = 0
    patience_s: float = 0.6
    wrong_sums: set[int] = field(default_factory=set)
    deaf_to: set[int] = field(default_factory=set)
    dies_at: int | None = None
    skips: int | None = None
    has_end: bool = True
    endless: bool = False
    deaf_reads: int = 0
    naks: set[int] = field(default_factory=set)
    deaf_records: set[int] = field(default_factory=set)
    lookup: list[bytes] = field(default_factory=list)
    is_confirmed: bool = False

    def __call__(self, plug: Plug) -> None:
        while True:
            match self._line(plug, 0.5):
                case b"READ" if self.deaf_reads > 0:
                    self.deaf_reads -= 1
                case b"READ":
                    plug.write(b"ACK\r")
                    self._send(plug)
                case b"CIPHER":
                    plug.write(b"ACK\r")
                    self._receive(plug)

    @staticmethod
    def _line(plug: Plug, timeout_s: float) -> bytes:
        line = b""
        while byte := plug.read(timeout_s):
            if byte == b"\r":
                return line
            line += byte
        return b""

    def _send(self, plug: Plug) -> None:
        number = 0
        while number < len(self.records) or self.endless:
            if number == self.dies_at:
                return
            if number != self.skips:
                data = self.records[number] if number < len(self.records) else b"X" * 200
                if not self._bring(plug, data, number):
                    return
            number += 1
        if not self.has_end:
            return
        for _ in range(10):
            plug.write(b"OVER" + (sum_of(b"OVER") if self.over_has_sum else b"") + b"\r")
            if self._line(plug, self.patience_s) == b"ACK":
                self.is_confirmed = True
                return

    def _bring(self, plug: Plug, data: bytes, number: int) -> bool:
        digit = str((self.first_digit + number) % 10).encode()
        check = sum_of(digit + data if self.covers_digit else data)
        for _ in range(12):
            if number in self.wrong_sums:
                self.wrong_sums.remove(number)
                plug.write(digit + data + bytes((check[0], check[1] ^ 0x40)) + b"\r")
            else:
                plug.write(digit + data + check + b"\r")
            answer = self._line(plug, self.patience_s)
            if number in self.deaf_to:
                self.deaf_to.remove(number)
            elif answer == b"ACK":
                return True
        return False

    def _receive(self, plug: Plug) -> None:
        number = 0
        while line := self._line(plug, 30.0):
            if line == b"OVER":
                if self.answers_over:
                    plug.write(b"ACK\r")
                return
            if number in self.deaf_records:
                self.deaf_records.remove(number)
            elif number in self.naks or sum_of(line[:-2]) != line[-2:]:
                self.naks.discard(number)
                plug.write(b"NAK\r")
            else:
                self.lookup.append(line[:-2])
                number += 1
                plug.write(b"ACK\r")
