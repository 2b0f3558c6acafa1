"""The command tree of `tallydock`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli import (
    backups,
    checking,
    consigning,
    counting,
    databases,
    deliveries,
    demonstrating,
    docking,
    files,
    importing,
    logbook,
    orders,
    prices,
    printing,
    profiles,
    quarantine,
    reporting,
    returns,
    stock,
    terminals,
)
from app.cli.desk import desk_of

_EXAMPLE = "Example: tallydock --data ./branch demo --headless --terminals 6"


def program() -> typer.Typer:
    """A fresh tree; the composition root puts a Desk into its context."""
    tree = typer.Typer(
        name="tallydock",
        help="Back office of a goods distributor: docks handheld terminals, keeps the stock "
        "ledger, prints delivery notes. Without a command it opens the window.",
        epilog=_EXAMPLE,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    tree.callback(invoke_without_command=True)(start)
    parts = (
        demonstrating,
        docking,
        logbook,
        terminals,
        files,
        profiles,
        quarantine,
        orders,
        prices,
        deliveries,
        returns,
        stock,
        consigning,
        counting,
        importing,
        reporting,
        printing,
        checking,
        backups,
        databases,
    )
    for part in parts:
        part.add_to(tree)
    return tree


def start(
    context: typer.Context,
    data: Annotated[
        Path | None, typer.Option(help="Folder of this installation.", envvar="TALLYDOCK_DATA")
    ] = None,
    db: Annotated[
        str | None, typer.Option(help="URL of the database.", envvar="TALLYDOCK_DB")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="zh or en.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")] = False,
    user: Annotated[str | None, typer.Option(help="Who is working.")] = None,
) -> None:
    """Read what stands before the command; without a command, open the window."""
    desk = desk_of(context)
    desk.choose(desk.house.read_options(data, db, lang, as_json, user))
    if context.invoked_subcommand is None:
        with desk.house.open_office(desk.options) as office:
            raise typer.Exit(desk.house.show_window(desk.options, office))
