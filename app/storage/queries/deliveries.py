"""Deliveries as lists show them, and delivery notes as they are printed."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from app.domain.numbering import DocumentKind
from app.domain.papers import DeliveryNote, NoteLine
from app.domain.quantity import Packings
from app.errors import NotFound
from app.storage.queries.directory import find_branch, products_by_code
from app.storage.queries.joins import meets, taken_back
from app.storage.reader import Reader
from app.storage.snapshots import thaw
from app.storage.tables import (
    customer_profile,
    delivery,
    document,
    document_line,
    document_snapshot,
    lot,
    packing,
    party,
    person,
    print_log,
    product,
    route,
    vehicle,
)

TEMPLATE_VERSION = 1


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery in a list; `copies` were printed so far."""

    id: uuid.UUID
    number: str | None
    state: str
    result: str | None
    business_date: date
    route_code: str | None
    stop_seq: int
    customer_code: str
    customer_name: str
    van: str | None
    driver: str | None
    load_no: str
    net_fen: int
    lines: int
    copies: int


def listing(
    reader: Reader,
    *,
    day: date | None = None,
    route_code: str | None = None,
    number: str | None = None,
) -> tuple[DeliveryRow, ...]:
    """In the order of day, route, stop and number."""
    lines = (
        select(func.count())
        .select_from(document_line)
        .where(
            document_line.c.branch_id == document.c.branch_id,
            document_line.c.document_id == document.c.id,
        )
        .scalar_subquery()
    )
    copies = (
        select(func.coalesce(func.max(print_log.c.copy_no), 0))
        .where(
            print_log.c.branch_id == document.c.branch_id,
            print_log.c.document_id == document.c.id,
        )
        .scalar_subquery()
    )
    conditions: list[ColumnElement[bool]] = []
    if day is not None:
        conditions.append(document.c.business_date == day)
    if route_code is not None:
        conditions.append(route.c.code == route_code)
    if number is not None:
        conditions.append(document.c.number == number)
    query = (
        select(
            document.c.id,
            document.c.number,
            document.c.state,
            delivery.c.result,
            document.c.business_date,
            route.c.code,
            delivery.c.stop_seq,
            party.c.code,
            party.c.name,
            vehicle.c.plate,
            person.c.name,
            delivery.c.load_no,
            document.c.net_fen,
            lines,
            copies,
        )
        .select_from(_delivery_with_names())
        .where(
            document.c.branch_id == reader.branch_id,
            document.c.kind == DocumentKind.DN.value,
            *conditions,
        )
        .order_by(
            document.c.business_date,
            route.c.code.nulls_first(),
            delivery.c.stop_seq,
            document.c.number_seq.nulls_first(),
        )
    )
    return tuple(DeliveryRow(*row) for row in reader.rows(query))


def vans_driven(reader: Reader, driver_id: uuid.UUID, day: date) -> tuple[uuid.UUID, ...]:
    """The places of the vans that a driver's notes of a day were loaded onto."""
    query = (
        select(delivery.c.van_id)
        .join(document, meets(delivery.c.document_id, document))
        .where(
            delivery.c.branch_id == reader.branch_id,
            delivery.c.driver_id == driver_id,
            delivery.c.van_id.is_not(None),
            delivery.c.load_no != "",
            document.c.kind == DocumentKind.DN.value,
            document.c.business_date == day,
        )
        .distinct()
    )
    return tuple(row.van_id for row in reader.rows(query))


def slip_taken(reader: Reader, source_id: uuid.UUID, slip: str) -> str | None:
    """The number under which a wholesaler's slip is kept, if it was not taken back."""
    query = (
        select(document.c.number)
        .join(delivery, meets(delivery.c.document_id, document))
        .where(
            document.c.branch_id == reader.branch_id,
            document.c.kind == DocumentKind.DN.value,
            document.c.note == slip,
            delivery.c.source_id == source_id,
            ~taken_back(document),
        )
    )
    return reader.connection.scalar(query)


def note(reader: Reader, number: str) -> DeliveryNote:
    """The frozen note if there is one, else the note as it would be now; raises NotFound."""
    row = _one(reader, document.c.number == number, number)
    frozen = reader.rows(
        select(document_snapshot.c.content, document_snapshot.c.sha256).where(
            document_snapshot.c.branch_id == reader.branch_id,
            document_snapshot.c.document_id == row.id,
        )
    )
    return thaw(frozen[0].content, frozen[0].sha256) if frozen else _compose(reader, row)


def compose(reader: Reader, document_id: uuid.UUID) -> DeliveryNote:
    """The note as the tables say it now, ready to be frozen; raises NotFound."""
    return _compose(reader, _one(reader, document.c.id == document_id, str(document_id)))


def _delivery_with_names() -> Any:
    joined = document.join(
        delivery,
        and_(delivery.c.branch_id == document.c.branch_id, delivery.c.document_id == document.c.id),
    )
    for table, column in (
        (party, document.c.party_id),
        (route, delivery.c.route_id),
        (vehicle, delivery.c.vehicle_id),
        (person, delivery.c.driver_id),
    ):
        matches = and_(table.c.branch_id == document.c.branch_id, table.c.id == column)
        joined = joined.outerjoin(table, matches)
    return joined


def _one(reader: Reader, condition: ColumnElement[bool], key: str) -> Any:
    """The delivery with all names on its head."""
    order, seller = document.alias(), person.alias()
    joined = (
        _delivery_with_names()
        .outerjoin(
            order,
            and_(order.c.branch_id == document.c.branch_id, order.c.id == document.c.parent_id),
        )
        .outerjoin(
            seller,
            and_(seller.c.branch_id == document.c.branch_id, seller.c.id == order.c.person_id),
        )
        .outerjoin(
            customer_profile,
            and_(
                customer_profile.c.branch_id == document.c.branch_id,
                customer_profile.c.party_id == document.c.party_id,
                customer_profile.c.valid_from <= document.c.business_date,
                func.coalesce(customer_profile.c.valid_to, date.max) > document.c.business_date,
            ),
        )
    )
    query = (
        select(
            document.c.id,
            document.c.number,
            document.c.state,
            document.c.business_date,
            document.c.note,
            route.c.code.label("route_code"),
            delivery.c.stop_seq,
            delivery.c.prepared_by,
            vehicle.c.plate,
            person.c.name.label("driver"),
            seller.c.name.label("salesperson"),
            order.c.number.label("order_number"),
            party.c.code,
            party.c.name,
            party.c.address,
            party.c.contact,
            party.c.phone,
            customer_profile.c.service_mode,
            customer_profile.c.pay_terms_days,
            customer_profile.c.language,
        )
        .select_from(joined)
        .where(
            document.c.branch_id == reader.branch_id,
            document.c.kind == DocumentKind.DN.value,
            condition,
        )
    )
    rows = reader.rows(query)
    if not rows:
        raise NotFound(what="delivery note", key=key)
    return rows[0]


def _compose(reader: Reader, row: Any) -> DeliveryNote:
    ours = find_branch(reader)
    days = row.pay_terms_days or 0
    return DeliveryNote(
        number=row.number or "",
        barcode_text=row.number or "",
        title_key="delivery_note",
        branch_name=ours.name,
        branch_address=ours.address,
        branch_phone=ours.phone,
        branch_licence=ours.licence_no,
        business_date=row.business_date,
        route_code=row.route_code or "",
        stop_seq=row.stop_seq,
        van=row.plate or "",
        driver=row.driver or "",
        salesperson=row.salesperson or "",
        order_numbers=(row.order_number,) if row.order_number else (),
        # Everything that goes to a direct-served customer is individual sales.
        order_class="I" if row.service_mode == "direct" else "D",
        customer_code=row.code or "",
        customer_name=row.name or "",
        customer_address=row.address or "",
        customer_contact=row.contact or "",
        customer_phone=row.phone or "",
        payment_terms=f"{days}d" if days else "cash",
        language=row.language or "zh",
        remark=row.note,
        state=row.state,
        prepared_by=row.prepared_by,
        lines=_note_lines(reader, row.id),
        snapshot_sha256="",
        template_version=TEMPLATE_VERSION,
    )


def _note_lines(reader: Reader, document_id: uuid.UUID) -> tuple[NoteLine, ...]:
    line = document_line.c
    query = (
        select(document_line, product.c.code, packing.c.code.label("packing_code"))
        .add_columns(lot.c.code.label("lot_code"), lot.c.production_date)
        .join(product, and_(product.c.branch_id == line.branch_id, product.c.id == line.product_id))
        .join(packing, and_(packing.c.branch_id == line.branch_id, packing.c.id == line.packing_id))
        .outerjoin(lot, and_(lot.c.branch_id == line.branch_id, lot.c.id == line.lot_id))
        .where(line.branch_id == reader.branch_id, line.document_id == document_id)
        .order_by(line.line_no)
    )
    rows = reader.rows(query)
    products = products_by_code(reader, {row.code for row in rows})
    lines = []
    for row in rows:
        goods = products[row.code]
        packings: Packings = goods.packings
        name, factor = next(
            (item.name, item.factor) for item in packings.items if item.code == row.packing_code
        )
        packs, loose = divmod(row.qty, factor)
        lines.append(
            NoteLine(
                line_no=row.line_no,
                product_code=goods.code,
                product_name=goods.name,
                spec=goods.spec,
                lot_code=row.lot_code or "",
                production_date=row.production_date,
                shelf_life_days=goods.shelf_life_days or None,
                packing_name=name,
                base_name=packings.base.name,
                packing_factor=factor,
                packs=packs,
                loose=loose,
                qty_base=row.qty,
                price_fen=row.price_fen,
                net_fen=row.net_fen,
                discount_fen=row.discount_fen,
                free=row.free,
                ml_per_base=goods.ml_per_base,
                remark=row.remark,
            )
        )
    return tuple(lines)
