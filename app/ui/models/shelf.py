"""The goods and customers that an order is made of, found by whatever somebody types of them."""

from dataclasses import dataclass, field
from datetime import date

from app.storage.initials import initials
from app.storage.queries.directory import (
    FoundCustomer,
    FoundProduct,
    customers_by_code,
    products_by_code,
)
from app.storage.reader import Reader


@dataclass(frozen=True, slots=True)
class Shelf:
    """All products that are sold and customers that are served, with the words to find them by."""

    products: dict[str, FoundProduct]
    customers: dict[str, FoundCustomer]
    entries: dict[str, str] = field(default_factory=dict)
    buyers: dict[str, str] = field(default_factory=dict)

    def product(self, words: str) -> FoundProduct | None:
        """By the entry that was chosen, by code, by barcode, or by words that only one has."""
        found = _find(words, self.entries)
        if found is None:
            found = next(
                (
                    code
                    for code, product in self.products.items()
                    if any(packing.gtin == words for packing in product.packings.items)
                ),
                None,
            )
        return None if found is None else self.products[found]

    def customer(self, words: str) -> FoundCustomer | None:
        found = _find(words, self.buyers)
        return None if found is None else self.customers[found]


def read_shelf(reader: Reader, day: date, *, empties: bool = False) -> Shelf:
    """Everything active, with entries such as `HX500  望汐清爽 500ml  wxqs500ml`.

    What is not sold, such as empties, is there only if it is asked for.
    """
    products = {
        code: product
        for code, product in products_by_code(reader).items()
        if product.active and (empties or product.kind == "full")
    }
    customers = {
        code: each for code, each in customers_by_code(reader, None, day).items() if each.active
    }
    return Shelf(
        products,
        customers,
        {f"{code}  {each.name}  {initials(each.name)}": code for code, each in products.items()},
        {f"{code}  {each.name}  {initials(each.name)}": code for code, each in customers.items()},
    )


def _find(words: str, entries: dict[str, str]) -> str | None:
    plain = words.strip()
    if not plain:
        return None
    if plain in entries:
        return entries[plain]
    wanted = plain.casefold()
    codes = {code.casefold(): code for code in entries.values()}
    if wanted in codes:
        return codes[wanted]
    matching = {code for entry, code in entries.items() if wanted in entry.casefold()}
    return matching.pop() if len(matching) == 1 else None
