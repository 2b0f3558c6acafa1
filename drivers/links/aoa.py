"""Android devices that are asked to become accessories: Android Open Accessory, the host's side.

The requests are those of https://source.android.com/docs/core/interaction/accessories/aoa.
"""

import time
from array import array
from contextlib import suppress
from dataclasses import dataclass
from errno import ENODEV
from itertools import cycle
from typing import Final

from usb.core import USBError

from drivers.errors import LinkError, PortInvalid, PortMissing
from drivers.links.usb_backend import Bus, errno_of, reported
from drivers.links.usb_descriptors import Attached
from drivers.links.usb_finding import Opened, Selector, open_device

GOOGLE: Final = 0x18D1
ACCESSORIES: Final = frozenset({0x2D00, 0x2D01, 0x2D04, 0x2D05})  # plain, with ADB, audio, both
HUB_CLASS: Final = 9

GET_PROTOCOL: Final = 51
SEND_STRING: Final = 52
START: Final = 53
VENDOR_IN: Final = 0xC0
VENDOR_OUT: Final = 0x40

# An app on the device asks for the first two in its accessory filter; the last one is shown to it.
STRINGS: Final = (
    "Tallydock",
    "Tallydock desk",
    "Takes in what a terminal has collected",
    "1",
    "",
    "desk",
)

REQUEST_MS: Final = 2000
RETURN_S: Final = 15.0
PAUSE_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Request:
    """A control request to the device, with what is sent (OUT) or how much is wanted (IN)."""

    kind: int
    number: int
    index: int = 0
    data: bytes = b""
    wanted_bytes: int = 0


def ask_version() -> Request:
    """Answered with a little-endian u16: 1 or more from whoever knows accessories."""
    return Request(VENDOR_IN, GET_PROTOCOL, wanted_bytes=2)


def version_of(answer: bytes) -> int:
    """The version in that answer; 0 if there is none."""
    return int.from_bytes(answer, "little") if len(answer) == 2 else 0


def introduce() -> tuple[Request, ...]:
    """Say who the desk is, each string with its zero, and ask the device to switch."""
    told = (
        Request(VENDOR_OUT, SEND_STRING, index=index, data=text.encode() + b"\0")
        for index, text in enumerate(STRINGS)
        if text
    )
    return (*told, Request(VENDOR_OUT, START))


def open_accessory(bus: Bus, port: str, wanted: Selector) -> Opened:
    """Open an Android device in accessory mode, after having switched it there if need be.

    Raises what `open_device` raises; `PortInvalid` for a device that cannot switch.
    """
    if not (wanted.serial or wanted.place):
        raise PortInvalid(port=port, reason="expected aoa:SERIAL")
    try:
        return open_device(bus, port, wanted, is_accessory)
    except PortMissing:
        place = _switch(bus, port, wanted)
    # It comes back where it was, under other ids. Not every system tells places for good.
    ends_s = time.monotonic() + RETURN_S
    for again in cycle((Selector(place=place), wanted)):
        try:
            return open_device(bus, port, again, is_accessory)
        except LinkError:  # also denied, as long as udev has not seen it
            if time.monotonic() >= ends_s:
                raise
        time.sleep(PAUSE_S)
    raise AssertionError  # a cycle has no end


def is_accessory(device: Attached) -> bool:
    """Whether it is in accessory mode."""
    return device.usb_id[0] == GOOGLE and device.usb_id[1] in ACCESSORIES


def _switch(bus: Bus, port: str, wanted: Selector) -> str:
    opened = open_device(bus, port, wanted, _may_switch)
    try:
        with reported(port, opening=True):
            if not _version(opened):
                raise PortInvalid(port=port, reason="this device cannot be an accessory")
            *told, start = introduce()
            for request in told:
                _send(opened, request)
        with suppress(USBError):  # some are gone before they have answered
            _send(opened, start)
    finally:
        opened.close()
    return opened.device.place


def _version(opened: Opened) -> int:
    try:
        return version_of(_send(opened, ask_version()))
    except USBError as error:
        if errno_of(error) == ENODEV:
            raise
        return 0  # most devices halt on a request that they do not know


def _may_switch(device: Attached) -> bool:
    return device.device_class != HUB_CLASS and not is_accessory(device)


def _send(opened: Opened, request: Request) -> bytes:
    buffer = array("B", request.data or bytes(request.wanted_bytes))
    got = opened.bus.backend.ctrl_transfer(
        opened.handle, request.kind, request.number, 0, request.index, buffer, REQUEST_MS
    )
    return buffer.tobytes()[:got] if request.wanted_bytes else b""
