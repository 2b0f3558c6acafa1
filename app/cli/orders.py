"""`orders`: take them, look at them, and say how they end."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli import enquiry
from app.cli.desk import Desk, desk_of, read_day
from app.domain.business_day import business_date
from app.domain.quantity_text import read_quantity
from app.errors import NotFound, UsageError
from app.explain import problem_sentence, word
from app.services.office import Office
from app.services.ordering.ending import cancel_order, close_short, reject_order
from app.services.ordering.entering import EnteredLine, EnteredOrder, Taken, enter_order
from app.services.ordering.holds import HOLDING
from app.services.ordering.releasing import release_order
from app.storage.queries.directory import find_branch, products_by_code
from app.storage.queries.documents import documents_by_number
from app.storage.queries.orders import (
    OpenLine,
    OrderFilter,
    OrderRow,
    open_lines,
    order_rows,
    order_totals,
)

_LINES = "Goods and quantity, as often as there are lines: “HX500 3”, “HX500 3+4”, “HX500 3CS”."


def add_to(tree: typer.Typer) -> None:
    group = typer.Typer(
        help="Orders: take, release, amend, end.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("list", epilog="Example: tallydock orders list --state held")(show_list)
    group.command("show", epilog="Example: tallydock orders show 0127-SO-2606-000012-3")(show)
    group.command(
        "enter", epilog='Example: tallydock orders enter C0001 --line "HX500 3" --line "XG330 2+4"'
    )(enter)
    group.command(
        "amend",
        epilog='Example: tallydock orders amend 0127-SO-2606-000012-3 C0001 --line "HX500 2"',
    )(amend)
    example = "Example: tallydock orders {} 0127-SO-2606-000012-3 --reason “by phone”"
    for name, service, words in _ENDS:
        group.command(name, help=words, epilog=example.format(name))(_ending(service))
    tree.add_typer(group, name="orders")


def show_list(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="Only this state: held, confirmed ...")] = "",
    customer: Annotated[str, typer.Option(help="Only this customer.")] = "",
    order_class: Annotated[
        str, typer.Option("--class", help="purchase, direct or distributed.")
    ] = "",
    d_from: Annotated[str | None, typer.Option("--from", help="First day.")] = None,
    d_to: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
) -> None:
    """List orders, the newest first, with totals by class."""
    desk = desk_of(context)
    wanted = OrderFilter(
        states=frozenset({state} - {""}),
        customer=customer,
        order_class=order_class,
        d_from=read_day(d_from, "--from"),
        d_to=read_day(d_to, "--to"),
    )
    with desk.office() as office, office.database.read() as reader:
        rows = order_rows(reader, wanted)
        totals = order_totals(reader, wanted)
    t = desk.t
    lines = [
        f"{row.number}  {row.wanted_date}  {word(row.state, t)}  {word(row.order_class, t)}  "
        f"{row.customer_code} {row.customer_name}  {t.money(row.net_fen)}"
        for row in rows
    ]
    lines += [f"{word(name, t)}: {count}, {t.money(fen)}" for name, (count, fen) in totals.items()]
    document = {
        "orders": [_row(row) for row in rows],
        "totals": {name: {"orders": n, "net_fen": fen} for name, (n, fen) in totals.items()},
        "problems": [],
    }
    desk.answer(document, lines)


def show(
    context: typer.Context, number: Annotated[str, typer.Argument(help="Number of the order.")]
) -> None:
    """Show an order: ordered, delivered, on its way, remaining, and what happened when."""
    desk = desk_of(context)
    with desk.office() as office, office.database.read() as reader:
        found = documents_by_number(reader, [number]).get(number)
        if found is None or found.order is None:
            raise NotFound(what="order", key=number)
        open_now = open_lines(reader, [found.id])
        happened = enquiry.timeline(reader, number)
        (row,) = [
            each for each in order_rows(reader, OrderFilter(words=number)) if each.id == found.id
        ]
    lines = [
        f"{each.line_no:3}  {each.product_code}  {each.product_name}  {each.ordered} / "
        f"{each.delivered} / {each.underway} / {each.remaining}"
        for each in open_now
    ]
    lines += enquiry.timeline_lines(desk, happened, office.clock.offset_min())
    document = _row(row) | {"lines": [_open(each) for each in open_now], "timeline": happened}
    answer = document | {"problems": []}
    desk.answer(answer, [f"{row.number}  {word(row.state, desk.t)}", *lines])


def enter(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(help="Code of the customer.")] = "",
    line: Annotated[list[str] | None, typer.Option(help=_LINES)] = None,
    file: Annotated[Path | None, typer.Option(help="The order as JSON instead.")] = None,
    wanted: Annotated[str | None, typer.Option(help="Day of delivery; else tomorrow.")] = None,
    origin: Annotated[str, typer.Option(help="phone, visit, wholesaler or host.")] = "phone",
    payment: Annotated[str, typer.Option(help="cash, credit or qr.")] = "cash",
    wholesaler: Annotated[str | None, typer.Option(help="Who delivers, if not we.")] = None,
    note: Annotated[str, typer.Option(help="A note for whoever delivers.")] = "",
) -> None:
    """Take an order; it is confirmed, or held with the reasons (exit code 1)."""
    desk = desk_of(context)
    with desk.office() as office:
        given = {"origin": origin, "payment": payment, "wholesaler": wholesaler, "note": note}
        order = _order(office, customer, line or [], file, wanted, given)
        taken = enter_order(office, desk.actor, order)
    _told(desk, taken)


def amend(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="Number of the order that is changed.")],
    customer: Annotated[str, typer.Argument(help="Code of the customer.")] = "",
    line: Annotated[list[str] | None, typer.Option(help=_LINES)] = None,
    file: Annotated[Path | None, typer.Option(help="The order as JSON instead.")] = None,
    wanted: Annotated[str | None, typer.Option(help="Day of delivery; else tomorrow.")] = None,
    payment: Annotated[str, typer.Option(help="cash, credit or qr.")] = "cash",
    wholesaler: Annotated[
        str | None, typer.Option(help="Who delivers, if not who was to before.")
    ] = None,
) -> None:
    """Put another order in the place of one of which nothing is planned or loaded."""
    desk = desk_of(context)
    with desk.office() as office:
        given = {"payment": payment, "wholesaler": wholesaler or _carrier(office, number)}
        order = _order(office, customer, line or [], file, wanted, given)
        taken = enter_order(office, desk.actor, order, number)
    _told(desk, taken)


End = Callable[[Office, Any, str, str], None]

_ENDS: Sequence[tuple[str, End, str]] = (
    ("release", release_order, "Let a held order go ahead; somebody else than who took it."),
    ("reject", reject_order, "Refuse a held order."),
    ("cancel", cancel_order, "Take back an order of which nothing is planned or loaded."),
    ("close", close_short, "Give up what was not delivered of an order."),
)


def _ending(service: End) -> Callable[..., None]:
    def end(
        context: typer.Context,
        number: Annotated[str, typer.Argument(help="Number of the order.")],
        reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    ) -> None:
        desk = desk_of(context)
        with desk.office() as office:
            service(office, desk.actor, number, reason)
            with office.database.read() as reader:
                state = documents_by_number(reader, [number])[number].state
        desk.answer(
            {"number": number, "state": state, "problems": []}, [f"{number}  {word(state, desk.t)}"]
        )

    return end


def _order(
    office: Office,
    customer: str,
    lines: Sequence[str],
    file: Path | None,
    wanted: str | None,
    given: dict[str, Any],
) -> EnteredOrder:
    """From the options, or from a JSON file of the same names."""
    if file is not None:
        plain = _read_json(file)
        customer = plain.get("customer", customer)
        lines = plain.get("lines", lines)
        wanted = plain.get("wanted", wanted)
        given = given | {name: plain[name] for name in given.keys() & plain.keys()}
    if not customer:
        raise UsageError(argument="CUSTOMER", reason="name a customer, or a file that does")
    with office.database.read() as reader:
        cutoff_min = find_branch(reader).cutoff_min
        today = business_date(office.clock.now_ms(), office.clock.offset_min(), cutoff_min)
        day = read_day(wanted, "--wanted") or today + timedelta(days=1)
        products = products_by_code(reader, {text.split(maxsplit=1)[0] for text in lines if text})
    entered = []
    for text in lines:
        code, _, quantity = text.partition(" ")
        product = products.get(code)
        if product is None:
            raise NotFound(what="product", key=code)
        typed = read_quantity(product.packings, quantity or "1")
        entered.append(EnteredLine(code, typed.packing.code, typed.packs, typed.loose))
    return EnteredOrder(customer, day, tuple(entered), **given)


def _carrier(office: Office, number: str) -> str | None:
    """The wholesaler whom the order before was handed to."""
    with office.database.read() as reader:
        rows = order_rows(reader, OrderFilter(words=number))
    return next((row.wholesaler_code for row in rows if row.number == number), "") or None


def _read_json(file: Path) -> dict[str, Any]:
    try:
        plain = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(argument=str(file), reason=f"cannot be read as JSON: {error}") from error
    if not isinstance(plain, dict):
        raise UsageError(argument=str(file), reason="holds no order")
    return plain


def _told(desk: Desk, taken: Taken) -> None:
    told = [
        {
            "code": each.code,
            "where": " ".join(filter(None, (taken.number, each.where))),
            "message": problem_sentence(each.code, each.fields, desk.t),
        }
        for each in taken.problems
    ]
    state = word(taken.state, desk.t)
    document = {
        "number": taken.number,
        "state": taken.state,
        "net_fen": taken.net_fen,
        "problems": [each for each in told if each["code"] in HOLDING],
        "warnings": [each for each in told if each["code"] not in HOLDING],
    }
    desk.answer(document, [f"{taken.number}  {state}  {desk.t.money(taken.net_fen)}"])


def _row(row: OrderRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "state": row.state,
        "class": row.order_class,
        "origin": row.origin,
        "day": row.business_date,
        "wanted": row.wanted_date,
        "customer": row.customer_code,
        "lines": row.lines,
        "net_fen": row.net_fen,
        "holds": list(row.hold_codes),
        "ended_because": row.ended_because,
    }


def _open(line: OpenLine) -> dict[str, Any]:
    return {
        "line": line.line_no,
        "product": line.product_code,
        "packing": line.packing_code,
        "free": line.free,
        "ordered": line.ordered,
        "delivered": line.delivered,
        "underway": line.underway,
        "remaining": line.remaining,
        "reserved": line.reserved,
        "net_fen": line.net_fen,
    }
