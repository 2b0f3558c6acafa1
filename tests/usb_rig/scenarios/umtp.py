"""A Linux terminal with uMTP-Responder on FunctionFS; a large file pulled and resumed."""

import hashlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from drivers.devices.mtp import MtpDriver
from drivers.errors import LinkLost
from tests.usb_rig.content import content
from tests.usb_rig.guest.agent import Host
from tests.usb_rig.guest.files import error_of, fetch, send
from tests.usb_rig.guest.gadgets import Gadget, Identity, function_files, gadget
from tests.usb_rig.guest.waiting import wait_for, wait_for_device, wait_for_link
from tests.usb_rig.scenarios.mtp import SIZES

PORT: Final = 2
IDENTITY: Final = Identity((0x1D6B, 0x0100), "TD-UMTP-1")
ADDRESS: Final = f"mtp:{IDENTITY.serial}"
LARGE_BYTES: Final = 12_000_000
PULL_AT: Final = 2_000_000
SETTINGS: Final = """
loop_on_disconnect 0
storage "{memory}" "memory" "rw"
manufacturer "Linux"
product "Terminal"
serial "{serial}"
firmware_version "1"
mtp_extensions "microsoft.com: 1.0;"
interface "MTP"
usb_vendor_id  0x{vendor:04x}
usb_product_id 0x{product:04x}
usb_class 0x6
usb_subclass 0x1
usb_protocol 0x1
usb_dev_version 0x3008
usb_functionfs_mode 0x1
usb_dev_path   "{files}/ep0"
usb_epin_path  "{files}/ep1"
usb_epout_path "{files}/ep2"
usb_epint_path "{files}/ep3"
usb_max_packet_size 0x200
no_inotify 0x1
"""


def run(_: Host) -> dict[str, Any]:
    """Fetches and clears small ones, then a large one in two goes."""
    memory = Path(tempfile.mkdtemp())
    outbox = memory / "Tallydock" / "outbox"
    outbox.mkdir(parents=True)
    inbox = outbox.with_name("inbox")
    inbox.mkdir()
    told = _fill(outbox, {f"{size:08}.bin": size for size in SIZES})
    scratch = Path(tempfile.mkdtemp())
    driver = MtpDriver(scratch)
    with responder(memory) as device:
        with wait_for_link(ADDRESS) as link:
            first = fetch(driver, link, clear=True)
        assert first.digests == told, (first.digests, told)
        assert not list(outbox.iterdir())

        with wait_for_link(ADDRESS) as link:
            send(driver, link, {f"{size:08}.bin": content(size, size) for size in SIZES})
        assert _digests(inbox) == first.digests

        told = _fill(outbox, {"large.bin": LARGE_BYTES})
        puller = threading.Thread(target=device.pull)
        reached: list[int] = []

        def pull_on_the_way(stage: str, done_bytes: int, total_bytes: int) -> None:
            if stage == "upload" and done_bytes >= PULL_AT and not reached:
                reached.append(done_bytes)
                puller.start()

        with wait_for_link(ADDRESS) as link:
            lost = error_of(lambda: fetch(driver, link, clear=True, progress=pull_on_the_way))
        puller.join()
        assert isinstance(lost, LinkLost), lost
    kept = sum(file.stat().st_size for file in scratch.rglob("*") if file.is_file())
    assert PULL_AT <= kept < LARGE_BYTES, kept
    with responder(memory), wait_for_link(ADDRESS) as link:
        second = fetch(driver, link, clear=True)
    assert second.digests == told, (second.digests, told)
    assert not list(outbox.iterdir())
    return {
        "files_each_way": len(SIZES),
        "pulled": str(lost.fields["reason"]),
        "kept_bytes": kept,
        "rest_MB_s": round((LARGE_BYTES - kept) / second.took_s / 1e6, 2),
    }


@contextmanager
def responder(memory: Path) -> Iterator[Gadget]:
    """The terminal, plugged in. It is started anew each time: 1.3.10 hangs for ever when the bus
    goes away in a transfer (its pull request 138). With inotify it hangs behind most files that
    are sent to it, by libmtp too."""
    with ExitStack() as stack:
        device = stack.enter_context(gadget(IDENTITY, "ffs.umtp", PORT))
        files = stack.enter_context(function_files("umtp"))
        vendor, product = IDENTITY.usb_id
        settings = memory.with_suffix(".conf")
        settings.write_text(
            SETTINGS.format(
                memory=memory, serial=IDENTITY.serial, vendor=vendor, product=product, files=files
            )
        )
        command = ["umtprd", "-conf", str(settings)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(process.wait)
        stack.callback(process.kill)
        stack.callback(device.pull)
        wait_for(lambda: (files / "ep1").exists() or None, "endpoints of umtprd")
        device.plug()
        wait_for_device(IDENTITY.serial)
        yield device


def _fill(folder: Path, files: dict[str, int]) -> dict[str, str]:
    for name, size in files.items():
        (folder / name).write_bytes(content(size, size))
        os.utime(folder / name, (time.time() - 3600,) * 2)
    return _digests(folder)


def _digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
