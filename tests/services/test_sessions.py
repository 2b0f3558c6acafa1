"""What a docking leaves behind: its course in words, and the recording of its line."""

import ast
import json
import os
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import app.services
from app.clock import FixedClock
from app.errors import NotFound
from app.explain import event_sentence
from app.explain.sessions import EVENTS
from app.i18n import Translator
from app.services.desk_key import credentials
from app.services.docking import dock
from app.services.office import Office
from app.services.recovering import recover
from app.services.session_log import SessionLog, sweep_traffic
from app.services.sessions import events_of, find_session, list_sessions, traffic_of
from app.services.traffic import read_traffic
from drivers.contract import Watermarks
from drivers.devices.tallydock import TallydockDriver
from drivers.links.recording import ENTRY, HEADER
from drivers.links.replay import read_recording
from drivers.registry import open_link
from tests.support.dockings import DAY_MS, dock_a_day, dock_handheld, in_real_time
from tests.support.handhelds import handheld
from tests.support.offices import CLERK


@pytest.fixture
def desk(office: Office) -> Office:
    return in_real_time(office)


@pytest.fixture
def docked(desk: Office, tmp_path: Path) -> Office:
    return dock_a_day(desk, tmp_path)


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
    assert {code for code, _ in added_events()} == set(EVENTS)


def added_events() -> Iterator[tuple[str, set[str] | None]]:
    """Yield every event that some service adds, and the names of its fields (None: unknown)."""
    for file in Path(app.services.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner = ast.unparse(node.func.value)
            is_log = owner.endswith("log") or (owner == "self" and file.name == "session_log.py")
            if node.func.attr == "add" and is_log and isinstance(node.args[0], ast.Constant):
                names = [each.arg for each in node.keywords]
                known = None if None in names else {each for each in names if each}
                yield str(node.args[0].value), known


def places_of(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def test_whoever_adds_an_event_gives_what_its_sentence_mentions() -> None:
    missing = {
        code: places - given
        for code, given in added_events()
        if given is not None and (places := places_of(EVENTS[code])) - given
    }
    assert missing == {}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sentence_is_filled(language: str) -> None:
    t = Translator(language)
    for code, words in EVENTS.items():
        fields = {name: f"<{name}>" for name in places_of(words)}
        told = event_sentence(code, fields, t)
        assert all(value in told for value in fields.values())
    assert event_sentence("met", {"terminal": 3}, t).count("–") == 6


def test_a_failure_is_told_with_its_next_step() -> None:
    t = Translator("en")
    for fields, step in (
        ({"error": "port_missing", "driver_code": "port_missing"}, "Plug the terminal in"),
        ({"error": "not-found", "what": "terminal", "key": 9}, "Terminal 9 is not enrolled"),
        ({"error": "wrong-branch", "rule": "wrong-branch", "branch": 9}, "Send it back"),
        ({"error": "archive-full", "path": "/x"}, "/x"),
        ({"error": "nobody-knows"}, "nobody-knows"),
    ):
        assert step in event_sentence("failed", fields, t)


def test_a_failure_keeps_no_more_of_its_fields_than_a_person_reads(
    desk: Office, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.traffic"
    bad.write_bytes(HEADER + b" x\n" + ENTRY.pack(b"w", 0, 9000) + bytes(9000))
    dock(desk, CLERK, f"replay:{bad}")
    (row,) = list_sessions(desk, CLERK)
    assert row.error_code == "diverged"
    assert len(row.log or "") < 2000


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
    log.prepare(lambda _session_id: None, tmp_path)
    (tmp_path / f"{log.session_id}.traffic").symlink_to("/dev/full")
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


def test_the_traffic_is_told_frame_by_frame(docked: Office) -> None:
    (row,) = list_sessions(docked, CLERK)
    seen = read_traffic(docked, CLERK, row)
    assert [(each.way, each.kind) for each in seen.frames[:2]] == [
        ("out", "connect"),
        ("in", "accept"),
    ]
    assert {each.kind for each in seen.frames} >= {"connect", "accept", "data", "ack", "close"}
    assert [each.at_us for each in seen.frames] == sorted(each.at_us for each in seen.frames)
    sent = [each for each in seen.frames if (each.way, each.kind) == ("out", "data")]
    assert [each.serial for each in sent] == sorted({each.serial for each in sent})
    assert sum(each.length for each in seen.frames if each.way == "in") > 100_000
    assert abs(seen.began_ms - row.started_ms) < 10_000


def test_damage_is_told_where_it_happened(docked: Office) -> None:
    (row,) = list_sessions(docked, CLERK)
    file = traffic_of(docked, CLERK, row)
    before = read_traffic(docked, CLERK, row)
    entries = read_recording(file.read_bytes())
    place = next(n for n, entry in enumerate(entries) if entry.kind == b"r" and entry.data)
    noise = ENTRY.pack(b"r", entries[place].micros, 5) + b"noise"
    noise += ENTRY.pack(b"r", entries[place].micros, 1) + b"\0"
    data = HEADER + b" x\n"
    for n, entry in enumerate(entries):
        data += noise if n == place else b""
        data += ENTRY.pack(entry.kind, entry.micros, len(entry.data)) + entry.data
    file.write_bytes(data)
    after = read_traffic(docked, CLERK, row)
    added = [each for each in after.frames if each not in before.frames]
    assert [(each.kind, each.way, each.length, each.serial) for each in added] == [
        ("damaged", "in", 5, None)
    ]
    assert after.frames.index(added[0]) == 1


@pytest.mark.parametrize(
    "content", [b"", b"something else", HEADER + b" x\n" + ENTRY.pack(b"u", 0, 0)]
)
def test_traffic_that_cannot_be_read_is_not_there(docked: Office, content: bytes) -> None:
    (row,) = list_sessions(docked, CLERK)
    traffic_of(docked, CLERK, row).write_bytes(content)
    with pytest.raises(NotFound) as caught:
        read_traffic(docked, CLERK, row)
    assert caught.value.fields["what"] == "recording"


def test_a_docking_is_found_by_its_key_or_how_it_begins(docked: Office, tmp_path: Path) -> None:
    dock_handheld(docked, tmp_path)
    newer, older = list_sessions(docked, CLERK)
    assert list_sessions(docked, CLERK, 3) == (newer, older)
    assert list_sessions(docked, CLERK, 4) == ()
    for row in (newer, older):
        assert find_session(docked, CLERK, str(row.id)) == row
    for key in ("", "zz", str(newer.id)[:4], "00000000-0000-7000-8000-000000000000"):
        with pytest.raises(NotFound):
            find_session(docked, CLERK, key)
