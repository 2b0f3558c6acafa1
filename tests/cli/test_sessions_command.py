"""What dockings left behind, asked from the command line."""

import os
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from app.services.office import Office
from app.services.sessions import list_sessions, traffic_of
from app.storage.keys import new_key
from app.storage.queries.docking import SessionRow
from tests.cli.conftest import Run
from tests.support.dockings import dock_a_day, in_real_time
from tests.support.offices import CLERK


@pytest.fixture
def docked(office: Office, tmp_path: Path) -> Office:
    return dock_a_day(in_real_time(office), tmp_path)


@pytest.fixture
def row(docked: Office) -> SessionRow:
    return list_sessions(docked, CLERK)[0]


def test_dockings_are_listed_newest_first(tallydock: Run, row: SessionRow) -> None:
    tallydock("dock", "/dev/nothing-here")
    outcome = tallydock("sessions", "list")
    failed, done = outcome.out.splitlines()
    assert outcome.code == 0
    assert "failed" in failed
    assert str(row.id) in done
    listed = tallydock("--json", "sessions", "list", "--terminal", "3").document["sessions"]
    assert [each["id"] for each in listed] == [str(row.id)]
    assert (listed[0]["records"], listed[0]["photos"], listed[0]["state"]) == (3, 1, "done")
    assert datetime.fromisoformat(listed[0]["started"]).utcoffset() is not None


@pytest.mark.parametrize(("language", "words"), [("en", "Terminal 3 of S01"), ("zh", "S01")])
def test_a_docking_is_told_in_plain_words(
    tallydock: Run, row: SessionRow, language: str, words: str
) -> None:
    outcome = tallydock("--lang", language, "sessions", "show", str(row.id))
    heading, *told, traffic = outcome.out.splitlines()
    assert outcome.code == 0
    assert row.port_url in heading
    assert words in told[1]
    assert [datetime.fromisoformat(line.split()[0]) for line in told] == sorted(
        datetime.fromisoformat(line.split()[0]) for line in told
    )
    assert traffic.endswith(f"{row.id}.traffic")


def test_a_docking_as_an_object(tallydock: Run, row: SessionRow) -> None:
    told = tallydock("--json", "sessions", "show", str(row.id)).document
    assert [each["code"] for each in told["events"]][:3] == ["opened", "met", "resumed"]
    assert {each["code"] for each in told["events"]} >= {"batch", "packages", "finished"}
    assert told["received_bytes"] > 100_000
    assert told["problems"] == []


def test_a_docking_that_failed_names_the_next_step(tallydock: Run, office: Office) -> None:
    tallydock("dock", "/dev/nothing-here")
    (row,) = list_sessions(office, CLERK)
    shown = tallydock("sessions", "show", str(row.id)).out
    assert "Plug the terminal in, then dock again" in shown
    assert "failed" in shown.splitlines()[0]


def test_a_docking_that_runs_has_nothing_to_tell_yet(tallydock: Run, office: Office) -> None:
    with office.database.transaction(CLERK, "start docking") as store:
        key = new_key()
        store.terminals.start_session(key, port_url="/dev/ttyS9", driver="tallydock")
    assert "It still runs" in tallydock("sessions", "show", str(key)).out


def test_traffic_is_listed_frame_by_frame(tallydock: Run, row: SessionRow) -> None:
    heading, first, second, *_ = tallydock("sessions", "traffic", str(row.id)).out.splitlines()
    assert "Seconds since" in heading
    assert first.split()[1:3] == [">", "connect"]
    assert second.split()[1:3] == ["<", "accept"]
    document = tallydock("--json", "sessions", "traffic", str(row.id)).document
    frame = document["frames"][0]
    assert set(frame) == {"seconds", "way", "kind", "serial", "channel", "connection", "length"}
    assert datetime.fromisoformat(document["began"]).utcoffset() is not None


def test_traffic_that_was_swept_is_said_to_be(
    tallydock: Run, docked: Office, row: SessionRow
) -> None:
    traffic_of(docked, CLERK, row).unlink()
    outcome = tallydock("sessions", "traffic", str(row.id))
    assert outcome.code == 4
    assert "cleared away" in outcome.err
    assert tallydock("--json", "sessions", "show", str(row.id)).document["traffic"] is None


def test_a_docking_that_nobody_knows(tallydock: Run, office: Office) -> None:
    outcome = tallydock("sessions", "show", "nonsense")
    assert outcome.code == 4
    assert "sessions list" in outcome.err


def test_support_writes_a_bundle(tallydock: Run, row: SessionRow, tmp_path: Path) -> None:
    file = tmp_path / "bundle.zip"
    document = tallydock("--json", "support", str(file), "--days", "3").document
    assert document == {"file": str(file), "sessions": 1, "problems": []}
    with zipfile.ZipFile(file) as bundle:
        assert f"sessions/{row.id}.txt" in bundle.namelist()


def test_support_says_why_it_cannot_write(tallydock: Run, office: Office) -> None:
    outcome = tallydock("support", f"{os.devnull}/bundle.zip")
    assert outcome.code == 3
    assert os.devnull in outcome.err
