"""The pick list and the load sheet of a day's routes, as PDF files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from app.domain.deliveries import DeliveryState
from app.domain.lots import Lot
from app.domain.rights import Actor, Right
from app.errors import NotFound
from app.i18n import Translator
from app.reports.route_papers import LOAD_SHEET, PICK_LIST, LoadLine, PickLine
from app.reports.table import Table
from app.reports.table_pdf import write_pdf
from app.services.files import new_file
from app.services.office import Office
from app.services.picking import propose
from app.storage.queries.deliveries import DeliveryRow, listing
from app.storage.queries.directory import find_branch, products_by_code, routes_by_code
from app.storage.queries.documents import deliveries_of_day, documents_by_id
from app.storage.reader import Reader

_ON_VAN = frozenset({"loaded"})


@dataclass(slots=True)
class _Goods:
    lot: Lot
    qty: int = 0
    missing: int = 0
    stops: set[UUID] = field(default_factory=set)


def print_pick_list(
    office: Office, actor: Actor, out: Path, t: Translator, day: date, route: str | None = None
) -> Table:
    """Write what the planned deliveries of a day take, summed over all stops, lot by lot.

    Raises NotFound when nothing is planned, OutputError when `out` cannot be written.
    """
    actor.require(Right.PRINT)
    with office.database.transaction(actor, "print pick list", f"{day} {route or ''}") as store:
        route_id = _route_id(store.reader, route)
        planned = deliveries_of_day(
            store.reader, day, route_id=route_id, states=[DeliveryState.DRAFT]
        )
        if not planned:
            raise NotFound(what="delivery to load", key=f"{route or ''} {day}".strip())
        goods: defaultdict[tuple[str, str], _Goods] = defaultdict(lambda: _Goods(Lot("")))
        for delivery, lines in propose(store, planned, day):
            for each in lines:
                for pick in each.picks:
                    lot = pick.stock.lot
                    found = goods.setdefault((each.line.product_code, lot.code), _Goods(lot))
                    found.qty += pick.qty
                    found.stops.add(delivery.id)
                if each.missing:
                    goods[each.line.product_code, ""].missing += each.missing
        rows = _pick_lines(store.reader, goods)
        notes = _notes(store.reader, t, day, route)
    table = PICK_LIST.table(rows, t, notes)
    _write(table, out, t)
    return table


def print_load_sheet(
    office: Office, actor: Actor, out: Path, t: Translator, day: date, route: str | None = None
) -> Table:
    """Write what stands on the vans of a day, the last stop first, as it is loaded.

    Raises NotFound when nothing is loaded, OutputError when `out` cannot be written.
    """
    actor.require(Right.PRINT)
    with office.database.read() as reader:
        rows = [
            row
            for row in listing(reader, day=day, route_code=route)
            if row.state in _ON_VAN and row.number
        ]
        if not rows:
            raise NotFound(what="delivery note", key=f"{route or ''} {day}".strip())
        lines = _load_lines(reader, rows)
        vans = sorted({f"{row.load_no}  {row.van or ''}  {row.driver or ''}" for row in rows})
        notes = (*_notes(reader, t, day, route), *vans)
    table = LOAD_SHEET.table(lines, t, notes)
    _write(table, out, t)
    return table


def _pick_lines(reader: Reader, goods: dict[tuple[str, str], _Goods]) -> list[PickLine]:
    products = products_by_code(reader, {code for code, _ in goods})
    return [
        PickLine(
            code,
            products[code].name,
            lot_code,
            found.lot.expiry,
            products[code].packings.usual.show(found.qty),
            found.qty,
            found.missing,
            len(found.stops),
        )
        for (code, lot_code), found in sorted(goods.items())
    ]


def _load_lines(reader: Reader, rows: Sequence[DeliveryRow]) -> list[LoadLine]:
    documents = documents_by_id(reader, [row.id for row in rows])
    codes = {line.product_code for found in documents.values() for line in found.lines}
    products = products_by_code(reader, codes)
    order = sorted(rows, key=lambda row: (row.route_code or "", -row.stop_seq, row.number or ""))
    return [
        LoadLine(
            row.stop_seq,
            f"{row.customer_code} {row.customer_name}",
            row.number or "",
            f"{line.product_code} {products[line.product_code].name}",
            line.lot_code or "",
            products[line.product_code].packings.usual.show(line.qty),
            line.qty,
        )
        for row in order
        for line in documents[row.id].lines
        if line.qty
    ]


def _route_id(reader: Reader, code: str | None) -> UUID | None:
    if code is None:
        return None
    found = routes_by_code(reader).get(code)
    if found is None:
        raise NotFound(what="route", key=code)
    return found.id


def _notes(reader: Reader, t: Translator, day: date, route: str | None) -> tuple[str, ...]:
    names: Iterable[str] = (find_branch(reader).name, t.date(day))
    if route is not None:
        found = routes_by_code(reader).get(route)
        names = (*names, route if found is None else f"{route} {found.name}")
    return tuple(names)


def _write(table: Table, out: Path, t: Translator) -> None:
    with new_file(out) as stream:
        write_pdf(table, stream, t)
