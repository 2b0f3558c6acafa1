"""`stock`, `receipts`, `transfers`, `write-offs`: what lies where, and what changes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from app.cli import lots
from app.cli.desk import desk_of, read_day
from app.cli.reading import read_goods, read_key, read_lines
from app.domain.rights import Right
from app.errors import NotFound, UsageError
from app.services.office import Office
from app.services.stocking.receipts import Arrival, ArrivedLine, close_claim, receive_arrival
from app.services.stocking.transfers import receive_transfer, ship_transfer
from app.services.stocking.write_offs import Loss, LostLine, approve_write_off, write_off
from app.services.transferring import Transfer, TransferredLine
from app.storage.queries.balances import balances_on
from app.storage.queries.directory import places_by_code, products_by_code
from app.storage.queries.stock import on_hand
from app.storage.queries.stock_papers import (
    claims,
    in_transit,
    receipt_lines,
    write_offs_waiting,
)

_GOODS = "“PRODUCT QUANTITY [LOT]”, as often as there are lines: “HX500 3CS L2605A”."


def add_to(tree: typer.Typer) -> None:
    stock = _group("What lies where.")
    stock.command("on-hand", epilog="Example: tallydock stock on-hand --place WH1")(show_on_hand)
    stock.command("at", epilog="Example: tallydock stock at 2026-05-31 --place WH1")(show_at)
    lots.add_to(stock)
    tree.add_typer(stock, name="stock")
    receipts = _group("Goods from suppliers, and claims on them.")
    receipts.command(
        "receive",
        epilog='Example: tallydock receipts receive SUP1 WH1 --line "HX500 20CS L2606A" '
        "--expected 21CS",
    )(receive)
    receipts.command("show", epilog="Example: tallydock receipts show NUMBER")(show_receipt)
    receipts.command("claims", epilog="Example: tallydock receipts claims --state closed")(
        show_claims
    )
    receipts.command(
        "close-claim", epilog="Example: tallydock receipts close-claim ID --note credited"
    )(end_claim)
    tree.add_typer(receipts, name="receipts")
    transfers = _group("Goods on their way between two places.")
    transfers.command(
        "ship", epilog='Example: tallydock transfers ship WH1 WH2 --line "HX500 3CS L2605A"'
    )(ship)
    transfers.command("receive", epilog="Example: tallydock transfers receive NUMBER")(arrive)
    transfers.command("list", epilog="Example: tallydock transfers list")(show_transfers)
    tree.add_typer(transfers, name="transfers")
    losses = _group("Goods that are broken, lost or given away for tasting.")
    losses.command(
        "enter",
        epilog='Example: tallydock write-offs enter WH1 --line "HX500 6瓶 L2605A" --reason DMG',
    )(enter_loss)
    losses.command("list", epilog="Example: tallydock write-offs list")(show_losses)
    losses.command("approve", epilog="Example: tallydock write-offs approve ID")(approve_loss)
    tree.add_typer(losses, name="write-offs")


def _group(words: str) -> typer.Typer:
    return typer.Typer(help=words, no_args_is_help=True, rich_markup_mode=None)


def show_on_hand(
    context: typer.Context,
    place: Annotated[str | None, typer.Option(help="Only this place.")] = None,
    product: Annotated[str | None, typer.Option(help="Only this product.")] = None,
) -> None:
    """What lies in real places of our own now, lot by lot; what is below zero is shown too."""
    desk = desk_of(context)
    desk.actor.require(Right.REPORT)
    with desk.office() as office, office.database.read() as reader:
        found = on_hand(reader, product_code=product, location_code=place)
    rows = [
        {"place": r.location_code, "product": r.product_code, "lot": r.lot_code, "qty": r.qty}
        for r in found
    ]
    lines = [f"{r['place']}  {r['product']}  {r['lot'] or '–'}  {r['qty']}" for r in rows]
    desk.answer({"stock": rows, "problems": []}, lines)


def show_at(
    context: typer.Context,
    day: Annotated[str, typer.Argument(help="Day, YYYY-MM-DD: its end, by posting date.")],
    place: Annotated[str | None, typer.Option(help="Only this place.")] = None,
) -> None:
    """What lay in real places of our own at the end of a day, however long ago."""
    desk = desk_of(context)
    desk.actor.require(Right.REPORT)
    on = read_day(day, "DAY")
    if on is None:
        raise UsageError(argument="DAY", reason="name a day")
    with desk.office() as office, office.database.read() as reader:
        places = {each.id: each.code for each in places_by_code(reader).values()}
        wanted = None
        if place is not None:
            wanted = {key for key, code in places.items() if code == place}
            if not wanted:
                raise NotFound(what="location", key=place)
        products = {each.id: code for code, each in products_by_code(reader).items()}
        sums: dict[tuple[str, str], int] = {}
        for shelf, qty in balances_on(reader, on, places=wanted).items():
            key = (places[shelf.location_id], products[shelf.goods.product])
            sums[key] = sums.get(key, 0) + qty
    rows = [{"place": key[0], "product": key[1], "qty": qty} for key, qty in sorted(sums.items())]
    lines = [f"{row['place']}  {row['product']}  {row['qty']}" for row in rows]
    desk.answer({"day": day, "stock": rows, "problems": []}, lines)


def receive(
    context: typer.Context,
    supplier: Annotated[str, typer.Argument(help="Code of the supplier.")],
    place: Annotated[str, typer.Argument(help="Code of the warehouse.")],
    line: Annotated[list[str], typer.Option(help=_GOODS)],
    expected: Annotated[
        list[str] | None, typer.Option(help="What was announced of each line, in their order.")
    ] = None,
    rejected: Annotated[
        list[str] | None, typer.Option(help="What was rejected of each line, in their order.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why something was rejected.")] = "",
    asn: Annotated[str, typer.Option(help="Number of the announcement.")] = "",
) -> None:
    """Book goods in; what is short, rejected or too much opens a claim."""
    desk = desk_of(context)
    with desk.office() as office:
        goods = read_goods(office, line)
        announced = _units(office, line, expected or ())
        turned_down = _units(office, line, rejected or ())
        lines = tuple(
            ArrivedLine(code, qty, announced[n], turned_down[n], lot, reason=reason)
            for n, (code, qty, lot) in enumerate(goods)
        )
        number = receive_arrival(office, desk.actor, Arrival(supplier, place, lines, asn_no=asn))
    desk.answer({"number": number, "problems": []}, [number])


def show_receipt(
    context: typer.Context, number: Annotated[str, typer.Argument(help="Number of the receipt.")]
) -> None:
    """Show a receipt: per line expected, received, short, rejected, too much."""
    desk = desk_of(context)
    desk.actor.require(Right.REPORT)
    with desk.office() as office, office.database.read() as reader:
        found = receipt_lines(reader, number)
    if not found:
        raise NotFound(what="receipt", key=number)
    rows = [
        {
            "line": row.line_no,
            "product": row.product_code,
            "expected": row.expected,
            "received": row.received,
            "short": row.short,
            "rejected": row.rejected,
            "oversupply": row.oversupply,
        }
        for row in found
    ]
    desk.answer({"number": number, "lines": rows, "problems": []}, [str(row) for row in rows])


def show_claims(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="open or closed.")] = "open",
) -> None:
    """Claims on suppliers, the oldest first."""
    desk = desk_of(context)
    desk.actor.require(Right.REPORT)
    with desk.office() as office, office.database.read() as reader:
        found = claims(reader, state)
    rows = [
        {
            "id": str(row.id),
            "receipt": row.receipt,
            "supplier": row.supplier_code,
            "product": row.product_code,
            "kind": row.kind,
            "qty": row.qty,
            "note": row.note,
        }
        for row in found
    ]
    lines = [f"{r['id']}  {r['supplier']}  {r['product']}  {r['kind']}  {r['qty']}" for r in rows]
    desk.answer({"claims": rows, "problems": []}, lines)


def end_claim(
    context: typer.Context,
    claim: Annotated[str, typer.Argument(help="Id of the claim.")],
    note: Annotated[str, typer.Option(help="How it ended.")],
) -> None:
    """Say how a claim ended."""
    desk = desk_of(context)
    with desk.office() as office:
        close_claim(office, desk.actor, read_key(claim), note)
    desk.answer({"closed": claim, "problems": []}, [claim])


def ship(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="Code of the place they leave.")],
    target: Annotated[str, typer.Argument(help="Code of the place they go to.")],
    line: Annotated[list[str], typer.Option(help=_GOODS)],
) -> None:
    """Send goods; they are in transit until they are received."""
    desk = desk_of(context)
    with desk.office() as office:
        lines = tuple(
            TransferredLine(code, qty, lot) for code, qty, lot in read_goods(office, line)
        )
        number = ship_transfer(office, desk.actor, Transfer(source, target, lines))
    desk.answer({"number": number, "problems": []}, [number])


def arrive(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="Number of the transfer.")],
    received: Annotated[
        list[str] | None, typer.Option(help="LINE=UNITS of lines that did not arrive whole.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why something is missing.")] = "",
) -> None:
    """Book what arrived; what is missing is lost and takes a reason and a second person."""
    desk = desk_of(context)
    told = {str(line): qty for line, qty in read_lines(received or (), "--received").items()}
    with desk.office() as office:
        lost = receive_transfer(office, desk.actor, number, told, reason)
    desk.answer({"number": number, "lost": lost, "problems": []}, [f"{number}  -{lost}"])


def show_transfers(context: typer.Context) -> None:
    """Goods under way, the longest first."""
    desk = desk_of(context)
    desk.actor.require(Right.REPORT)
    with desk.office() as office, office.database.read() as reader:
        found = in_transit(reader)
    rows = [
        {
            "number": row.number,
            "source": row.source_code,
            "target": row.target_code,
            "product": row.product_code,
            "qty": row.shipped,
        }
        for row in found
    ]
    lines = [
        f"{r.number}  {r.source_code} → {r.target_code}  {r.product_code}  {r.shipped}"
        for r in found
    ]
    desk.answer({"transfers": rows, "problems": []}, lines)


def enter_loss(
    context: typer.Context,
    place: Annotated[str, typer.Argument(help="Code of the place.")],
    line: Annotated[list[str], typer.Option(help=_GOODS)],
    reason: Annotated[str, typer.Option(help="Code of the reason.")],
    tasting: Annotated[bool, typer.Option("--tasting", help="Given away, not lost.")] = False,
) -> None:
    """Write goods off; much of value waits for a second person (exit code 0, no number yet)."""
    desk = desk_of(context)
    with desk.office() as office:
        lines = tuple(
            LostLine(code, qty, reason, lot) for code, qty, lot in read_goods(office, line)
        )
        target = "consumption" if tasting else "loss"
        done = write_off(office, desk.actor, Loss(place, lines, target))
    document = {"id": str(done.key), "number": done.number, "value_fen": done.value_fen}
    desk.answer(document | {"problems": []}, [done.number or str(done.key)])


def show_losses(context: typer.Context) -> None:
    """Write-offs that wait for a second person."""
    desk = desk_of(context)
    desk.actor.require(Right.REPORT)
    with desk.office() as office, office.database.read() as reader:
        found = write_offs_waiting(reader)
    rows = [{"id": str(key), "by": by, "value_fen": fen} for key, by, fen in found]
    lines = [f"{key}  {by}  {desk.t.money(fen)}" for key, by, fen in found]
    desk.answer({"write_offs": rows, "problems": []}, lines)


def approve_loss(
    context: typer.Context, key: Annotated[str, typer.Argument(help="Id of the write-off.")]
) -> None:
    """Post a write-off that somebody else entered."""
    desk = desk_of(context)
    with desk.office() as office:
        number = approve_write_off(office, desk.actor, read_key(key))
    desk.answer({"number": number, "problems": []}, [number])


def _units(office: Office, lines: Sequence[str], texts: Sequence[str]) -> list[int]:
    """Base units for each line, 0 for those that nothing is said of."""
    if len(texts) > len(lines):
        raise UsageError(argument="--line", reason="there are fewer lines than quantities")
    pairs = [f"{line.split()[0]} {text}" for line, text in zip(lines, texts, strict=False)]
    units: list[Any] = [qty for _, qty, _ in read_goods(office, pairs)] if pairs else []
    return [*units, *[0] * (len(lines) - len(units))]
