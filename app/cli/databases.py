"""`db`: the version of the tables."""

from __future__ import annotations

import typer

from app.cli.desk import Desk, desk_of
from app.services.upgrading import database_status, upgrade_database
from app.storage.migrate import SchemaStatus


def add_to(tree: typer.Typer) -> None:
    group = typer.Typer(help="The database.", no_args_is_help=True, rich_markup_mode=None)
    group.command(epilog="Example: tallydock db status --json")(status)
    group.command(epilog="Example: tallydock db upgrade")(upgrade)
    tree.add_typer(group, name="db")


def status(context: typer.Context) -> None:
    """Show which version the tables are."""
    desk = desk_of(context)
    _answer(desk, database_status(desk.options.db))


def upgrade(context: typer.Context) -> None:
    """Bring the tables to this program's version."""
    desk = desk_of(context)
    _answer(desk, upgrade_database(desk.options.db))


def _answer(desk: Desk, found: SchemaStatus) -> None:
    problems = []
    if not found.is_current:
        message = desk.t("The tables are not this program's: run tallydock db upgrade")
        problems.append({"code": "schema", "where": found.found, "message": message})
    line = f"{found.found or '-'} / {found.expected}"
    answer = {
        "found": found.found,
        "expected": found.expected,
        "current": found.is_current,
        "problems": problems,
    }
    desk.answer(answer, [line])
