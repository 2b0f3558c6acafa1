"""Drivers by name, links by address, and an error for each way to fail."""

import inspect
from pathlib import Path

import pytest

from drivers.contract import Capability, Driver
from drivers.discovery import FoundPort
from drivers.errors import DriverMissing, PortInvalid, PortMissing
from drivers.registry import DRIVERS, driver_by_name, identify, open_link


def test_every_driver_in_the_devices_folder_stands_in_the_table() -> None:
    devices = Path(inspect.getfile(Driver)).parent / "devices"
    named = {Path(inspect.getfile(driver)).name for driver in DRIVERS}
    written = {p.name for p in devices.glob("*.py") if "Driver):" in p.read_text("utf-8")}
    assert named == written


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.name)
def test_a_driver_declares_itself(driver: type[Driver]) -> None:
    assert driver_by_name(driver.name).title
    assert driver.capabilities <= set(Capability)
    assert len({one.name for one in DRIVERS}) == len(DRIVERS)


def test_an_unknown_driver_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(DriverMissing) as caught:
        driver_by_name("abacus")
    assert caught.value.fields == {"name": "abacus", "known": [d.name for d in DRIVERS]}


def test_a_port_that_says_nothing_about_itself_gets_the_first_driver(tmp_path: Path) -> None:
    found = identify(FoundPort("/dev/ttyS7", "ttyS7", None, None), tmp_path)
    assert (type(found), found.scratch) == (DRIVERS[0], tmp_path)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("/dev/ttyNOTHERE", PortMissing),
        ("/dev/null", PortInvalid),
        ("", PortInvalid),
        ("abacus://left", PortInvalid),
        ("tcp://127.0.0.1", PortInvalid),
        ("tcp://127.0.0.1:99999", PortInvalid),
        ("tcp://127.0.0.1:1", PortMissing),
        ("socket://127.0.0.1:1", PortMissing),
        ("replay:/not/there", PortMissing),
    ],
)
def test_a_port_that_cannot_be_opened_says_why(url: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        open_link(url)
    assert caught.value.fields["port"] == url  # type: ignore[attr-defined]
    assert caught.value.fields["reason"]  # type: ignore[attr-defined]


def test_any_address_that_pyserial_knows_opens() -> None:
    with open_link("loop://") as link:
        link.write(b"there and back")
        arrived = b""
        while len(arrived) < 14:
            arrived += link.read(100, 1.0)
        assert arrived == b"there and back"
