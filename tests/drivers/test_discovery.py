"""Ports are listed, never opened."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from serial.tools import list_ports as list_ports_module

from drivers import discovery
from drivers.discovery import FoundPort, Slot, list_ports, usb_ports
from drivers.links.usb_backend import Bus
from drivers.links.usb_sysfs import KnownDevice, KnownInterface
from tests.support.usb.mtp_responder import MTP_INTERFACE
from tests.support.usb.virtual_backend import Device, VirtualBackend

MTP = KnownInterface((6, 1, 1), "MTP")


def test_listing_opens_nothing() -> None:
    opened: list[str] = []

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]).startswith("/dev/"):
            opened.append(str(arguments[0]))

    sys.addaudithook(note)
    list_ports()
    assert opened == []


def test_what_the_system_knows_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [
        SimpleNamespace(
            device="/dev/ttyUSB0",
            description="FT232R",
            vid=0x0403,
            pid=0x6001,
            serial_number="A7",
            location="1-2.3",
        ),
        SimpleNamespace(
            device="/dev/ttyS0",
            description="",
            vid=None,
            pid=None,
            serial_number=None,
            location=None,
        ),
    ]
    monkeypatch.setattr(list_ports_module, "comports", lambda: known)
    monkeypatch.setattr(discovery, "_usb_devices", lambda: [phone("1-4", "TC52-1")])
    assert list_ports() == [
        FoundPort("/dev/ttyS0", "/dev/ttyS0", None, None),
        FoundPort("/dev/ttyUSB0", "FT232R", (0x0403, 0x6001), "A7", "1-2.3"),
        FoundPort("mtp:TC52-1", "TC52", (0x18D1, 0x4EE1), "TC52-1", "1-4"),
    ]


def phone(place: str, serial: str, *interfaces: KnownInterface) -> KnownDevice:
    return KnownDevice(place, (0x18D1, 0x4EE1), serial, "TC52", interfaces or (MTP,))


def test_usb_devices_are_listed_by_what_they_dock_with() -> None:
    adb = KnownInterface((0xFF, 0x42, 1), "ADB Interface")
    found = usb_ports(
        [
            phone("1-1", "A", adb, MTP),
            phone("1-2", "B", KnownInterface((0xFF, 0xFF, 0), "MTP")),
            phone("1-3", "C", KnownInterface((0xFF, 0xFF, 0), "something else"), adb),
            KnownDevice("1-4.2", (0x18D1, 0x2D01), "D", "", (KnownInterface((0xFF, 0xFF, 0), ""),)),
            KnownDevice(
                "1-5", (0x1D6B, 0x0104), "E", "T", (KnownInterface((255, 0x54, 0x44), ""),)
            ),
            KnownDevice("1-6", (0x0781, 0x5581), "F", "Stick", (KnownInterface((8, 6, 0x50), ""),)),
        ]
    )
    assert [port.url for port in found] == ["mtp:A", "mtp:B", "aoa:D", "usb:1d6b:0104:E"]
    assert [port.description for port in found] == ["TC52", "TC52", "aoa 1-4.2", "T"]
    assert found[2].slot == Slot("1-4", 2)


def test_devices_without_a_serial_number_of_their_own_are_listed_by_place() -> None:
    found = usb_ports(
        [phone("1-1", "A"), phone("1-2", "A"), phone("1-3", ""), phone("1-4", "@1-1")]
    )
    assert [port.url for port in found] == ["mtp:@1-1", "mtp:@1-2", "mtp:@1-3", "mtp:@1-4"]
    assert [port.serial_number for port in found] == ["A", "A", None, "@1-1"]


def test_where_no_kernel_tells_libusb_is_asked_and_nothing_is_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    device = Device((0x18D1, 0x4EE1), "TC52-1", (MTP_INTERFACE,), ports=(3, 1))
    device.open_fails = AssertionError("opened")  # type: ignore[assignment]
    monkeypatch.setattr(discovery, "SYSFS", tmp_path / "nowhere")
    monkeypatch.setattr(discovery, "system_bus", lambda _: Bus(VirtualBackend(device)))
    monkeypatch.setattr(list_ports_module, "comports", list)
    assert [port.url for port in list_ports()] == ["mtp:@1-3.1"]


@pytest.mark.parametrize(
    ("location", "slot"),
    [
        ("1-2.3", Slot("1-2", 3)),
        ("1-2.3:1.0", Slot("1-2", 3)),
        ("3-1.4.7", Slot("3-1.4", 7)),
        ("1-2", None),
        ("1-2:1.0", None),
        ("", None),
        (None, None),
        ("1-x.3", None),
        ("1-2..3", None),
        ("1-.3", None),
        ("1-2.²", None),
    ],
)
def test_a_port_on_a_hub_knows_its_slot(location: str | None, slot: Slot | None) -> None:
    assert FoundPort("/dev/ttyUSB0", location=location).slot == slot


def test_slots_are_counted_as_people_count() -> None:
    found = [Slot("1-2", 10), Slot("1-10", 1), Slot("1-2", 9), Slot("1-2.1", 3)]
    found.sort(key=lambda slot: slot.order)
    assert [(each.hub, each.number) for each in found] == [
        ("1-2.1", 3),
        ("1-2", 9),
        ("1-2", 10),
        ("1-10", 1),
    ]
