"""`files`: families, set-up, a file taken by hand or from a folder, lists written back."""

from pathlib import Path

import pytest

from app.services.office import Office
from drivers.registry import FILE_DRIVERS
from tests.cli.conftest import Run

LINES = "barcode,qty\nHX500,24\nXG330,5\n"


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    (folder / "count.csv").write_text(LINES)
    return folder


def set_up(tallydock: Run, outbox: Path, *more: str) -> None:
    given = ("--driver", "folder", "--profile", "generic-csv", "--port", f"folder:{outbox}")
    done = tallydock("files", "setup", "40", *given, "--location", "WH1", *more)
    assert (done.code, done.err) == (0, "")


def test_families_tell_what_they_can_do(tallydock: Run) -> None:
    told = tallydock("--json", "files", "drivers").document["drivers"]
    assert [each["name"] for each in told] == [driver.name for driver in FILE_DRIVERS]
    by_name = {each["name"]: each for each in told}
    assert by_name["csp2"]["capabilities"] == ["clear", "identify", "set_clock", "upload"]
    assert by_name["cipherlab"]["doubts"]
    shown = tallydock("files", "drivers").out
    assert all(driver.title in shown for driver in FILE_DRIVERS)


def test_a_folder_is_docked_like_a_terminal(tallydock: Run, office: Office, outbox: Path) -> None:
    assert office.database.branch_id
    set_up(tallydock, outbox, "--clear", "--send-lists")
    shown = tallydock("files", "list")
    assert "folder" in shown.out
    docked = tallydock("--json", "dock", f"folder:{outbox}")
    document = docked.document
    (session,) = document["sessions"]
    assert (session["terminal"], session["state"], session["files"]) == (40, "done", 1)
    assert document["posted"]["documents"] == 1
    assert not (outbox / "count.csv").exists()
    titles = (outbox / "inbox" / "products.csv").read_text("utf-8-sig").splitlines()[0]
    assert titles == "barcode,code,name,price"
    again = tallydock("--json", "dock", f"folder:{outbox}")
    assert again.document["posted"]["documents"] == 0
    told = tallydock("sessions", "list").out
    assert "40" in told


def test_a_file_is_taken_by_hand_once(tallydock: Run, office: Office, outbox: Path) -> None:
    assert office.database.branch_id
    set_up(tallydock, outbox)
    file = str(outbox / "count.csv")
    first = tallydock("--json", "files", "take", "40", file).document
    assert (first["verdict"], first["lines"], first["documents"]) == ("new_file", 2, 1)
    second = tallydock("--json", "files", "take", "40", file).document
    assert (second["verdict"], second["lines"], second["documents"]) == ("same", 0, 0)
    again = tallydock("--json", "files", "take", "40", file, "--again").document
    assert again["documents"] == 1
    assert "2 new lines" in tallydock("files", "take", "40", file, "--again").out


def test_what_does_not_fit_says_what_to_do(tallydock: Run, office: Office, outbox: Path) -> None:
    assert office.database.branch_id
    unknown = tallydock("dock", f"folder:{outbox}")
    assert unknown.code == 4
    assert "files setup" in unknown.err
    set_up(tallydock, outbox)
    (outbox / "count.csv").write_text("nothing\nto be\nread here\n")
    unfit = tallydock("files", "take", "40", str(outbox / "count.csv"))
    assert unfit.code == 4
    assert "another profile" in unfit.err
    missing = tallydock("files", "take", "41", str(outbox / "count.csv"))
    assert missing.code == 4
    assert tallydock("files", "take", "40", str(outbox / "none.csv")).code == 2


def test_lists_are_written_for_carrying(tallydock: Run, office: Office, outbox: Path) -> None:
    assert office.database.branch_id
    set_up(tallydock, outbox)
    target = outbox / "lists"
    done = tallydock("--json", "files", "write", "40", str(target))
    assert done.document["files"] == [str(target / "products.csv")]
    rows = (target / "products.csv").read_text("utf-8-sig").splitlines()
    assert len(rows) == 5
    assert any("HX500" in row and "53.5" in row for row in rows)
