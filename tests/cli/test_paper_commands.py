"""Paper of a lost terminal from the command line: what is expected, what it says, its numbers."""

from pathlib import Path

import pytest

from app.services.office import Office
from app.services.terminals import enrol, report_lost
from app.storage.queries.documents import documents_by_number
from tests.cli.conftest import Run
from tests.support.offices import CLERK, Terminal
from tests.support.trades import load_orders

HEAD = "note,product,lot,delivered,refused,reason\n"


@pytest.fixture
def number(office: Office) -> str:
    """A note on the van of a driver whose terminal 5 is lost."""
    enrol(office, CLERK, 5, "D01")
    seller = Terminal()
    seller.order("C0001", ("HX500", 10))
    seller.upload(office)
    report_lost(office, CLERK, 5, "stolen")
    return load_orders(office).numbers[0]


def test_what_is_missing_is_typed_from_a_file(
    tallydock: Run, office: Office, number: str, tmp_path: Path
) -> None:
    (note,) = tallydock("--json", "terminals", "missing", "5").document["notes"]
    assert note["note"] == number
    assert [line["shipped"] for line in note["lines"]] == [100, 20]
    assert number in tallydock("terminals", "missing", "5").out
    file = tmp_path / "notes.csv"
    file.write_text(
        f"{HEAD}{number},HX500,L2604A,100,0,\n{number},HX500,L2605A,8,12,DMG1\n", "utf-8-sig"
    )
    done = tallydock("--json", "terminals", "type", "5", str(file), "--receiver", "王店主")
    assert done.code == 0
    assert done.document == {
        "terminal": 5,
        "typed_by": "clerk",
        "posted": {"documents": 1, "moves": 2},
        "problems": [],
    }
    assert "Nothing is expected" in tallydock("terminals", "missing", "5").out
    with office.database.read() as reader:
        found = documents_by_number(reader, [number])[number]
    assert found.delivery is not None
    assert (found.delivery.result, found.delivery.receiver_name) == ("part", "王店主")


def test_what_breaks_a_rule_waits_and_is_told(tallydock: Run, number: str, tmp_path: Path) -> None:
    file = tmp_path / "notes.csv"
    file.write_text(f"{HEAD}{number},HX500,L2604A,200,,\n{number},HX500,L2605A,20,,\n")
    done = tallydock("--json", "terminals", "type", "5", str(file))
    assert done.code == 1
    assert [each["code"] for each in done.document["problems"]] == ["E_OVER"]


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("note,product\n", 2, "column lot is missing"),
        (f"{HEAD}N,HX500,,ten,0,\n", 2, "notes.csv, line 2"),
        (f"{HEAD}N,HX500,,10,0,\n", 4, "no delivery note"),
        ("", 2, "column note is missing"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_place(
    tallydock: Run, number: str, tmp_path: Path, text: str, code: int, told: str
) -> None:
    file = tmp_path / "notes.csv"
    file.write_text(text)
    outcome = tallydock("terminals", "type", "5", str(file))
    assert outcome.code == code
    assert told in outcome.err


def test_a_file_that_is_not_there_or_no_text(tallydock: Run, number: str, tmp_path: Path) -> None:
    assert tallydock("terminals", "type", "5", str(tmp_path / "none.csv")).code == 2
    file = tmp_path / "notes.csv"
    file.write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in tallydock("terminals", "type", "5", str(file)).err


def test_numbers_are_filled(tallydock: Run, office: Office, number: str) -> None:
    assert "No numbers" in tallydock("terminals", "fill", "5", "--note", "none out").out
    with office.database.transaction(CLERK, "issue") as store:
        block = store.number_blocks.issue(5, epoch=1, year=2026, count=50)
        store.number_blocks.use(block.id, 31)
    done = tallydock("--json", "terminals", "fill", "5", "--note", "used up to 31 on paper")
    assert done.document["filled"] == [{"year": 2026, "first": 32, "last": 50}]
