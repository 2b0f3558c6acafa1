"""`counts`: plan what is counted, write down what was found, hand it in, approve it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from app.cli.desk import Desk, desk_of
from app.domain.quantity_text import read_quantity
from app.domain.rights import Right
from app.errors import NotFound, UsageError
from app.explain import word
from app.services.counting import approve_count
from app.services.office import Office
from app.services.reversing import reverse
from app.services.stock_taking.planning import PlannedCount, plan_count
from app.services.stock_taking.taking import FoundGoods, enter_found, hand_in
from app.storage.queries.counts import CountRow, SheetLine, blinded, count_rows, sheet_lines
from app.storage.queries.directory import products_by_code
from app.storage.reader import Reader

Key = Annotated[str, typer.Argument(help="Id or number of the count.")]


def add_to(tree: typer.Typer) -> None:
    group = typer.Typer(help="Stock counts.", no_args_is_help=True, rich_markup_mode=None)
    group.command("plan", epilog="Example: tallydock counts plan WH1 --group BEER")(plan)
    group.command("list", epilog="Example: tallydock counts list --state submitted")(show_list)
    group.command("show", epilog="Example: tallydock counts show ID")(show)
    group.command("enter", epilog='Example: tallydock counts enter ID K01 --line "1=12CS+3"')(enter)
    group.command("submit", epilog="Example: tallydock counts submit ID --reason broken")(submit)
    group.command("approve", epilog="Example: tallydock counts approve ID")(approve)
    group.command("reverse", epilog="Example: tallydock counts reverse NUMBER --reason wrong")(undo)
    tree.add_typer(group, name="counts")


def plan(
    context: typer.Context,
    place: Annotated[str, typer.Argument(help="Code of the place.")],
    product: Annotated[list[str] | None, typer.Option(help="Only these products.")] = None,
    group: Annotated[str, typer.Option(help="Only products of this group.")] = "",
    counter: Annotated[str, typer.Option(help="Code of who is to count.")] = "",
    show_book: Annotated[bool, typer.Option("--show-book", help="Not blind.")] = False,
) -> None:
    """Make the sheet of a count; whoever counts sees no book figure unless --show-book."""
    desk = desk_of(context)
    planned = PlannedCount(place, tuple(product or ()), group, counter, not show_book)
    with desk.office() as office:
        key = plan_count(office, desk.actor, planned)
    _told(desk, key)


def show_list(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="planned, open, recount, submitted, posted.")] = "",
) -> None:
    """List counts, the newest first."""
    desk = desk_of(context)
    desk.actor.require(Right.POST_COUNTS)
    with desk.office() as office, office.database.read() as reader:
        rows = count_rows(reader, states=[state] if state else ())
    lines = [_line(desk, row) for row in rows]
    desk.answer({"counts": [_row(row) for row in rows], "problems": []}, lines)


def show(context: typer.Context, key: Key) -> None:
    """Show the sheet of a count, blind as long as it is counted blind."""
    desk = desk_of(context)
    desk.actor.require(Right.POST_COUNTS)
    with desk.office() as office, office.database.read() as reader:
        row = _find(reader, key)
        lines = blinded(row, sheet_lines(reader, row.id))
    shown = [
        f"{each.line_no:3}  {each.product_code}  {each.product_name}  {each.lot_code or '–'}  "
        f"{'' if each.counted is None else each.counted}"
        for each in lines
    ]
    document = _row(row) | {"lines": [_sheet_line(each) for each in lines], "problems": []}
    desk.answer(document, [_line(desk, row), *shown])


def enter(
    context: typer.Context,
    key: Key,
    counter: Annotated[str, typer.Argument(help="Code of the person who counted.")],
    line: Annotated[
        list[str],
        typer.Option(
            help="LINE=QUANTITY, or PRODUCT=QUANTITY or PRODUCT/LOT=QUANTITY for goods that are "
            "not on the sheet; nothing behind the sign leaves the line blank."
        ),
    ],
) -> None:
    """Write down what was found; what the books say is taken at this moment."""
    desk = desk_of(context)
    with desk.office() as office:
        with office.database.read() as reader:
            row = _find(reader, key)
            sheet = {each.line_no: each for each in sheet_lines(reader, row.id)}
        found = [_found(office, text, sheet) for text in line]
        enter_found(office, desk.actor, row.id, counter, found)
    _told(desk, row.id)


def submit(
    context: typer.Context,
    key: Key,
    reason: Annotated[str, typer.Option(help="Why it is off; it is kept.")] = "",
) -> None:
    """Hand a count in: booked within tolerance, else counted again by somebody else."""
    desk = desk_of(context)
    with desk.office() as office:
        with office.database.read() as reader:
            row = _find(reader, key)
        done = hand_in(office, desk.actor, row.id, reason)
    document = {
        "id": str(row.id),
        "state": done.state.value,
        "number": done.number or None,
        "off": list(done.off),
        "problems": [],
    }
    desk.answer(document, [f"{done.number or row.id}  {word(done.state.value, desk.t)}"])


def approve(context: typer.Context, key: Key) -> None:
    """Book a count that is off; somebody who neither counted nor typed it."""
    desk = desk_of(context)
    with desk.office() as office:
        with office.database.read() as reader:
            row = _find(reader, key)
        approve_count(office, desk.actor, row.id)
    _told(desk, row.id)


def undo(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="Number of the posted count.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
) -> None:
    """Take a posted count back by its mirror."""
    desk = desk_of(context)
    with desk.office() as office:
        made = reverse(office, desk.actor, number, reason)
    desk.answer({"number": number, "reversal": made, "problems": []}, [made])


def _found(office: Office, text: str, sheet: dict[int, SheetLine]) -> FoundGoods:
    where, sign, quantity = text.partition("=")
    if not sign or not where.strip():
        raise UsageError(argument="--line", reason=f"“{text}” is not LINE=QUANTITY")
    if where.isdecimal():
        line_no = int(where)
        if line_no not in sheet:
            raise NotFound(what="line", key=where)
        return FoundGoods(line_no, _units(office, sheet[line_no].product_code, quantity))
    code, _, lot = where.partition("/")
    return FoundGoods(product=code, lot=lot, qty=_units(office, code, quantity))


def _units(office: Office, code: str, quantity: str) -> int | None:
    if not quantity.strip():
        return None
    with office.database.read() as reader:
        product = products_by_code(reader, [code]).get(code)
    if product is None:
        raise NotFound(what="product", key=code)
    return read_quantity(product.packings, quantity).qty


def _told(desk: Desk, key: UUID) -> None:
    with desk.office() as office, office.database.read() as reader:
        row = _find(reader, str(key))
    desk.answer(_row(row) | {"problems": []}, [_line(desk, row)])


def _find(reader: Reader, text: str) -> CountRow:
    found = count_rows(reader, number=text)
    if not found:
        try:
            found = count_rows(reader, key=UUID(text))
        except ValueError:
            raise UsageError(argument="ID", reason=f"“{text}” is no id of a count") from None
    if not found:
        raise NotFound(what="count", key=text)
    return found[0]


def _line(desk: Desk, row: CountRow) -> str:
    return (
        f"{row.number or row.id}  {row.business_date}  {row.place_code}  "
        f"{word(row.state, desk.t)}  {row.counted}/{row.lines}"
    )


def _row(row: CountRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "number": row.number,
        "state": row.state,
        "place": row.place_code,
        "day": row.business_date,
        "blind": row.blind,
        "planned_by": row.planned_by or None,
        "counter": row.counter,
        "checker": row.checker,
        "approved_by": row.approved_by,
        "reason": row.scope.get("reason"),
        "counted": row.counted,
        "of": row.lines,
    }


def _sheet_line(each: SheetLine) -> dict[str, Any]:
    return {
        "line": each.line_no,
        "product": each.product_code,
        "lot": each.lot_code,
        "state": each.state,
        "counted": each.counted,
        "first": each.first,
        "second": each.second,
        "book": each.book,
        "at_ms": each.scanned_ms,
    }
