"""`terminals`: which handhelds this branch docks."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.desk import desk_of
from app.services.terminals import enrol, list_terminals


def add_to(tree: typer.Typer) -> None:
    group = typer.Typer(help="The handhelds.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list", epilog="Example: tallydock terminals list")(show)
    group.command("enrol", epilog="Example: tallydock terminals enrol 3 --person S01")(add)
    tree.add_typer(group, name="terminals")


def show(context: typer.Context) -> None:
    """List the handhelds that may dock here."""
    desk = desk_of(context)
    with desk.office() as office:
        rows = list_terminals(office, desk.actor)
    terminals = [
        {
            "terminal": row.terminal_no,
            "person": row.person_code,
            "model": row.model,
            "serial": row.serial,
            "epoch": row.epoch,
            "received_seq": row.received_seq,
        }
        for row in rows
    ]
    lines = [f"{row.terminal_no:>5}  {row.person_code:<8}  {row.serial}" for row in rows]
    desk.answer({"terminals": terminals, "problems": []}, lines)


def add(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="Number of the terminal.")],
    person: Annotated[str, typer.Option(help="Code of the person who carries it.")] = "",
    serial: Annotated[str, typer.Option(help="Serial number; else the first that docks.")] = "",
) -> None:
    """Let a handheld dock here."""
    desk = desk_of(context)
    with desk.office() as office:
        enrol(office, desk.actor, number, person, serial)
    line = desk.t("Terminal {terminal} may dock", terminal=number)
    desk.answer({"terminal": number, "problems": []}, [line])
