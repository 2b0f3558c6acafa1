"""The command tree of `tallydock`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from app.cli.arguments import command_of
from app.cli.desk import desk_of

_EXAMPLE = "Example: tallydock --data ./branch demo --headless --terminals 6"


COMMANDS: Mapping[str, str] = {
    "demo": "demonstrating",
    "dock": "docking",
    "watch": "docking",
    "sessions": "logbook",
    "support": "logbook",
    "terminals": "terminals",
    "files": "files",
    "profiles": "profiles",
    "quarantine": "quarantine",
    "orders": "orders",
    "prices": "prices",
    "deliveries": "deliveries",
    "returns": "returns",
    "stock": "stock",
    "receipts": "stock",
    "transfers": "stock",
    "write-offs": "stock",
    "consignment": "consigning",
    "counts": "counting",
    "import": "importing",
    "export": "importing",
    "masters": "importing",
    "report": "reporting",
    "print": "printing",
    "check": "checking",
    "replay": "checking",
    "backup": "backups",
    "verify": "backups",
    "restore": "backups",
    "db": "databases",
}
"""Each command and the module of this package that adds it to the tree."""


def program(arguments: Sequence[str] = ()) -> typer.Typer:
    """A fresh tree; the composition root puts a Desk into its context.

    Only the command that the arguments name is loaded, all of them when they name none: most of a
    command's time is loading what others need.
    """
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
    wanted = COMMANDS.get(command_of(arguments))
    for name in dict.fromkeys(COMMANDS.values()) if wanted is None else (wanted,):
        import_module(f"app.cli.{name}").add_to(tree)
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
