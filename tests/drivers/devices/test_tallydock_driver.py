"""The driver against real handheld processes over pseudo terminals and TCP."""

import os
import sqlite3
import time
from pathlib import Path

import pytest

from drivers.contract import Watermarks
from drivers.errors import (
    DriverError,
    LinkLost,
    NotATerminal,
    PeerSilent,
    PortBusy,
)
from drivers.protocols.docking.batch import Record, open_batch
from drivers.protocols.docking.codes import Code
from drivers.registry import driver_by_name, open_link
from tests.support.batches import write_batch
from tests.support.desks import KNOWN, dock_once, open_desk
from tests.support.docked import package
from tests.support.terminals import running_handheld, start_handheld

PORTS = ("pty", "tcp://127.0.0.1:0")


def stored_records(store: Path) -> list[bytes]:
    with sqlite3.connect(store) as connection:
        rows = connection.execute("SELECT data FROM record ORDER BY seq").fetchall()
    connection.close()
    return [data for (data,) in rows]


def quiet(stage: str, done_bytes: int, total_bytes: int) -> None:
    """No progress is wanted."""


@pytest.mark.parametrize("port", PORTS)
def test_a_docking_brings_every_record_once_and_in_order(tmp_path: Path, port: str) -> None:
    stages: list[tuple[str, int, int]] = []
    with (
        running_handheld(
            tmp_path, port=port, scenario="day", terminal=12, faults=["battery=31"]
        ) as handheld,
        open_desk(tmp_path / "desk.sqlite") as desk,
        open_link(handheld.port) as link,
    ):
        docked = desk.dock(link, progress=lambda *stage: stages.append(stage))
        summary = handheld.summary()
    stored = stored_records(handheld.store)
    assert len(stored) > 40
    batch = open_batch(docked.uploads[0].data)
    assert [record.data for record in batch.records] == stored
    assert all(isinstance(record, Record) for record in batch.records)
    assert (docked.info.terminal, docked.info.battery_percent) == (12, 31)
    assert docked.info.last_seq == len(stored)
    assert summary == {"sent": len(stored), "batches": 1, "photos": 0, "safe": True}
    assert stages[0] == ("connect", 0, 0)
    arrived = [(done, total) for stage, done, total in stages if stage == "upload"]
    assert arrived[-1][0] == arrived[-1][1] < len(docked.uploads[0].data)
    assert stages[-1][0] == "finish"


def test_the_same_handheld_docks_again_and_again(tmp_path: Path) -> None:
    with running_handheld(tmp_path, scenario="day") as handheld:
        first = dock_once(handheld.port, tmp_path / "desk.sqlite")
        again = [dock_once(handheld.port, tmp_path / "desk.sqlite") for _ in range(3)]
        summaries = [handheld.summary() for _ in range(4)]
    assert len(first.uploads) == 1
    assert all(not docked.uploads for docked in again)
    assert summaries[-1] == {"sent": 0, "batches": 0, "photos": 0, "safe": True}


def test_a_desk_that_was_restored_gets_the_same_bytes_again(tmp_path: Path) -> None:
    with running_handheld(tmp_path, scenario="day") as handheld:
        first = dock_once(handheld.port, tmp_path / "desk.sqlite")
        restored = dock_once(handheld.port, tmp_path / "restored.sqlite")
    assert restored.uploads == first.uploads


def test_data_sets_are_switched_to_all_at_once(tmp_path: Path) -> None:
    packages = [package("products", 3, os.urandom(50_000)), package("prices", 9, b"{}")]
    with (
        running_handheld(tmp_path) as handheld,
        open_desk(tmp_path / "desk.sqlite") as desk,
        open_link(handheld.port) as link,
    ):
        desk.dock(link, packages=packages)
        newer = [package("products", 4, os.urandom(70_000))]
        desk.dock(link, packages=newer)
    with sqlite3.connect(handheld.store) as connection:
        rows = connection.execute("SELECT name, revision, data FROM package").fetchall()
    connection.close()
    assert {package(*row) for row in rows} == {packages[1], newer[0]}


def test_a_clock_that_is_wrong_is_measured(tmp_path: Path) -> None:
    with running_handheld(tmp_path, faults=["clock=-3600"]) as handheld:
        docked = dock_once(handheld.port, tmp_path / "desk.sqlite")
    assert docked.info.clock_offset_ms == pytest.approx(3_600_000, abs=1000)


def test_wrong_control_totals_arrive_as_the_terminal_sealed_them(tmp_path: Path) -> None:
    with (
        running_handheld(tmp_path, scenario="day", faults=["badtotals=1"]) as handheld,
        open_link(handheld.port) as link,
        driver_by_name("tallydock", None, KNOWN).connect(link, lambda: 0, quiet) as session,
    ):
        upload = next(session.pull(Watermarks(0, 0)))
    with pytest.raises(ValueError, match="E_BATCH_TOTALS"):
        open_batch(upload.data)


def test_a_refused_terminal_keeps_everything(tmp_path: Path) -> None:
    with running_handheld(tmp_path, scenario="day", branch=2) as handheld:
        with (
            open_link(handheld.port) as link,
            driver_by_name("tallydock", None, KNOWN).connect(link, lambda: 0, quiet) as session,
        ):
            assert session.info().branch == 2
            session.refuse(Code.WRONG_BRANCH, "this is branch 1")
        docked = dock_once(handheld.port, tmp_path / "desk.sqlite")
    assert len(docked.uploads) == 1


def test_a_busy_port_is_an_error_of_its_own(tmp_path: Path) -> None:
    with (
        running_handheld(tmp_path) as handheld,
        open_link(handheld.port),
        pytest.raises(PortBusy),
    ):
        dock_once(handheld.port, tmp_path / "desk.sqlite")


def test_a_talker_that_is_not_a_terminal_is_recognised(tmp_path: Path) -> None:
    with running_handheld(tmp_path, scenario="chatter") as handheld:
        began_s = time.monotonic()
        with pytest.raises(NotATerminal) as caught:
            dock_once(handheld.port, tmp_path / "desk.sqlite")
        assert time.monotonic() - began_s < 10
    assert caught.value.fields["port"] == handheld.port
    assert bytes.fromhex(str(caught.value.fields["sample"])).startswith(b"ST,GS,+")


def test_a_silent_peer_is_recognised(tmp_path: Path) -> None:
    with running_handheld(tmp_path, scenario="silent") as handheld:
        began_s = time.monotonic()
        with pytest.raises(PeerSilent) as caught:
            dock_once(handheld.port, tmp_path / "desk.sqlite")
        assert time.monotonic() - began_s < 12
    assert caught.value.fields["port"] == handheld.port
    assert float(str(caught.value.fields["silent_s"])) > 1


def test_waiting_can_be_cancelled_from_the_progress_call(tmp_path: Path) -> None:
    class Cancel(Exception):
        pass

    calls: list[str] = []

    def impatient(stage: str, done_bytes: int, total_bytes: int) -> None:
        calls.append(stage)
        if len(calls) == 3:
            raise Cancel

    with (
        running_handheld(tmp_path, scenario="silent") as handheld,
        open_link(handheld.port) as link,
        pytest.raises(Cancel),
    ):
        driver_by_name("tallydock", None, KNOWN).connect(link, lambda: 0, impatient).__enter__()
    assert calls == ["connect"] * 3


@pytest.mark.parametrize("port", PORTS)
def test_a_handheld_that_dies_is_a_lost_link(tmp_path: Path, port: str) -> None:
    handheld = start_handheld(tmp_path, port=port, scenario="day", faults=["cut=1500"])
    with pytest.raises(LinkLost):
        dock_once(handheld.port, tmp_path / "desk.sqlite")
    handheld.kill()
    with running_handheld(tmp_path, port=port) as handheld:
        docked = dock_once(handheld.port, tmp_path / "desk.sqlite")
    assert len(docked.uploads) == 1


def test_an_upload_goes_on_at_the_byte_where_it_broke_off(tmp_path: Path) -> None:
    batch = tmp_path / "big.cbor"
    size = write_batch(batch, 300).stat().st_size
    scratch = tmp_path / "scratch"
    handheld = start_handheld(tmp_path, load=batch, faults=[f"cut={size // 2}"])
    with pytest.raises(DriverError):
        dock_once(handheld.port, tmp_path / "desk.sqlite", scratch)
    handheld.kill()
    (kept,) = scratch.glob("*.part")
    held = kept.stat().st_size
    assert held > 0
    with (
        running_handheld(tmp_path) as handheld,
        open_desk(tmp_path / "desk.sqlite") as desk,
        open_link(handheld.port) as link,
    ):
        offsets: list[int] = []
        desk.dock(
            link,
            driver=driver_by_name("tallydock", scratch, KNOWN),
            progress=lambda stage, done, _: offsets.append(done) if stage == "upload" else None,
        )
        assert len(desk.records(7)) == 300
    assert min(offsets) > held
    assert not list(scratch.glob("*.part"))
