"""A handheld that is a modem to the kernel (CDC-ACM), pulled in the middle and resumed."""

import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from drivers.errors import LinkLost
from tests.usb_rig.guest.agent import Host
from tests.usb_rig.guest.desk import Desk, act_at_photo
from tests.usb_rig.guest.gadgets import Identity, gadget
from tests.usb_rig.guest.processes import running_handheld
from tests.usb_rig.guest.waiting import wait_for_port, wait_until_gone

IDENTITY = Identity((0x1D6B, 0x0104), "TD-CDC-1")
PHOTO_BYTES = 300_000
PHOTOS = 4


def run(_: Host) -> dict[str, Any]:
    """Docks until the second photo is there, pulls, and docks again."""
    folder = Path(tempfile.mkdtemp())
    options = ["--photos", str(PHOTOS), "--photo-bytes", str(PHOTO_BYTES)]
    desk = Desk()
    with gadget(IDENTITY, "acm.a", port=0) as terminal:
        terminal.plug()
        port = wait_for_port(IDENTITY.serial)
        assert port.usb_id == IDENTITY.usb_id, port
        line = f"/dev/ttyGS{terminal.function('port_num')}"
        with running_handheld(line, folder / "store.sqlite", *options) as handheld:
            puller = threading.Thread(target=act_at_photo, args=(desk, 2, terminal.pull))
            puller.start()
            try:
                desk.dock(port.url)
            except LinkLost as lost:
                reason = str(lost.fields["reason"])
            else:
                raise AssertionError("the docking went on without a line")
            finally:
                puller.join()
            whole = len(desk.photos)
            assert 2 <= whole < PHOTOS, whole
            first_bytes = desk.received_bytes
            wait_until_gone(IDENTITY.serial)

            began_s = time.monotonic()
            terminal.plug()
            port = wait_for_port(IDENTITY.serial)
            back_s = time.monotonic() - began_s
            took_s = desk.dock(port.url)
            assert len(desk.photos) == PHOTOS, len(desk.photos)
            assert handheld.said(1)["safe"]
    return {
        "pulled": reason,
        "back_s": round(back_s, 2),
        "photos_before": whole,
        "first_kB": first_bytes // 1000,
        "second_kB": desk.received_bytes // 1000,
        "second_kB_s": round(desk.received_bytes / took_s / 1000),
        "whole_kB": desk.photo_bytes() // 1000,
    }
