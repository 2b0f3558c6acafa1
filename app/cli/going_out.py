"""`deliveries load`, `deliveries by-wholesaler`: goods leave on our van or on somebody else's."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.desk import desk_of, read_day
from app.cli.reading import read_goods, read_lines
from app.errors import UsageError
from app.services.deliveries.by_wholesaler import Slip, SlipLine, take_slip
from app.services.deliveries.load_sheets import CheckedLine, LoadCheck
from app.services.delivering import load
from app.services.office import Office
from app.services.reporting import today


def add_to(group: typer.Typer) -> None:
    group.command("load", epilog="Example: tallydock deliveries load 2026-06-30 R01")(load_van)
    group.command(
        "by-wholesaler",
        epilog="Example: tallydock deliveries by-wholesaler 0127-SO-2606-000012-3 LJ-0815 "
        "--line 1=50",
    )(by_wholesaler)


def load_van(
    context: typer.Context,
    day: Annotated[str, typer.Argument(help="Day of delivery, YYYY-MM-DD.")],
    route: Annotated[str, typer.Argument(help="Code of the route.")],
    found: Annotated[
        list[str] | None,
        typer.Option(help="“PRODUCT QUANTITY [LOT]” as the check of the load found it."),
    ] = None,
    checker: Annotated[str, typer.Option(help="Code of who checked; not the driver.")] = "",
    driver: Annotated[str, typer.Option(help="Code of the driver who counted along.")] = "",
    blind: Annotated[bool, typer.Option(help="They did not see the pick list.")] = False,
    seal: Annotated[str, typer.Option(help="Number of the seal on the van.")] = "",
) -> None:
    """Load what is planned into the route's van: lots picked, notes numbered, goods moved.

    With --found, what checker and driver counted is loaded, and nothing else.
    """
    desk = desk_of(context)
    planned = read_day(day, "DAY")
    if planned is None:
        raise UsageError(argument="DAY", reason="name a day")
    with desk.office() as office:
        check = None
        if found or checker or driver:
            lines = tuple(CheckedLine(*each) for each in read_goods(office, found or ()))
            check = LoadCheck(checker, driver, lines, blind=blind, seal_no=seal)
        loaded = load(office, desk.actor, planned, route, check)
    shorts = [
        {"number": each.number, "product": each.product, "qty": each.qty} for each in loaded.shorts
    ]
    off = [
        {"product": each.product, "picked": each.picked, "found": each.found}
        for each in loaded.differences
    ]
    document = {
        "load": loaded.load_no,
        "notes": list(loaded.numbers),
        "shorts": shorts,
        "left_behind": loaded.left_behind,
        "differences": off,
        "problems": [],
    }
    shown = [loaded.load_no, *loaded.numbers]
    shown += [f"{row['number']} {row['product']} -{row['qty']}" for row in shorts]
    shown += [f"{row['product']}  {row['picked']} > {row['found']}" for row in off]
    desk.answer(document, shown)


def by_wholesaler(
    context: typer.Context,
    order: Annotated[str, typer.Argument(help="Number of the order that was handed to him.")],
    slip: Annotated[str, typer.Argument(help="Number that he printed on his slip.")],
    line: Annotated[
        list[str] | None,
        typer.Option(help="LINE=UNITS that came; without any, all that was open."),
    ] = None,
    day: Annotated[str | None, typer.Option(help="Day of delivery, YYYY-MM-DD; today.")] = None,
    signer: Annotated[str, typer.Option(help="Who signed his slip.")] = "",
) -> None:
    """Say what a wholesaler delivered of an order; what he did not bring stays open."""
    desk = desk_of(context)
    told = tuple(SlipLine(*each) for each in read_lines(line or (), "--line").items())
    with desk.office() as office:
        number = take_slip(office, desk.actor, _slip(office, order, slip, told, day, signer))
    desk.answer({"number": number, "problems": []}, [number])


def _slip(
    office: Office, order: str, number: str, lines: tuple[SlipLine, ...], day: str | None, by: str
) -> Slip:
    return Slip(order, number, read_day(day, "--day") or today(office), lines, by)
