"""A docking over a bad line is played again without a key: same report, same times, same rows."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.clock import Clock, FixedClock, ShiftedClock
from app.errors import PortError
from app.explain import event_sentence
from app.i18n import Translator
from app.paths import Paths
from app.services.archive import Archive
from app.services.demo.days import moment_ms, sell
from app.services.docking import DockReport, dock
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.sessions import Event, events_of, list_sessions, traffic_of
from app.storage.database import Database
from app.storage.queries.fingerprint import fingerprint
from app.storage.store.master_data import Person
from drivers.links.replay import read_recording
from tests.support.branches import DAY, found
from tests.support.offices import CLERK
from tests.support.relay import Line, running_relay

DAY_MS = 86_400_000
NEWCOMER = MasterData(people=(Person(code="S99", name="New", roles=("salesperson",)),))
BAD_LINE = Line(flip_rate=5e-5, drop_rate=2e-5, double_rate=2e-5, seed=7)


@dataclass(frozen=True)
class Recorded:
    """What one docking was: its desk afterwards, the same desk before, and the recording."""

    desk: Office
    before: Path
    report: DockReport
    recording: Path

    @property
    def events(self) -> tuple[Event, ...]:
        return events_of(list_sessions(self.desk, CLERK)[0])


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """The second docking of a terminal: more orders, photos, changes of what it holds."""
    folder = tmp_path_factory.mktemp("recorded")
    branch = found(folder / "data", [1])
    memory = branch.full_days(1)
    first = branch.seal(memory, folder)
    desk = opened(branch.data, ShiftedClock(branch.shift_s * 1000))
    handheld = branch.handheld(folder, load=first)
    try:
        assert dock(desk, CLERK, handheld.port).state == "done"
    finally:
        handheld.stop()
    put_masters(desk, CLERK, NEWCOMER)
    desk.database.close()
    shutil.copytree(branch.data, folder / "before")
    shutil.rmtree(folder / "before" / "keys")  # no key is needed to play

    (folder / "more").mkdir()
    sell(branch.world, branch.salesperson(1), DAY, memory, branch.streams)
    memory.end_of_day(moment_ms(DAY, 18, 10))
    more = branch.seal(memory, folder / "more")
    desk = opened(branch.data, ShiftedClock(branch.shift_s * 1000))
    handheld = branch.handheld(folder, load=[first, more], arguments=("--photos", "2"))
    try:
        with running_relay(handheld.port, BAD_LINE) as port:
            report = dock(desk, CLERK, port)
    finally:
        handheld.stop()
    (row, *_) = list_sessions(desk, CLERK)
    yield Recorded(desk, folder / "before", report, traffic_of(desk, CLERK, row))
    desk.database.close()


@pytest.fixture
def again(recorded: Recorded, tmp_path: Path) -> Iterator[Office]:
    """The desk as it was before, opened a year later."""
    shutil.copytree(recorded.before, tmp_path / "again")
    office = opened(tmp_path / "again", FixedClock(moment_ms(DAY, 9) + 365 * DAY_MS))
    yield office
    office.database.close()


def test_what_was_recorded_is_the_whole_protocol_on_a_bad_line(recorded: Recorded) -> None:
    assert (recorded.report.state, recorded.report.photos, recorded.report.lost) == ("done", 2, 0)
    assert recorded.report.counts.uploaded > 50
    told = {event.code: event.fields for event in recorded.events}
    assert told["packages"]["deltas"] > 0
    assert told["line"]["damaged"] > 0
    assert told["resumed"]["received"] > 0


def test_a_replay_gives_the_same_report_times_and_rows(recorded: Recorded, again: Office) -> None:
    played = dock(again, CLERK, f"replay:{recorded.recording}")
    assert essence(played) == essence(recorded.report)
    events = events_of(list_sessions(again, CLERK)[0])
    assert events[1:] == recorded.events[1:]  # the first names the port
    with recorded.desk.database.read() as one, again.database.read() as other:
        assert fingerprint(one) == fingerprint(other)


def test_a_desk_that_has_changed_is_told_at_which_entry(recorded: Recorded, again: Office) -> None:
    put_masters(again, CLERK, MasterData(people=(replace(NEWCOMER.people[0], name="Else"),)))
    played = dock(again, CLERK, f"replay:{recorded.recording}")
    assert isinstance(played.error, PortError)
    assert played.error.driver_code == "diverged"
    entry = read_recording(recorded.recording.read_bytes())[int(str(played.error.fields["at"]))]
    assert played.error.fields["expected"] == f"{entry.kind.decode()} {entry.data.hex()}"
    assert played.error.fields["found"] != played.error.fields["expected"]
    (failed,) = [
        each for each in events_of(list_sessions(again, CLERK)[0]) if each.code == "failed"
    ]
    words = event_sentence(failed.code, failed.fields, Translator("en"))
    assert f"entry {played.error.fields['at']}" in words


def essence(report: DockReport) -> DockReport:
    """All but where it was and how long this machine took."""
    return replace(report, port="", dock_ms=0, post_ms=0)


def opened(data: Path, clock: Clock) -> Office:
    paths = Paths(data)
    database = Database.open(f"sqlite:///{paths.database}", clock=clock)
    return Office(database, paths, clock, Archive(paths.archive))
