"""Ports are listed, never opened."""

import sys
from types import SimpleNamespace

import pytest
from serial.tools import list_ports as list_ports_module

from drivers.discovery import FoundPort, list_ports


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
            device="/dev/ttyUSB0", description="FT232R", vid=0x0403, pid=0x6001, serial_number="A7"
        ),
        SimpleNamespace(
            device="/dev/ttyS0", description="", vid=None, pid=None, serial_number=None
        ),
    ]
    monkeypatch.setattr(list_ports_module, "comports", lambda: known)
    assert list_ports() == [
        FoundPort("/dev/ttyS0", "/dev/ttyS0", None, None),
        FoundPort("/dev/ttyUSB0", "FT232R", (0x0403, 0x6001), "A7"),
    ]
