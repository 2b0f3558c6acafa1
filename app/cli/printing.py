"""`print`: papers into PDF files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from app.cli.desk import desk_of, read_day
from app.cli.reading import read_key
from app.reports.table import Table
from app.services.printing import print_delivery_notes
from app.services.route_papers import print_load_sheet, print_pick_list
from app.services.stock_taking.printing import print_count_sheet


def add_to(tree: typer.Typer) -> None:
    papers = typer.Typer(help="Print papers.", no_args_is_help=True, rich_markup_mode=None)
    papers.command(
        "delivery-notes",
        epilog="Example: tallydock print delivery-notes --day 2026-06-30 --route R01 -o notes.pdf",
    )(delivery_notes)
    papers.command(
        "pick-list",
        epilog="Example: tallydock print pick-list --day 2026-06-30 --route R01 -o pick.pdf",
    )(pick_list)
    papers.command(
        "load-sheet",
        epilog="Example: tallydock print load-sheet --day 2026-06-30 --route R01 -o load.pdf",
    )(load_sheet)
    papers.command("count-sheet", epilog="Example: tallydock print count-sheet ID -o sheet.pdf")(
        count_sheet
    )
    tree.add_typer(papers, name="print")


def pick_list(
    context: typer.Context,
    day: Annotated[str, typer.Option(help="Business day, YYYY-MM-DD.")],
    route: Annotated[str | None, typer.Option(help="Code of the route.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="PDF file.")] = None,
) -> None:
    """Print what the day's planned deliveries take from the warehouse, lot by lot."""
    _route_paper(context, print_pick_list, "pick-list", day, route, out)


def load_sheet(
    context: typer.Context,
    day: Annotated[str, typer.Option(help="Business day, YYYY-MM-DD.")],
    route: Annotated[str | None, typer.Option(help="Code of the route.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="PDF file.")] = None,
) -> None:
    """Print what stands on the vans, the last stop first."""
    _route_paper(context, print_load_sheet, "load-sheet", day, route, out)


def count_sheet(
    context: typer.Context,
    count: Annotated[str, typer.Argument(help="Id of a planned count.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="PDF file.")] = None,
) -> None:
    """Print the sheet of a count, with fields for what is found; a blind one shows no book."""
    desk = desk_of(context)
    key = read_key(count)
    with desk.office() as office:
        file = out or office.paths.output / f"count-sheet-{key}.pdf"
        table = print_count_sheet(office, desk.actor, file, desk.t, key)
    answer = {"documents": 1, "lines": len(table.rows), "files": [str(file)], "problems": []}
    desk.answer(answer | {"jobs": []}, [str(file)])


def _route_paper(
    context: typer.Context,
    write: Callable[..., Table],
    kind: str,
    day: str,
    route: str | None,
    out: Path | None,
) -> None:
    desk = desk_of(context)
    asked_day = read_day(day, "--day")
    with desk.office() as office:
        name = "-".join(filter(None, (kind, day, route))) + ".pdf"
        file = out or office.paths.output / name
        table = write(office, desk.actor, file, desk.t, asked_day, route)
    answer = {"documents": 1, "lines": len(table.rows), "files": [str(file)], "problems": []}
    desk.answer(answer | {"jobs": []}, [str(file)])


def delivery_notes(
    context: typer.Context,
    day: Annotated[str | None, typer.Option(help="Business day, YYYY-MM-DD.")] = None,
    route: Annotated[str | None, typer.Option(help="Code of the route.")] = None,
    number: Annotated[str | None, typer.Option(help="One note by its number.")] = None,
    paper: Annotated[str | None, typer.Option(help="a4 or 241x140.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="PDF file.")] = None,
) -> None:
    """Print delivery notes; a note printed before is marked as a reprint."""
    desk = desk_of(context)
    asked_day = read_day(day, "--day")
    with desk.office() as office:
        name = "-".join(filter(None, ("delivery-notes", day, route, number))) + ".pdf"
        report = print_delivery_notes(
            office,
            desk.actor,
            out or office.paths.output / name,
            day=asked_day,
            route=route,
            number=number,
            paper=paper or desk.options.settings.paper,
        )
    line = desk.t(
        "{documents} delivery notes on {pages} pages: {file}",
        documents=report.documents,
        pages=report.pages,
        file=report.file,
    )
    answer = {
        "documents": report.documents,
        "pages": report.pages,
        "files": [str(report.file)],
        "jobs": [],
        "problems": [],
    }
    desk.answer(answer, [line])
