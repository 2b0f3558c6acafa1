"""What goes wrong around the program: files, folders and addresses; one clear line each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT

import pytest

from app.paths import Paths
from tests.support.branches import Branch, Outcome, program, run_program
from tests.support.killing import start_docking
from tests.support.terminals import running_handheld

CANCELLED, SURROUNDINGS = 1, 3


def assert_told(outcome: Outcome, word: str, code: int = SURROUNDINGS) -> None:
    assert outcome.code == code, outcome
    assert outcome.out == ""
    assert word in outcome.line
    assert outcome.line.endswith(".")


@contextmanager
def branch_terminal(branch: Branch, folder: Path, load: Path) -> Iterator[str]:
    """The port of a handheld with the records of the file `load`."""
    handheld = branch.handheld(folder, load=load)
    try:
        yield handheld.port
    finally:
        handheld.stop()


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("nonsense", "URL"),
        ("postgresql+psycopg://clerk:secret@localhost:port/books", "URL"),
        ("mysql://localhost/books", "mysql"),
        ("postgresql+psycopg://nobody@127.0.0.1:1/books", "refused"),
    ],
)
def test_a_database_that_cannot_be_reached(tmp_path: Path, url: str, word: str) -> None:
    outcome = run_program([*program(tmp_path), "--db", url, "check"])
    assert_told(outcome, word)
    assert "secret" not in outcome.line


def test_a_replay_into_nothing(branch: Branch) -> None:
    assert_told(branch.tallydock("replay", "--into", "nonsense"), "URL")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    Paths(tmp_path).database.write_text("this file has never been a database " * 100)
    assert_told(run_program([*program(tmp_path), "check"]), "not a database")


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_text("127")
    assert_told(run_program([*program(file), "check"]), str(file))
    assert file.read_text() == "127"


def test_settings_that_cannot_be_read(tmp_path: Path) -> None:
    file = Paths(tmp_path).settings_file
    file.write_text("theme = [")
    assert_told(run_program([*program(tmp_path), "check"]), str(file))
    assert file.read_text() == "theme = ["


def test_a_damaged_archive_is_named(branch: Branch, tmp_path: Path) -> None:
    file = branch.seal(branch.full_days(1), tmp_path)
    with branch_terminal(branch, tmp_path, file) as port:
        assert branch.docked(port).code == 0
    (kept,) = branch.archive.glob("*/001/*/*.cbor")
    kept.chmod(0o644)
    data = bytearray(kept.read_bytes())
    data[len(data) // 2] ^= 1
    kept.write_bytes(data)
    outcome = branch.tallydock("replay", "--into", f"sqlite:///{tmp_path / 'again.sqlite'}")
    assert_told(outcome, "damaged")
    assert str(kept) in outcome.line


def test_a_docking_that_a_person_stops_goes_on_later(branch: Branch, tmp_path: Path) -> None:
    memory = branch.full_days(1)
    records = len(memory.pending)
    with running_handheld(tmp_path, name="nobody", scenario="silent") as nobody:
        docking = start_docking(branch.command("dock", nobody.port))
        assert docking.connected()
        docking.process.send_signal(SIGINT)
        assert docking.end() == CANCELLED
    told = docking.screen.shown.decode()
    assert "Traceback" not in told
    assert "Cancelled" in told
    with branch_terminal(branch, tmp_path, branch.seal(memory, tmp_path)) as port:
        outcome = branch.docked(port)
    assert (outcome.code, outcome.document["records"]["accepted"]) == (0, records)
