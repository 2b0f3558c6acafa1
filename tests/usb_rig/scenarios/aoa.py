"""An Android device that becomes an accessory and carries our protocol; pulled and resumed."""

import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final

from drivers.errors import LinkLost
from drivers.registry import open_link
from tests.usb_rig.guest.agent import Host
from tests.usb_rig.guest.desk import Desk, act_at_photo
from tests.usb_rig.guest.files import error_of
from tests.usb_rig.guest.phone import phone
from tests.usb_rig.guest.processes import running_handheld
from tests.usb_rig.guest.waiting import wait_for_port

SERIAL: Final = "TD-AOA-1"
ADDRESS: Final = f"aoa:{SERIAL}"
TERMINAL: Final = ("127.0.0.1", 7001)
PORT: Final = 1
PHOTOS: Final = 4
PHOTO_BYTES: Final = 200_000


def run(_: Host) -> dict[str, Any]:
    """Switches, docks until the second photo, is pulled, switches again, docks."""
    store = Path(tempfile.mkdtemp()) / "store.sqlite"
    desk = Desk()
    options = ["--photos", str(PHOTOS), "--photo-bytes", str(PHOTO_BYTES)]
    with running_handheld(f"tcp://{TERMINAL[0]}:{TERMINAL[1]}", store, *options) as handheld:
        with phone(SERIAL, PORT, TERMINAL) as device:
            puller = threading.Thread(target=act_at_photo, args=(desk, 2, device.pull))
            puller.start()
            lost = error_of(lambda: desk.dock(ADDRESS))
            puller.join()
            assert isinstance(lost, LinkLost), lost
            whole = len(desk.photos)
            assert 2 <= whole < PHOTOS, whole
            first_bytes, strings = desk.received_bytes, device.strings()
        with phone(SERIAL, PORT, TERMINAL):
            began_s = time.monotonic()
            open_link(ADDRESS).close()
            switched_s = time.monotonic() - began_s
            assert wait_for_port(SERIAL).url == ADDRESS
            took_s = desk.dock(ADDRESS)
            assert len(desk.photos) == PHOTOS, len(desk.photos)
            assert handheld.said(1)["safe"]
    assert strings[:2] == ["Tallydock", "Tallydock desk"], strings
    return {
        "strings": " / ".join(strings),
        "switched_s": round(switched_s, 2),
        "pulled": str(lost.fields["reason"]),
        "photos_before": whole,
        "first_kB": first_bytes // 1000,
        "second_kB": desk.received_bytes // 1000,
        "second_kB_s": round(desk.received_bytes / took_s / 1000),
    }
