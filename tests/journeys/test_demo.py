"""The demo, as a newcomer starts it, and what it leaves behind."""

from collections import Counter
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest

from app.paths import Paths
from app.settings import load_settings
from tests.support.branches import Outcome, program, run_program
from tests.support.pdfs import barcodes, check_syntax, page_texts, run_tool
from tests.support.terminals import running_handheld

TERMINALS = 6
PLANTED = {
    (1, "E_PROD"), (4, "E_PROD"), (1, "E_CUST"), (1, "E_NO_PRICE"), (1, "E_ORD_TOO_MANY"),
    (1, "E_UOM"), (2, "E_DN_UNKNOWN"), (2, "E_OVER"), (3, "E_CNT_SKIPPED"), (3, "E_TOTALS"),
}  # fmt: skip
REJECTED = {"E_ORD_TOO_MANY", "E_UOM", "E_CNT_SKIPPED"}  # for good: nobody is asked
ACCIDENTS = {("E_BATCH_CONFLICT", 1): 1, ("X_SEQ_GAP", 4): 1}  # of the weeks before
BOOKS = ("upload_batch", "raw_record", "document", "document_line", "stock_move", "quarantine_item")


def tallydock(data: Path, *arguments: str) -> Outcome:
    return run_program([*program(data), *arguments])


def rows(data: Path) -> dict[str, int]:
    """How many rows the books hold."""
    with closing(connect(Paths(data).database)) as books:
        counts = {name: books.execute(f"SELECT count(*) FROM {name}") for name in BOOKS}  # noqa: S608
        return {name: found.fetchone()[0] for name, found in counts.items()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    data = tmp_path_factory.mktemp("demo") / "data"
    wanted = ("demo", "--headless", "--terminals", str(TERMINALS), "--json")
    return data, tallydock(data, *wanted)


@pytest.fixture(scope="module")
def answer(demo: tuple[Path, Outcome]) -> dict[str, Any]:
    _, outcome = demo
    assert (outcome.code, outcome.err) == (0, "")
    document: dict[str, Any] = outcome.document
    return document


def test_every_terminal_is_docked_and_nothing_is_lost(answer: dict[str, Any]) -> None:
    assert (answer["expected"], answer["docked"]) == (TERMINALS, TERMINALS)
    records = answer["records"]
    assert records["lost"] == 0
    assert records["uploaded"] == sum(
        count for name, count in records.items() if name not in ("uploaded", "lost")
    )
    assert [each["terminal"] for each in answer["sessions"]] == list(range(1, TERMINALS + 1))
    assert {each["state"] for each in answer["sessions"]} == {"done"}
    for name in ("uploaded", "accepted", "quarantined", "rejected"):
        assert records[name] == sum(each["records"][name] for each in answer["sessions"])
    assert answer["posted"]["documents"] > 0
    assert answer["posted"]["moves"] > 0


def test_the_answer_has_the_shape_that_is_promised(answer: dict[str, Any]) -> None:
    assert {
        "expected", "docked", "records", "posted", "printed", "charts", "reports", "seconds",
        "sessions", "problems",
    } <= set(answer)  # fmt: skip
    assert set(answer["records"]) == {
        "uploaded", "accepted", "warned", "quarantined", "rejected", "conflicts",
        "already_received", "lost",
    }  # fmt: skip
    assert set(answer["posted"]) == {"documents", "moves"}
    assert set(answer["seconds"]) == {"setup", "dock", "post", "print", "total"}


def test_every_planted_mistake_is_caught_and_nothing_else(answer: dict[str, Any]) -> None:
    assert {(each["terminal"], each["code"]) for each in answer["planted"]} == PLANTED
    assert all(each["found"] == each["documents"] for each in answer["planted"])
    assert answer["problems"] == []


def test_what_waits_is_what_was_planted(demo: tuple[Path, Outcome], answer: dict[str, Any]) -> None:
    """Quarantine holds the questions of the planted mistakes; what is refused waits for nobody."""
    data, _ = demo
    items = tallydock(data, "quarantine", "list", "--json").document["items"]
    planted = {
        (each["code"], each["terminal"]): each["documents"]
        for each in answer["planted"]
        if each["code"] not in REJECTED
    }
    waiting = Counter((each["code"], each["terminal"]) for each in items)
    assert waiting == Counter(planted) + Counter(ACCIDENTS)
    assert all(each["candidates"] for each in items if each["code"] in ("E_PROD", "E_CUST"))


def test_papers_reports_and_charts_are_files(answer: dict[str, Any], tmp_path: Path) -> None:
    files = [Path(each) for each in answer["printed"] + answer["reports"] + answer["charts"]]
    assert Counter(file.suffix for file in files) == {".pdf": 3, ".xlsx": 1, ".png": 1}
    heads = {".pdf": b"%PDF", ".xlsx": b"PK", ".png": b"\x89PNG"}
    for file in files:
        content = file.read_bytes()
        assert content.startswith(heads[file.suffix])
        if file.suffix == ".pdf":
            check_syntax(content, tmp_path)
            fonts = run_tool(content, tmp_path, "pdffonts").splitlines()[2:]
            assert fonts
            # The last columns: embedded, subset, mapped to Unicode, and two numbers.
            assert all(font.split()[-5:-2] == ["yes", "yes", "yes"] for font in fonts)


def test_a_delivery_note_reads_back(demo: tuple[Path, Outcome], answer: dict[str, Any]) -> None:
    data, _ = demo
    notes = Path(answer["printed"][0]).read_bytes()
    (scanned,) = barcodes(notes)
    with closing(connect(Paths(data).database)) as books:
        numbers = {row[0] for row in books.execute("SELECT number FROM document")}
    assert scanned in numbers
    assert scanned in page_texts(notes)[0]
    assert "送货单" in page_texts(notes)[0]


def test_the_books_are_right(demo: tuple[Path, Outcome]) -> None:
    data, _ = demo
    check = tallydock(data, "check", "--json")
    assert (check.code, check.document["problems"]) == (0, [])
    invariants = check.document["invariants"]
    assert all(each["holds"] for each in invariants)
    assert sum(each["checked"] for each in invariants) > 10_000


def test_the_archive_alone_makes_the_same_books(demo: tuple[Path, Outcome], tmp_path: Path) -> None:
    data, _ = demo
    url = f"sqlite:///{tmp_path / 'again.sqlite'}"
    replay = tallydock(data, "replay", "--into", url, "--json")
    assert (replay.code, replay.document["equal"]) == (0, True), replay
    assert replay.document["differing"] == []


@pytest.mark.parametrize("terminal", [1, 3])
def test_docking_again_adds_nothing(
    demo: tuple[Path, Outcome], tmp_path: Path, terminal: int
) -> None:
    """A handheld that forgot that it was docked is taken for a copy: its file is loaded anew."""
    data, _ = demo
    before = rows(data)
    stored = data / "handhelds"
    clock = f"clock={load_settings(Paths(data).settings_file).clock_shift_s}"
    mine: dict[str, Any] = {"serial": f"DEMO-{terminal:04}", "faults": [clock], "device": None}
    name = f"terminal-{terminal:03}"
    with running_handheld(stored, name=name, **mine) as handheld:
        again = tallydock(data, "dock", handheld.port, "--json")
        with closing(connect(handheld.store)) as store:
            ((last, safe),) = store.execute("SELECT last_seq, received_seq FROM identity")
    assert again.code == 0, again
    records = again.document["records"]
    assert (records["uploaded"], records["lost"]) == (0, 0)
    assert again.document["posted"] == {"documents": 0, "moves": 0}
    assert safe == last
    keys = ("--key", str(stored / f"{name}.key"), "--desk", str(stored / f"{name}.desk"))
    forgot = {"load": stored / f"{name}.cbor", "arguments": keys}
    with running_handheld(tmp_path, **forgot, **mine) as handheld:
        again = tallydock(data, "dock", handheld.port, "--json")
    assert (again.code, again.document["docked"]) == (4, 0), again
    assert "carry the memory of terminal" in again.err
    assert rows(data) == before


def test_a_second_demo_needs_a_folder_of_its_own(demo: tuple[Path, Outcome]) -> None:
    data, _ = demo
    before = rows(data)
    again = tallydock(data, "demo", "--headless")
    assert again.code == 4
    assert "empty data folder" in again.line
    assert rows(data) == before
