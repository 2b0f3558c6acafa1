"""H1, H3: a paired handheld that turned bad ends its own docking, soon and in little memory."""

import time
from pathlib import Path

import pytest

from app.errors import PortError
from app.services.docking import DockReport, dock
from app.services.office import Office
from tests.support.credentials import introduce
from tests.support.memory import extra_mib
from tests.support.offices import CLERK, Terminal
from tests.support.terminals import running_handheld
from tests.support.trades import assert_sound

MOST_MIB = 64
# Of the desk's own work. The endless one has it answer a thousand uploads before it has enough.
SLOWEST_S = 2.0
ENDLESS_S = 30.0

SCENARIOS = {
    "bomb": ["batch_damaged"],
    "endless": ["message_unexpected"],
    "liar": ["batch_damaged", "message_malformed", "batch_damaged"],
    "deep": ["message_malformed", "message_malformed"],
    "babble": ["message_"],
    "giant": ["message_too_long", "batch_too_big", "batch_too_big", "message_malformed"],
}


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """An order of terminal 4, which comes next."""
    terminal = Terminal(number=4)
    terminal.order("C0001", ("HX500", 10))
    path = tmp_path / "day.cbor"
    path.write_bytes(terminal.seal())
    return path


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_hostile_handheld_ends_its_own_docking(
    desk: Office, day: Path, tmp_path: Path, scenario: str
) -> None:
    introduce(desk, CLERK, 4, "fourth")
    before = files_outside(desk, tmp_path)
    with running_handheld(
        tmp_path, name="bad", branch=127, terminal=3, serial="SIM-0127-0003", scenario=scenario
    ) as bad:
        for reason in SCENARIOS[scenario]:

            def attempt() -> DockReport:
                return dock(desk, CLERK, bad.port)

            began_s = time.process_time()
            report, mib = extra_mib(attempt)
            took_s = time.process_time() - began_s
            assert report.state == "failed"
            assert isinstance(report.error, PortError)
            assert report.error.driver_code == "damaged"
            assert str(report.error.fields["reason"]).startswith(reason)
            assert took_s < (ENDLESS_S if scenario == "endless" else SLOWEST_S)
            assert mib < MOST_MIB
            assert report.documents == 0
    assert {path for path in files_outside(desk, tmp_path) if path.stem != "bad"} == before
    assert_sound(desk)
    with running_handheld(tmp_path, load=day, device="fourth") as good:
        assert dock(desk, CLERK, good.port).documents == 1


def files_outside(desk: Office, folder: Path) -> set[Path]:
    """Everything that lies in the test's folder and not in the desk's own ones."""
    own = (desk.paths.archive, desk.paths.sessions, desk.paths.data / "scratch")
    return {
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(path.is_relative_to(each) for each in own)
        and not path.name.startswith("desk.db")
    }
