"""Data sets of one terminal: its round, its van, and what was sold there before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from app.services.datasets.dataset import Context, Row
from app.storage.queries import terminal_data
from app.storage.queries.empties import outstanding
from app.storage.queries.prices import lineage
from app.storage.queries.terminal_data import PastDelivery, past_deliveries
from app.storage.reader import Reader

HISTORY_MS = 90 * 24 * 3_600_000
HISTORY_DELIVERIES = 6
# What a delivery takes out of two lots are two moves.
HISTORY_MOVES = 9


def customers(reader: Reader, context: Context) -> Iterable[Row]:
    """code, name, address, contact, phone, type, service mode, price group, least remaining days,
    days to pay, territories that it lies in (a list, the smallest first)."""
    territories = lineage(reader)
    for customer in context.customers.values():
        yield (
            customer.code,
            customer.name,
            customer.address,
            customer.contact,
            customer.phone,
            customer.customer_type,
            customer.service_mode,
            customer.price_group,
            customer.min_remaining_days,
            customer.pay_terms_days,
            [territories.codes[key] for key in territories.of(customer.territory_id)],
        )


def stops(reader: Reader, context: Context) -> Iterable[Row]:
    """route, place in the round, customer."""
    route_id = None if context.route is None else context.route.id
    yield from terminal_data.stops(reader, route_id)


def empties(reader: Reader, context: Context) -> Iterable[Row]:
    """customer, empty product, base units that the customer has, fen of deposit on them."""
    codes = {customer.code for customer in context.customers.values()}
    for each in outstanding(reader):
        if each.customer_code in codes:
            yield each.customer_code, each.product_code, each.qty, each.deposit_fen


def history(reader: Reader, context: Context) -> Iterable[Row]:
    """customer, product, the last deliveries (newest first: day, packing, base units, fen for one
    packing, day ...)."""
    products = {product.id: product for product in context.products.values()}
    packings = {
        key: code for product in products.values() for code, key in product.packing_ids.items()
    }
    since_ms = context.as_of_ms - HISTORY_MS
    told: defaultdict[tuple[UUID, UUID], list[PastDelivery]] = defaultdict(list)
    for past in past_deliveries(reader, context.own, since_ms, HISTORY_MOVES):
        told[past.party_id, past.product_id].append(past)
    for (party_id, product_id), found in told.items():
        found.sort(key=lambda past: (past.business_date, packings[past.packing_id]), reverse=True)
        last: list[object] = []
        for past in found[:HISTORY_DELIVERIES]:
            packing = packings[past.packing_id]
            last += [str(past.business_date), packing, past.qty, past.price_fen]
        yield context.customers[party_id].code, products[product_id].code, last


def stock(reader: Reader, context: Context) -> Iterable[Row]:
    """van, product, lot or "", best before or "", base units."""
    vehicle_id = None if context.route is None else context.route.vehicle_id
    for van, product, lot, expiry, qty in terminal_data.stock_on_vans(reader, vehicle_id):
        yield van, product, lot or "", "" if expiry is None else str(expiry), qty


def notes(reader: Reader, context: Context) -> Iterable[Row]:
    """number, line, customer, product, lot or "", base units on the van."""
    route_id = None if context.route is None else context.route.id
    for number, line_no, customer, product, lot, qty in terminal_data.lines_on_vans(
        reader, route_id
    ):
        yield number, line_no, customer, product, lot or "", qty
