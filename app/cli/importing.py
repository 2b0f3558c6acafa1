"""`import` and `export`: tables in and out; `masters`: who changed what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.desk import desk_of
from app.domain.rights import Right
from app.explain.imports import bad_row_sentence
from app.services.importing.reading import import_table, read_mapping
from app.services.importing.writing import export_table, write_bad_rows, write_template
from app.storage.queries.history import changes


def add_to(tree: typer.Typer) -> None:
    tree.command("import", epilog="Example: tallydock import customers customers.csv --dry-run")(
        bring_in
    )
    tree.command("export", epilog="Example: tallydock export prices prices.xlsx")(take_out)
    group = typer.Typer(help="Master data.", no_args_is_help=True, rich_markup_mode=None)
    group.command("history", epilog="Example: tallydock masters history party C0001")(history)
    tree.add_typer(group, name="masters")


def bring_in(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="products, packings, customers, routes, prices ...")],
    file: Annotated[Path, typer.Argument(help="CSV or XLSX file.")],
    mapping: Annotated[
        Path | None, typer.Option(help="TOML or JSON: [columns] ours = 'theirs', [constants].")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look at the rows.")] = False,
    whole: Annotated[
        bool, typer.Option("--all-or-nothing", help="Take nothing in if a row is bad.")
    ] = False,
    bad: Annotated[Path | None, typer.Option(help="Write the bad rows into this CSV.")] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Write an empty file with every column instead.")
    ] = False,
) -> None:
    """Take a table in; every bad row is listed with its line and reason (exit code 1)."""
    desk = desk_of(context)
    if template:
        write_template(kind, file)
        desk.answer({"file": str(file), "problems": []}, [str(file)])
        return
    with desk.office() as office:
        done = import_table(
            office,
            desk.actor,
            kind,
            file,
            mapping=read_mapping(mapping),
            dry_run=dry_run,
            all_or_nothing=whole,
            progress=lambda rows: desk.show_progress(kind, rows, 0),
        )
    if bad is not None:
        write_bad_rows(bad, done.bad)
    rows = [
        {
            "line": each.line,
            "column": each.column,
            "value": each.value,
            "code": each.code,
            "message": bad_row_sentence(each.code, desk.t),
        }
        for each in done.bad
    ]
    problems = [
        {
            "code": each["code"],
            "where": f"{each['line']} {each['column']}",
            "message": each["message"],
        }
        for each in rows
    ]
    document: dict[str, Any] = {
        "kind": kind,
        "rows": done.rows,
        "imported": done.imported,
        "unchanged": done.unchanged,
        "bad_rows": done.bad_rows,
        "bad": rows,
        "problems": problems,
    }
    line = desk.t(
        "{rows} rows: {imported} taken in, {unchanged} there already, {bad} bad",
        rows=desk.t.number(done.rows),
        imported=desk.t.number(done.imported),
        unchanged=desk.t.number(done.unchanged),
        bad=desk.t.number(done.bad_rows),
    )
    desk.answer(document, [line])


def take_out(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="products, packings, customers, routes, prices ...")],
    file: Annotated[Path, typer.Argument(help="CSV or XLSX file to write.")],
) -> None:
    """Write a table out; importing it again changes nothing."""
    desk = desk_of(context)
    with desk.office() as office:
        count = export_table(office, desk.actor, kind, file)
    document = {"kind": kind, "rows": count, "file": str(file), "problems": []}
    desk.answer(document, [f"{file}  {desk.t.number(count)}"])


def history(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="person, party, product, route, price_list ...")],
    code: Annotated[str, typer.Argument(help="Its code.")],
) -> None:
    """Who changed a master row, when, and what it said before and after."""
    desk = desk_of(context)
    desk.actor.require(Right.REPORT)
    with desk.office() as office, office.database.read() as reader:
        found = changes(reader, kind, code)
    rows = [
        {
            "at_ms": each.changed_ms,
            "by": each.changed_by,
            "action": each.action,
            "before": dict(each.before),
            "after": dict(each.after),
        }
        for each in found
    ]
    lines = [f"{row['at_ms']}  {row['by']}  {row['action']}  {row['after']}" for row in rows]
    desk.answer({"changes": rows, "problems": []}, lines)
