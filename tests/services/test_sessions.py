"""What a docking leaves behind: its course in words, a recording that plays, a file for support."""

import ast
import json
import os
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

import app.services
from app.clock import FixedClock, SystemClock
from app.errors import NotFound, OutputError, PortError
from app.explain import event_sentence
from app.explain.sessions import EVENTS
from app.i18n import Translator
from app.paths import Paths
from app.services.archive import Archive
from app.services.demo.days import moment_ms
from app.services.desk_key import credentials
from app.services.docking import dock
from app.services.office import Office
from app.services.recovering import recover
from app.services.session_log import SessionLog, sweep_traffic
from app.services.sessions import events_of, find_session, list_sessions, traffic_of
from app.services.support import blanked, make_bundle
from app.settings import Settings
from app.storage.database import Database
from app.storage.queries.fingerprint import fingerprint
from drivers.contract import Watermarks
from drivers.devices.tallydock import TallydockDriver
from drivers.links.replay import read_recording
from drivers.registry import open_link
from tests.support.branches import DAY, found
from tests.support.credentials import introduce
from tests.support.handhelds import handheld
from tests.support.offices import CLERK, Terminal

DAY_MS = 86_400_000


@pytest.fixture
def desk(office: Office) -> Office:
    introduce(office, CLERK, 3)
    clock = SystemClock()
    return replace(office, clock=clock, database=replace(office.database, clock=clock))


@pytest.fixture
def docked(desk: Office, tmp_path: Path, terminal: Terminal) -> Office:
    terminal.order("C0001", ("HX500", 10))
    file = tmp_path / "day.cbor"
    file.write_bytes(terminal.seal())
    with handheld(tmp_path, "--load", str(file), "--photos", "1") as port:
        report = dock(desk, CLERK, port)
    assert (report.state, report.photos) == ("done", 1)
    return desk


def test_the_course_is_told_in_words(docked: Office) -> None:
    (row,) = list_sessions(docked, CLERK)
    events = events_of(row)
    codes = [event.code for event in events]
    assert codes == ["opened", "met", "resumed", "batch", "batch", "packages", "photos", "finished"]
    for language in ("en", "zh"):
        t = Translator(language)
        told = [event_sentence(event.code, event.fields, t) for event in events]
        assert all(told)
        assert not any("{" in words or words in codes for words in told)
    assert (row.blobs, row.epoch) == (1, 1)
    assert (row.received_bytes or 0) > 100_000
    assert find_session(docked, CLERK, str(row.id)[:8]) == row
    with pytest.raises(NotFound):
        find_session(docked, CLERK, "zz")


def test_a_docking_that_fails_says_why(desk: Office) -> None:
    dock(desk, CLERK, "/dev/ttyNOTHERE")
    (row,) = list_sessions(desk, CLERK)
    (event,) = events_of(row)
    assert "Plug the terminal in" in event_sentence(event.code, event.fields, Translator("en"))


def test_every_event_has_a_sentence() -> None:
    added = set()
    for file in Path(app.services.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner = ast.unparse(node.func.value)
            is_log = owner.endswith("log") or (owner == "self" and file.name == "session_log.py")
            if node.func.attr == "add" and is_log and isinstance(node.args[0], ast.Constant):
                added.add(node.args[0].value)
    assert added == set(EVENTS)


def test_the_recording_shows_what_the_line_does_not(docked: Office) -> None:
    (row,) = list_sessions(docked, CLERK)
    traffic = traffic_of(docked, CLERK, row)
    assert traffic.stat().st_mode & 0o077 == 0
    entries = read_recording(traffic.read_bytes())
    assert {entry.kind for entry in entries} == {
        b"u",
        b"r",
        b"w",
        b"n",
        b"b",
        b"o",
        b"a",
        b"p",
        b"s",
        b"c",
    }
    plain = b"".join(entry.data for entry in entries if entry.kind == b"o")
    line = b"".join(entry.data for entry in entries if entry.kind == b"r")
    assert b"SIM-" in plain
    assert b"SIM-" not in line


def opened(data: Path) -> Office:
    """The office of a data folder, on the evening of its day, for ever."""
    paths = Paths(data)
    clock = FixedClock(moment_ms(DAY, 18, 30))
    database = Database.open(f"sqlite:///{paths.database}", clock=clock)
    return Office(database, paths, clock, Archive(paths.archive))


def test_a_docking_is_played_again_on_the_desk_as_it_was_before(tmp_path: Path) -> None:
    branch = found(tmp_path / "data", [1])
    file = branch.seal(branch.full_days(1), tmp_path)
    shutil.copytree(branch.data, tmp_path / "before")
    shutil.rmtree(tmp_path / "before" / "keys")  # no key is needed to play
    desk, again = opened(branch.data), opened(tmp_path / "before")
    try:
        running = branch.handheld(tmp_path, load=file, arguments=("--photos", "2"))
        try:
            report = dock(desk, CLERK, running.port)
        finally:
            running.stop()
        (row,) = list_sessions(desk, CLERK)
        played = dock(again, CLERK, f"replay:{traffic_of(desk, CLERK, row)}")
        assert (report.state, report.photos, played.error) == ("done", 2, None)
        assert replace(played, port="", dock_ms=0, post_ms=0) == replace(
            report, port="", dock_ms=0, post_ms=0
        )
        with desk.database.read() as one, again.database.read() as other:
            assert fingerprint(one) == fingerprint(other)
        changed = dock(again, CLERK, f"replay:{traffic_of(desk, CLERK, row)}")
        assert isinstance(changed.error, PortError)
        assert changed.error.driver_code == "diverged"
    finally:
        desk.database.close()
        again.database.close()


def test_a_folder_that_cannot_be_made_costs_the_recording_and_not_the_docking(
    desk: Office, tmp_path: Path
) -> None:
    desk.paths.sessions.write_bytes(b"not a folder")
    with handheld(tmp_path, "--branch", "127", "--terminal", "3") as port:
        assert dock(desk, CLERK, port).state == "done"
    (row,) = list_sessions(desk, CLERK)
    assert row.traffic_path is None
    told = {event.code: event.fields for event in events_of(row)}
    assert told["unrecorded"]["reason"]


def test_a_disk_that_fills_up_costs_the_recording_and_not_the_docking(
    desk: Office, tmp_path: Path
) -> None:
    """The line as `dock` records it, into the one device that is always full."""
    log = SessionLog(desk.clock)
    log.record_to(Path("/dev/full"))
    with (
        handheld(tmp_path, "--branch", "127", "--terminal", "3") as port,
        log.recorded(open_link(port)) as link,
        TallydockDriver(None, credentials(desk)).connect(
            link, log.clock.now_ms, lambda *_: None
        ) as session,
    ):
        assert list(session.pull(Watermarks(0, 0))) == []
        session.finish()
    log.note_recording()
    assert [event["code"] for event in json.loads(log.as_json())] == ["opened", "unrecorded"]


def test_a_docking_that_is_broken_off_says_so(desk: Office, tmp_path: Path) -> None:
    def stop(stage: str, _done: int, _total: int) -> None:
        if stage == "identified":
            raise KeyboardInterrupt

    with (
        handheld(tmp_path, "--branch", "127", "--terminal", "3") as port,
        pytest.raises(KeyboardInterrupt),
    ):
        dock(desk, CLERK, port, progress=stop)
    (row,) = list_sessions(desk, CLERK)
    assert (row.state, row.error_code) == ("failed", "interrupted")
    assert events_of(row)[-1].code == "interrupted"


def test_old_recordings_go(docked: Office) -> None:
    assert sweep_traffic(docked) == 0
    (row,) = list_sessions(docked, CLERK)
    file = traffic_of(docked, CLERK, row)
    month_later = docked.with_clock(FixedClock(docked.clock.now_ms() + 31 * DAY_MS))
    recover(month_later, CLERK)
    assert not file.parent.exists()
    with pytest.raises(NotFound):
        traffic_of(docked, CLERK, row)


def test_of_too_many_recordings_the_oldest_go(docked: Office) -> None:
    day = docked.paths.sessions / "2026-01-01"
    older, newer = day / "1.traffic", day / "2.traffic"
    day.mkdir()
    for place, file in enumerate((newer, older)):
        file.write_bytes(bytes(1000))
        os.utime(file, (9000 - place, 9000 - place))
    (row,) = list_sessions(docked, CLERK)
    newest = traffic_of(docked, CLERK, row)
    kept_bytes = newest.stat().st_size + 1500
    assert sweep_traffic(docked, older_than_days=100_000, kept_bytes=kept_bytes) == 1
    assert newest.exists()
    assert newer.exists()
    assert not older.exists()


def test_support_gets_no_secret_and_no_customer(docked: Office, tmp_path: Path) -> None:
    file = tmp_path / "bundle.zip"
    docked.paths.logs.mkdir(parents=True, exist_ok=True)
    (docked.paths.logs / "x.log").write_text("password: hunter2 TALLYDOCK1ABCDEFG\n", "utf-8")
    assert make_bundle(docked, CLERK, Settings(), file) == 1
    with zipfile.ZipFile(file) as bundle:
        members = {name: bundle.read(name) for name in bundle.namelist()}
    everything = b"\n".join(members.values())
    with docked.database.read() as reader:
        names = reader.connection.exec_driver_sql("SELECT name FROM party").scalars().all()
    forbidden = [name.encode() for name in names if name]
    forbidden += [b"PRIVATE KEY", b"CERTIFICATE", b"hunter2", b"TALLYDOCK1A", b"C0001"]
    assert [each for each in forbidden if each in everything] == []
    assert any(name.endswith(".traffic") for name in members)
    with pytest.raises(OutputError):
        make_bundle(docked, CLERK, Settings(), tmp_path / "no" / "folder.zip")


def test_a_blanked_recording_keeps_its_lengths(docked: Office) -> None:
    (row,) = list_sessions(docked, CLERK)
    whole = read_recording(traffic_of(docked, CLERK, row).read_bytes())
    rest = read_recording(blanked(traffic_of(docked, CLERK, row).read_bytes()))
    shape = [(entry.kind, entry.micros, len(entry.data)) for entry in whole]
    assert [(entry.kind, entry.micros, len(entry.data)) for entry in rest] == shape
    assert not any(any(entry.data) for entry in rest if entry.kind in (b"o", b"p"))
