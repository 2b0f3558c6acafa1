"""`terminals missing` and `terminals type`: what a lost terminal's paper has to tell, and tells."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.desk import desk_of
from app.errors import UsageError
from app.services.paper_entry import PaperLine, PaperResult, enter_deliveries, fill_numbers
from app.services.paper_notes import ExpectedNote, missing_of

COLUMNS = ("note", "product", "lot", "delivered", "refused", "reason")

Number = Annotated[int, typer.Argument(help="Number of the terminal.")]


def show_missing(context: typer.Context, number: Number) -> None:
    """List the loaded notes of a terminal whose results are expected from paper."""
    desk = desk_of(context)
    with desk.office() as office:
        notes = missing_of(office, desk.actor, number)
    lines = [
        f"{note.number}  {note.business_date}  {note.customer_code}  {note.customer_name}"
        for note in notes
    ]
    if not notes:
        lines = [desk.t("Nothing is expected from paper")]
    desk.answer({"terminal": number, "notes": [_note(n) for n in notes], "problems": []}, lines)


def type_file(
    context: typer.Context,
    number: Number,
    file: Annotated[
        Path,
        typer.Argument(help=f"CSV with a line for each line of a note: {', '.join(COLUMNS)}."),
    ],
    receiver: Annotated[str, typer.Option(help="Who signed for the goods.")] = "",
) -> None:
    """Enter what a lost terminal's delivery notes say on paper; quantities in single units."""
    desk = desk_of(context)
    results = _read(file, receiver)
    with desk.office() as office:
        done = enter_deliveries(office, desk.actor, number, results)
    problems = desk.problems_of(done.problems, f"terminal {number}")
    line = desk.t(
        "{documents} deliveries posted, typed by {user}",
        documents=done.documents,
        user=desk.actor.user,
    )
    answer = {
        "terminal": number,
        "typed_by": desk.actor.user,
        "posted": {"documents": done.documents, "moves": done.moves},
        "problems": problems,
    }
    desk.answer(answer, [line])


def fill(
    context: typer.Context,
    number: Number,
    note: Annotated[str, typer.Option(help="What became of the numbers; it is kept.")],
) -> None:
    """Close the numbers that a lost terminal will not use any more."""
    desk = desk_of(context)
    with desk.office() as office:
        blocks = fill_numbers(office, desk.actor, number, note)
    filled = [
        {"year": block.year, "first": block.unused.start, "last": block.unused.stop - 1}
        for block in blocks
    ]
    lines = [
        desk.t(
            "Numbers {first} to {last} of {year} are filled",
            first=each["first"],
            last=each["last"],
            year=each["year"],
        )
        for each in filled
    ]
    lines = lines or [desk.t("No numbers were open")]
    desk.answer({"terminal": number, "filled": filled, "problems": []}, lines)


def _note(note: ExpectedNote) -> dict[str, Any]:
    return {
        "note": note.number,
        "day": note.business_date,
        "customer": note.customer_code,
        "name": note.customer_name,
        "lines": [
            {"product": line.product_code, "lot": line.lot, "shipped": line.shipped}
            for line in note.lines
        ],
    }


def _read(file: Path, receiver: str) -> list[PaperResult]:
    """Raises UsageError for a file that is not as it should be."""
    try:
        # spreadsheets put a mark before the first name
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError(argument=str(file), reason=error.strerror or "") from error
    except UnicodeDecodeError as error:
        raise UsageError(argument=str(file), reason="it is not UTF-8 text") from error
    rows = csv.DictReader(text.splitlines())
    missing = [name for name in COLUMNS[:4] if name not in (rows.fieldnames or ())]
    if missing:
        raise UsageError(argument=str(file), reason=f"column {missing[0]} is missing")
    return _results(file, rows, receiver)


def _results(file: Path, rows: Iterable[dict[str, str | None]], receiver: str) -> list[PaperResult]:
    lines: dict[str, list[PaperLine]] = {}
    for place, row in enumerate(rows, start=2):
        words = {name: (row.get(name) or "").strip() for name in COLUMNS}
        where = f"{file.name}, line {place}"
        line = PaperLine(
            words["product"],
            words["lot"],
            _units(words["delivered"], where),
            _units(words["refused"], where),
            words["reason"],
        )
        lines.setdefault(words["note"], []).append(line)
    return [PaperResult(note, tuple(told), receiver) for note, told in lines.items()]


def _units(text: str, where: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise UsageError(argument=where, reason=f"“{text}” is not a number of units")
    return int(text)
