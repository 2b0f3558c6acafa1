"""A handheld of ours with the marked bulk interface: found without being told, pulled, resumed."""

import tempfile
import threading
from pathlib import Path
from typing import Any, Final

from drivers.errors import LinkLost
from tests.usb_rig.guest.agent import Host
from tests.usb_rig.guest.desk import Desk, act_at_photo
from tests.usb_rig.guest.files import error_of
from tests.usb_rig.guest.functionfs import bulk_terminal
from tests.usb_rig.guest.gadgets import Identity
from tests.usb_rig.guest.processes import running_handheld
from tests.usb_rig.guest.waiting import wait_for_port

PORT: Final = 0
IDENTITY: Final = Identity((0x1209, 0x0001), "TD-BULK-2")
ADDRESS: Final = f"usb:1209:0001:{IDENTITY.serial}"
TERMINAL: Final = ("127.0.0.1", 7003)
PHOTOS: Final = 4
PHOTO_BYTES: Final = 200_000


def run(_: Host) -> dict[str, Any]:
    """Docks until the second photo, is pulled, comes back, docks."""
    store = Path(tempfile.mkdtemp()) / "store.sqlite"
    options = ["--photos", str(PHOTOS), "--photo-bytes", str(PHOTO_BYTES)]
    desk = Desk()
    with running_handheld(f"tcp://{TERMINAL[0]}:{TERMINAL[1]}", store, *options) as handheld:
        with bulk_terminal(IDENTITY, PORT, TERMINAL) as device:
            found = wait_for_port(IDENTITY.serial)
            assert (found.url, found.usb_id) == (ADDRESS, IDENTITY.usb_id), found
            puller = threading.Thread(target=act_at_photo, args=(desk, 2, device.pull))
            puller.start()
            lost = error_of(lambda: desk.dock(found.url))
            puller.join()
            assert isinstance(lost, LinkLost), lost
            whole, first_bytes = len(desk.photos), desk.received_bytes
            assert 2 <= whole < PHOTOS, whole
        with bulk_terminal(IDENTITY, PORT, TERMINAL):
            took_s = desk.dock(wait_for_port(IDENTITY.serial).url)
            assert len(desk.photos) == PHOTOS, len(desk.photos)
            assert handheld.said(1)["safe"]
    return {
        "pulled": str(lost.fields["reason"]),
        "photos_before": whole,
        "first_kB": first_bytes // 1000,
        "second_kB": desk.received_bytes // 1000,
        "second_kB_s": round(desk.received_bytes / took_s / 1000),
    }
