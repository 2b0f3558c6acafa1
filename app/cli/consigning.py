"""`consignment`: goods of ours at customers', laid down, fetched back, and counted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.desk import desk_of
from app.cli.reading import read_goods
from app.domain.rights import Right
from app.services.consigning.counting import ConsignedCount, FoundGoods, count_goods
from app.services.consigning.placing import (
    Consigned,
    ConsignedLine,
    place_goods,
    take_goods_back,
)
from app.storage.queries.consignment import consigned

Customer = Annotated[str, typer.Argument(help="Code of the customer.")]
Lines = Annotated[
    list[str],
    typer.Option(
        "--line", help="“PRODUCT QUANTITY [LOT]”, as often as there are lines: “HX500 3CS”."
    ),
]
Remark = Annotated[str, typer.Option(help="A remark, kept with it.")]


def add_to(tree: typer.Typer) -> None:
    group = typer.Typer(
        help="Goods of ours at customers'.", no_args_is_help=True, rich_markup_mode=None
    )
    example = "Example: tallydock consignment {}"
    group.command("list", epilog=example.format("list --customer C0001"))(show_list)
    group.command("place", epilog=example.format('place C0001 WH1 --line "HX500 10CS"'))(place)
    group.command("take-back", epilog=example.format('take-back C0001 WH1 --line "HX500 2CS"'))(
        take_back
    )
    group.command("count", epilog=example.format('count C0001 --line "HX500 3CS"'))(count)
    tree.add_typer(group, name="consignment")


def show_list(
    context: typer.Context,
    customer: Annotated[str | None, typer.Option(help="Only this customer.")] = None,
) -> None:
    """What lies with customers and is still ours, and when it was last counted."""
    desk = desk_of(context)
    desk.actor.require(Right.REPORT)
    with desk.office() as office, office.database.read() as reader:
        rows = consigned(reader, customer)
    lines = [f"{r.customer_code}  {r.customer_name}  {r.product_code}  {r.qty}" for r in rows]
    found = [asdict(row) | {"party_id": str(row.party_id)} for row in rows]
    desk.answer({"goods": found, "problems": []}, lines)


def place(
    context: typer.Context,
    customer: Customer,
    warehouse: Annotated[str, typer.Argument(help="Code of the place they come from.")],
    line: Lines,
    note: Remark = "",
) -> None:
    """Lay goods down at a customer's; they stay ours until they are sold."""
    desk = desk_of(context)
    with desk.office() as office:
        lines = tuple(ConsignedLine(*each) for each in read_goods(office, line))
        number = place_goods(office, desk.actor, Consigned(customer, warehouse, lines, note))
    desk.answer({"number": number, "problems": []}, [number])


def take_back(
    context: typer.Context,
    customer: Customer,
    warehouse: Annotated[str, typer.Argument(help="Code of the place they come to.")],
    line: Lines,
    note: Remark = "",
) -> None:
    """Fetch goods that a customer did not sell."""
    desk = desk_of(context)
    with desk.office() as office:
        lines = tuple(ConsignedLine(*each) for each in read_goods(office, line))
        number = take_goods_back(office, desk.actor, Consigned(customer, warehouse, lines, note))
    desk.answer({"number": number, "problems": []}, [number])


def count(
    context: typer.Context,
    customer: Customer,
    line: Lines,
    signer: Annotated[str, typer.Option(help="Who signed for the customer.")] = "",
    note: Remark = "",
) -> None:
    """Say what still lies there; what is gone was sold. What is not named was not counted."""
    desk = desk_of(context)
    with desk.office() as office:
        told = tuple(FoundGoods(code, qty) for code, qty, _lot in read_goods(office, line))
        sold = count_goods(office, desk.actor, ConsignedCount(customer, told, signer, note))
    document = {
        "number": sold.number,
        "net_fen": sold.net_fen,
        "too_many": list(sold.too_many),
        "problems": [],
    }
    desk.answer(document, [f"{sold.number}  {desk.t.money(sold.net_fen)}", *sold.too_many])
