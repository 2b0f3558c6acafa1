"""Quantities: whole base units, and the packings people count them in."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import RuleBroken

EACH = "EA"
"""One piece of goods that the terminal knows no packings of, as UN/ECE Recommendation 20 has it."""


@dataclass(frozen=True, slots=True)
class Packing:
    """A way a product is packed: `factor` base units, `name` as printed ("箱")."""

    code: str
    name: str
    factor: int
    gtin: str | None = None
    is_default: bool = False
    sellable: bool = True
    orderable: bool = True


@dataclass(frozen=True, slots=True)
class Packings:
    """All packings of one product, largest first.

    Raises RuleBroken("packings") unless codes are distinct, factors are positive and exactly one
    packing is the base unit (factor 1).
    """

    items: tuple[Packing, ...]

    def __post_init__(self) -> None:
        factors = [packing.factor for packing in self.items]
        codes = {packing.code for packing in self.items}
        if factors.count(1) != 1 or min(factors) < 1 or len(codes) != len(factors):
            raise RuleBroken("packings", codes=sorted(codes))
        largest_first = tuple(sorted(self.items, key=lambda p: (-p.factor, p.code)))
        object.__setattr__(self, "items", largest_first)

    @property
    def base(self) -> Packing:
        return self.items[-1]

    @property
    def default(self) -> Packing:
        """The packing orders and papers speak in: the one marked, else the base unit."""
        return next((packing for packing in self.items if packing.is_default), self.base)

    @property
    def usual(self) -> "Packings":
        """The two that people speak in: cases and single units, say."""
        return Packings(tuple({self.base, self.default}))

    def find(self, code: str) -> Packing | None:
        """The packing of this code; `EACH` is the base unit, whatever that is called here."""
        found = next((packing for packing in self.items if packing.code == code), None)
        return self.base if found is None and code == EACH else found

    def factor(self, code: str) -> int:
        """Base units in one packing; RuleBroken("packing") for a code the product lacks."""
        packing = self.find(code)
        if packing is None:
            raise RuleBroken("packing", packing=code)
        return packing.factor

    def to_base(self, counts: Mapping[str, int]) -> int:
        """Base units of `{"CS": 5, "BTL": 7}`."""
        return sum(self.factor(code) * count for code, count in counts.items())

    def split(self, qty_base: int) -> tuple[tuple[Packing, int], ...]:
        """The quantity in every packing, largest first, all with the sign of `qty_base`."""
        sign, rest = (-1, -qty_base) if qty_base < 0 else (1, qty_base)
        parts = []
        for packing in self.items:
            count, rest = divmod(rest, packing.factor)
            parts.append((packing, sign * count))
        return tuple(parts)

    def packs_and_loose(self, qty_base: int) -> tuple[int, int]:
        """Whole default packings and loose base units, both with the sign of `qty_base`."""
        packs, loose = divmod(abs(qty_base), self.default.factor)
        return (-packs, -loose) if qty_base < 0 else (packs, loose)

    def show(self, qty_base: int) -> str:
        """`3箱4瓶`; parts of zero are left out, nothing at all is `0瓶`."""
        parts = [f"{abs(count)}{packing.name}" for packing, count in self.split(qty_base) if count]
        sign = "-" if qty_base < 0 else ""
        return sign + "".join(parts) if parts else f"0{self.base.name}"
