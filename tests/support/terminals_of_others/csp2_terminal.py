"""A scanner that speaks CSP2, from its command list; with faults that happen at a desk."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, repeat

from tests.support.terminals_of_others.stand import Plug

OK, UNSUPPORTED, CRC_ERROR = 6, 5, 7


def checksum(data: bytes) -> bytes:
    """CRC-16 with x16+x15+x2+1, bits of a byte last first, started with ones, inverted."""
    rest = 0xFFFF
    for byte in data:
        for bit in range(8):
            feedback = (rest >> 15) ^ (byte >> bit & 1)
            rest = (rest << 1) & 0xFFFF
            if feedback:
                rest ^= 0x8005
    mirrored = int(f"{rest:016b}"[::-1], 2) ^ 0xFFFF
    return bytes((mirrored >> 8, mirrored & 0xFF))


def scan(symbology: int, barcode: bytes, when: datetime) -> bytes:
    """A record as the scanner keeps it."""
    packed = (
        when.second << 26 | when.minute << 20 | when.hour << 15
        | when.day << 10 | when.month << 6 | when.year - 2000
    )  # fmt: skip
    return bytes((symbology,)) + barcode + packed.to_bytes(4, "big")


@dataclass
class Csp2Terminal:
    """`wrong_crc`, `unanswered` and `ignored` count by command how often it goes wrong; an
    unanswered command was done. `after_upload` is called with the number of uploads so far,
    `after_clear` after each clearing."""

    scans: list[bytes] = field(default_factory=list)
    serial: bytes = bytes.fromhex("0000000000A1B2C3")
    software: bytes = b"NBRIKAAE"
    clock: bytes = bytes((30, 59, 23, 31, 12, 24))
    parameters: dict[int, bytes] = field(default_factory=lambda: {0x0F: b"\0", 0x31: b"\0"})
    battery: int = 0
    unsupported: frozenset[int] = frozenset()
    refused: dict[int, int] = field(default_factory=dict)
    wrong_crc: Counter[int] = field(default_factory=Counter)
    unanswered: Counter[int] = field(default_factory=Counter)
    ignored: Counter[int] = field(default_factory=Counter)
    after_upload: Callable[[int], None] = lambda _: None
    after_clear: Callable[[], None] = lambda: None
    when_ignored: Callable[[], None] = lambda: None
    endless: bool = False
    done: list[int] = field(default_factory=list)

    def __call__(self, plug: Plug) -> None:
        while True:
            self._serve(plug)

    def _serve(self, plug: Plug) -> None:
        frame = bytearray(plug.read(0.5))
        if not frame:
            return
        lengths = iter(lambda: int.from_bytes(self._more(plug, frame, 1), "big"), 0)
        if self._more(plug, frame, 1) != b"\2":
            return
        strings = [self._more(plug, frame, length) for length in lengths]
        body = bytes(frame)
        if self._more(plug, frame, 2) != checksum(body):
            plug.write(bytes((CRC_ERROR,)))
            return
        command = body[0]
        if self.ignored[command] > 0:
            self.ignored[command] -= 1
            self.when_ignored()
        elif command in self.refused:
            plug.write(bytes((self.refused[command],)))
        elif command in self.unsupported or command not in range(1, 11):
            plug.write(bytes((UNSUPPORTED,)))
        else:
            self.done.append(command)
            self._answer(plug, command, strings)

    @staticmethod
    def _more(plug: Plug, frame: bytearray, count: int) -> bytes:
        piece = b"".join(plug.read(0.5) for _ in range(count))
        frame += piece
        return piece

    def _answer(self, plug: Plug, command: int, strings: list[bytes]) -> None:
        if command == 7 and self.endless:
            endless: Iterator[bytes] = repeat(b"\x0b" + b"\x03123456" + bytes(4))
            for piece in chain([b"\x06\x02", self.serial], endless):
                plug.write(piece * (1 if piece == self.serial or piece[0] == 6 else 500))
        head, told = self._do(command, strings)
        body = bytes((OK, 2)) + head
        body += b"".join(bytes((len(each),)) + each for each in told) + b"\0"
        crc = checksum(body)
        if self.wrong_crc[command] > 0:
            self.wrong_crc[command] -= 1
            crc = bytes((crc[0] ^ 0x10, crc[1]))
        if self.unanswered[command] > 0:
            self.unanswered[command] -= 1
        else:
            plug.write(body + crc)
        if command == 7:
            self.after_upload(self.done.count(7))
        if command == 2:
            self.after_clear()

    def _do(self, command: int, strings: list[bytes]) -> tuple[bytes, list[bytes]]:
        head, told = b"", []
        match command:
            case 1:
                head = bytes((2, self.battery)) + self.serial + self.software
            case 2:
                self.scans.clear()
            case 3:
                self.parameters |= {each[0]: each[1:] for each in strings}
            case 7:
                head, told = self.serial, list(self.scans)
                if self.parameters.get(0x0F) == b"\1":
                    self.scans.clear()
            case 8:
                told = [bytes((number,)) + value for number, value in self.parameters.items()]
            case 9:
                self.clock = strings[0]
            case 10:
                told = [self.clock]
        return head, told
