"""`prices explain`: why something costs what it costs."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from app.cli.desk import desk_of, read_day
from app.cli.reading import read_goods
from app.domain.rights import Right
from app.explain import problem_sentence
from app.services.pricing import Listed, explain_price
from app.services.reporting import today
from app.storage.queries.directory import products_by_code


def add_to(tree: typer.Typer) -> None:
    group = typer.Typer(help="What goods cost.", no_args_is_help=True, rich_markup_mode=None)
    group.command("explain", epilog="Example: tallydock prices explain C0001 HX500 22CS")(explain)
    tree.add_typer(group, name="prices")


def explain(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(help="Code of the customer.")],
    product: Annotated[str, typer.Argument(help="Code of the product.")],
    quantity: Annotated[str, typer.Argument(help="How much: 3CS, 3+4 ...")] = "1",
    day: Annotated[str | None, typer.Option(help="Day of the order, else today.")] = None,
) -> None:
    """Show every price in the order in which they count, and what promotions make of it."""
    desk = desk_of(context)
    desk.actor.require(Right.REPORT)
    with desk.office() as office:
        ((_code, qty, _lot),) = read_goods(office, [f"{product} {quantity}"])
        on = read_day(day, "--day") or today(office)
        with office.database.read() as reader:
            packing = products_by_code(reader, {product})[product].packings.default.code
            found = explain_price(reader, customer, product, packing, qty, on)
    prices = [_price(each) for each in found.listed]
    lines = [
        {
            "product": line.wanted.product.code,
            "qty": line.wanted.qty,
            "free": line.wanted.free,
            "gross_fen": line.gross_fen,
            "discount_fen": line.discount_fen,
            "net_fen": line.net_fen,
            "promotions": json.loads(line.promotions or "[]"),
        }
        for line in found.priced.lines
    ]
    problems = [
        {
            "code": each.code,
            "where": each.where,
            "message": problem_sentence(each.code, each.fields, desk.t),
        }
        for each in found.priced.problems
    ]
    shown = [
        f"{row['level']}  {row['list']}  {row['packing']}  {desk.t.money(each.price.price_fen)}"
        for row, each in zip(prices, found.listed, strict=True)
    ]
    shown += [
        f"{line.wanted.qty}  {desk.t.money(line.gross_fen)} - {desk.t.money(line.discount_fen)} = "
        f"{desk.t.money(line.net_fen)}"
        for line in found.priced.lines
    ]
    desk.answer({"day": str(on), "prices": prices, "lines": lines, "problems": problems}, shown)


def _price(listed: Listed) -> dict[str, object]:
    price = listed.price
    return {
        "level": price.level.name.lower(),
        "list": listed.list_code,
        "name": listed.list_name,
        "packing": price.packing,
        "price_fen": price.price_fen,
        "least_fen": price.min_price_fen,
        "valid_from": str(price.valid_from),
        "valid_to": None if price.valid_to is None else str(price.valid_to),
        "priority": price.priority,
    }
