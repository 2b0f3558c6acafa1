"""A count from its plan to its booking, from the command line."""

import subprocess
from pathlib import Path

from app.services.office import Office
from tests.cli.conftest import Run
from tests.support.trades import stock_of


def test_a_blind_count_goes_from_its_plan_to_the_books(tallydock: Run, office: Office) -> None:
    made = tallydock("--json", "counts", "plan", "WH1", "--product", "HX500").document
    key = made["id"]
    assert (made["state"], made["blind"], made["of"]) == ("planned", True, 2)
    entered = ("counts", "enter", key, "S01", "--line", "1=8CS+4", "--line", "2=")
    assert tallydock("--json", *entered).document["state"] == "open"
    sheet = tallydock("--json", "counts", "show", key).document
    assert [(row["counted"], row["book"]) for row in sheet["lines"]] == [(100, None), (None, None)]
    done = tallydock("--json", "counts", "submit", key).document
    assert (done["state"], done["off"]) == ("posted", [])
    (row,) = tallydock("--json", "counts", "list", "--state", "posted").document["counts"]
    assert (row["number"], row["counter"], row["counted"]) == (done["number"], "S01", 1)
    assert tallydock("check").code == 0


def test_what_is_off_is_counted_again_and_approved_by_a_third(
    tallydock: Run, office: Office
) -> None:
    plan = ("counts", "plan", "WH1", "--product", "XG330", "--show-book")
    key = tallydock("--json", *plan).document["id"]
    assert tallydock("counts", "enter", key, "S01", "--line", "1=10CS").code == 0
    assert tallydock("--json", "counts", "submit", key).document["state"] == "recount"
    assert tallydock("counts", "enter", key, "S01", "--line", "1=10CS").code == 4
    assert tallydock("counts", "enter", key, "D01", "--line", "1=11CS").code == 0
    assert tallydock("counts", "submit", key).code == 4
    handed = tallydock("--json", "counts", "submit", key, "--reason", "a pallet fell").document
    assert (handed["state"], handed["off"]) == ("submitted", [1])
    assert tallydock("--user", "D01", "counts", "approve", key).code == 4
    approved = tallydock("--user", "chief", "--json", "counts", "approve", key).document
    assert (approved["state"], approved["reason"]) == ("posted", "a pallet fell")
    assert stock_of(office, "WH1", "XG330") == 132
    undone = tallydock(
        "--user", "chief", "counts", "reverse", approved["number"], "--reason", "found it"
    )
    assert undone.code == 0
    assert stock_of(office, "WH1", "XG330") == 240


def test_wrong_words_are_said(tallydock: Run, office: Office) -> None:
    key = tallydock("--json", "counts", "plan", "WH1").document["id"]
    assert tallydock("counts", "show", "no-id").code == 2
    assert tallydock("counts", "enter", key, "S01", "--line", "5").code == 2
    assert tallydock("counts", "enter", key, "S01", "--line", "99=1").code == 4
    assert tallydock("counts", "enter", key, "NOBODY", "--line", "1=1").code == 4
    assert tallydock("counts", "plan", "NOWHERE").code == 4
    assert tallydock("counts", "enter", key, "S01", "--line", "XG330/L2605B=20CS").code == 0


def test_a_sheet_is_printed_to_count_with(tallydock: Run, office: Office, tmp_path: Path) -> None:
    blind = tallydock("--json", "counts", "plan", "WH1").document["id"]
    open_book = tallydock("--json", "counts", "plan", "WH1", "--show-book").document["id"]
    for key, shows in ((blind, False), (open_book, True)):
        file = tmp_path / f"{key}.pdf"
        made = tallydock("--json", "--lang", "en", "print", "count-sheet", key, "-o", str(file))
        assert (made.code, made.document["lines"]) == (0, 3)
        text = subprocess.run(
            ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
        ).stdout
        assert "L2604A" in text
        assert ("41箱8瓶" in text) is shows
    assert tallydock("print", "count-sheet", "no-id").code == 2
