"""`backup`, `verify` and `restore` from the command line: their answers, their exit codes."""

import hashlib
from pathlib import Path

import pytest

from app.main import run
from app.services.archive import origin_of
from app.services.office import Office
from tests.cli.conftest import Run
from tests.support.offices import Terminal


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "stick" / "branch.zip"


def restored(target: Path, file: Path, capfd: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = run(["--data", str(target), "--lang", "en", "--user", "clerk", "restore", str(file)])
    captured = capfd.readouterr()
    return code, captured.out, captured.err


def test_a_branch_goes_into_a_file_and_comes_back(
    tallydock: Run, office: Office, file: Path, tmp_path: Path
) -> None:
    terminal = Terminal()
    terminal.order()
    terminal.upload(office)
    made = tallydock("backup", str(file), "--json")
    assert made.code == 0
    document = made.document
    assert document["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (document["file"], document["size_bytes"]) == (str(file), file.stat().st_size)
    assert (document["branch"], document["encrypted"], document["database"]) == (127, False, True)
    assert document["terminals"] == [{"terminal": 3, "epoch": 1, "received_seq": 2}]
    assert document["files"] == 1 + len(office.archive.paths())
    assert document["made"].endswith("+00:00")
    assert tallydock("verify", str(file), "--json").document == document
    again = tmp_path / "again"
    came_back = tallydock("--data", str(again), "restore", str(file), "--json")
    assert came_back.code == 0
    assert came_back.document == document | {
        "data": str(again), "commands": None, "taken_in": 0,
    }  # fmt: skip
    listed = tallydock("--data", str(again), "terminals", "list", "--json").document
    assert [each["received_seq"] for each in listed["terminals"]] == [2]
    assert tallydock("--data", str(again), "check").code == 0


def test_people_read_one_line(
    tallydock: Run, office: Office, file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shown = tallydock("backup", str(file))
    files = 1 + len(office.archive.paths())
    assert shown.out == f"{file}: {files} files and 0 terminals, verified to the last bit\n"
    assert tallydock("verify", str(file)).out == shown.out
    code, out, _ = restored(tmp_path / "again", file, capfd)
    assert (code, out.splitlines()[1]) == (0, f"The branch is in {tmp_path / 'again'}")


def test_uploads_that_were_never_booked_are_after_a_restore(
    tallydock: Run, office: Office, file: Path, tmp_path: Path
) -> None:
    terminal = Terminal()
    terminal.order()
    office.archive.keep(terminal.origin, terminal.seal())
    terminal.order()
    office.archive.keep(terminal.origin, terminal.seal())
    assert tallydock("backup", str(file)).code == 0
    outcome = tallydock("--data", str(tmp_path / "again"), "restore", str(file), "--json")
    assert outcome.document["taken_in"] == 2


def test_what_was_damaged_before_is_a_problem(
    tallydock: Run, office: Office, file: Path, tmp_path: Path
) -> None:
    path = min(each for each in office.archive.paths() if origin_of(each).terminal == 0)
    (office.archive.root / path).unlink()
    outcome = tallydock("backup", str(file), "--json")
    assert outcome.code == 1
    (problem,) = outcome.document["problems"]
    assert (problem["code"], problem["where"]) == ("archive", f"archive/{path}")
    assert "missing" in problem["message"]
    assert tallydock("verify", str(file)).code == 1


def test_a_passphrase_of_the_surroundings_locks_it(
    tallydock: Run, office: Office, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALLYDOCK_PASSPHRASE", "secret words")
    assert tallydock("backup", str(file), "--json").document["encrypted"]
    assert tallydock("verify", str(file), "--json").document["encrypted"]
    monkeypatch.delenv("TALLYDOCK_PASSPHRASE")
    refused = tallydock("verify", str(file))
    assert refused.code == 4
    assert "--passphrase" in refused.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("verify", "{stick}/none.zip"), 3, "there is no such file"),
        (("verify", "{stick}/letter.txt"), 3, "another backup"),
        (("backup", "{stick}/letter.txt"), 4, "Choose another name"),
        (("backup", "{stick}/letter.txt/x.zip"), 3, "cannot be written"),
        (("restore", "{stick}/branch.zip"), 4, "--data"),
        (("backup",), 2, ""),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    tallydock: Run, office: Office, file: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    assert tallydock("backup", str(file)).code == 0
    (file.parent / "letter.txt").write_text("Dear customer")
    outcome = tallydock(*(each.format(stick=file.parent) for each in arguments))
    assert outcome.code == code
    assert len(outcome.err.strip().splitlines()) == 1
    assert words in outcome.err


@pytest.mark.parametrize("command", ["backup", "verify", "restore"])
def test_help_has_an_example(tallydock: Run, command: str) -> None:
    assert "Example: tallydock" in tallydock(command, "--help").out
