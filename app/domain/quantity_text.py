"""Quantities as people type them: `3`, `3+4`, `3箱4瓶`, `3cs 4btl`."""

import re
from dataclasses import dataclass
from unicodedata import normalize

from app.domain.quantity import Packing, Packings
from app.errors import RuleBroken

_PART = re.compile(r"([0-9]+)\s*([^\W\d_]*)", re.UNICODE)
_WHOLE = re.compile(r"\s*(?:[0-9]+\s*[^\W\d_]*[\s+]*)+\s*", re.UNICODE)


@dataclass(frozen=True, slots=True)
class TypedQuantity:
    """`packs` of the packing and `loose` base units."""

    packing: Packing
    packs: int
    loose: int

    @property
    def qty(self) -> int:
        return self.packs * self.packing.factor + self.loose


def read_quantity(packings: Packings, text: str) -> TypedQuantity:
    """A bare number is in default packings, a second one behind a plus loose base units.

    Packings go by their code or name, whatever the case. Full-width digits are fine. Raises
    RuleBroken("quantity-text") for what is no quantity, RuleBroken("packing") for a packing that
    the product lacks.
    """
    plain = normalize("NFKC", text).strip()
    parts = _PART.findall(plain)
    if not parts or not _WHOLE.fullmatch(plain) or len(plain) > 40:
        raise RuleBroken("quantity-text", text=text)
    default, base = packings.default, packings.base
    if not any(unit for _, unit in parts):
        if len(parts) > 2 or (len(parts) == 2 and "+" not in plain):
            raise RuleBroken("quantity-text", text=text)
        counts = [int(number) for number, _ in parts]
        if default.factor == 1:
            return TypedQuantity(default, sum(counts), 0)
        return TypedQuantity(default, counts[0], sum(counts[1:]))
    found = [(int(number), _named(packings, unit) if unit else base) for number, unit in parts]
    biggest = max((packing for _, packing in found), key=lambda packing: packing.factor)
    qty = sum(number * packing.factor for number, packing in found)
    packs = sum(number for number, packing in found if packing.code == biggest.code)
    return TypedQuantity(biggest, packs, qty - packs * biggest.factor)


def _named(packings: Packings, unit: str) -> Packing:
    wanted = unit.casefold()
    for packing in packings.items:
        if wanted in (packing.code.casefold(), packing.name.casefold()):
            return packing
    raise RuleBroken("packing", packing=unit)
