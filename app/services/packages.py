"""The data sets that a docked terminal takes home: masters, prices, reasons, notes to deliver.

Each is a CBOR list of rows, each row a list of values in the order that its function's docstring
gives. Days are texts, quantities base units, amounts fen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from app.domain.deliveries import DeliveryState
from app.services.office import Office
from app.storage.queries.arrivals import master_revision
from app.storage.queries.directory import (
    customers_by_code,
    price_book,
    products_by_code,
)
from app.storage.queries.documents import deliveries_of_day
from app.storage.reader import Reader
from drivers.contract import Package
from drivers.protocols.docking import cbor

Row = list[object]


def packages_for(office: Office, day: date) -> tuple[Package, ...]:
    """Everything a terminal needs for the business day."""
    with office.database.read() as reader:
        revision = master_revision(reader)
        sets = {
            "products": _products(reader),
            "packings": _packings(reader),
            "customers": _customers(reader, day),
            "prices": _prices(reader, day),
            "notes": _notes(reader, day),
        }
    contents = {name: cbor.encode(rows) for name, rows in sorted(sets.items())}
    return tuple(
        Package(name, revision, data, hashlib.sha256(data).digest())
        for name, data in contents.items()
    )


def _products(reader: Reader) -> Sequence[Row]:
    """code, name, short name, group, base unit, ml per base unit, shelf life in days."""
    return [
        [
            product.code,
            product.name,
            product.short_name,
            product.product_group,
            product.base_unit_name,
            product.ml_per_base,
            product.shelf_life_days,
        ]
        for product in products_by_code(reader).values()
        if product.active
    ]


def _packings(reader: Reader) -> Sequence[Row]:
    """product, code, name, factor, GTIN or "", is the default."""
    return [
        [product.code, each.code, each.name, each.factor, each.gtin or "", each.is_default]
        for product in products_by_code(reader).values()
        if product.active
        for each in product.packings.items
    ]


def _customers(reader: Reader, day: date) -> Sequence[Row]:
    """code, name, address, phone, type, service mode, price group, least remaining days."""
    return [
        [
            customer.code,
            customer.name,
            customer.address,
            customer.phone,
            customer.customer_type,
            customer.service_mode,
            customer.price_group,
            customer.min_remaining_days,
        ]
        for customer in customers_by_code(reader, None, day).values()
        if customer.active
    ]


def _prices(reader: Reader, day: date) -> Sequence[Row]:
    """product, level (0 contract .. 3 base), customer or "", price group or "", packing, fen."""
    products = {product.id: product.code for product in products_by_code(reader).values()}
    customers = {c.id: c.code for c in customers_by_code(reader, None, day).values()}
    rows: list[Row] = [
        [
            products[listed.product_id],
            int(listed.candidate.level),
            customers.get(listed.party_id, "") if listed.party_id else "",
            listed.price_group or "",
            listed.candidate.packing,
            listed.candidate.price_fen,
        ]
        for listed_prices in price_book(reader).prices.values()
        for listed in listed_prices
        if listed.candidate.valid_on(day)
    ]
    return sorted(rows, key=str)


def _notes(reader: Reader, day: date) -> Sequence[Row]:
    """number, customer, line, product, lot or "", shipped: one row for each line on a van."""
    customers = {c.id: c.code for c in customers_by_code(reader, None, day).values()}
    return [
        [
            note.number or "",
            customers.get(note.party_id, "") if note.party_id else "",
            line.line_no,
            line.product_code,
            line.lot_code or "",
            line.qty,
        ]
        for note in deliveries_of_day(reader, day, states=[DeliveryState.LOADED])
        for line in note.lines
    ]
