"""`returns`: ask for one, approve, receive, look at the goods; who has our empties."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from app.cli.desk import Desk, desk_of
from app.cli.reading import read_key
from app.domain.quantity_text import read_quantity
from app.domain.returns import Disposition
from app.domain.rights import Right
from app.errors import NotFound, UsageError
from app.explain import word
from app.services.returning.receiving import Looked, inspect_return, receive_return
from app.services.returning.requesting import (
    AskedLine,
    AskedReturn,
    approve_return,
    reject_return,
    request_return,
)
from app.storage.queries.directory import products_by_code
from app.storage.queries.empties import outstanding
from app.storage.queries.returns import FoundReturnLine, ReturnRow, return_lines, return_rows


def add_to(tree: typer.Typer) -> None:
    group = typer.Typer(help="Returns and empties.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list", epilog="Example: tallydock returns list --state requested")(show_list)
    group.command("show", epilog="Example: tallydock returns show ID")(show)
    group.command(
        "request",
        epilog="Example: tallydock returns request C0001 --note 0127-DN-2606-000012-3 "
        '--line "HX500 6瓶" --reason DMG',
    )(request)
    group.command("approve", epilog="Example: tallydock returns approve ID --reason seen")(approve)
    group.command("reject", epilog="Example: tallydock returns reject ID --reason old")(reject)
    group.command("receive", epilog="Example: tallydock returns receive ID")(receive)
    group.command("inspect", epilog="Example: tallydock returns inspect ID --line 1=6=damaged")(
        inspect
    )
    group.command("empties", epilog="Example: tallydock returns empties --customer C0001")(empties)
    tree.add_typer(group, name="returns")


def show_list(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="requested, approved, received, posted ...")] = "",
) -> None:
    """List returns, the newest first."""
    desk = desk_of(context)
    with desk.office() as office, office.database.read() as reader:
        rows = return_rows(reader, state=state)
    lines = [
        f"{row.number or row.id}  {word(row.state, desk.t)}  {row.customer_code} "
        f"{row.customer_name}  {row.qty}  {desk.t.money(row.net_fen)}"
        for row in rows
    ]
    desk.answer({"returns": [_row(row) for row in rows], "problems": []}, lines)


def show(context: typer.Context, key: Annotated[str, typer.Argument(help="Id or number.")]) -> None:
    """Show a return with its lines."""
    desk = desk_of(context)
    with desk.office() as office, office.database.read() as reader:
        row = _find(reader, key)
        lines = return_lines(reader, row.id)
    shown = [
        f"{line.line_no:3}  {line.product_code}  {line.qty} / {line.accepted}" for line in lines
    ]
    document = _row(row) | {"lines": [_line(line) for line in lines], "problems": []}
    desk.answer(document, [f"{row.number or row.id}  {word(row.state, desk.t)}", *shown])


def request(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(help="Code of the customer.")],
    line: Annotated[list[str], typer.Option(help="Goods and quantity: “HX500 6瓶”.")],
    reason: Annotated[str, typer.Option(help="Code of the reason.")],
    note: Annotated[str, typer.Option(help="The delivery note it came by, if known.")] = "",
    mode: Annotated[str, typer.Option(help="return, exchange or swap.")] = "return",
    condition: Annotated[str, typer.Option(help="good, near, damaged or expired.")] = "good",
    lot: Annotated[str, typer.Option(help="Lot, where no note is known.")] = "",
) -> None:
    """Enter a return; without a note a second person has to approve it."""
    desk = desk_of(context)
    with desk.office() as office:
        with office.database.read() as reader:
            products = products_by_code(reader, {text.split(maxsplit=1)[0] for text in line})
        asked = []
        for text in line:
            code, _, quantity = text.partition(" ")
            if code not in products:
                raise NotFound(what="product", key=code)
            typed = read_quantity(products[code].packings, quantity or "1")
            asked.append(AskedLine(code, typed.qty, reason, lot=lot, condition=condition))
        key = request_return(
            office, desk.actor, AskedReturn(customer, tuple(asked), note=note, mode=mode)
        )
    _told(desk, key)


def approve(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="Id of the return.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
) -> None:
    """Allow a return without a delivery note; somebody else than who entered it."""
    desk = desk_of(context)
    with desk.office() as office:
        approve_return(office, desk.actor, read_key(key), reason)
    _told(desk, read_key(key))


def reject(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="Id of the return.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
) -> None:
    """Refuse a return whose goods are not here yet."""
    desk = desk_of(context)
    with desk.office() as office:
        reject_return(office, desk.actor, read_key(key), reason)
    _told(desk, read_key(key))


def receive(
    context: typer.Context, key: Annotated[str, typer.Argument(help="Id of the return.")]
) -> None:
    """The goods are here: into quarantine with them; the return gets its number."""
    desk = desk_of(context)
    with desk.office() as office:
        receive_return(office, desk.actor, read_key(key))
    _told(desk, read_key(key))


def inspect(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="Id of the return.")],
    line: Annotated[
        list[str], typer.Option(help="LINE=UNITS=DISPOSITION for each line, as 1=6=damaged.")
    ],
) -> None:
    """Say what was accepted and where it goes; that much is credited."""
    desk = desk_of(context)
    looked = []
    for text in line:
        parts = text.split("=")
        if len(parts) != 3 or not (parts[0].isdecimal() and parts[1].isdecimal()):
            raise UsageError(argument="--line", reason=f"“{text}” is not LINE=UNITS=DISPOSITION")
        if parts[2] not in frozenset(Disposition):
            raise UsageError(argument="--line", reason=f"is one of {', '.join(Disposition)}")
        looked.append(Looked(int(parts[0]), int(parts[1]), Disposition(parts[2])))
    with desk.office() as office:
        inspect_return(office, desk.actor, read_key(key), looked)
    _told(desk, read_key(key))


def empties(
    context: typer.Context,
    customer: Annotated[str | None, typer.Option(help="Only this customer.")] = None,
) -> None:
    """Who has how many of our empties, and the deposit on them."""
    desk = desk_of(context)
    desk.actor.require(Right.REPORT)
    with desk.office() as office, office.database.read() as reader:
        found = outstanding(reader, customer)
    rows = [
        {
            "customer": each.customer_code,
            "product": each.product_code,
            "qty": each.qty,
            "deposit_fen": each.deposit_fen,
        }
        for each in found
    ]
    total_fen = sum(each.deposit_fen for each in found)
    lines = [
        f"{each.customer_code} {each.customer_name}  {each.product_name}  {each.qty}  "
        f"{desk.t.money(each.deposit_fen)}"
        for each in found
    ]
    desk.answer({"empties": rows, "deposit_fen": total_fen, "problems": []}, lines)


def _told(desk: Desk, key: UUID) -> None:
    with desk.office() as office, office.database.read() as reader:
        row = _find(reader, str(key))
    desk.answer(
        _row(row) | {"problems": []}, [f"{row.number or row.id}  {word(row.state, desk.t)}"]
    )


def _find(reader: Any, text: str) -> ReturnRow:
    found = return_rows(reader, number=text)
    if not found:
        found = return_rows(reader, key=read_key(text))
    if not found:
        raise NotFound(what="return", key=text)
    return found[0]


def _row(row: ReturnRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "number": row.number,
        "state": row.state,
        "mode": row.mode,
        "day": row.business_date,
        "customer": row.customer_code,
        "qty": row.qty,
        "net_fen": row.net_fen,
        "approved_by": row.approved_by,
    }


def _line(line: FoundReturnLine) -> dict[str, Any]:
    return {
        "line": line.line_no,
        "product": line.product_code,
        "lot": line.lot_code,
        "qty": line.qty,
        "reason": line.reason_code,
        "condition": line.condition,
        "disposition": line.disposition,
        "accepted": line.accepted,
        "no_reference": line.no_reference,
        "net_fen": line.net_fen,
    }
