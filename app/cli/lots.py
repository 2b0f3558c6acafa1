"""What is the matter with stock: what expires soon, where a lot went, what cannot be."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.desk import desk_of, read_day
from app.cli.reading import read_key
from app.domain.rights import Right
from app.services.reporting import today
from app.services.stocking.explaining import close_case
from app.storage.queries.lots import LotStep, expiring, trace_lot
from app.storage.queries.stock_papers import cases


def add_to(stock: typer.Typer) -> None:
    stock.command("expiring", epilog="Example: tallydock stock expiring --within 45")(show_expiring)
    stock.command("cases", epilog="Example: tallydock stock cases --state closed")(show_cases)
    stock.command("close-case", epilog="Example: tallydock stock close-case ID --note found")(
        end_case
    )
    stock.command("trace", epilog="Example: tallydock stock trace HX500 L2605A")(show_trace)


def show_cases(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="open or closed.")] = "open",
) -> None:
    """Show places where more left than the book had, the oldest first."""
    desk = desk_of(context)
    desk.actor.require(Right.REPORT)
    with desk.office() as office, office.database.read() as reader:
        found = cases(reader, state)
    rows = [asdict(each) | {"id": str(each.id)} for each in found]
    lines = [f"{r.id}  {r.place_code}  {r.product_code}  {r.qty}  {r.note}".rstrip() for r in found]
    desk.answer({"cases": rows, "problems": []}, lines)


def end_case(
    context: typer.Context,
    case: Annotated[str, typer.Argument(help="Id of the case.")],
    note: Annotated[str, typer.Option(help="What was the matter; it is kept.")],
) -> None:
    """Close a case with its explanation."""
    desk = desk_of(context)
    key = read_key(case)
    with desk.office() as office:
        close_case(office, desk.actor, key, note)
    desk.answer({"closed": case, "problems": []}, [case])


def show_expiring(
    context: typer.Context,
    within: Annotated[
        int | None,
        typer.Option(help="Days left, or fewer; else the alert days of each product."),
    ] = None,
    day: Annotated[str | None, typer.Option(help="Day to count from, else today.")] = None,
) -> None:
    """Show goods in places of our own that expire soon or have expired, the nearest first."""
    desk = desk_of(context)
    desk.actor.require(Right.REPORT)
    with desk.office() as office:
        start = read_day(day, "--day") or today(office)
        with office.database.read() as reader:
            found = expiring(reader, start, within)
    rows = [
        {
            "place": each.row.location_code,
            "product": each.row.product_code,
            "lot": each.row.lot_code,
            "expiry": str(each.row.expiry_date),
            "days_left": each.days_left,
            "qty": each.row.qty,
        }
        for each in found
    ]
    lines = ["  ".join(str(value) for value in row.values()) for row in rows]
    desk.answer({"day": str(start), "stock": rows, "problems": []}, lines)


def show_trace(
    context: typer.Context,
    product: Annotated[str, typer.Argument(help="Code of the product.")],
    lot: Annotated[str, typer.Argument(help="Number of the lot.")],
) -> None:
    """Show every move of a lot: from whom it came, who has it, what is still here."""
    desk = desk_of(context)
    desk.actor.require(Right.REPORT)
    with desk.office() as office, office.database.read() as reader:
        trace = trace_lot(reader, product, lot)
    document = {
        "product": trace.product,
        "lot": trace.lot,
        "produced": str(trace.produced or ""),
        "expiry": str(trace.expiry or ""),
        "came": trace.came,
        "went": trace.went,
        "lies": trace.lies,
        "moves": [_row(step) for step in trace.steps],
        "problems": [],
    }
    lines = [
        f"{step.business_date}  {step.source} > {step.target}  {step.qty}  "
        f"{step.number or step.document_kind}  {step.party_code or ''}".rstrip()
        for step in trace.steps
    ]
    desk.answer(document, lines)


def _row(step: LotStep) -> dict[str, object]:
    row = asdict(step)
    return row | {
        "business_date": str(step.business_date),
        "document_id": str(step.document_id),
        "source_kind": step.source_kind.value,
        "target_kind": step.target_kind.value,
    }
