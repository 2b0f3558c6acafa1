"""`report`: figures by name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.desk import Desk, desk_of, read_day
from app.errors import UsageError
from app.reports.registry import REPORTS
from app.services.office import Office
from app.services.reporting import Asked, ReportRun, run_report, save_report, today

FORMATS = ("json", "csv", "xlsx", "pdf", "png")


def add_to(tree: typer.Typer) -> None:
    tree.command(
        epilog="Example: tallydock report stock-statement --from 2026-06-01 --to 2026-06-30 "
        "--format xlsx -o june.xlsx"
    )(report)


def report(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Name of the report.")] = None,
    list_all: Annotated[bool, typer.Option("--list", help="Name all reports.")] = False,
    d_from: Annotated[str | None, typer.Option("--from", help="First day.")] = None,
    d_to: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    product: Annotated[str | None, typer.Option(help="Code of a product.")] = None,
    location: Annotated[str | None, typer.Option(help="Code of a location.")] = None,
    kind: Annotated[
        str | None, typer.Option("--format", help="json, csv, xlsx, pdf or png.")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="File to write.")] = None,
) -> None:
    """Run a report; without --format it is shown, with one it is written to a file."""
    desk = desk_of(context)
    if list_all:
        _show_names(desk)
        return
    if name is None:
        raise UsageError(argument="NAME", reason="Name a report, or ask for --list")
    if kind is not None and kind not in FORMATS:
        raise UsageError(argument="--format", reason=f"“{kind}” is none of {', '.join(FORMATS)}")
    days = (read_day(d_from, "--from"), read_day(d_to, "--to"))
    with desk.office() as office:
        first, last = _period(office, *days)
        asked = Asked(d_from=first, d_to=last, product=product, location=location)
        run = run_report(office, desk.actor, name, asked, desk.t)
        answer = _answer(run)
        if kind in (None, "json") and out is None:
            desk.answer(answer, _lines(run))
            return
        kind = kind or (out.suffix.removeprefix(".") if out is not None else "csv")
        file = out or office.paths.output / f"{name}-{first}-{last}.{kind}"
        if kind == "json":
            desk.write_json(answer, file)
        else:
            save_report(run, file, kind, desk.t, desk.house.draw_chart)
    desk.answer(answer | {"files": [str(file)]}, [str(file)])


def _period(office: Office, d_from: date | None, d_to: date | None) -> tuple[date, date]:
    """The days asked for; by default from the first of the month to today."""
    last = d_to or today(office)
    return d_from or last.replace(day=1), last


def _show_names(desk: Desk) -> None:
    reports = [
        {"name": each.name, "title": desk.t(each.title), "parameters": list(each.parameters)}
        for each in REPORTS.values()
    ]
    lines = [f"{each.name}  {desk.t(each.title)}" for each in REPORTS.values()]
    desk.answer({"reports": reports, "problems": []}, lines)


def _answer(run: ReportRun) -> dict[str, Any]:
    asked = run.asked
    zone = timezone(timedelta(minutes=run.offset_min))
    as_of = datetime.fromtimestamp(run.as_of_ms / 1000, UTC).astimezone(zone)
    return {
        "report": run.name,
        "version": run.version,
        "parameters": {
            "from": asked.d_from.isoformat(),
            "to": asked.d_to.isoformat(),
            "product": asked.product,
            "location": asked.location,
        },
        "as_of": as_of.isoformat(timespec="seconds"),
        "run_id": run.run_id,
        "columns": [{"name": each.name, "unit": each.unit} for each in run.table.columns],
        "rows": [list(row) for row in run.table.rows],
        "totals": list(run.table.totals),
        "sha256": run.sha256,
        "problems": [],
    }


def _lines(run: ReportRun) -> list[str]:
    head = "\t".join(column.title for column in run.table.columns)
    body = ["\t".join("" if cell is None else str(cell) for cell in row) for row in run.table.rows]
    return [run.table.title, *run.table.notes, head, *body]
