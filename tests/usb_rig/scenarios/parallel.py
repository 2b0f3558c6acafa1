"""Five terminals at once: two behind converters, a modem, an accessory, a media player."""

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from drivers.devices.mtp import MtpDriver
from tests.usb_rig.guest.agent import Host
from tests.usb_rig.guest.desk import Desk
from tests.usb_rig.guest.files import Fetched, fetch
from tests.usb_rig.guest.gadgets import Identity, gadget
from tests.usb_rig.guest.phone import phone
from tests.usb_rig.guest.processes import running_handheld
from tests.usb_rig.guest.waiting import wait_for_link, wait_for_port

CONVERTERS: Final = ("left", "right")
MODEM: Final = Identity((0x1D6B, 0x0104), "TD-MODEM-2")
PHONE_SERIAL: Final = "TD-PHONE-2"
PLAYER_SERIAL: Final = "TD-PLAYER-2"
OUTBOX: Final = "crowd/Tallydock/outbox"
TERMINAL: Final = ("127.0.0.1", 7002)
PHOTOS: Final = 2
PHOTO_BYTES: Final = 150_000
OPTIONS: Final = ("--photos", str(PHOTOS), "--photo-bytes", str(PHOTO_BYTES))
FILES: Final = 6
FILE_BYTES: Final = 500_000


def run(host: Host) -> dict[str, Any]:
    """Each is docked in a thread of its own, as the desk does it."""
    told = host.ask(
        "fill", folder=OUTBOX, files={f"{each}.bin": [each, FILE_BYTES] for each in range(FILES)}
    )
    with ExitStack() as stack:
        addresses = _plug_all(host, stack)
        desks = {name: Desk() for name in addresses}
        works: dict[str, Callable[[], object]] = {
            name: lambda name=name: desks[name].dock(addresses[name])  # type: ignore[misc]
            for name in addresses
        }
        works["player"] = _fetch_player
        began_s = time.monotonic()
        with ThreadPoolExecutor(len(works)) as lanes:
            running = {name: lanes.submit(work) for name, work in works.items()}
            results = {name: lane.result() for name, lane in running.items()}
        took_s = time.monotonic() - began_s
    for name, desk in desks.items():
        assert len(desk.photos) == PHOTOS, (name, len(desk.photos))
    player = results["player"]
    assert isinstance(player, Fetched)
    assert player.digests == told
    whole = sum(desk.photo_bytes() for desk in desks.values()) + player.byte_count
    return {
        "terminals": len(works),
        "whole_kB": whole // 1000,
        "together_s": round(took_s, 1),
        "together_kB_s": round(whole / took_s / 1000),
    }


def _plug_all(host: Host, stack: ExitStack) -> dict[str, str]:
    """Addresses by name; the player is plugged in too."""
    folder = Path(tempfile.mkdtemp())
    addresses = {}
    for name in CONVERTERS:
        host.ask("handheld", name=name, options=list(OPTIONS))
        host.ask("plug_serial", name=name, serial=f"TD-{name}")
        host.ask("join", name=name)
        addresses[name] = wait_for_port(f"TD-{name}").url
    modem = stack.enter_context(gadget(MODEM, "acm.m", port=0))
    modem.plug()
    addresses["modem"] = wait_for_port(MODEM.serial).url
    line = f"/dev/ttyGS{modem.function('port_num')}"
    stack.enter_context(running_handheld(line, folder / "modem.sqlite", *OPTIONS))
    waiting = f"tcp://{TERMINAL[0]}:{TERMINAL[1]}"
    stack.enter_context(running_handheld(waiting, folder / "phone.sqlite", *OPTIONS))
    stack.enter_context(phone(PHONE_SERIAL, 1, TERMINAL))
    addresses["phone"] = f"aoa:{PHONE_SERIAL}"
    host.ask("plug_mtp", name="crowd", folder="crowd", serial=PLAYER_SERIAL)
    return addresses


def _fetch_player() -> Fetched:
    with wait_for_link(f"mtp:{PLAYER_SERIAL}") as link:
        return fetch(MtpDriver(None), link, clear=True)
