"""The driver for small scanners that keep barcodes: Symbol CS1504 and CS2000, Opticon OPN-200x.

What a scanner holds comes as one file, `scans.csv`, in UTF-8, oldest scan first, one line each:

    barcode,symbology,YYYY-MM-DDTHH:MM:SS,raw record as hex

The barcode is Latin-1 text in which control characters stand as \\xNN; a field with a comma or a
quotation mark is quoted as usual in CSV. The symbology is a name of SYMBOLOGIES, or 0xNN. The time
is the scanner's own, without a zone, and empty if its clock showed none. The last field is all that
the scanner sent of the scan, so nothing is lost.

Scans are cleared only after a second upload gave the same ones. Between that upload and the
command there is about a quarter of a second in which a scan would be lost: so nobody may scan while
the scanner is docked.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from drivers.contract import Capability, Link, Progress, SerialSettings
from drivers.devices.exchange import Exchange
from drivers.errors import (
    Damaged,
    FileChanged,
    PeerRefused,
    PeerSilent,
    ProtocolError,
    TerminalFault,
)
from drivers.file_contract import FileDriver, FileSession, FileTerminalInfo, TerminalFile
from drivers.links.waking import wake
from drivers.protocols.csp2 import (
    TRIES,
    Answered,
    Command,
    Csp2Desk,
    Csp2Error,
    Csp2Event,
    Refused,
    Scan,
    Status,
    pack_time,
    parse_scan,
    unpack_time,
)

FILE_NAME: Final = "scans.csv"
AUTO_CLEAR: Final = 0x0F  # parameter: with 1 an upload erases what it uploads
BATTERY_LOW: Final = 22
WAKE_LOW_S: Final = 0.175
WAKE_HIGH_S: Final = 0.1
GREETINGS: Final = 3
CLEARINGS: Final = 3

_WITH_SUPPLEMENTS: Final = {
    0x08: "UPC-A", 0x09: "UPC-E", 0x0A: "EAN-8", 0x0B: "EAN-13", 0x10: "UPC-E1",
}  # fmt: skip
SYMBOLOGIES: Final = {
    0x01: "Code 39", 0x02: "Codabar", 0x03: "Code 128", 0x04: "Discrete 2 of 5", 0x05: "IATA",
    0x06: "Interleaved 2 of 5", 0x07: "Code 93", 0x0C: "Code 11", 0x0E: "MSI", 0x0F: "EAN-128",
    0x11: "PDF417", 0x13: "Code 39 full ASCII", 0x15: "Trioptic Code 39", 0x16: "Bookland",
    0x17: "Coupon", 0x19: "ISBT-128", 0x1B: "Data Matrix", 0x1C: "QR Code", 0x1D: "Composite",
    0x1E: "Postnet", 0x20: "Code 32", 0x21: "ISBT-128 concatenated", 0x22: "Japan Postal",
    0x23: "Australia Post", 0x24: "Signature", 0x26: "Canada Post", 0x27: "Royal Mail",
    0x28: "MacroPDF417", 0x30: "GS1 DataBar", 0x31: "GS1 DataBar Limited",
    0x32: "GS1 DataBar Expanded",
} | {
    code | flag: name + behind
    for code, name in _WITH_SUPPLEMENTS.items()
    for flag, behind in ((0x00, ""), (0x40, "+2"), (0x80, "+5"))
}  # fmt: skip
"""The first byte of a scan, by ianburrell/cs1504; two and five digits may stand beside a code."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Csp2Driver(FileDriver[Link]):
    """Scanners without keys or display that answer the commands of CSP2."""

    name = "csp2"
    title = "Symbol CS1504, CS2000; Opticon OPN-2001 to OPN-2006"
    serial = SerialSettings(baud=9600, parity="O")
    capabilities = frozenset(
        {Capability.IDENTIFY, Capability.UPLOAD, Capability.CLEAR, Capability.SET_CLOCK}
    )

    @contextmanager
    def connect(
        self, carrier: Link, clock_ms: Callable[[], int], progress: Progress
    ) -> Iterator[FileSession]:
        session = Csp2Session(carrier, clock_ms, progress)
        session.greet()
        yield session


class Csp2Session(FileSession):
    """One scanner that has said who it is."""

    def __init__(self, link: Link, clock_ms: Callable[[], int], progress: Progress) -> None:
        self._link = link
        self._clock_ms = clock_ms
        self._engine = Csp2Desk()
        self._exchange = Exchange[Csp2Event](link, self._engine, progress)
        self._exchange.measure = lambda: self._engine.held_bytes
        self._serial = b""
        self._info = FileTerminalInfo()

    def greet(self) -> None:
        """Wake the scanner and ask who it is."""
        self._exchange.report("connect", 0, 0)
        for left in reversed(range(GREETINGS)):
            wake(self._link, WAKE_LOW_S, WAKE_HIGH_S)
            try:
                self._interrogate(tries=1)
                return
            except ProtocolError:
                if not left:
                    raise

    def info(self) -> FileTerminalInfo:
        return self._info

    def pull(self) -> Iterator[TerminalFile]:
        self._forbid_auto_clear()
        if strings := self._upload():
            yield TerminalFile(FILE_NAME, scans_as_csv(map(parse_scan, strings)))

    def settle(self, file: TerminalFile, clear: bool) -> None:
        if clear:
            strings = self._upload()
            if scans_as_csv(map(parse_scan, strings)) != file.data:
                raise FileChanged(port=self._link.name, file=file.name)
            self._clear(strings)
            self._interrogate()

    def set_clock(self, now_ms: int, offset_min: int) -> None:
        local = datetime.fromtimestamp(now_ms / 1000, UTC) + timedelta(minutes=offset_min)
        try:
            self._ask(Command.SET_TIME, pack_time(local))
        except Csp2Error as error:
            raise PeerRefused(port=self._link.name, refusal=0, text=error.reason) from error

    def finish(self) -> None:
        self._exchange.report("finish", 0, 0)
        with suppress(ProtocolError):  # it goes to sleep by itself, only later
            self._ask(Command.POWER_DOWN, tries=1)

    def _interrogate(self, tries: int = TRIES) -> None:
        head = self._ask(Command.INTERROGATE, tries=tries).head
        self._exchange.greeted = True
        self._serial = head[2:10]
        self._info = FileTerminalInfo(
            serial=self._serial.hex().upper(),
            model=f"CSP2 version {head[0]}",
            version=_CONTROL.sub("", head[10:18].decode("latin-1")).strip(),
            is_battery_low=head[1] == BATTERY_LOW,
            clock_offset_ms=self._clock_offset_ms(),
        )

    def _clock_offset_ms(self) -> int | None:
        with suppress(ProtocolError, TerminalFault):  # not every model has a clock
            strings = self._ask(Command.GET_TIME, tries=1).strings
            if strings and (shown := unpack_time(strings[0])):
                return self._clock_ms() - round(shown.timestamp() * 1000)  # zone of this machine
        return None

    def _forbid_auto_clear(self) -> None:
        try:
            parameters = self._ask(Command.GET_PARAMETERS).strings
            if bytes((AUTO_CLEAR, 0)) not in parameters:
                self._ask(Command.SET_PARAMETERS, bytes((AUTO_CLEAR, 0)))
        except PeerRefused as refused:
            if refused.fields["refusal"] != Status.UNSUPPORTED:  # it has no parameters then
                raise

    def _upload(self) -> tuple[bytes, ...]:
        self._exchange.file = FILE_NAME
        self._exchange.report("upload", 0, 0)
        answer = self._ask(Command.UPLOAD)
        if answer.head != self._serial:
            raise Damaged(port=self._link.name, reason="another_terminal", text=answer.head.hex())
        self._exchange.report("upload", sum(map(len, answer.strings)), 0)
        return answer.strings

    def _clear(self, strings: tuple[bytes, ...]) -> None:
        for left in reversed(range(CLEARINGS)):
            try:
                self._ask(Command.CLEAR, tries=1)
                return
            except (PeerSilent, Damaged):
                # Its answer was lost. To clear again is right only if it holds what it held: if it
                # did clear, what it holds now was scanned since.
                held = self._upload()
                if held[: len(strings)] != strings:
                    return
                if held != strings:
                    raise FileChanged(port=self._link.name, file=FILE_NAME) from None
                if not left:
                    raise

    def _ask(self, command: Command, *strings: bytes, tries: int = TRIES) -> Answered:
        self._engine.ask(command, self._link.now_s(), *strings, tries=tries)
        event = self._exchange.next()
        if isinstance(event, Answered):
            return event
        status = event.status if isinstance(event, Refused) else 0
        if status == Status.UNSUPPORTED:
            raise PeerRefused(port=self._link.name, refusal=status, text=command.name.lower())
        raise TerminalFault(port=self._link.name, fault=status, text=command.name.lower())


def scans_as_csv(scans: Sequence[Scan] | Iterator[Scan]) -> bytes:
    """The text of `scans.csv`."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    for scan in scans:
        lines.writerow(
            (
                _CONTROL.sub(_as_escape, scan.barcode.decode("latin-1")),
                SYMBOLOGIES.get(scan.symbology, f"0x{scan.symbology:02X}"),
                scan.taken.isoformat() if scan.taken else "",
                scan.raw.hex(),
            )
        )
    return text.getvalue().encode()


def _as_escape(found: re.Match[str]) -> str:
    return f"\\x{ord(found[0]):02x}"
