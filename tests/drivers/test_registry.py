"""Drivers by name, links by address, and an error for each way to fail."""

import inspect
import re
from pathlib import Path

import pytest

from drivers.contract import Capability, Driver, Session
from drivers.discovery import FoundPort
from drivers.errors import DriverMissing, PortInvalid, PortMissing
from drivers.file_contract import AnyFileDriver, FileSession
from drivers.registry import (
    DRIVERS,
    FILE_DRIVERS,
    driver_by_name,
    file_driver_by_name,
    identify,
    open_folder,
    open_link,
)


def test_every_driver_in_the_devices_folder_stands_in_the_table() -> None:
    devices = Path(inspect.getfile(Driver)).parent / "devices"
    named = {Path(inspect.getfile(driver)).name for driver in (*DRIVERS, *FILE_DRIVERS)}
    # what several families share has no name of its own
    family = re.compile(r'^class \w+\(\w*Driver(\[\w+\])?\):.*?^    name = "', re.M | re.S)
    written = {p.name for p in devices.glob("*.py") if family.search(p.read_text("utf-8"))}
    assert named == written


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.name)
def test_a_driver_declares_itself(driver: type[Driver]) -> None:
    assert driver_by_name(driver.name).title
    assert driver.capabilities <= set(Capability)
    assert all(hasattr(Session, each.value) for each in driver.capabilities)


@pytest.mark.parametrize("driver", FILE_DRIVERS, ids=lambda driver: driver.name)
def test_what_a_driver_for_files_is_capable_of_its_session_has(driver: type[AnyFileDriver]) -> None:
    assert file_driver_by_name(driver.name).title
    assert Capability.UPLOAD in driver.capabilities
    assert all(hasattr(FileSession, each.value) for each in driver.capabilities)


def test_no_two_families_have_one_name() -> None:
    names = [driver.name for driver in (*DRIVERS, *FILE_DRIVERS)]
    assert len(set(names)) == len(names)


def test_an_address_chooses_its_family() -> None:
    assert identify(FoundPort("mtp:A1B2")).name == "mtp"
    assert identify(FoundPort("aoa:A1B2")).name == "tallydock"
    assert identify(FoundPort("/dev/ttyUSB0")).name == "tallydock"
    with pytest.raises(DriverMissing):
        file_driver_by_name("carrier pigeon")


def test_a_folder_is_an_address_too(tmp_path: Path) -> None:
    assert open_folder(f"folder:{tmp_path}") == tmp_path
    with pytest.raises(PortMissing):
        open_folder(f"folder:{tmp_path}/none")
    with pytest.raises(PortInvalid):
        open_folder(str(tmp_path))


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
