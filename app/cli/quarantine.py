"""`quarantine`: what waits for a person."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.cli.desk import Desk, desk_of
from app.cli.reading import read_key
from app.domain.evidence import Proposal
from app.services.contents import compare
from app.services.quarantine import (
    Resolution,
    Waiting,
    fix,
    held_totals,
    judge_all_again,
    list_waiting,
    reject,
)
from app.storage.queries.held import Held, HeldTotals


def add_to(tree: typer.Typer) -> None:
    group = typer.Typer(
        help="Lines that wait for a person.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("list", epilog="Example: tallydock quarantine list --json")(show)
    group.command("fix", epilog="Example: tallydock quarantine fix ITEM HX500")(settle)
    group.command(
        "reject", epilog='Example: tallydock quarantine reject ITEM --reason "typed twice"'
    )(turn_down)
    group.command("retry", epilog="Example: tallydock quarantine retry")(retry)
    group.command("compare", epilog="Example: tallydock quarantine compare ITEM")(show_both)
    tree.add_typer(group, name="quarantine")


def show(context: typer.Context) -> None:
    """List what waits, with the codes that may have been meant."""
    desk = desk_of(context)
    with desk.office() as office:
        waiting = list_waiting(office, desk.actor)
        totals = held_totals(office, desk.actor)
    items = [_item(each) for each in waiting]
    lines = [
        f"{each.item.id}  {each.item.code}  {each.item.raw_value}  "
        + ", ".join(f"{near.code} {near.name}" for near in each.candidates)
        + _suggested(desk, each)
        for each in waiting
    ]
    if totals.documents:
        lines.append(
            desk.t(
                "{n} documents wait: {qty} units worth {amount} are in no figure yet",
                n=desk.t.number(totals.documents),
                qty=desk.t.number(totals.qty),
                amount=desk.t.money(totals.amount_fen),
            )
        )
    desk.answer({"items": items, "totals": _totals(totals), "problems": []}, lines)


def settle(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="Id of the item.")],
    code: Annotated[str, typer.Argument(help="The right code; none where none is asked.")] = "",
) -> None:
    """Say what a code should have been; all equal lines are settled at once.

    What decides about evidence waits for a second person (--user) who says the same.
    """
    desk = desk_of(context)
    key = read_key(item, "ITEM")
    with desk.office() as office:
        done = fix(office, desk.actor, key, code)
    _answer(desk, done)


def turn_down(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="Id of the item.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
) -> None:
    """Turn a document down for good.

    What decides about evidence waits for a second person (--user) who says the same.
    """
    desk = desk_of(context)
    key = read_key(item, "ITEM")
    with desk.office() as office:
        done = reject(office, desk.actor, key, reason)
    _answer(desk, done)


def retry(context: typer.Context) -> None:
    """Judge everything that waits again as things are now."""
    desk = desk_of(context)
    with desk.office() as office:
        done = judge_all_again(office, desk.actor)
    _answer(desk, done)


def show_both(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="Id of the item.")],
) -> None:
    """Show the first and the other content of a record that came twice."""
    desk = desk_of(context)
    key = read_key(item, "ITEM")
    with desk.office() as office:
        sides = compare(office, desk.actor, key, desk.t)
    fields = [
        {"field": each.name, "first": each.first, "other": each.other, "differs": each.differs}
        for each in sides.fields
    ]
    lines = [
        f"{'*' if each.differs else ' '} {each.name}: {each.first} | {each.other}"
        for each in sides.fields
    ]
    answer = {
        "terminal": sides.terminal_no,
        "epoch": sides.epoch,
        "record": sides.seq,
        "batches": [sides.first_batch_no, sides.other_batch_no],
        "fields": fields,
        "problems": [],
    }
    desk.answer(answer, lines)


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
        "qty": item.qty,
        "amount_fen": item.amount_fen,
        "proposal": _proposal(waiting),
        "candidates": [
            {"code": near.code, "name": near.name, "likeness": near.likeness}
            for near in waiting.candidates
        ],
    }


def _proposal(waiting: Waiting) -> dict[str, str | None] | None:
    item = waiting.item
    if item.proposal is None:
        return None
    said = Proposal.read(item.proposal)
    return {"by": item.proposed_by, "verb": said.verb, "answer": said.answer}


def _suggested(desk: Desk, waiting: Waiting) -> str:
    if waiting.item.proposed_by is None:
        return ""
    return "  " + desk.t(
        "suggested by {user}, needs a second person", user=waiting.item.proposed_by
    )


def _totals(totals: HeldTotals) -> dict[str, Any]:
    return _held(totals) | {"by_code": {code: _held(held) for code, held in totals.by_code}}


def _held(held: Held) -> dict[str, int]:
    return {
        "items": held.items,
        "documents": held.documents,
        "qty": held.qty,
        "amount_fen": held.amount_fen,
    }


def _answer(desk: Desk, done: Resolution) -> None:
    line = desk.t(
        "{items} items settled, {documents} documents posted, {waiting} still waiting",
        items=done.items,
        documents=done.documents,
        waiting=done.still_waiting,
    )
    if done.proposed:
        line = desk.t("Suggested. A second person has to say the same: repeat it with --user NAME")
    answer = {
        "items": done.items,
        "posted": {"documents": done.documents, "moves": done.moves},
        "still_waiting": done.still_waiting,
        "needs_second_person": bool(done.proposed),
        "problems": [],
    }
    desk.answer(answer, [line])
