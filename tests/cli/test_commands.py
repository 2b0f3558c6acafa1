"""Every command: its JSON object, its exit code, its one line when something is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.services.office import Office
from tests.cli.conftest import Run
from tests.support.credentials import introduce
from tests.support.handhelds import handheld
from tests.support.offices import CLERK, Terminal
from tests.support.trades import load_orders


def one_line(text: str) -> bool:
    return len(text.strip().splitlines()) == 1


def test_help_shows_every_command_and_an_example(tallydock: Run) -> None:
    shown = tallydock("--help")
    assert shown.code == 0
    assert "Example: tallydock" in shown.out
    for command in ("demo", "dock", "watch", "report", "print", "quarantine", "check", "replay"):
        assert command in shown.out
        assert "Example:" in tallydock(command, "--help").out or command in ("print", "quarantine")


def test_the_command_line_needs_no_graphics() -> None:
    code = (
        "import sys\nfrom app.main import run\nrun(['--help'])\n"
        "sys.exit('PySide6' in sys.modules or 'pyqtgraph' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nonsense",), 2),
        (("dock",), 2),
        (("report",), 2),
        (("report", "stock-statement", "--from", "yesterday"), 2),
        (("report", "stock-statement", "--format", "doc"), 2),
        (("quarantine", "fix", "no-id", "HX500"), 2),
        (("dock", "/dev/nothing-here"), 3),
        (("report", "nonsense"), 4),
        (("report", "stock-over-time", "--product", "NOPE"), 4),
        (("print", "delivery-notes", "--number", "0127-DN-2606-000009-9"), 4),
        (("terminals", "enrol", "0"), 4),
        (("quarantine", "reject", "00000000-0000-0000-0000-000000000001", "--reason", "x"), 4),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    tallydock: Run, office: Office, arguments: tuple[str, ...], code: int
) -> None:
    outcome = tallydock(*arguments)
    assert outcome.code == code
    assert one_line(outcome.err)
    assert "Traceback" not in outcome.err


def test_with_json_an_error_is_an_object_too(tallydock: Run, office: Office) -> None:
    outcome = tallydock("--json", "report", "nonsense")
    assert outcome.code == 4
    (problem,) = outcome.document["problems"]
    assert problem["code"] == "not-found"
    assert problem["message"]


def test_without_a_branch_the_next_step_is_named(tallydock: Run) -> None:
    outcome = tallydock("check")
    assert outcome.code == 4
    assert "tallydock demo" in outcome.err


def test_check_lists_every_invariant(tallydock: Run, office: Office) -> None:
    outcome = tallydock("--json", "check")
    assert outcome.code == 0
    found = {each["id"]: each for each in outcome.document["invariants"]}
    assert found["INV-03"] == {"id": "INV-03", "holds": True, "checked": 6, "counterexamples": []}
    assert outcome.document["problems"] == []


def test_a_broken_book_is_a_problem(tallydock: Run, office: Office) -> None:
    with office.database.transaction(CLERK, "tamper") as store:
        statement = "UPDATE stock_balance SET qty = qty + 1"
        store.reader.connection.exec_driver_sql(statement)
    outcome = tallydock("--json", "check")
    assert outcome.code == 1
    assert "INV-03" in {each["code"] for each in outcome.document["problems"]}


def test_docking_ends_with_1_while_something_waits(
    tallydock: Run, office: Office, tmp_path: Path, terminal: Terminal
) -> None:
    introduce(office, CLERK, 3)
    terminal.order("C0001", ("HX500", 1))
    terminal.order("C0001", ("HX5OO", 1))
    day = tmp_path / "day.cbor"
    day.write_bytes(terminal.seal())
    with handheld(tmp_path, "--load", str(day)) as port:
        outcome = tallydock("--json", "dock", port)
        again = tallydock("--json", "dock", port, "--once")
    assert outcome.code == 1
    document = outcome.document
    assert (document["expected"], document["docked"]) == (1, 1)
    assert document["records"] == {
        "uploaded": 4,
        "accepted": 2,
        "warned": 0,
        "quarantined": 2,
        "rejected": 0,
        "conflicts": 0,
        "already_received": 0,
        "lost": 0,
    }
    assert document["posted"] == {"documents": 1, "moves": 0}
    assert document["sessions"][0]["terminal"] == 3
    assert [each["code"] for each in document["problems"]] == ["E_PROD"]
    assert again.code == 0
    (item,) = tallydock("--json", "quarantine", "list").document["items"]
    assert item["candidates"][0]["code"] == "HX500"
    fixed = tallydock("--json", "quarantine", "fix", item["id"], "HX500")
    assert fixed.document["posted"]["documents"] == 1
    assert tallydock("--json", "terminals", "list").document["terminals"][0]["terminal"] == 3


def test_watch_once_docks_what_is_plugged_in(
    tallydock: Run,
    office: Office,
    tmp_path: Path,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.services.watching.list_ports", list)
    introduce(office, CLERK, 3)
    terminal.order("C0001")
    day = tmp_path / "day.cbor"
    day.write_bytes(terminal.seal())
    with handheld(tmp_path, "--load", str(day)) as port:
        outcome = tallydock("--json", "watch", "--once", "--port", port)
    assert outcome.code == 0
    assert outcome.document["docked"] == 1


def test_notes_are_printed_into_a_file(
    tallydock: Run, office: Office, tmp_path: Path, terminal: Terminal
) -> None:
    terminal.order("C0001")
    terminal.upload(office)
    load_orders(office)
    out = tmp_path / "notes.pdf"
    command = ("print", "delivery-notes", "--day", "2026-06-02", "-o", str(out))
    outcome = tallydock("--json", *command)
    assert outcome.document == {
        "documents": 1,
        "pages": 1,
        "files": [str(out)],
        "jobs": [],
        "problems": [],
    }
    assert out.read_bytes().startswith(b"%PDF")


def test_reports_are_named_and_run(tallydock: Run, office: Office, tmp_path: Path) -> None:
    names = [each["name"] for each in tallydock("--json", "report", "--list").document["reports"]]
    assert names == ["stock-statement", "stock-over-time"]
    days = ("--from", "2026-06-01", "--to", "2026-06-02")
    document = tallydock("--json", "report", "stock-statement", *days).document
    assert set(document) == {
        "report",
        "version",
        "parameters",
        "as_of",
        "run_id",
        "columns",
        "rows",
        "totals",
        "sha256",
        "problems",
    }
    assert document["as_of"].endswith("+08:00")
    out = tmp_path / "june.xlsx"
    assert tallydock("report", "stock-statement", *days, "-o", str(out)).code == 0
    assert out.read_bytes().startswith(b"PK")


def test_a_chart_is_drawn_without_a_window(tallydock: Run, office: Office, tmp_path: Path) -> None:
    out = tmp_path / "beer.png"
    days = ("--from", "2026-06-01", "--to", "2026-06-14", "--product", "HX500")
    command = ("report", "stock-over-time", *days, "--format", "png", "-o", str(out))
    assert tallydock(*command).code == 0
    assert out.read_bytes().startswith(b"\x89PNG")


def test_replay_says_that_both_are_equal(tallydock: Run, office: Office, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'again.sqlite'}"
    outcome = tallydock("--json", "replay", "--into", url)
    assert outcome.code == 0
    assert outcome.document["equal"] is True
    assert tallydock("replay", "--into", url).code == 4


def test_the_tables_are_made_and_told(tallydock: Run, data: Path) -> None:
    data.mkdir()
    before = tallydock("--json", "db", "status")
    assert (before.code, before.document["current"]) == (1, False)
    assert tallydock("db", "upgrade").code == 0
    assert tallydock("--json", "db", "status").document["current"] is True


def test_chinese_is_spoken_too(office: Office, data: Path, tallydock: Run) -> None:
    outcome = tallydock("--lang", "zh", "report", "nonsense")
    assert outcome.code == 4
    assert any("\u4e00" <= sign <= "\u9fff" for sign in outcome.err)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()
