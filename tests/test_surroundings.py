"""Clock, folders and log."""

import json
import logging
from pathlib import Path

import pytest
import structlog

from app.clock import FixedClock, ShiftedClock, SystemClock
from app.errors import PortError, RuleBroken
from app.log import open_log
from app.paths import Paths, default_data_folder


def test_a_fixed_clock_stands_still() -> None:
    clock = FixedClock(1_780_500_600_000)
    assert (clock.now_ms(), clock.offset_min()) == (1_780_500_600_000, 480)


def test_the_system_clock_goes_forward_and_knows_its_zone() -> None:
    clock = SystemClock()
    assert 1_700_000_000_000 < clock.now_ms() <= clock.now_ms()
    assert -720 <= clock.offset_min() <= 840


def test_all_files_lie_below_the_data_folder(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "data")
    paths.create()
    paths.create()
    for each in (paths.database, paths.archive, paths.output, paths.logs, paths.settings_file):
        assert each.is_relative_to(paths.data)
    assert paths.archive.is_dir()


def test_the_environment_may_choose_the_folder(tmp_path: Path) -> None:
    assert default_data_folder({"TALLYDOCK_DATA": str(tmp_path)}) == tmp_path
    assert default_data_folder({}).name == "tallydock"


def test_the_log_keeps_what_stderr_spares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_log(tmp_path):
        structlog.get_logger("tallydock.test").info("docked", terminal=7)
        try:
            raise ValueError("broken pipe")
        except ValueError:
            logging.getLogger("foreign").exception("went wrong")
    lines = [json.loads(line) for line in (tmp_path / "tallydock.log").read_text().splitlines()]
    assert lines[0] | {"event": "docked", "terminal": 7, "level": "info"} == lines[0]
    assert lines[1]["exception"][0]["exc_type"] == "ValueError"
    shown = capsys.readouterr().err
    assert "went wrong" in shown
    assert "docked" not in shown
    assert "Traceback" not in shown


def test_errors_carry_fields_and_exit_codes() -> None:
    busy = PortError("port_busy", port="COM3", retry_helps=True)
    assert (busy.exit_code, busy.fields["port"], busy.retry_helps) == (3, "COM3", True)
    assert str(RuleBroken("number", text="x")) == "rule (rule='number', text='x')"


def test_a_shifted_clock_runs_on_a_day_of_its_own() -> None:
    day_ms = 86_400_000
    before = SystemClock().now_ms()
    shifted = ShiftedClock(shift_ms=-day_ms, minutes_east=480)
    assert before - day_ms <= shifted.now_ms() <= SystemClock().now_ms() - day_ms
    assert shifted.offset_min() == 480
