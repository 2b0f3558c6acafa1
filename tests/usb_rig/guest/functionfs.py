"""A USB function whose bytes a program carries (FunctionFS): one bulk endpoint each way.

Source: linux/usb/functionfs.h. The program writes what it is to ep0 and reads events from it; ep1
goes to the host, ep2 comes from it.
"""

import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drivers.links.usb_descriptors import TALLYDOCK
from tests.usb_rig.guest.gadgets import Gadget, Identity, function_files, gadget
from tests.usb_rig.guest.processes import running
from tests.usb_rig.guest.waiting import wait_for_device

DESCRIPTORS: Final = 3
STRINGS: Final = 2
FULL_SPEED, HIGH_SPEED, ALL_REQUESTS = 1, 2, 64
SETUP: Final = 4
EVENT: Final = struct.Struct("<BBHHHB3x")
TO_HOST: Final = 0x80
VENDOR_CLASS: Final = 0xFF
PACKET_BYTES: Final = {FULL_SPEED: 64, HIGH_SPEED: 512}
READ_BYTES: Final = 16_384


@dataclass(frozen=True, slots=True)
class Request:
    """A control request from the host, as chapter 9 of USB 2.0 has it."""

    kind: int
    number: int
    value: int
    index: int
    length: int


def describe(folder: Path, subclass: int, protocol: int) -> int:
    """Become a vendor's interface with one bulk endpoint each way; the open control endpoint."""
    control = os.open(folder / "ep0", os.O_RDWR)
    interface = struct.pack("<BBBBBBBBB", 9, 4, 0, 0, 2, VENDOR_CLASS, subclass, protocol, 1)
    speeds = b"".join(
        interface
        + struct.pack("<BBBBHB", 7, 5, TO_HOST | 1, 2, packet, 0)
        + struct.pack("<BBBBHB", 7, 5, 2, 2, packet, 0)
        for packet in PACKET_BYTES.values()
    )
    flags = FULL_SPEED | HIGH_SPEED | ALL_REQUESTS
    told = struct.pack("<II", flags, 3) + struct.pack("<I", 3) + speeds
    os.write(control, struct.pack("<II", DESCRIPTORS, 8 + len(told)) + told)
    named = struct.pack("<II", 1, 1) + struct.pack("<H", 0x409) + b"Terminal\0"
    os.write(control, struct.pack("<II", STRINGS, 8 + len(named)) + named)
    return control


Answer = Callable[[Request, bytes], bytes | None]
"""Gets a request and, of those to the device, the data; what it refuses with None is halted."""


def serve_requests(control: int, answer: Answer, until: Callable[[], bool]) -> None:
    """Answer control requests until that is the case."""
    while not until():
        for fields in EVENT.iter_unpack(os.read(control, EVENT.size * 4)):
            request = Request(*fields[:5])
            if fields[5] == SETUP:
                with suppress(OSError):  # the host gave up, or it is a halt
                    _serve(control, request, answer)


def _serve(control: int, request: Request, answer: Answer) -> None:
    is_asked = bool(request.kind & TO_HOST)
    data = b"" if is_asked or not request.length else os.read(control, request.length)
    reply = answer(request, data)
    if reply is None:  # doing the opposite of what is asked for halts the endpoint
        os.read(control, 0) if is_asked else os.write(control, b"")
    elif is_asked:
        os.write(control, reply[: request.length])
    elif not request.length:
        os.read(control, 0)


def join(folder: Path, terminal: socket.socket) -> None:
    """Carry bytes between the bulk endpoints and a terminal until either is gone."""
    to_host = os.open(folder / "ep1", os.O_RDWR)
    from_host = os.open(folder / "ep2", os.O_RDWR)

    def send() -> None:
        with suppress(OSError):
            while data := terminal.recv(READ_BYTES):
                os.write(to_host, data)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    with suppress(OSError):
        while True:
            terminal.sendall(os.read(from_host, READ_BYTES))
    terminal.close()
    for end in (to_host, from_host):
        os.close(end)


@contextmanager
def bulk_terminal(identity: Identity, port: int, terminal: tuple[str, int]) -> Iterator[Gadget]:
    """A device with our marked interface, plugged in; it carries the bytes of a terminal (TCP)."""
    with ExitStack() as stack:
        device = stack.enter_context(gadget(identity, f"ffs.bulk{port}", port))
        folder = stack.enter_context(function_files(f"bulk{port}"))

        def live() -> None:
            control = describe(folder, *TALLYDOCK[1:])
            with socket.create_connection(terminal) as connection:
                device.plug()
                join(folder, connection)
            os.close(control)

        running_live = running(live)
        stack.callback(device.pull)
        stack.enter_context(running_live)
        wait_for_device(identity.serial)
        yield device
