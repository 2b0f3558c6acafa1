"""The master data that a set of uploaded documents speaks of, loaded with a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from app.domain.lots import Lot
from app.domain.quantity import Packings
from app.storage.queries.directory import (
    FoundBranch,
    FoundCustomer,
    FoundPerson,
    FoundPlace,
    FoundProduct,
    customers_by_code,
    find_branch,
    lots_by_code,
    persons_by_code,
    places_by_code,
    products_by_code,
)
from app.storage.queries.prices import Lineage, PriceBook, lineage, price_book
from app.storage.reader import Reader

Aliases = Mapping[tuple[str, str], str]
"""(kind of code, code as typed) -> the right code, as a clerk once decided."""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Codes that stand in the documents."""

    products: frozenset[str]
    customers: frozenset[str]
    persons: frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """What the office knows about them; every look-up goes through the aliases."""

    reader: Reader
    branch: FoundBranch
    aliases: Aliases
    products: Mapping[str, FoundProduct]
    persons: Mapping[str, FoundPerson]
    places: Mapping[str, FoundPlace]
    prices: PriceBook
    territories: Lineage
    customer_codes: frozenset[str]
    customers: dict[date, Mapping[str, FoundCustomer]] = field(default_factory=dict)

    def right_code(self, kind: str, code: str) -> str:
        return self.aliases.get((kind, code), code)

    def product(self, code: str) -> FoundProduct | None:
        """An active product, None for any other code."""
        found = self.products.get(self.right_code("product", code))
        return found if found is not None and found.active else None

    def packings(self, code: str) -> Packings | None:
        found = self.product(code)
        return None if found is None else found.packings

    def customer(self, code: str, on: date) -> FoundCustomer | None:
        """An active customer with a profile on that day."""
        if on not in self.customers:
            self.customers[on] = customers_by_code(self.reader, self.customer_codes, on)
        found = self.customers[on].get(self.right_code("customer", code))
        return found if found is not None and found.active else None

    def person(self, code: str) -> FoundPerson | None:
        return self.persons.get(self.right_code("person", code))

    def place(self, code: str) -> FoundPlace | None:
        found = self.places.get(self.right_code("location", code))
        return found if found is not None and found.active else None


def load_known(reader: Reader, aliases: Aliases, mentioned: Mentioned) -> Known:
    """Raises NotFound while the branch has not been founded."""
    right = frozenset(aliases.values())
    products = products_by_code(reader, mentioned.products | right)
    ids = {product.id for product in products.values()}
    return Known(
        reader=reader,
        branch=find_branch(reader),
        aliases=aliases,
        products=products,
        persons=persons_by_code(reader, mentioned.persons | right),
        places=places_by_code(reader),
        prices=price_book(reader, ids),
        territories=lineage(reader),
        customer_codes=mentioned.customers | right,
    )


def load_lots(
    reader: Reader, wanted: Iterable[tuple[UUID, str]]
) -> dict[tuple[UUID, str], tuple[UUID, Lot]]:
    """Keys and dates of lots; pairs without a lot code are left out."""
    return lots_by_code(reader, [pair for pair in wanted if pair[1]])
