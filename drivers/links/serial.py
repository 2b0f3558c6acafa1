"""Serial ports through pyserial: real ones, pseudo terminals, and every URL that it knows."""

import errno
import os
import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import serial

from drivers.contract import SerialSettings
from drivers.errors import LinkLost, PortBusy, PortDenied, PortInvalid, PortMissing
from drivers.links.closing import ClosingLink

_SETTINGS_REFUSED: tuple[type[Exception], ...] = ()
if sys.platform != "win32":  # there pyserial raises an OSError of its own
    import termios

    _SETTINGS_REFUSED = (termios.error,)

SLICE_S = 0.02
STALL_S = 10.0
CHUNK_BYTES = 2048
READ_BYTES = 65_536
KEPT_BYTES = 1 << 20

_OPEN_ERRORS = {
    errno.ENOENT: PortMissing,
    errno.ENODEV: PortMissing,
    errno.ENXIO: PortMissing,
    errno.EIO: PortMissing,  # a pseudo terminal whose other end is gone, a ttyS without a chip
    errno.EACCES: PortDenied,
    errno.EPERM: PortDenied,
    errno.EBUSY: PortBusy,
    errno.EAGAIN: PortBusy,
}
_NO_MODEM_LINES = (errno.ENOTTY, errno.EINVAL, errno.EOPNOTSUPP)
_WINDOWS_WORDS = {
    "FileNotFoundError": PortMissing,
    "PermissionError": PortBusy,  # Windows says "access denied" for a port that is in use
}


class SerialLink(ClosingLink):
    """An open port that nobody else may open meanwhile; made by `open_serial`."""

    def __init__(self, port: serial.Serial, name: str) -> None:
        self._port = port
        self._name = name
        self._kept = bytearray()
        self._raw = os.name == "posix" and type(port) is serial.Serial

    @property
    def name(self) -> str:
        return self._name

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        ends_s = self.now_s() + timeout_s
        rest_s = timeout_s
        while not self._kept and rest_s >= 0:
            with _lost(self._name):
                self._receive(rest_s)
            rest_s = ends_s - self.now_s()
        taken = bytes(self._kept[:max_bytes])
        del self._kept[:max_bytes]
        return taken

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        stalls_s = self.now_s() + STALL_S
        while rest:
            with _lost(self._name):
                done = self._write_some(rest) if self._raw else self._write_chunk(rest)
            now_s = self.now_s()
            if done:
                rest = rest[done:]
                stalls_s = now_s + STALL_S
            elif now_s >= stalls_s:
                raise LinkLost(port=self._name, reason="nothing more can be written")

    def wake(self, low_s: float, high_s: float) -> None:
        """Lower DTR for `low_s` and raise it for `high_s`, which wakes small scanners.

        Does nothing where there are no modem lines, as on a pseudo terminal.
        """
        with _lost(self._name):
            try:
                self._port.dtr = False
                time.sleep(low_s)
                self._port.dtr = True
                time.sleep(high_s)
            except OSError as error:
                if error.errno not in _NO_MODEM_LINES:
                    raise

    def close(self) -> None:
        with _lost(self._name):
            self._port.close()

    def _receive(self, timeout_s: float) -> None:
        if not self._raw:
            self._kept += self._port.read(self._port.in_waiting or 1)
            self._kept += self._port.read(self._port.in_waiting)
        elif select.select([self._port], [], [], timeout_s)[0]:
            self._take()

    def _take(self) -> None:
        arrived = os.read(self._port.fileno(), READ_BYTES)
        if not arrived:
            raise LinkLost(port=self._name, reason="the port was hung up")
        self._kept += arrived

    def _write_some(self, rest: memoryview) -> int:
        # Two ends that both write more than the line buffers would wait for each other for ever,
        # so what arrives is taken in meanwhile. pyserial cannot: its write only waits.
        listening = [self._port] if len(self._kept) < KEPT_BYTES else []
        readable, writable, _ = select.select(listening, [self._port], [], STALL_S)
        if readable:
            self._take()
        if not writable:
            return 0
        try:
            return os.write(self._port.fileno(), rest[:CHUNK_BYTES])
        except BlockingIOError:
            return 0

    def _write_chunk(self, rest: memoryview) -> int:
        waiting = self._port.in_waiting
        if waiting and len(self._kept) < KEPT_BYTES:
            self._kept += self._port.read(waiting)
        self._port.write(bytes(rest[:CHUNK_BYTES]))
        return min(len(rest), CHUNK_BYTES)


def open_serial(url: str, settings: SerialSettings) -> SerialLink:
    """Open a device path or a pyserial URL.

    Raises `PortInvalid`, `PortMissing`, `PortBusy` or `PortDenied`. Nothing waits for modem lines:
    a pseudo terminal has none.
    """
    if _is_pseudo_terminal(url):  # it has no parity, and glibc says EINVAL when it is given one
        settings = replace(settings, data_bits=8, parity="N")
    with _not_opened(url):
        port = serial.serial_for_url(
            url,
            do_not_open=True,
            baudrate=settings.baud,
            bytesize=settings.data_bits,
            parity=settings.parity,
            stopbits=settings.stop_bits,
            rtscts=settings.rts_cts,
            timeout=SLICE_S,
            write_timeout=STALL_S,
        )
        # A lock (flock), and on purpose not TIOCEXCL: that stays on a pseudo terminal when we die.
        port.exclusive = True
        port.open()
    return SerialLink(port, url)


def _is_pseudo_terminal(url: str) -> bool:
    try:
        return str(Path(url).resolve()).startswith("/dev/pts/")
    except (OSError, ValueError, RuntimeError):
        return False


@contextmanager
def _not_opened(url: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise PortInvalid(port=url, reason=str(error)) from error
    except OSError as error:  # also serial.SerialException
        kind = _OPEN_ERRORS.get(error.errno or 0)
        if kind is None:
            text = str(error)
            kind = next((k for word, k in _WINDOWS_WORDS.items() if word in text), PortInvalid)
        raise kind(port=url, reason=str(error)) from error
    except _SETTINGS_REFUSED as error:
        raise PortInvalid(port=url, reason=str(error)) from error


@contextmanager
def _lost(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # also serial.SerialException, and EIO of a line that was hung up
        raise LinkLost(port=name, reason=str(error)) from error
