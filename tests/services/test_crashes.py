"""The office side is killed at every statement of an intake; afterwards all is there once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.services.archive import Origin
from app.services.intake import take_in
from app.services.recovering import recover
from app.storage import migrate
from tests.support.offices import CLERK, Terminal, found_sample_branch, open_office
from tests.support.trades import assert_sound

KILLED = 9
# Dies just before statement number N of the intake, as hard as a power cut for the process.
CHILD = """
import os, sys
from pathlib import Path
from sqlalchemy import event
from app.services.archive import Origin
from app.services.intake import take_in
from tests.support.offices import CLERK, open_office
url, data, batch, last = sys.argv[1:]
office = open_office(url, Path(data))
left = int(last)
def count(*_):
    global left
    left -= 1
    if left < 0:
        os._exit(9)
event.listen(office.database.engine, "before_cursor_execute", count)
event.listen(office.database.engine, "commit", count)
take_in(office, CLERK, Origin(127, 3, 1, 1), Path(batch).read_bytes())
"""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample branch, and a sealed batch beside it."""
    data = tmp_path_factory.mktemp("before") / "data"
    data.mkdir()
    url = f"sqlite:///{data / 'tallydock.sqlite'}"
    migrate.upgrade(url)
    found_sample_branch(open_office(url, data)).database.close()
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 5))
    terminal.order("C0002", ("HX5OO", 5))
    terminal.count("WH1", ("HX500", 594))
    (data.parent / "day.cbor").write_bytes(terminal.seal())
    return data


def crash(before: Path, data: Path, statements: int) -> int:
    shutil.copytree(before, data)
    arguments = (f"sqlite:///{data / 'tallydock.sqlite'}", str(data))
    batch = str(before.parent / "day.cbor")
    command = [sys.executable, "-c", CHILD, *arguments, batch, str(statements)]
    return subprocess.run(command, check=False, env=os.environ | {"PYTHONPATH": "."}).returncode


@pytest.mark.parametrize("statements", [0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36])
def test_after_a_kill_every_record_is_there_exactly_once(
    before: Path, tmp_path: Path, statements: int
) -> None:
    data = tmp_path / "data"
    assert crash(before, data, statements) in (KILLED, 0)
    office = open_office(f"sqlite:///{data / 'tallydock.sqlite'}", data)
    recover(office, CLERK)
    batch = (before.parent / "day.cbor").read_bytes()
    again = take_in(office, CLERK, Origin(127, 3, 1, 1), batch)
    assert again.counts.already_received == 6
    with office.database.read() as reader:
        query = "SELECT COUNT(*), COUNT(DISTINCT seq) FROM raw_record WHERE terminal_no = 3"
        assert tuple(reader.connection.exec_driver_sql(query).one()) == (6, 6)
        query = "SELECT COUNT(*) FROM document WHERE kind IN ('SO', 'CT')"
        assert reader.connection.exec_driver_sql(query).scalar_one() == 2
    assert_sound(office)
    office.database.close()
