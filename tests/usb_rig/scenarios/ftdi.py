"""A handheld behind an FTDI converter: found, pulled in the middle, plugged in again, resumed."""

import time
from typing import Any

from drivers.errors import LinkLost
from tests.usb_rig.guest.agent import Host
from tests.usb_rig.guest.desk import Desk
from tests.usb_rig.guest.waiting import wait_for_port, wait_until_gone

SERIAL = "TD-FTDI-1"
PHOTO_BYTES = 400_000
PHOTOS = 2
PULL_AFTER = 550_000


def run(host: Host) -> dict[str, Any]:
    """Docks over a line that is pulled inside the second photo, and then whole."""
    options = ["--scenario", "day", "--photos", str(PHOTOS), "--photo-bytes", str(PHOTO_BYTES)]
    host.ask("handheld", name="ftdi", options=options)
    host.ask("plug_serial", name="ftdi", serial=SERIAL)
    desk = Desk()

    host.ask("join", name="ftdi", pull_after=PULL_AFTER)
    port = wait_for_port(SERIAL)
    assert port.usb_id == (0x0403, 0x6001), port
    assert port.location, port
    try:
        desk.dock(port.url)
    except LinkLost as lost:
        reason = str(lost.fields["reason"])
    else:
        raise AssertionError("the docking went on without a line")
    assert len(desk.photos) == 1, len(desk.photos)
    first_bytes = desk.received_bytes
    wait_until_gone(SERIAL)

    began_s = time.monotonic()
    host.ask("join", name="ftdi")
    port = wait_for_port(SERIAL)
    back_s = time.monotonic() - began_s
    took_s = desk.dock(port.url)
    assert len(desk.photos) == PHOTOS, len(desk.photos)
    assert first_bytes + desk.received_bytes < desk.photo_bytes() + 150_000
    said = host.ask("said", name="ftdi")
    assert said["safe"], said
    host.ask("part", name="ftdi")
    return {
        "pulled": reason,
        "back_s": round(back_s, 2),
        "first_kB": first_bytes // 1000,
        "second_kB": desk.received_bytes // 1000,
        "second_kB_s": round(desk.received_bytes / took_s / 1000),
    }
