"""Bulk links over a bus made of code, and what the system's libusb says where nothing is."""

import os
import time
from collections.abc import Callable

import pytest
from usb.core import USBError

from drivers.errors import LinkLost, PortBusy, PortDenied, PortInvalid, PortMissing
from drivers.links import usb as usb_link
from drivers.links import usb_backend
from drivers.links.usb import open_usb
from tests.support.usb.virtual_backend import (
    BULK,
    INTERRUPT,
    Device,
    Function,
    Interface,
    bus_of,
    busy,
    denied,
    gone,
    halted,
    overflow,
)

URL = "usb:0525:a4a2:T1"
OURS = (0x0525, 0xA4A2)
MARKED = (0xFF, 0x54, 0x44)


class Echo(Function):
    """Sends back each transfer as one transfer."""

    def __init__(self) -> None:
        self.transfers: list[bytes] = []

    def taken(self, transfer: bytes) -> None:
        self.transfers.append(transfer)
        self.host.send(transfer)


def echo(**more: object) -> Device:
    return Device(OURS, "T1", function=Echo(), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("packet_bytes", [64, 512, 1024])
@pytest.mark.parametrize("packets", [1, 2, 32, 128])
@pytest.mark.parametrize("beside", [-1, 0, 1])
def test_every_size_comes_back_in_one_transfer(
    packet_bytes: int, packets: int, beside: int
) -> None:
    ends = ((0x81, BULK, packet_bytes), (0x02, BULK, packet_bytes))
    device = echo(interfaces=(Interface(MARKED, ends),))
    data = os.urandom(packet_bytes * packets + beside)
    with open_usb(URL, bus_of(device)) as link:
        link.write(data)
        back = b""
        while len(back) < len(data):
            back += link.read(100_000, 5.0)
        assert back == data
        assert link.read(10, 0.01) == b""
    assert isinstance(device.function, Echo)
    assert device.function.transfers == [data]


def test_what_nobody_asked_for_yet_is_kept() -> None:
    device = echo()
    with open_usb(URL, bus_of(device)) as link:
        device.host.send(b"0123456789")
        assert [link.read(4, 1.0) for _ in range(3)] == [b"0123", b"4567", b"89"]


def test_an_empty_write_is_none() -> None:
    device = echo()
    with open_usb(URL, bus_of(device)) as link:
        link.write(b"")
    assert isinstance(device.function, Echo)
    assert device.function.transfers == []


def test_empty_packets_do_not_end_a_read_before_its_time() -> None:
    device = echo()
    with open_usb(URL, bus_of(device)) as link:
        for _ in range(1000):
            device.host.send(b"")
        device.host.send(b"x")
        assert link.read(10, 5.0) == b"x"


class Waiting(Function):
    """Takes nothing until it has got rid of what it has to say."""

    def __init__(self) -> None:
        self.heard = b""

    def arrived(self, packet: bytes) -> bool:
        if self.host.packets:
            return False
        self.heard += packet
        return True


def test_two_that_both_want_to_be_rid_of_something_do_not_wait_for_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(usb_link, "SLICE_S", 0.01)
    device = Device(OURS, "T1", function=Waiting())
    mine, yours = os.urandom(60_000), os.urandom(300_001)
    with open_usb(URL, bus_of(device)) as link:
        device.host.send(yours)
        link.write(mine)
        got = b""
        while len(got) < len(yours):
            got += link.read(1 << 20, 5.0)
    assert got == yours
    assert isinstance(device.function, Waiting)
    assert device.function.heard == mine


class Deaf(Function):
    def arrived(self, packet: bytes) -> bool:  # noqa: ARG002
        return False


def test_a_device_that_takes_nothing_any_more_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usb_link, "STALL_S", 0.05)
    with (
        open_usb(URL, bus_of(Device(OURS, "T1", function=Deaf()))) as link,
        pytest.raises(LinkLost) as caught,
    ):
        link.write(b"x")
    assert caught.value.fields == {"port": URL, "reason": "nothing more can be written"}


@pytest.mark.parametrize("use", [lambda link: link.read(1, 5.0), lambda link: link.write(b"x")])
def test_a_pulled_cable_is_a_lost_link(use: Callable[[usb_link.UsbLink], object]) -> None:
    device = echo()
    link = open_usb(URL, bus_of(device))
    device.pull_out()
    with pytest.raises(LinkLost):
        use(link)
    link.close()
    assert device.opened == 0


@pytest.mark.parametrize("error", [overflow(), USBError("Input/Output Error", -1, 5)])
def test_any_other_failure_is_a_lost_link(error: USBError) -> None:
    device = echo()
    with open_usb(URL, bus_of(device)) as link:
        device.host.fail(error)
        with pytest.raises(LinkLost) as caught:
            link.read(1, 5.0)
    assert caught.value.__cause__ is error


def test_a_timeout_without_an_errno_is_one_as_well() -> None:
    device = echo()
    with open_usb(URL, bus_of(device)) as link:
        device.host.fail(USBError("Operation timed out", -7, None))
        assert link.read(1, 0.0) == b""


def test_a_halted_endpoint_is_set_going_once() -> None:
    device = echo()
    with open_usb(URL, bus_of(device)) as link:
        device.host.fail(halted())
        device.host.send(b"again")
        assert link.read(10, 5.0) == b"again"
        for _ in range(3):
            device.host.fail(halted())
        with pytest.raises(LinkLost):
            link.read(10, 5.0)
    assert device.halts_cleared == [0x81, 0x81, 0x81]


def test_a_link_that_was_closed_is_lost_and_closes_again() -> None:
    device = echo()
    link = open_usb(URL, bus_of(device))
    link.close()
    link.close()
    with pytest.raises(LinkLost):
        link.read(1, 0.0)
    assert (device.opened, device.claimed) == (0, set())


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ({"open_fails": gone()}, PortMissing),
        ({"open_fails": denied()}, PortDenied),
        ({"open_fails": NotImplementedError("unsupported")}, PortInvalid),
        ({"claim_fails": busy()}, PortBusy),
        ({"claim_fails": gone()}, PortMissing),
        ({"claim_fails": USBError("odd", -99, None)}, LinkLost),
    ],
)
def test_what_cannot_be_opened_says_why(state: dict[str, object], kind: type[Exception]) -> None:
    device = echo(**state)
    with pytest.raises(kind) as caught:
        open_usb(URL, bus_of(device))
    assert caught.value.fields["port"] == URL  # type: ignore[attr-defined]
    assert caught.value.fields["reason"]  # type: ignore[attr-defined]
    assert device.opened == 0


@pytest.mark.parametrize(
    "url", ["usb:", "usb:0525", "usb:05:25", "usb:zzzz:0001", "com:1", "aoa:", "usb:0525:a4a2x"]
)
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(PortInvalid):
        open_usb(url, bus_of(echo()))


def test_without_a_libusb_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usb_backend.libusb_package, "get_libusb1_backend", lambda: None)
    monkeypatch.setattr(usb_backend.usb.backend.libusb1, "get_backend", lambda: None)
    with pytest.raises(PortInvalid) as caught:
        open_usb(URL)
    assert "libusb" in str(caught.value.fields["reason"])


def test_the_libusb_that_is_shipped_looks_at_this_machine() -> None:
    with pytest.raises(PortMissing):
        open_usb("usb:dead:beef:nothing")


def test_the_right_one_of_several_is_opened() -> None:
    others = [Device(OURS, f"T{number}", ports=(number,)) for number in range(2, 6)]
    other_kind = Device((0x1234, 0x5678), "T1", ports=(9,))
    device = echo()
    with open_usb(URL, bus_of(*others, other_kind, device)):
        assert device.claimed == {0}
        assert [each.opened for each in (*others, other_kind)] == [0] * 5


def test_two_with_one_serial_number_are_never_mixed_up() -> None:
    first, second = echo(ports=(2, 3)), echo(ports=(4,), bus=3)
    with pytest.raises(PortInvalid) as caught:
        open_usb(URL, bus_of(first, second))
    reason = str(caught.value.fields["reason"])
    assert "1-2.3" in reason
    assert "3-4" in reason
    assert (first.opened, second.opened) == (0, 0)
    with open_usb("usb:0525:a4a2:@3-4", bus_of(first, second)):
        assert (first.opened, second.opened) == (0, 1)


def test_one_that_was_pulled_out_and_is_still_listed_is_no_second_one() -> None:
    stale, device = echo(address=4), echo(address=5)
    stale.pull_out()
    with open_usb(URL, bus_of(stale, device)):
        assert (stale.opened, device.opened) == (0, 1)


def test_a_serial_number_cannot_pass_for_a_place() -> None:
    liar, device = Device(OURS, "@1-1", ports=(7,)), echo()
    with open_usb("usb:0525:a4a2:@1-1", bus_of(liar, device)):
        assert (liar.opened, device.opened) == (0, 1)


def test_a_driver_of_the_kernel_leaves_and_comes_back() -> None:
    device = echo(drivers={0})
    with open_usb(URL, bus_of(device)):
        assert (device.drivers, device.claimed) == (set(), {0})
    assert (device.drivers, device.claimed) == ({0}, set())
    device.claim_fails = busy()
    with pytest.raises(PortBusy):
        open_usb(URL, bus_of(device))
    assert device.drivers == {0}


def test_a_device_without_configuration_gets_its_first() -> None:
    device = echo(active=0)
    with open_usb(URL, bus_of(device)):
        assert device.active == 1


@pytest.mark.parametrize(
    ("kinds", "chosen"),
    [
        ([(0xFF, 0x42, 1), (0xFF, 0xFF, 0), MARKED], 2),
        ([(0xFF, 0x42, 1), (0xFF, 0xFF, 0)], 1),
        ([(0x0A, 0, 0), (6, 1, 1)], 1),
        ([(0x08, 6, 0x50), (0x0A, 0, 0)], 1),
        ([(0x08, 6, 0x50)], None),  # a drive may be mounted
        ([(0xFF, 0x42, 1)], None),
        ([(0x03, 1, 1)], None),
    ],
)
def test_only_an_interface_for_bytes_is_touched(
    kinds: list[tuple[int, int, int]], chosen: int | None
) -> None:
    interfaces = tuple(Interface(kind, number=number) for number, kind in enumerate(kinds))
    device = echo(interfaces=interfaces)
    if chosen is None:
        with pytest.raises(PortInvalid):
            open_usb(URL, bus_of(device))
        return
    with open_usb(URL, bus_of(device)):
        assert device.claimed == {chosen}


def test_an_alternate_setting_with_the_endpoints_is_chosen() -> None:
    bare = Interface(MARKED, ((0x83, INTERRUPT, 8),))
    full = Interface(MARKED, alternate=1)
    device = echo(interfaces=(bare, full))
    with open_usb(URL, bus_of(device)):
        assert device.alternate_set == [(0, 1)]


def test_mtp_is_found_under_both_of_its_faces() -> None:
    ends = ((0x81, BULK, 512), (0x02, BULK, 512), (0x83, INTERRUPT, 28))
    still = Device((0x18D1, 0x4EE1), "A", (Interface((6, 1, 1), ends),))
    vendor = Device(
        (0x04E8, 0x6860), "B", (Interface((0xFF, 0xFF, 0), ends, name="MTP"),), ports=(2,)
    )
    other = Device((0x04E8, 0x6861), "C", (Interface((0xFF, 0xFF, 0), ends, name="X"),), ports=(3,))
    bus = bus_of(still, vendor, other)
    for serial in ("A", "B"):
        open_usb(f"mtp:{serial}", bus).close()
    with pytest.raises(PortInvalid):
        open_usb("mtp:C", bus)
    with pytest.raises(PortMissing):
        open_usb("mtp:D", bus)


def test_a_read_never_waits_for_ever() -> None:
    device = echo()
    with open_usb(URL, bus_of(device)) as link:
        began_s = time.monotonic()
        assert link.read(1, 0.0) == b""
        assert link.read(1, -5.0) == b""
        assert time.monotonic() - began_s < 30
