"""`quarantine`: what waits for a person."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from app.cli.desk import Desk, desk_of
from app.errors import UsageError
from app.services.quarantine import Resolution, Waiting, fix, list_waiting, reject


def add_to(tree: typer.Typer) -> None:
    group = typer.Typer(
        help="Lines that wait for a person.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("list", epilog="Example: tallydock quarantine list --json")(show)
    group.command("fix", epilog="Example: tallydock quarantine fix ITEM HX500")(settle)
    group.command(
        "reject", epilog='Example: tallydock quarantine reject ITEM --reason "typed twice"'
    )(turn_down)
    tree.add_typer(group, name="quarantine")


def show(context: typer.Context) -> None:
    """List what waits, with the codes that may have been meant."""
    desk = desk_of(context)
    with desk.office() as office:
        waiting = list_waiting(office, desk.actor)
    items = [_item(each) for each in waiting]
    lines = [
        f"{each.item.id}  {each.item.code}  {each.item.raw_value}  "
        + ", ".join(f"{near.code} {near.name}" for near in each.candidates)
        for each in waiting
    ]
    desk.answer({"items": items, "problems": []}, lines)


def settle(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="Id of the item.")],
    code: Annotated[str, typer.Argument(help="The right code; none where none is asked.")] = "",
) -> None:
    """Say what a code should have been; all equal lines are settled at once."""
    desk = desk_of(context)
    key = _key(item)
    with desk.office() as office:
        done = fix(office, desk.actor, key, code)
    _answer(desk, done)


def turn_down(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="Id of the item.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
) -> None:
    """Turn a document down for good."""
    desk = desk_of(context)
    key = _key(item)
    with desk.office() as office:
        done = reject(office, desk.actor, key, reason)
    _answer(desk, done)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise UsageError(argument="ITEM", reason=f"“{text}” is not the id of an item") from None


def _item(waiting: Waiting) -> dict[str, Any]:
    item = waiting.item
    return {
        "id": str(item.id),
        "code": item.code,
        "kind": item.kind,
        "field": item.field,
        "value": item.raw_value,
        "terminal": item.terminal_no,
        "epoch": item.epoch,
        "batch": item.batch_no,
        "records": list(item.seqs),
        "person": item.person_code,
        "equal": item.equal,
        "candidates": [
            {"code": near.code, "name": near.name, "likeness": near.likeness}
            for near in waiting.candidates
        ],
    }


def _answer(desk: Desk, done: Resolution) -> None:
    line = desk.t(
        "{items} items settled, {documents} documents posted, {waiting} still waiting",
        items=done.items,
        documents=done.documents,
        waiting=done.still_waiting,
    )
    answer = {
        "items": done.items,
        "posted": {"documents": done.documents, "moves": done.moves},
        "still_waiting": done.still_waiting,
        "problems": [],
    }
    desk.answer(answer, [line])
