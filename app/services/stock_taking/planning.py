"""A count is planned: which goods of a place are to be counted, blind or not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.counts import MAX_COUNT_LINES, CountState, LineState
from app.domain.lots import Lot
from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.domain.stock import Location
from app.errors import NotFound, RuleBroken
from app.services.journal import Step, journaled
from app.services.office import Office
from app.services.stocking.papers import day_of, find_place
from app.storage.queries.directory import FoundProduct, persons_by_code, products_by_code
from app.storage.store.papers import Count, CountedLine, Header, Line
from app.storage.store.uploads import Link


@dataclass(frozen=True, slots=True)
class PlannedCount:
    """Of `place`: the products named, those of a group, or everything that lies there.

    `counter` is the code of the person who is to count, if that is said already. Whoever counts
    blind sees no book figure before the count is handed in.
    """

    place: str
    products: tuple[str, ...] = ()
    group: str = ""
    counter: str = ""
    blind: bool = True


def plan_count(office: Office, actor: Actor, planned: PlannedCount) -> UUID:
    """Make the sheet, a line for each lot that the book has there; returns the count's key.

    Products that are named get a line though the book has none of them. Raises NotFound for a code
    that is nowhere, RuleBroken("no-lines") when there is nothing to count, RuleBroken("count-size")
    for more lines than one count may have.
    """
    actor.require(Right.POST_COUNTS)
    with journaled(office, actor, "plan_count", subject=planned.place, planned=planned) as step:
        return _plan(step, actor.user, planned)


def _plan(step: Step, user: str, planned: PlannedCount) -> UUID:
    store = step.store
    place = find_place(step, planned.place)
    counter = _person(step, planned.counter)
    lines = _lines(step, planned, place)
    if not lines:
        raise RuleBroken("no-lines")
    if len(lines) > MAX_COUNT_LINES:
        raise RuleBroken("count-size", lines=len(lines), limit=MAX_COUNT_LINES)
    key = step.key("count")
    header = Header(
        id=key,
        kind=DocumentKind.CT,
        state=CountState.PLANNED,
        event_ms=step.at_ms,
        offset_min=step.offset_min,
        business_date=day_of(step)[0],
        person_id=counter,
        source=step.source,
    )
    scope = {"products": list(planned.products), "group": planned.group}
    store.documents.add(
        [
            Count(
                header=header,
                lines=tuple(lines),
                location_id=place.key,
                counted_ms=step.at_ms,
                blind=planned.blind,
                counter_id=counter,
                planned_by=user,
                scope=json.dumps(scope, ensure_ascii=False, sort_keys=True),
            )
        ]
    )
    store.uploads.link([Link(record_id=step.record_id, document_id=key)])
    return key


def _person(step: Step, code: str) -> UUID | None:
    """Raises NotFound."""
    if not code:
        return None
    found = persons_by_code(step.store.reader, [code]).get(code)
    if found is None:
        raise NotFound(what="person", key=code)
    return found.id


def _lines(step: Step, planned: PlannedCount, place: Location) -> list[CountedLine]:
    known = products_by_code(step.store.reader, planned.products or None)
    if unknown := [code for code in planned.products if code not in known]:
        raise NotFound(what="product", key=unknown[0])
    products = {
        product.id: product for product in known.values() if _in_group(product, planned.group)
    }
    there = step.store.stock.balances_at(place.key, step.at_ms, products)
    wanted = {(goods.product, goods.lot) for goods, qty in there.items() if qty and not goods.owner}
    found = {product_id for product_id, _ in wanted}
    if planned.products:
        wanted |= {(product_id, None) for product_id in products.keys() - found}
    lots = step.store.stock.lots_on_hand(place.key, products)
    names = {each.key: each.lot for found_lots in lots.values() for each in found_lots}

    def place_on_sheet(pair: tuple[UUID, UUID | None]) -> tuple[str, date, str]:
        lot = names.get(pair[1], Lot(""))
        return products[pair[0]].code, lot.removal or date.max, lot.code

    ordered = sorted(wanted, key=place_on_sheet)
    return [
        blank_line(step, no, products[product_id], lot_id)
        for no, (product_id, lot_id) in enumerate(ordered, start=1)
    ]


def _in_group(product: FoundProduct, group: str) -> bool:
    own = product.product_group
    return not group or own == group or own.startswith(f"{group}/")


def blank_line(step: Step, line_no: int, product: FoundProduct, lot_id: UUID | None) -> CountedLine:
    """A line of which nobody has said anything yet."""
    packing = product.packings.default
    line = Line(
        id=step.key("line", line_no),
        line_no=line_no,
        product_id=product.id,
        packing_id=product.packing_ids[packing.code],
        qty=0,
        lot_id=lot_id,
        source=step.source,
    )
    return CountedLine(
        line=line, state=LineState.SKIPPED, counted=None, loose=0, book_at_count=None
    )
