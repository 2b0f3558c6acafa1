"""Every fault of the simulated handheld does what its name says, and nothing is lost by it."""

import time
from dataclasses import fields
from pathlib import Path

import pytest

from drivers.devices.simulated.faults import Faults
from drivers.errors import (
    DriverError,
    LinkLost,
    NotATerminal,
    PeerRefused,
    PeerSilent,
    TerminalFull,
)
from drivers.protocols.docking.batch import BatchError
from drivers.protocols.docking.codes import Code
from drivers.registry import open_link
from tests.support.batches import TERMINAL, make_record, write_batch
from tests.support.desks import Docked, open_desk
from tests.support.docked import package
from tests.support.terminals import running_handheld, start_handheld

RECORDS = 60
ALL = [make_record(seq) for seq in range(1, RECORDS + 1)]

# What is not tested in this file is tested where it matters more.
ELSEWHERE = {"clock": "test_tallydock_driver", "battery": "test_tallydock_driver"}
HERE = {"cut", "reboot", "stall", "flip", "drop", "dup", "delay", "full", "badtotals"}


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    return write_batch(tmp_path / "batch.cbor", RECORDS)


def attempt(port: str, folder: Path, *, packages: bool = False) -> Docked:
    """Dock once; the desk's file is the same every time."""
    sets = [package("products", 1, b"beer")] if packages else []
    with open_desk(folder / "desk.sqlite") as desk, open_link(port) as link:
        return desk.dock(link, packages=sets)


def kept(folder: Path) -> list[bytes]:
    with open_desk(folder / "desk.sqlite") as desk:
        return desk.records(TERMINAL)


def test_every_fault_has_its_test() -> None:
    assert {field.name for field in fields(Faults)} == HERE | set(ELSEWHERE)
    for name, file in ELSEWHERE.items():
        text = Path(__file__).with_name(f"{file}.py").read_text(encoding="utf-8")
        assert f'"{name}=' in text


def test_cut_is_the_end_of_its_program(tmp_path: Path, batch: Path) -> None:
    handheld = start_handheld(tmp_path, load=batch, faults=["cut=20000"])
    with pytest.raises(LinkLost):
        attempt(handheld.port, tmp_path)
    assert handheld.process.wait(10) < 0
    handheld.stop()
    with running_handheld(tmp_path) as handheld:
        attempt(handheld.port, tmp_path)
    assert kept(tmp_path) == ALL


def test_reboot_forgets_the_session_and_nothing_else(tmp_path: Path, batch: Path) -> None:
    with running_handheld(tmp_path, load=batch, faults=["reboot=20000"]) as handheld:
        with pytest.raises(PeerRefused) as caught:
            attempt(handheld.port, tmp_path)
        assert caught.value.fields["refusal"] == Code.CONNECTION_UNKNOWN
        assert handheld.process.poll() is None
        attempt(handheld.port, tmp_path)
    assert kept(tmp_path) == ALL


def test_stall_is_silence(tmp_path: Path, batch: Path) -> None:
    began_s = time.monotonic()
    with (
        running_handheld(tmp_path, load=batch, faults=["stall=20000"]) as handheld,
        pytest.raises(PeerSilent),
    ):
        attempt(handheld.port, tmp_path)
    assert time.monotonic() - began_s < 25
    with running_handheld(tmp_path) as handheld:
        attempt(handheld.port, tmp_path)
    assert kept(tmp_path) == ALL


@pytest.mark.parametrize("fault", ["flip=0.001", "drop=0.001", "dup=0.5", "delay=0.01"])
def test_a_bad_line_costs_time_and_nothing_else(tmp_path: Path, batch: Path, fault: str) -> None:
    with running_handheld(tmp_path, load=batch, faults=[fault]) as handheld:
        attempt(handheld.port, tmp_path)
        assert handheld.summary()["safe"]
    assert kept(tmp_path) == ALL


def test_a_line_that_flips_everything_is_no_terminal(tmp_path: Path) -> None:
    with running_handheld(tmp_path, faults=["flip=1"]) as handheld, pytest.raises(NotATerminal):
        attempt(handheld.port, tmp_path)


def test_full_keeps_the_old_data_sets_and_gives_its_records(tmp_path: Path, batch: Path) -> None:
    with (
        running_handheld(tmp_path, load=batch, faults=["full=1"]) as handheld,
        pytest.raises(TerminalFull),
    ):
        attempt(handheld.port, tmp_path, packages=True)
    assert kept(tmp_path) == ALL
    with running_handheld(tmp_path) as handheld:
        assert not attempt(handheld.port, tmp_path, packages=True).uploads


def test_badtotals_are_sealed_into_the_batch(tmp_path: Path, batch: Path) -> None:
    with (
        running_handheld(tmp_path, load=batch, faults=["badtotals=1"]) as handheld,
        pytest.raises(BatchError) as caught,
    ):
        attempt(handheld.port, tmp_path)
    assert caught.value.code == "E_BATCH_TOTALS"
    assert kept(tmp_path) == []


def test_faults_together(tmp_path: Path, batch: Path) -> None:
    faults = ["reboot=9000", "flip=0.0005", "drop=0.0005", "dup=0.1"]
    with running_handheld(tmp_path, load=batch, faults=faults) as handheld:
        with pytest.raises(DriverError):
            attempt(handheld.port, tmp_path)
        attempt(handheld.port, tmp_path)
    assert kept(tmp_path) == ALL
