"""Descriptors that lie, have no end or make no sense: a clear error, soon, in little room."""

# ruff: noqa: ARG002 - the signatures are those of pyusb

import tracemalloc
from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from usb.core import USBError

from drivers.errors import LinkError, PortInvalid, PortMissing
from drivers.links.usb import open_usb
from drivers.links.usb_backend import Bus
from drivers.links.usb_descriptors import MAX_DEVICES, attached, bulk_interfaces, read_string
from tests.support.usb.virtual_backend import (
    Device,
    Interface,
    VirtualBackend,
    bus_of,
)

OURS = (0x0525, 0xA4A2)
URL = "usb:0525:a4a2:T1"


class Endless(VirtualBackend):
    """Everything that can be counted has no end; nothing of it carries bytes."""

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self.asked = 0

    def get_configuration_descriptor(self, dev: Device, config: int) -> Any:
        self.asked += 1
        return SimpleNamespace(bNumInterfaces=255, bConfigurationValue=1)

    def get_interface_descriptor(self, dev: Device, intf: int, alt: int, config: int) -> Any:
        self.asked += 1
        return SimpleNamespace(
            bInterfaceNumber=intf,
            bAlternateSetting=alt,
            bNumEndpoints=255,
            bInterfaceClass=0xFF,
            bInterfaceSubClass=0xFF,
            bInterfaceProtocol=0,
            iInterface=3,
        )

    def get_endpoint_descriptor(
        self, dev: Device, ep: int, intf: int, alt: int, config: int
    ) -> Any:
        self.asked += 1
        return SimpleNamespace(bEndpointAddress=0x81, bmAttributes=2, wMaxPacketSize=512)


def test_descriptors_without_end_are_read_up_to_a_limit() -> None:
    backend = Endless(Device(OURS, "T1", configurations=255))
    with pytest.raises(PortInvalid):
        open_usb(URL, Bus(backend))
    assert backend.asked < 200_000
    assert backend.devices[0].opened == 0


class Crowd(VirtualBackend):
    """A list of devices without end."""

    def enumerate_devices(self) -> Iterator[Device]:
        for number in count():
            yield Device((1, 2), f"X{number}")


def test_a_list_without_end_is_read_up_to_a_limit() -> None:
    assert len(attached(Crowd())) == MAX_DEVICES
    with pytest.raises(PortMissing):
        open_usb(URL, Bus(Crowd()))


def test_many_that_claim_to_be_the_same_are_not_all_opened() -> None:
    crowd = [Device(OURS, "T1", ports=(number,)) for number in range(1, 100)]
    with pytest.raises(PortInvalid):
        open_usb(URL, bus_of(*crowd))
    assert sum(each.opened for each in crowd) == 0


@pytest.mark.parametrize("size", [0, 1, 7, 63, 513, 0x7FF, 0xFFFF])
def test_impossible_packet_sizes_are_no_endpoint(size: int) -> None:
    device = Device(OURS, "T1", (Interface((0xFF, 0x54, 0x44), ((0x81, 2, size), (2, 2, 512))),))
    with pytest.raises(PortInvalid):
        open_usb(URL, bus_of(device))


class Lying(VirtualBackend):
    """Its strings are given bytes."""

    def __init__(self, device: Device, descriptor: bytes) -> None:
        super().__init__(device)
        self.descriptor = descriptor

    def string_descriptor(self, dev: Device, index: int) -> bytes:
        return self.descriptor


@given(st.binary(max_size=300))
def test_strings_of_any_bytes_are_printable_and_short(descriptor: bytes) -> None:
    device = Device(OURS, "T1")
    read = read_string(Bus(Lying(device, descriptor)), device, 1)
    assert len(read) <= 126
    assert read == "" or read.isprintable()


def test_what_turns_text_around_is_not_shown() -> None:
    device = Device(OURS, "AB\u202eCD\n\x1b[31m\ud800")
    assert read_string(bus_of(device), device, 1) == "ABCD[31m\N{REPLACEMENT CHARACTER}"


class Nonsense(VirtualBackend):
    """Descriptors that raise what a library may raise."""

    def __init__(self, device: Device, error: Exception) -> None:
        super().__init__(device)
        self.error = error

    def get_configuration_descriptor(self, dev: Device, config: int) -> Any:
        raise self.error


@pytest.mark.parametrize(
    "error",
    [USBError("x", -1, 5), IndexError("x"), ValueError("x"), AttributeError("x")],
    ids=lambda error: type(error).__name__,
)
def test_descriptors_that_cannot_be_read_are_an_error_of_ours(error: Exception) -> None:
    device = Device(OURS, "T1")
    with pytest.raises(LinkError):
        open_usb(URL, Bus(Nonsense(device, error)))
    with pytest.raises(LinkError):
        open_usb("mtp:T1", Bus(Nonsense(device, error)))
    assert device.opened == 0


def test_packets_without_end_stay_within_bounds() -> None:
    device = Device(OURS, "T1")
    with open_usb(URL, bus_of(device)) as link:
        device.host.send(bytes(8 << 20))
        tracemalloc.start()
        try:
            got = sum(len(link.read(10_000, 1.0)) for _ in range(400))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert got > 2 << 20
    assert peak < 2 << 20


def test_interfaces_of_an_honest_device_are_all_seen() -> None:
    interfaces = tuple(Interface((0xFF, 1, 1), number=number) for number in range(5))
    backend = VirtualBackend(Device(OURS, "T1", interfaces))
    found = bulk_interfaces(backend, attached(backend)[0])
    assert [each.number for each in found] == [0, 1, 2, 3, 4]
