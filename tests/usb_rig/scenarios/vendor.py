"""A vendor's bulk interface (the kernel's own loopback): whole at every size, also of packets."""

import time
from typing import Any, Final

from drivers.contract import Link
from drivers.errors import LinkLost
from drivers.registry import open_link
from tests.usb_rig.content import content
from tests.usb_rig.guest.agent import Host
from tests.usb_rig.guest.files import error_of
from tests.usb_rig.guest.gadgets import Identity, gadget
from tests.usb_rig.guest.waiting import wait_for_device

PORT: Final = 0
IDENTITY: Final = Identity((0x0525, 0xA4A0), "TD-BULK-1")
ADDRESS: Final = f"usb:0525:a4a0:{IDENTITY.serial}"
SIZES: Final = (1, 63, 64, 511, 512, 513, 1024, 4095, 4096, 16_384, 65_536)
LARGE_BYTES: Final = 2_000_000
BLOCK_BYTES: Final = 16_384
SILENCE_S: Final = 5.0


def run(_: Host) -> dict[str, Any]:
    """Sends and gets back, then is pulled while it waits."""
    with gadget(IDENTITY, "Loopback.a", PORT) as device:
        device.plug()
        wait_for_device(IDENTITY.serial)
        with open_link(ADDRESS) as link:
            for size in SIZES:
                assert _echo(link, content(size, size)), size
            large = content(7, LARGE_BYTES)
            began_s = time.monotonic()
            for at in range(0, LARGE_BYTES, BLOCK_BYTES):
                assert _echo(link, large[at : at + BLOCK_BYTES]), at
            took_s = time.monotonic() - began_s
            device.pull()
            lost = error_of(lambda: link.read(1, SILENCE_S))
            assert isinstance(lost, LinkLost), lost
    return {
        "sizes": len(SIZES),
        "pulled": str(lost.fields["reason"]),
        "echo_MB_s": round(LARGE_BYTES / took_s / 1e6, 2),
    }


def _echo(link: Link, data: bytes) -> bool:
    link.write(data)
    back = b""
    while len(back) < len(data) and (came := link.read(65_536, SILENCE_S)):
        back += came
    return back == data
