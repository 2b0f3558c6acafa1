"""What a data set is, and for whom it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from uuid import UUID

from app.storage.queries.arrivals import find_terminal
from app.storage.queries.directory import (
    FoundCustomer,
    FoundProduct,
    FoundRoute,
    customers_by_code,
    persons_by_code,
    products_by_code,
    routes_by_code,
)
from app.storage.queries.terminal_data import parties_at_stops
from app.storage.reader import Reader

Row = Sequence[object]


class Scope(Enum):
    """Whether all terminals of the branch get the same rows."""

    BRANCH = "branch"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class Context:
    """A terminal that takes data home for a business day.

    `products` are all, by code. `customers`, by key, are the ones that it may serve: those of its
    route, or all when it has none; `own` those of its route, or of its person. `as_of_ms` is the
    desk's time.
    """

    terminal_no: int
    epoch: int
    person: str
    route: FoundRoute | None
    products: Mapping[str, FoundProduct]
    customers: Mapping[UUID, FoundCustomer]
    own: frozenset[UUID]
    day: date
    as_of_ms: int


@dataclass(frozen=True, slots=True)
class DataSet:
    """Rows that terminals hold under a name; the first `key_columns` values tell them apart.

    `number` is that of the record type in the catalogue. Days are texts, quantities base units,
    amounts fen, times UTC milliseconds.
    """

    number: int
    name: str
    scope: Scope
    key_columns: int
    rows: Callable[[Reader, Context], Iterable[Row]]


def context_of(reader: Reader, terminal_no: int, day: date, as_of_ms: int) -> Context:
    """Who carries the terminal, on which route, and whom that serves."""
    known = find_terminal(reader, terminal_no)
    person = "" if known is None else known.person_code
    code = None if known is None else known.route_code
    route = routes_by_code(reader).get(code) if code else None
    customers = {
        customer.id: customer
        for customer in customers_by_code(reader, None, day).values()
        if customer.active
    }
    if route is not None:
        at_stops = parties_at_stops(reader, route.id)
        customers = {
            key: customer
            for key, customer in customers.items()
            if customer.route_id == route.id or key in at_stops
        }
        own = frozenset(customers)
    else:
        carrier = persons_by_code(reader, [person]).get(person)
        own = frozenset(
            key
            for key, customer in customers.items()
            if carrier is not None and customer.salesperson_id == carrier.id
        )
    epoch = 0 if known is None else known.epoch
    products = products_by_code(reader)
    return Context(terminal_no, epoch, person, route, products, customers, own, day, as_of_ms)
