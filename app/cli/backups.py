"""`backup`, `verify`, `restore`: everything of a branch in one file, and back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.desk import Desk, desk_of
from app.explain import word
from app.services.backing_up import back_up
from app.services.backing_up import verify as verify_file
from app.services.recovering import recover
from app.services.restoring import restore as restore_file
from app.services.unpacking import Backup

_VARIABLE = "TALLYDOCK_PASSPHRASE"

File = Annotated[Path, typer.Argument(help="The file of the backup.")]
Ask = Annotated[
    bool,
    typer.Option("--passphrase", help=f"Ask for its passphrase, if {_VARIABLE} does not hold it."),
]


def add_to(tree: typer.Typer) -> None:
    tree.command(epilog="Example: tallydock backup /media/stick/branch.zip --passphrase")(backup)
    tree.command(epilog="Example: tallydock verify /media/stick/branch.zip --passphrase")(verify)
    tree.command(epilog="Example: tallydock --data ./new restore /media/stick/branch.zip")(restore)


def backup(context: typer.Context, file: File, passphrase: Ask = False) -> None:
    """Write everything of this branch into one file, and verify it.

    Only what is in a verified backup may be deleted on the terminals. The key by which terminals
    know this desk is in it too: give it a passphrase when it leaves the house.
    """
    desk = desk_of(context)
    secret = _secret(desk, passphrase, is_new=True)
    with desk.office() as office:
        done = back_up(office, desk.actor, file.resolve(), secret)
    _answer(desk, done, {})


def verify(context: typer.Context, file: File, passphrase: Ask = False) -> None:
    """Read a backup from end to end, and tell what is in it; nothing is changed."""
    desk = desk_of(context)
    done = verify_file(desk.actor, file.resolve(), _secret(desk, passphrase))
    _answer(desk, done, {})


def restore(context: typer.Context, file: File, passphrase: Ask = False) -> None:
    """Make the branch again from a backup, in a data folder that is empty or not there yet.

    With --db the database goes there; an empty one of a server is filled from the archive.
    """
    desk = desk_of(context)
    done = restore_file(
        desk.actor,
        file.resolve(),
        desk.options.data,
        desk.options.db,
        _secret(desk, passphrase),
        progress=lambda done, total: desk.show_progress("restore", done, total),
    )
    with desk.office() as office:
        taken_in = recover(office, desk.actor)
    problems = [
        problem for each in taken_in for problem in desk.problems_of(each.problems, "archive")
    ]
    more = {
        "data": str(desk.options.data),
        "commands": done.commands,
        "taken_in": len(taken_in),
    }
    line = desk.t("The branch is in {folder}", folder=desk.options.data)
    _answer(desk, done.backup, more, [line], problems)


def _secret(desk: Desk, ask: bool, *, is_new: bool = False) -> str:
    """The passphrase; empty when there is none."""
    given = os.environ.get(_VARIABLE, "")
    if given or not ask:
        return given
    again = desk.t("The same passphrase again") if is_new else False
    typed: str = typer.prompt(
        desk.t("Passphrase"), hide_input=True, confirmation_prompt=again, err=True
    )
    return typed


def _answer(
    desk: Desk,
    done: Backup,
    more: dict[str, Any],
    lines: list[str] | None = None,
    problems: list[dict[str, str]] | None = None,
) -> None:
    manifest = done.manifest
    made = datetime.fromtimestamp(manifest.made_ms / 1000, UTC)
    answer = {
        "file": str(done.file),
        "sha256": done.sha256,
        "size_bytes": done.size_bytes,
        "encrypted": done.is_encrypted,
        "made": made.isoformat(timespec="milliseconds"),
        "made_by": manifest.made_by,
        "branch": manifest.branch,
        "schema": manifest.schema,
        "database": manifest.holds_database,
        "files": len(manifest.members),
        "terminals": [
            {
                "terminal": each.terminal_no,
                "epoch": each.epoch,
                "received_seq": each.received_seq,
            }
            for each in manifest.terminals
        ],
        **more,
        "problems": [*_defects(desk, done), *(problems or ())],
    }
    line = desk.t(
        "{file}: {files} files and {terminals} terminals, verified to the last bit",
        file=done.file,
        files=len(manifest.members),
        terminals=len(manifest.terminals),
    )
    desk.answer(answer, [line, *(lines or ())])


def _defects(desk: Desk, done: Backup) -> Iterator[dict[str, str]]:
    """What was not whole any more when the backup was made."""
    for each in done.manifest.defects:
        message = desk.t(
            "It was {flaw} when the backup was made; look for it in an older backup",
            flaw=word(each.flaw, desk.t),
        )
        yield {"code": "archive", "where": each.path, "message": message}
