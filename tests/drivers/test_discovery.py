"""Ports are listed, never opened."""

import sys
from types import SimpleNamespace

import pytest
from serial.tools import list_ports as list_ports_module

from drivers.discovery import FoundPort, Slot, list_ports


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
    assert list_ports() == [
        FoundPort("/dev/ttyS0", "/dev/ttyS0", None, None),
        FoundPort("/dev/ttyUSB0", "FT232R", (0x0403, 0x6001), "A7", "1-2.3"),
    ]


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
