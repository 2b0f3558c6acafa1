"""Data sets that every terminal of the branch holds alike."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta

from app.domain.counts import MAX_COUNT_LINES
from app.domain.orders import MAX_ORDER_LINES
from app.services.clock_faults import CLOCK_LIMIT_MS
from app.services.datasets.dataset import Context, Row
from app.services.staleness import STALE_AFTER_DAYS
from app.storage.queries import terminal_data
from app.storage.queries.directory import find_branch, persons_by_code
from app.storage.reader import Reader

_SCOPES = ("customers", "types", "territories", "products", "groups")
AHEAD_DAYS = 7
"""Prices that begin so soon go along already: a terminal may not dock every day."""


def users(reader: Reader, _context: Context) -> Iterable[Row]:
    """code, name, roles (a list)."""
    for person in persons_by_code(reader).values():
        if person.active:
            yield person.code, person.name, person.roles


def products(_reader: Reader, context: Context) -> Iterable[Row]:
    """code, name, short name, group, base unit, ml per base unit, shelf life in days, has lots."""
    for product in context.products.values():
        if product.active:
            yield (
                product.code,
                product.name,
                product.short_name,
                product.product_group,
                product.base_unit_name,
                product.ml_per_base,
                product.shelf_life_days,
                product.lot_tracked,
            )


def packings(_reader: Reader, context: Context) -> Iterable[Row]:
    """product, code, name, base units in it, is the default."""
    for product in context.products.values():
        if product.active:
            for each in product.packings.items:
                yield product.code, each.code, each.name, each.factor, each.is_default


def barcodes(_reader: Reader, context: Context) -> Iterable[Row]:
    """GTIN, product, packing; a number that is printed on two articles has two rows."""
    for product in context.products.values():
        if product.active:
            for each in product.packings.items:
                if each.gtin:
                    yield each.gtin, product.code, each.code


def prices(reader: Reader, context: Context) -> Iterable[Row]:
    """list, product, packing, level (0 contract .. 3 base), customer or "", price group or "",
    priority, valid from, valid to (not on it) or "", fen, least fen, territory or ""."""
    last = context.day + timedelta(days=AHEAD_DAYS)
    for row in terminal_data.listed_prices(reader, context.day, last):
        *goods, level, customer, group, priority, start, end, price, least, territory = row
        until = "" if end is None else str(end)
        applies_to = (level, customer or "", group or "", priority)
        yield (*goods, *applies_to, str(start), until, price, least, territory or "")


def promotions(reader: Reader, context: Context) -> Iterable[Row]:
    """code, name, valid from, valid to (not on it) or "", group of which at most one applies or "",
    priority (the lower first), and lists, empty for all: customers, types, territories, products,
    product groups."""
    last = context.day + timedelta(days=AHEAD_DAYS)
    for found in terminal_data.promotions(reader, context.day, last):
        scope = json.loads(found.scope)
        until = "" if found.valid_to is None else str(found.valid_to)
        head = (found.code, found.name, str(found.valid_from), until)
        lists = (scope.get(name, []) for name in _SCOPES)
        yield (*head, found.stackable_group, found.priority, *lists)


def promotion_rules(reader: Reader, context: Context) -> Iterable[Row]:
    """promotion, rule, kind, mode (slab or all_units), what it asks and gives (JSON)."""
    last = context.day + timedelta(days=AHEAD_DAYS)
    yield from terminal_data.promotion_rules(reader, context.day, last)


def routes(reader: Reader, _context: Context) -> Iterable[Row]:
    """code, name, person or "", vehicle or ""."""
    for code, name, person, vehicle in terminal_data.routes(reader):
        yield code, name, person or "", vehicle or ""


def reasons(reader: Reader, _context: Context) -> Iterable[Row]:
    """code, text, what it applies to, goods stay sellable, supplier is charged."""
    yield from terminal_data.reasons(reader)


def parameters(reader: Reader, _context: Context) -> Iterable[Row]:
    """key, value (a whole number)."""
    branch = find_branch(reader)
    yield "clock_limit_ms", CLOCK_LIMIT_MS
    yield "cutoff_min", branch.cutoff_min
    yield "max_count_lines", MAX_COUNT_LINES
    yield "max_order_lines", MAX_ORDER_LINES
    yield "stale_after_days", STALE_AFTER_DAYS
    yield "tz_offset_min", branch.tz_offset_min
