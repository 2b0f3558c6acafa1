"""A terminal that speaks MULTIPOINT, from chapter 2 of Unitech's guide; with faults."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.terminals_of_others.stand import Plug

STX, ETX, ACK, NAK, ESC = b"\x02", b"\x03", b"\x06", b"\x15", b"\x1b"


def to_line(data: bytes) -> bytes:
    """Data conversion of 2.1.5."""
    pairs = {value: bytes((92, value + 128)) for value in range(32)}
    pairs |= {value: bytes((92, value - 128)) for value in range(160, 256) if value != 0xDC}
    pairs[92] = b"\\\\"
    return b"".join(pairs.get(value, bytes((value,))) for value in data)


def from_line(text: bytes) -> bytes:
    """Its opposite."""
    out, pending = bytearray(), False
    for value in text:
        if pending:
            out.append(92 if value == 92 else (value - 128) % 256)
            pending = False
        elif value == 92:
            pending = True
        else:
            out.append(value)
    return bytes(out)


def sums(text: bytes, address: int = 0) -> bytes:
    """Checksum of 2.1.6."""
    total = (sum(text) + len(text) + address) % 256
    return bytes((total // 16 + 0x40, total % 16 + 0x40))


@dataclass
class MultipointTerminal:
    """`wrong_sums`: how many data packets go out with a wrong checksum; `dies_after`: so many data
    packets and then silence for ever; `loses_acks`: how many ACKs of the desk it does not hear.
    `counts_plain`: takes the checksum before conversion. `first_byte`: number of the first byte.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    identity: bytes = b"PT630   "
    clock: bytes = b""
    chunk: int = 100
    names_at_once: int = 5
    counts_plain: bool = False
    tells_length: bool = True
    knows_offsets: bool = True
    first_byte: int = 0
    length_lie: int = 0
    wrong_sums: int = 0
    loses_acks: int = 0
    dies_after: int | None = None
    endless: str = ""
    deaf: Counter[str] = field(default_factory=Counter)
    before_erase: Callable[[], None] = lambda: None
    seen: list[bytes] = field(default_factory=list)
    sent_bytes: int = 0
    _listed: int = 0
    _upload: list[bytes] = field(default_factory=list)
    _download: tuple[str, bytearray] | None = None

    def __call__(self, plug: Plug) -> None:
        while True:
            if plug.read(0.5) == STX:
                self._command(plug)

    def _command(self, plug: Plug) -> None:
        text = b""
        while byte := plug.read(0.5):
            if byte[0] >= 0xA0 and byte[0] != 0xDC:
                break
            text += byte
        else:
            return
        body, told, address = text[:-2], text[-2:], byte[0]
        counted = body[:2] + from_line(body[2:]) if self.counts_plain else body
        if address != 0xC1 or body[:1] != ESC:
            return
        if told != sums(counted, address):
            plug.write(NAK)
            return
        letter, data = body[1:2].decode(), from_line(body[2:])
        if self.deaf[letter] > 0:
            self.deaf[letter] -= 1
            return
        self.seen.append(body[1:2] + data)
        self._do(plug, letter, data)

    def _do(self, plug: Plug, letter: str, data: bytes) -> None:
        name = data.decode("latin-1")
        match letter:
            case "R":
                self._say(plug, b"R" + self.identity)
            case "M":
                self.clock = data
                self._say(plug, b"M\0")
            case "D":
                self._say(plug, b"D" + self._listing())
            case "J":
                length = str(len(self.files.get(name, b"")) + self.length_lie).encode()
                told = b"0" + length * self.tells_length
                self._say(plug, b"J" + (told if name in self.files else b"1"))
            case "E":
                self.before_erase()
                self._say(plug, b"E" + (b"\1" if self.files.pop(name, None) is None else b"\0"))
            case "U":
                plug.write(ACK if self._begin_upload(name) else NAK)
            case "L":
                self._download = (name, bytearray())
                plug.write(ACK)
            case "Y" if self._download:
                self._download[1].extend(data)
                plug.write(ACK)
            case "Z" if self._download:
                self.files[self._download[0]] = bytes(self._download[1])
                self._download = None
                plug.write(ACK)
            case "Y":
                self._send_data(plug)
            case "y" | "z":
                self._upload, self._download = [], None
                plug.write(ACK)
            case _:
                plug.write(NAK)

    def _listing(self) -> bytes:
        if self.endless == "directory":
            return b"A.DAT,"
        names = list(self.files)
        part = names[self._listed : self._listed + self.names_at_once]
        self._listed += len(part)
        goes_on = self._listed < len(names)
        if not goes_on:
            self._listed = 0
        return ",".join(part).encode("latin-1") + b"," * goes_on

    def _begin_upload(self, name: str) -> bool:
        start = 0
        if "[" in name:
            name, _, offset = name.rstrip("]").partition("[")
            start = int(offset) - self.first_byte
            if not self.knows_offsets:
                return False
        if name not in self.files:
            return False
        data = self.files[name][start:]
        self._upload = [data[at : at + self.chunk] for at in range(0, len(data), self.chunk)]
        return True

    def _send_data(self, plug: Plug) -> None:
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after < 0:
                return
        if self.endless == "upload":
            packet = b"Y" + b"A" * self.chunk
        else:
            packet = b"Y" + self._upload[0] if self._upload else b"Z"
        if self._say(plug, packet):
            self.sent_bytes += len(packet) - 1
            del self._upload[:1]

    def _say(self, plug: Plug, packet: bytes) -> bool:
        """Send until the desk acknowledges; says whether it did."""
        body = ESC + packet[:1] + to_line(packet[1:])
        right = sums(ESC + packet if self.counts_plain else body)
        for _ in range(10):
            check = right
            if self.wrong_sums > 0 and packet[:1] == b"Y":
                self.wrong_sums -= 1
                check = bytes((right[0] ^ 1, right[1]))
            plug.write(STX + body + check + ETX)
            answer = plug.read(1.0)
            if answer == ACK and self.loses_acks > 0 and packet[:1] == b"Y":
                self.loses_acks -= 1
                return False
            if answer != NAK:
                return answer == ACK
        return False
