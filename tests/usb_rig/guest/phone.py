"""An Android device made of code: it becomes an accessory when it is asked to (AOA).

Source: https://source.android.com/docs/core/interaction/accessories/aoa.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

from tests.usb_rig.guest.functionfs import TO_HOST, Request, describe, join, serve_requests
from tests.usb_rig.guest.gadgets import Gadget, Identity, function_files, gadget
from tests.usb_rig.guest.processes import STDOUT, Beside, running
from tests.usb_rig.guest.waiting import wait_for_device

PHONE_ID: Final = (0x18D1, 0x4EE1)
ACCESSORY_ID: Final = (0x18D1, 0x2D00)


class Aoa(IntEnum):
    """Requests of the host."""

    GET_PROTOCOL = 51
    SEND_STRING = 52
    START = 53


VERSION: Final = b"\x02\x00"
ACCESSORY_SUBCLASS: Final = 0xFF
IDLE_SUBCLASS: Final = 0x01

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Phone:
    """A plugged-in device; its process says a line when it is there and one when it switches."""

    process: Beside
    gadgets: tuple[Gadget, Gadget]

    def strings(self) -> list[str]:
        """What the desk introduced itself with, once it has."""
        told: list[str] = self.process.said(1)["strings"]
        return told

    def pull(self) -> None:
        for each in self.gadgets:
            each.pull()


@contextmanager
def phone(serial: str, port: int, terminal: Address) -> Iterator[Phone]:
    """Plug it in. As an accessory it carries the bytes of a terminal that waits there (TCP)."""
    name = f"p{port}"
    with ExitStack() as stack:
        before = stack.enter_context(gadget(Identity(PHONE_ID, serial), f"ffs.{name}b", port))
        after = stack.enter_context(gadget(Identity(ACCESSORY_ID, serial), f"ffs.{name}a", port))
        folders = [stack.enter_context(function_files(name + kind)) for kind in "ba"]
        live = running(lambda: _live(before, after, folders, terminal))
        stack.callback(after.pull)
        stack.callback(before.pull)
        process = stack.enter_context(live)
        process.said(0)
        wait_for_device(serial)
        yield Phone(process, (before, after))


def _live(before: Gadget, after: Gadget, folders: list[Path], terminal: Address) -> None:
    strings: dict[int, str] = {}
    is_started: list[bool] = []

    def answer(request: Request, data: bytes) -> bytes | None:
        match request.number:
            case Aoa.GET_PROTOCOL if request.kind & TO_HOST:
                return VERSION
            case Aoa.SEND_STRING:
                strings[request.index] = data.rstrip(b"\0").decode()
                return b""
            case Aoa.START:
                is_started.append(True)
                return b""
        return None

    control = describe(folders[0], IDLE_SUBCLASS, 1)
    before.plug()
    _say({"plugged": True})
    serve_requests(control, answer, until=lambda: bool(is_started))
    before.pull()
    os.close(control)
    _say({"strings": [strings.get(index, "") for index in range(6)]})
    control = describe(folders[1], ACCESSORY_SUBCLASS, 0)
    with socket.create_connection(terminal) as connection:
        after.plug()
        join(folders[1], connection)


def _say(words: dict[str, object]) -> None:
    os.write(STDOUT, json.dumps(words).encode() + b"\n")
