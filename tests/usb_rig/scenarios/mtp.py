"""A media player (QEMU's usb-mtp): files of awkward sizes, cleared; a large one pulled, resumed."""

import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from drivers.devices.mtp import MtpDriver
from drivers.errors import LinkLost
from drivers.file_contract import FileSession
from tests.usb_rig.content import content
from tests.usb_rig.guest.agent import Host
from tests.usb_rig.guest.files import error_of, fetch, send
from tests.usb_rig.guest.waiting import wait_for_link, wait_for_port

NAME = "player"
SERIAL = "TD-MTP-1"
ADDRESS = f"mtp:{SERIAL}"
OUTBOX = f"{NAME}/Tallydock/outbox"
INBOX = f"{NAME}/Tallydock/inbox"
# 12 bytes of header stand before the content; packets are of 64, 512 or 1024 bytes.
SIZES = (0, 1, 52, 64, 500, 512, 1012, 1024, 4096, 65_524, 65_536, 100_001, 1_048_564)
LARGE_BYTES = 30_000_000
PULL_AT = 2_000_000


def run(host: Host) -> dict[str, Any]:
    """Fetches and clears small ones, then a large one in two goes."""
    small = {f"{size:08}.bin": [size, size] for size in SIZES}
    told = host.ask("fill", folder=OUTBOX, files=small)
    host.ask("plug_mtp", name=NAME, folder=NAME, serial=SERIAL)
    scratch = Path(tempfile.mkdtemp())
    driver = MtpDriver(scratch)
    about: list[str] = []
    found = wait_for_port(SERIAL)
    assert (found.url, found.usb_id) == (ADDRESS, (0x46F4, 0x0004)), found
    with wait_for_link(ADDRESS) as link:
        first = fetch(driver, link, clear=True, seen=lambda session: about.append(_words(session)))
    assert first.digests == told, (first.digests, told)
    assert host.ask("digests", folder=OUTBOX) == {}

    # QEMU takes the end of data for an error if their last packet of 64 bytes is full (dev-mtp.c:
    # an empty packet behind it is "too small"); it waits for ever without one.
    host.ask("fill", folder=INBOX, files={})
    host.ask("unplug", name=NAME)
    host.ask("plug_mtp", name=NAME, folder=NAME, serial=SERIAL)
    sent = {f"{size:08}.bin": content(size, size) for size in SIZES if size % 64 < 52}
    with wait_for_link(ADDRESS) as link:
        send(driver, link, sent)
    assert host.ask("digests", folder=INBOX) == {name: first.digests[name] for name in sent}

    told = host.ask("fill", folder=OUTBOX, files={"large.bin": [1, LARGE_BYTES]})
    puller = threading.Thread(target=host.ask, args=("unplug",), kwargs={"name": NAME})
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

    began_s = time.monotonic()
    host.ask("plug_mtp", name=NAME, folder=NAME, serial=SERIAL)
    resumed_at: list[int] = []

    def note(stage: str, done_bytes: int, total_bytes: int) -> None:
        if stage == "upload" and done_bytes:
            resumed_at.append(done_bytes)

    with wait_for_link(ADDRESS) as link:
        back_s = time.monotonic() - began_s
        second = fetch(driver, link, clear=True, progress=note)
    assert second.digests == told, (second.digests, told)
    assert resumed_at[0] > kept, (resumed_at[0], kept)
    assert host.ask("digests", folder=OUTBOX) == {}
    return {
        "device": about[0],
        "files": len(SIZES),
        "files_sent": len(sent),
        "pulled": str(lost.fields["reason"]),
        "kept_bytes": kept,
        "back_s": round(back_s, 2),
        "rest_MB_s": round((LARGE_BYTES - kept) / second.took_s / 1e6, 2),
    }


def _words(session: FileSession) -> str:
    info = session.info()
    return f"{info.model} {info.serial}"
