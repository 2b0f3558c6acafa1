"""What a scanned text stands for: the code of a product, or the number under its bars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.barcode import is_gtin
from app.domain.profiles.goods import Article
from app.domain.quantity import Packing
from app.storage.queries.directory import FoundProduct, products_by_code
from app.storage.reader import Reader

_LONGEST_CODE = 12


@dataclass(frozen=True, slots=True)
class Articles:
    """All active products by code, and their packings by the numbers under their bars."""

    products: Mapping[str, FoundProduct]
    packings: Mapping[str, tuple[FoundProduct, Packing]]

    def find(self, scanned: str) -> Article | str | None:
        """The article, or else a code for a clerk to ask about; None if a record cannot bear it.

        The last digit of a number under bars only checks the others. So 13 unknown digits stand as
        12 in the record, which can hold no more, and the file has all of them.
        """
        text = scanned.strip().upper()
        if text in self.products:
            return _article(self.products[text], self.products[text].packings.base)
        if found := self.packings.get(_longest_form(text)):
            return _article(*found)
        if is_gtin(text) and len(text) == _LONGEST_CODE + 1:
            return text[:_LONGEST_CODE]
        return None


def load_articles(reader: Reader) -> Articles:
    """Everything that can be scanned now."""
    products = {
        code: product for code, product in products_by_code(reader).items() if product.active
    }
    found: defaultdict[str, list[tuple[FoundProduct, Packing]]] = defaultdict(list)
    for product in products.values():
        for packing in product.packings.items:
            if packing.gtin:
                found[_longest_form(packing.gtin)].append((product, packing))
    # what is printed on two articles says nothing of either
    return Articles(products, {number: each[0] for number, each in found.items() if len(each) == 1})


def _article(product: FoundProduct, packing: Packing) -> Article:
    factors = {each.code: each.factor for each in product.packings.items}
    return Article(product.code, packing.code, packing.factor, factors)


def _longest_form(number: str) -> str:
    """The same number with 14 digits: a GTIN may be written with fewer leading zeros."""
    return number.zfill(14) if is_gtin(number) else number
