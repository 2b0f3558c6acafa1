"""Data sets of one terminal: its round, its van, and what was sold there before."""

from __future__ import annotations

from collections.abc import Iterable

from app.services.datasets.dataset import Context, Row
from app.storage.queries import terminal_data
from app.storage.reader import Reader

HISTORY_MS = 90 * 24 * 3_600_000
HISTORY_DELIVERIES = 6


def customers(_reader: Reader, context: Context) -> Iterable[Row]:
    """code, name, address, contact, phone, type, service mode, price group, least remaining days,
    days to pay."""
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
        )


def stops(reader: Reader, context: Context) -> Iterable[Row]:
    """route, place in the round, customer."""
    route_id = None if context.route is None else context.route.id
    yield from terminal_data.stops(reader, route_id)


def history(reader: Reader, context: Context) -> Iterable[Row]:
    """customer, product, packing, day, base units, fen for one packing: the last deliveries."""
    rows = terminal_data.past_deliveries(
        reader, context.own, context.as_of_ms - HISTORY_MS, HISTORY_DELIVERIES
    )
    for party_id, product, packing, day, qty, price_fen in rows:
        yield context.customers[party_id].code, product, packing, str(day), qty, price_fen


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
