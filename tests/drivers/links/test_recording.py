"""A recorded docking can be replayed, with the same times and the same outcome."""

from pathlib import Path

import pytest

from drivers.devices.tallydock import TallydockDriver
from drivers.errors import Diverged, LinkLost, PortInvalid
from drivers.links.recording import ENTRY, HEADER, RecordingLink
from drivers.links.replay import open_replay
from drivers.registry import open_link
from tests.support.desks import KNOWN, Docked, open_desk
from tests.support.terminals import running_handheld

Stages = list[tuple[str, int, int]]


def dock(port: str, desk_file: Path, record_to: Path | None = None) -> tuple[Docked, Stages]:
    stages: Stages = []
    with open_desk(desk_file) as desk:
        link = open_link(port)
        if record_to:
            link = RecordingLink(link, record_to.open("wb"))
        with link:
            docked = desk.dock(
                link,
                driver=TallydockDriver(None, KNOWN),
                clock_ms=lambda: 1_780_000_000_000,
                progress=lambda *stage: stages.append(stage),
            )
    return docked, stages


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Docked, Stages]:
    folder = tmp_path_factory.mktemp("recorded")
    file = folder / "session.txt"
    with running_handheld(folder, scenario="day") as handheld:
        docked, stages = dock(handheld.port, folder / "desk.sqlite", file)
    return file, docked, stages


def test_a_replay_gives_the_same_session(
    tmp_path: Path, recorded: tuple[Path, Docked, Stages]
) -> None:
    file, docked, stages = recorded
    assert dock(f"replay:{file}", tmp_path / "desk.sqlite") == (docked, stages)


def test_a_desk_that_does_something_else_is_told_where(
    tmp_path: Path, recorded: tuple[Path, Docked, Stages]
) -> None:
    file = recorded[0]
    desk_file = tmp_path / "desk.sqlite"
    dock(f"replay:{file}", desk_file)
    with pytest.raises(Diverged) as caught:
        dock(f"replay:{file}", desk_file)  # this desk has the records already and says so
    assert set(caught.value.fields) == {"port", "at", "expected", "found"}


def test_a_recording_that_is_cut_ends_like_a_lost_link(
    tmp_path: Path, recorded: tuple[Path, Docked, Stages]
) -> None:
    whole = recorded[0].read_bytes()
    cut = tmp_path / "cut.traffic"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LinkLost):
        dock(f"replay:{cut}", tmp_path / "desk.sqlite")


@pytest.mark.parametrize("text", ["", "something else\n", "tallydock-recording 1 x\nr now 00\n"])
def test_what_is_not_a_recording_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "session.txt"
    file.write_text(text, "ascii")
    with pytest.raises(PortInvalid):
        open_link(f"replay:{file}")


def test_a_full_disk_ends_the_recording_and_not_the_docking(tmp_path: Path) -> None:
    with (
        running_handheld(tmp_path, scenario="day") as handheld,
        open_desk(tmp_path / "desk.sqlite") as desk,
        Path("/dev/full").open("wb") as full,
        RecordingLink(open_link(handheld.port), full) as link,
    ):
        docked = desk.dock(link, driver=TallydockDriver(None, KNOWN))
        link.close()
    assert docked.uploads
    assert link.refusal == "No space left on device"


def test_the_moment_is_recorded_and_played(tmp_path: Path) -> None:
    file = tmp_path / "session.traffic"
    with running_handheld(tmp_path) as handheld:
        RecordingLink(open_link(handheld.port), file.open("wb"), 1_780_000_000_000).close()
    played = open_replay(file)
    assert played.began_ms == 1_780_000_000_000
    with pytest.raises(LinkLost):
        played.read(1, 0.0)


@pytest.mark.parametrize("moment", [bytes(7), bytes([255] * 8)])
def test_a_moment_that_no_desk_can_have_had_is_refused(tmp_path: Path, moment: bytes) -> None:
    file = tmp_path / "session.traffic"
    file.write_bytes(HEADER + b" x\n" + ENTRY.pack(b"u", 0, len(moment)) + moment)
    with pytest.raises(PortInvalid):
        open_link(f"replay:{file}")
