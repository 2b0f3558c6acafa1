"""USB devices that carry bytes over one bulk endpoint each way, through pyusb."""

import math
import re
from array import array
from collections.abc import Callable
from contextlib import suppress
from errno import EPIPE, ETIMEDOUT
from typing import Final

from usb.core import USBError, USBTimeoutError

from drivers.errors import LinkLost, PortInvalid
from drivers.links.aoa import open_accessory
from drivers.links.closing import ClosingLink
from drivers.links.usb_backend import Bus, errno_of, reported, system_bus
from drivers.links.usb_descriptors import (
    ADB,
    CDC_DATA_CLASS,
    NAMELESS_VENDOR,
    STILL_IMAGE,
    TALLYDOCK,
    VENDOR_CLASS,
    Attached,
    BulkInterface,
    bulk_interfaces,
    read_string,
)
from drivers.links.usb_finding import Opened, open_device, selector

SLICE_S: Final = 0.5
STALL_S: Final = 10.0
LONGEST_READ_S: Final = 60.0
CHUNK_BYTES: Final = 16_384  # what Linux takes in one piece
READ_BYTES: Final = 65_536  # a multiple of every packet size, so that no packet overflows it
KEPT_BYTES: Final = 1 << 20

_IDS: Final = re.compile(r"([0-9a-f]{4}):([0-9a-f]{4})(?::(.*))?", re.IGNORECASE | re.DOTALL)

Rank = Callable[[Opened, BulkInterface], int | None]
"""How well an interface suits, the lowest best; None if it is not to be touched."""


class UsbLink(ClosingLink):
    """An interface that is ours until `close`; made by `open_usb`.

    What one `write` gives is one transfer: it ends with a short packet, and with an empty one
    behind data that fill their packets. Without that the other side would wait for more.
    """

    def __init__(self, opened: Opened, bulk: BulkInterface, had_driver: bool, name: str) -> None:
        self._opened = opened
        self._backend = opened.bus.backend
        self._bulk = bulk
        self._had_driver = had_driver
        self._name = name
        self._kept = bytearray()
        self._buffer = array("B", bytes(READ_BYTES))
        self._halts = 0
        self._is_open = True

    @property
    def name(self) -> str:
        return self._name

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        ends_s = self.now_s() + timeout_s
        while not self._kept:
            self._receive(ends_s - self.now_s())
            if self.now_s() >= ends_s:
                break
        taken = bytes(self._kept[:max_bytes])
        del self._kept[:max_bytes]
        return taken

    def write(self, data: bytes) -> None:
        for start in range(0, len(data), CHUNK_BYTES):
            self._send(data[start : start + CHUNK_BYTES])
        if data and len(data) % self._bulk.out_bytes == 0:
            self._send(b"")

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            _give_back(self._opened, self._bulk, self._had_driver)
            self._opened.close()

    def _receive(self, timeout_s: float) -> None:
        self._check_open()
        ms = max(1, math.ceil(min(timeout_s, LONGEST_READ_S) * 1000))  # 0 would be for ever
        at, number = self._bulk.endpoint_in, self._bulk.number
        try:
            got = self._backend.bulk_read(self._opened.handle, at, number, self._buffer, ms)
        except USBError as error:
            if not _is_timeout(error):
                self._revive(error, at)
            return
        self._halts = 0
        self._kept += memoryview(self._buffer)[:got]

    def _send(self, data: bytes) -> None:
        rest = data
        stalls_s = self.now_s() + STALL_S
        while (done := self._write_some(rest)) is None or done < len(rest):
            now_s = self.now_s()
            if done:
                rest = rest[done:]
                stalls_s = now_s + STALL_S
            elif now_s >= stalls_s:
                raise LinkLost(port=self._name, reason="nothing more can be written")
            # A device that itself waits to be rid of something takes nothing meanwhile.
            elif len(self._kept) < KEPT_BYTES:
                self._receive(0.0)

    def _write_some(self, rest: bytes) -> int | None:
        self._check_open()
        at, number, ms = self._bulk.endpoint_out, self._bulk.number, int(SLICE_S * 1000)
        try:
            data = array("B", rest)
            return self._backend.bulk_write(self._opened.handle, at, number, data, ms)
        except USBError as error:
            if _is_timeout(error):
                return None
            self._halts += 1  # what was taken of a halted transfer is unknown
            self._revive(error, at)
            return None

    def _revive(self, error: USBError, endpoint: int) -> None:
        """Set a halted endpoint going, but not again and again. Raises `LinkLost`."""
        with reported(self._name):
            if errno_of(error) != EPIPE:
                raise error
            self._backend.clear_halt(self._opened.handle, endpoint)
            self._halts += 1
            if self._halts > 1:
                raise error

    def _check_open(self) -> None:
        if not self._is_open:
            raise LinkLost(port=self._name, reason="closed")


def open_usb(url: str, bus: Bus | None = None) -> UsbLink:
    """Open `usb:VENDOR:PRODUCT[:SERIAL]` (ids in hex), `mtp:SERIAL` or `aoa:SERIAL`.

    Instead of a serial number @ and the place on the bus will do, as in mtp:@1-2.3. Raises
    `PortInvalid`, `PortMissing`, `PortBusy`, `PortDenied`, or `LinkLost` if it goes meanwhile.
    """
    scheme, _, rest = url.partition(":")
    bus = bus or system_bus(url)
    match scheme.lower():
        case "usb":
            ids = _IDS.fullmatch(rest)
            if not ids:
                raise PortInvalid(port=url, reason="expected usb:VENDOR:PRODUCT, both four digits")
            usb_id = (int(ids[1], 16), int(ids[2], 16))
            fits: Callable[[Attached], bool] = lambda device: device.usb_id == usb_id  # noqa: E731
            return _link(open_device(bus, url, selector(ids[3] or ""), fits), url, _any_rank)
        case "mtp":
            return _link(
                open_device(bus, url, selector(rest), lambda device: _may_be_mtp(bus, device)),
                url,
                _mtp_rank,
            )
        case "aoa":
            return _link(open_accessory(bus, url, selector(rest)), url, _accessory_rank)
    raise PortInvalid(port=url, reason="expected usb:, mtp: or aoa:")


def _link(opened: Opened, url: str, rank: Rank) -> UsbLink:
    backend, handle = opened.bus.backend, opened.handle
    try:
        with reported(url, opening=True):
            active = backend.get_configuration(handle)
            ranked = [
                (rank(opened, bulk), place, bulk)
                for place, bulk in enumerate(bulk_interfaces(backend, opened.device))
                if active in (0, bulk.configuration)
            ]
            suiting = [(best, place, bulk) for best, place, bulk in ranked if best is not None]
            if not suiting:
                raise PortInvalid(port=url, reason="it has no interface that carries bytes")
            bulk = min(suiting)[2]
            if not active:
                backend.set_configuration(handle, bulk.configuration)
            had_driver = _claim(opened, bulk)
    except BaseException:
        opened.close()
        raise
    return UsbLink(opened, bulk, had_driver, url)


def _claim(opened: Opened, bulk: BulkInterface) -> bool:
    """Take the interface; says whether a driver of the kernel had to leave it."""
    backend, handle = opened.bus.backend, opened.handle
    had_driver = False
    with suppress(NotImplementedError):  # only Linux and macOS have such drivers
        had_driver = backend.is_kernel_driver_active(handle, bulk.number)
        if had_driver:
            backend.detach_kernel_driver(handle, bulk.number)
    try:
        backend.claim_interface(handle, bulk.number)
        if bulk.alternate:
            backend.set_interface_altsetting(handle, bulk.number, bulk.alternate)
    except BaseException:
        _give_back(opened, bulk, had_driver)
        raise
    return had_driver


def _give_back(opened: Opened, bulk: BulkInterface, had_driver: bool) -> None:
    with suppress(USBError):
        opened.bus.backend.release_interface(opened.handle, bulk.number)
    if had_driver:
        with suppress(USBError, NotImplementedError):
            opened.bus.backend.attach_kernel_driver(opened.handle, bulk.number)


def _any_rank(_: Opened, bulk: BulkInterface) -> int | None:
    # Never a drive: its file system may be mounted.
    if bulk.kind[0] == VENDOR_CLASS and bulk.kind != ADB:
        return 0 if bulk.kind == TALLYDOCK else 1
    return {STILL_IMAGE[0]: 2, CDC_DATA_CLASS: 3}.get(bulk.kind[0])


def _mtp_rank(opened: Opened, bulk: BulkInterface) -> int | None:
    if bulk.kind == STILL_IMAGE:
        return 0
    if _is_nameless_mtp(bulk):
        name = read_string(opened.bus, opened.handle, bulk.name_index)
        return 1 if "MTP" in name.upper() else None
    return None


def _accessory_rank(_: Opened, bulk: BulkInterface) -> int | None:
    return 0 if bulk.kind == NAMELESS_VENDOR else None


def _may_be_mtp(bus: Bus, device: Attached) -> bool:
    return any(
        bulk.kind == STILL_IMAGE or _is_nameless_mtp(bulk)
        for bulk in bulk_interfaces(bus.backend, device)
    )


def _is_nameless_mtp(bulk: BulkInterface) -> bool:
    return bulk.kind == NAMELESS_VENDOR and bulk.has_events and bulk.name_index > 0


def _is_timeout(error: USBError) -> bool:
    return isinstance(error, USBTimeoutError) or errno_of(error) == ETIMEDOUT
