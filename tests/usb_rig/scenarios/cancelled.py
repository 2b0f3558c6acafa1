"""Transfers over MTP that a person stops, or that a crash ends, and no plug is pulled."""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from drivers.contract import Progress
from drivers.devices.mtp import MtpDriver
from tests.usb_rig.content import content
from tests.usb_rig.guest.agent import Host
from tests.usb_rig.guest.files import fetch
from tests.usb_rig.guest.waiting import wait_for_link
from tests.usb_rig.scenarios.umtp import ADDRESS as RESPONDER
from tests.usb_rig.scenarios.umtp import responder

NAME: Final = "stopped"
SERIAL: Final = "TD-STOP-1"
LARGE_BYTES: Final = 30_000_000
MIDDLE_BYTES: Final = 12_000_000
STOP_AT: Final = 2_000_000
DIED: Final = 9


class StoppedError(Exception):
    """A person says: stop."""


def run(host: Host) -> dict[str, Any]:
    """Each device is stopped and fetched from again; one also by a desk that dies."""
    outbox = f"{NAME}/Tallydock/outbox"
    told = host.ask("fill", folder=outbox, files={"large.bin": [5, LARGE_BYTES]})
    host.ask("plug_mtp", name=NAME, folder=NAME, serial=SERIAL)
    address = f"mtp:{SERIAL}"
    rows = {"player_stopped_then_s": _again_s(address, told, _stop)}
    host.ask("unplug", name=NAME)

    memory = Path(tempfile.mkdtemp())
    file = memory / "Tallydock" / "outbox" / "large.bin"
    file.parent.mkdir(parents=True)
    file.write_bytes(content(5, MIDDLE_BYTES))
    told = {file.name: hashlib.sha256(file.read_bytes()).hexdigest()}
    with responder(memory):
        rows["umtp_stopped_then_s"] = _again_s(RESPONDER, told, _stop)
    with responder(memory):
        rows["umtp_died_then_s"] = _again_s(RESPONDER, told, _die)
    return rows


def _again_s(address: str, told: dict[str, str], end: Callable[[str], None]) -> float:
    end(address)
    began_s = time.monotonic()
    with wait_for_link(address) as link:
        done = fetch(MtpDriver(None), link, clear=False)
    assert done.digests == told, (done.digests, told)
    return round(time.monotonic() - began_s, 1)


def _stop(address: str) -> None:
    try:
        _fetch_until(address, _raise)
    except StoppedError:
        return
    raise AssertionError("nobody was asked")


def _die(address: str) -> None:
    """The desk is gone at once: nothing is drained, and no session is closed."""
    child = os.fork()
    if not child:
        _fetch_until(address, lambda: os._exit(DIED))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == DIED


def _fetch_until(address: str, end: Callable[[], None]) -> None:
    def watch(stage: str, done_bytes: int, total_bytes: int) -> None:
        if stage == "upload" and done_bytes >= STOP_AT:
            end()

    progress: Progress = watch
    with wait_for_link(address) as link:
        fetch(MtpDriver(None), link, clear=False, progress=progress)


def _raise() -> None:
    raise StoppedError
