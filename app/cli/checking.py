"""`check` and `replay`: are the books right, and could they be made again."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.desk import desk_of
from app.services.checking import check as check_books
from app.services.replaying import replay as replay_archive


def add_to(tree: typer.Typer) -> None:
    tree.command(epilog="Example: tallydock check --json")(check)
    tree.command(epilog="Example: tallydock replay --into sqlite:////tmp/again.sqlite")(replay)


def check(context: typer.Context) -> None:
    """Check every invariant of the books."""
    desk = desk_of(context)
    with desk.office() as office:
        checks = check_books(office, desk.actor)
    broken = [each for each in checks if not each.holds]
    problems = [
        {
            "code": each.id,
            "where": str(dict(each.counterexamples[0])),
            "message": desk.t(
                "{count} counterexamples; do not post before somebody has looked at them",
                count=len(each.counterexamples),
            ),
        }
        for each in broken
    ]
    invariants = [
        {
            "id": each.id,
            "holds": each.holds,
            "checked": each.checked,
            "counterexamples": [dict(example) for example in each.counterexamples],
        }
        for each in checks
    ]
    lines = [
        f"{each.id:<14}{'ok' if each.holds else 'BROKEN':<8}{each.checked:>10,}" for each in checks
    ]
    desk.answer({"invariants": invariants, "problems": problems}, lines)


def replay(
    context: typer.Context,
    into: Annotated[str, typer.Option(help="URL of an empty database.")],
) -> None:
    """Make the database again from the archive, and compare the two."""
    desk = desk_of(context)
    with desk.office() as office:
        done = replay_archive(
            office,
            desk.actor,
            into,
            progress=lambda done, total: desk.show_progress("replay", done, total),
        )
    problems = [
        {"code": "differs", "where": name, "message": desk.t("The table came out different")}
        for name in done.differing
    ]
    line = desk.t(
        "{commands} commands and {uploads} uploads repeated",
        commands=done.commands,
        uploads=done.uploads,
    )
    answer = {
        "commands": done.commands,
        "uploads": done.uploads,
        "equal": done.is_equal,
        "differing": list(done.differing),
        "problems": problems,
    }
    desk.answer(answer, [line])
