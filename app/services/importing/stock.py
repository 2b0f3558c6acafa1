"""Stock and moves from before this program, or from another one: posted once, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from app.domain.business_day import posting_date
from app.domain.lots import Lot
from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.domain.stock import Location, LocationKind, Move, Negative
from app.errors import NotFound, RuleBroken
from app.services.importing.kinds import Row
from app.services.journal import Step, journaled
from app.services.moving import move_goods
from app.services.office import Office
from app.storage.keys import derived_key
from app.storage.queries.directory import (
    FoundProduct,
    find_branch,
    places_by_code,
    products_by_code,
)
from app.storage.queries.stock import known_moves
from app.storage.store.papers import Header, Line, Paper
from app.storage.store.uploads import Link

_NOON = time(12)


@dataclass(frozen=True, slots=True)
class StockLine:
    """`qty` base units; without `source` they were found there when the books began."""

    reference: str
    line: int
    target: str
    product: str
    qty: int
    day: date
    source: str = ""
    lot: str = ""
    produced: date | None = None
    expiry: date | None = None
    reason: str = ""


def take_stock(office: Office, actor: Actor, kind: str, rows: Sequence[Row]) -> int:
    """Post what is new of these rows; returns how many lines that were.

    A line is known by its reference and number: importing it again changes nothing.
    """
    actor.require(Right.POST_STOCK)
    lines = tuple(
        StockLine(
            reference=row["reference"],
            line=row["line"],
            target=row["place"] if kind == "opening-stock" else row["target"],
            product=row["product"],
            qty=row["qty"],
            day=row["day"],
            source=row.get("source") or "",
            lot=row.get("lot") or "",
            produced=row.get("produced"),
            expiry=row.get("expiry"),
            reason=row.get("reason") or "",
        )
        for row in rows
    )
    return import_stock(office, actor, lines)


def import_stock(office: Office, actor: Actor, lines: tuple[StockLine, ...]) -> int:
    """Post the lines of one paper of another system. Raises NotFound for a code that is nowhere,
    RuleBroken("move"), RuleBroken("negative-stock") for goods that would not have been there."""
    actor.require(Right.POST_STOCK)
    keys = {_key(office.database.branch_id, each): each for each in lines}
    with office.database.read() as reader:
        known = known_moves(reader, keys)
    fresh = tuple(each for key, each in keys.items() if key not in known)
    if not fresh:
        return 0
    with journaled(office, actor, "import_stock", subject=fresh[0].reference, lines=fresh) as step:
        return _post(step, fresh)


def _post(step: Step, lines: Sequence[StockLine]) -> int:
    store = step.store
    branch = find_branch(store.reader)
    products = products_by_code(store.reader, {each.product for each in lines})
    wanted = {each.target for each in lines} | {each.source for each in lines if each.source}
    places = {code: found.location for code, found in places_by_code(store.reader, wanted).items()}
    nowhere = Location(store.masters.common_place(LocationKind.ADJUSTMENT), LocationKind.ADJUSTMENT)
    lots = _lots(step, lines, products)
    day = max(each.day for each in lines)
    document_id = step.key("import")
    number = store.numbers.issue(DocumentKind.IM, day)
    header = Header(
        id=document_id,
        kind=DocumentKind.IM,
        state="received",
        number=number,
        event_ms=step.at_ms,
        offset_min=step.offset_min,
        business_date=day,
        note=lines[0].reference,
        source=step.source,
    )
    rows, moves = [], []
    for place, each in enumerate(lines, start=1):
        product = products.get(each.product)
        if product is None:
            raise NotFound(what="product", key=each.product)
        target = places.get(each.target)
        source = places.get(each.source) if each.source else nowhere
        if target is None or source is None:
            raise NotFound(what="location", key=each.target if target is None else each.source)
        line = Line(
            id=step.key("line", place),
            line_no=place,
            product_id=product.id,
            packing_id=product.packing_ids[product.packings.default.code],
            qty=each.qty,
            packs=each.qty // product.packings.default.factor,
            lot_id=lots.get((each.product, each.lot)),
            remark=f"{each.reference} {each.line} {each.reason}".strip(),
            source=step.source,
        )
        rows.append(line)
        moves.append(
            Move(
                key=_key(store.branch_id, each),
                product=product.id,
                source=source,
                target=target,
                qty=each.qty,
                reason="imported",
                event_ms=_noon_ms(each.day, step.offset_min),
                business_date=each.day,
                posting_date=posting_date(each.day, branch.closed_through),
                lot=line.lot_id,
                line=line.id,
                batch=step.source.batch_id,
                seq=step.source.seq,
            )
        )
    store.documents.add([Paper(header=header, lines=tuple(rows))])
    store.uploads.link([Link(record_id=step.record_id, document_id=document_id)])
    for left in move_goods(store, moves):
        if left.kind.negative is Negative.REFUSED:
            raise RuleBroken(
                "negative-stock",
                shelf=left.location_code,
                balance=left.qty,
                product=left.product_code,
            )
    store.documents.post({document_id: posting_date(day, branch.closed_through)})
    store.audit.about(str(number))
    return len(lines)


def _lots(
    step: Step, lines: Sequence[StockLine], products: dict[str, FoundProduct]
) -> dict[tuple[str, str], UUID]:
    wanted: dict[str, dict[str, Lot]] = {}
    for each in lines:
        if each.lot and each.product in products:
            product = products[each.product]
            lot = Lot(each.lot, each.produced, each.expiry, None)
            if each.produced is not None and each.expiry is None and product.shelf_life_days:
                days = (product.shelf_life_days, product.removal_lead_days)
                lot = Lot.produced(each.lot, each.produced, *days)
            wanted.setdefault(each.product, {}).setdefault(each.lot, lot)
    return {
        (code, lot): key
        for code, own in wanted.items()
        for lot, key in step.store.masters.put_lots(products[code].id, own.values()).items()
    }


def _key(branch_id: int, line: StockLine) -> UUID:
    return derived_key(branch_id, "imported", line.reference, line.line)


def _noon_ms(day: date, offset_min: int) -> int:
    """The time of day is not known; noon is on that business day everywhere."""
    at = datetime.combine(day, _NOON, UTC)
    return int(at.timestamp() * 1000) - offset_min * 60_000
