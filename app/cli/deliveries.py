"""`deliveries`: plan a day, load its vans, say what became of the notes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli import enquiry, going_out
from app.cli.desk import desk_of, read_day
from app.cli.reading import read_key, read_lines
from app.errors import NotFound, UsageError
from app.explain import word
from app.services.deliveries.confirming import LineResult, NoteResult, confirm_deliveries
from app.services.planning import deliver_again, drop_delivery, plan_route_day
from app.services.proofs import proof_of
from app.services.reversing import reverse
from app.services.routing import order_stops, send_with
from app.storage.queries.deliveries import DeliveryRow, listing
from app.storage.queries.documents import documents_by_number


def add_to(tree: typer.Typer) -> None:
    group = typer.Typer(
        help="Deliveries: plan, load, confirm, reverse.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    day = "Example: tallydock deliveries {} 2026-06-30"
    number = "Example: tallydock deliveries {} 0127-DN-2606-000012-3"
    group.command("plan", epilog=day.format("plan"))(plan)
    group.command("list", epilog=day.format("list"))(show_list)
    group.command("stops", epilog=day.format("stops") + " R01 C0002 C0001")(stops)
    group.command("van", epilog=day.format("van") + " R01 V02 --driver D02")(van)
    going_out.add_to(group)
    group.command("confirm", epilog=number.format("confirm") + " --signer Wang")(confirm)
    group.command("show", epilog=number.format("show"))(show)
    group.command(
        "again", epilog="Example: tallydock deliveries again 0127-SO-2606-000012-3 2026-07-01"
    )(again)
    group.command("drop", epilog="Example: tallydock deliveries drop ID --reason rain")(drop)
    group.command("reverse", epilog=number.format("reverse") + " --reason mistake")(undo)
    tree.add_typer(group, name="deliveries")


def _day(text: str) -> date:
    day = read_day(text, "DAY")
    if day is None:
        raise UsageError(argument="DAY", reason="name a day")
    return day


def plan(
    context: typer.Context,
    day: Annotated[str, typer.Argument(help="Day of delivery, YYYY-MM-DD.")],
    warehouse: Annotated[str | None, typer.Option(help="Where the goods come from.")] = None,
) -> None:
    """Make deliveries for whatever is due up to the day, route by route."""
    desk = desk_of(context)
    with desk.office() as office:
        made = plan_route_day(office, desk.actor, _day(day), warehouse)
    lines = [f"{route or '–'}: {count}" for route, count in made.deliveries.items()]
    desk.answer({"deliveries": made.deliveries, "total": made.total, "problems": []}, lines)


def stops(
    context: typer.Context,
    day: Annotated[str, typer.Argument(help="Day of delivery, YYYY-MM-DD.")],
    route: Annotated[str, typer.Argument(help="Code of the route.")],
    customers: Annotated[list[str], typer.Argument(help="Codes in the order they are driven.")],
) -> None:
    """Drive the stops of one day in another order; the rest follows as before."""
    desk = desk_of(context)
    with desk.office() as office:
        count = order_stops(office, desk.actor, _day(day), route, customers)
    desk.answer({"deliveries": count, "problems": []}, [str(count)])


def van(
    context: typer.Context,
    day: Annotated[str, typer.Argument(help="Day of delivery, YYYY-MM-DD.")],
    route: Annotated[str, typer.Argument(help="Code of the route.")],
    vehicle: Annotated[str, typer.Argument(help="Code of the vehicle.")],
    driver: Annotated[str, typer.Option(help="Code of the driver.")] = "",
) -> None:
    """Send one day of a route with another van, before it is loaded."""
    desk = desk_of(context)
    with desk.office() as office:
        count = send_with(office, desk.actor, _day(day), route, vehicle, driver)
    desk.answer({"deliveries": count, "problems": []}, [str(count)])


def show_list(
    context: typer.Context,
    day: Annotated[str, typer.Argument(help="Business day, YYYY-MM-DD.")],
    route: Annotated[str | None, typer.Option(help="Only this route.")] = None,
) -> None:
    """List the deliveries of a day in the order of their stops."""
    desk = desk_of(context)
    with desk.office() as office, office.database.read() as reader:
        rows = [row for row in listing(reader, day=_day(day)) if route in (None, row.route_code)]
    lines = [
        f"{row.number or row.id}  {row.route_code} · {row.stop_seq}  {row.customer_code} "
        f"{row.customer_name}  {word(row.state, desk.t)}  {desk.t.money(row.net_fen)}"
        for row in rows
    ]
    desk.answer({"deliveries": [_row(row) for row in rows], "problems": []}, lines)


def confirm(
    context: typer.Context,
    numbers: Annotated[list[str] | None, typer.Argument(help="Notes handed over whole.")] = None,
    file: Annotated[Path | None, typer.Option(help="Results as a JSON list instead.")] = None,
    signer: Annotated[str, typer.Option(help="Who signed.")] = "",
    missed: Annotated[bool, typer.Option(help="The stop was not made.")] = False,
    reason: Annotated[str, typer.Option(help="Why something was refused or missed.")] = "",
    refused: Annotated[
        list[str] | None, typer.Option(help="LINE=UNITS of one note that were refused.")
    ] = None,
) -> None:
    """Say what became of loaded notes, from the signed papers.

    In a file: [{"number", "signer", "missed", "final", "reason", "lines": [{"line_no",
    "delivered", "refused", "reason"}]}].
    """
    desk = desk_of(context)
    with desk.office() as office:
        if file is not None:
            results = _read(file)
        else:
            results = [
                NoteResult(each, signer=signer, missed=missed, reason=reason)
                for each in numbers or ()
            ]
        if refused:
            if len(results) != 1:
                raise UsageError(argument="--refused", reason="goes with exactly one note")
            with office.database.read() as reader:
                results = [_with_refusals(reader, results[0], refused)]
        count = confirm_deliveries(office, desk.actor, results)
    desk.answer({"confirmed": count, "problems": []}, [str(count)])


def show(
    context: typer.Context, number: Annotated[str, typer.Argument(help="Number of the note.")]
) -> None:
    """Show a note: its lines, what happened to it and when, and the proof of its delivery."""
    desk = desk_of(context)
    with desk.office() as office, office.database.read() as reader:
        found = documents_by_number(reader, [number]).get(number)
        if found is None or found.delivery is None:
            raise NotFound(what="delivery note", key=number)
        happened = enquiry.timeline(reader, number)
        proof = enquiry.proof(proof_of(office, desk.actor, number))
    lines = [
        {
            "line": line.line_no,
            "product": line.product_code,
            "lot": line.lot_code,
            "ordered": line.ordered,
            "loaded": line.qty,
            "delivered": line.delivered,
            "refused": line.refused,
            "short": line.short,
            "back_ordered": line.back_ordered,
        }
        for line in found.lines
    ]
    document = {
        "number": number,
        "state": found.state,
        "result": found.delivery.result,
        "attempt": found.delivery.attempt,
        "signer": found.delivery.receiver_name,
        "net_fen": found.net_fen,
        "lines": lines,
        "timeline": happened,
        "proof": proof,
        "problems": [],
    }
    shown = [
        f"{line['line']:3}  {line['product']}  {line['ordered']} / {line['loaded']} / "
        f"{line['delivered']} / {line['refused']}"
        for line in lines
    ]
    shown += enquiry.timeline_lines(desk, happened, office.clock.offset_min())
    desk.answer(document, [f"{number}  {word(found.state, desk.t)}", *shown])


def again(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="Number of the order.")],
    day: Annotated[str, typer.Argument(help="Day of delivery, YYYY-MM-DD.")],
) -> None:
    """Plan all that remains of an order once more, what was refused included."""
    desk = desk_of(context)
    with desk.office() as office:
        count = deliver_again(office, desk.actor, number, _day(day))
    desk.answer({"deliveries": count, "problems": []}, [str(count)])


def drop(
    context: typer.Context,
    delivery: Annotated[str, typer.Argument(help="Id of the planned delivery, from the list.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
) -> None:
    """Take a planned delivery back before it is loaded; its order is planned again later."""
    desk = desk_of(context)
    key = read_key(delivery, "DELIVERY")
    with desk.office() as office:
        drop_delivery(office, desk.actor, key, reason)
    desk.answer({"dropped": delivery, "problems": []}, [delivery])


def undo(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="Number of the posted note.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
) -> None:
    """Post the opposite of a delivery; both papers stay, and the order is open again."""
    desk = desk_of(context)
    with desk.office() as office:
        made = reverse(office, desk.actor, number, reason)
    desk.answer({"number": number, "reversal": made, "problems": []}, [made])


def _with_refusals(reader: Any, result: NoteResult, refused: list[str]) -> NoteResult:
    found = documents_by_number(reader, [result.number]).get(result.number)
    if found is None:
        raise NotFound(what="delivery note", key=result.number)
    units = read_lines(refused, "--refused")
    lines = tuple(
        LineResult(
            line.line_no,
            line.qty - units.get(line.line_no, 0),
            units.get(line.line_no, 0),
            result.reason,
        )
        for line in found.lines
    )
    return NoteResult(result.number, lines, result.signer, reason=result.reason)


def _read(file: Path) -> list[NoteResult]:
    try:
        plain = json.loads(file.read_text("utf-8"))
        return [
            NoteResult(
                **each | {"lines": tuple(LineResult(**line) for line in each.get("lines", ()))}
            )
            for each in plain
        ]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise UsageError(argument=str(file), reason=f"cannot be read: {error}") from error


def _row(row: DeliveryRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "number": row.number,
        "state": row.state,
        "result": row.result,
        "route": row.route_code,
        "stop": row.stop_seq,
        "customer": row.customer_code,
        "net_fen": row.net_fen,
    }
