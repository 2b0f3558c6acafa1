"""Stock locations and the moves between them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.errors import RuleBroken

ALONE_FEN = 50_000
"""At list price, what one person may write off without a second one (INV-19)."""


class Book(StrEnum):
    """Our own goods, or the memorandum of what others say they hold; never added up."""

    OWN = "OWN"
    CHANNEL = "CHANNEL"


class Negative(StrEnum):
    """What a balance below zero means at a kind of location."""

    ALLOWED = "allowed"
    FLAGGED = "flagged"
    REFUSED = "refused"


class LocationKind(StrEnum):
    """Kinds of places goods can be; virtual ones are the other side of a move."""

    WAREHOUSE = "warehouse"
    QUARANTINE = "quarantine"
    EMPTIES_YARD = "empties_yard"
    VAN = "van"
    TRANSIT = "transit"
    CONSIGNMENT = "consignment"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    LOSS = "loss"
    ADJUSTMENT = "adjustment"
    CONSUMPTION = "consumption"
    CONVERSION = "conversion"
    CH_UPSTREAM = "ch_upstream"
    CH_STOCK = "ch_stock"
    CH_OUTLET = "ch_outlet"
    CH_LOSS = "ch_loss"
    CH_ADJUST = "ch_adjust"
    CH_UNKNOWN = "ch_unknown"

    @property
    def book(self) -> Book:
        return Book.CHANNEL if self.value.startswith("ch_") else Book.OWN

    @property
    def virtual(self) -> bool:
        """Whether nothing of ours lies there."""
        return self in _VIRTUAL

    @property
    def negative(self) -> Negative:
        return _NEGATIVE.get(self, Negative.REFUSED)

    @property
    def may_be_negative(self) -> bool:
        """Whether a balance below zero is normal there; a van's is not, though it is taken in."""
        return self.negative is Negative.ALLOWED


_VIRTUAL = frozenset(LocationKind) - {
    LocationKind.WAREHOUSE,
    LocationKind.QUARANTINE,
    LocationKind.EMPTIES_YARD,
    LocationKind.VAN,
    LocationKind.TRANSIT,
    LocationKind.CONSIGNMENT,
    LocationKind.CH_STOCK,
    LocationKind.CH_OUTLET,
}

# A van may be told of a delivery before its load sheet, and what a wholesaler says of the own
# stock need not add up: both are facts to look into, not moves to refuse.
_NEGATIVE = {
    LocationKind.VAN: Negative.FLAGGED,
    LocationKind.CH_STOCK: Negative.FLAGGED,
    LocationKind.SUPPLIER: Negative.ALLOWED,
    LocationKind.CUSTOMER: Negative.ALLOWED,
    LocationKind.LOSS: Negative.ALLOWED,
    LocationKind.ADJUSTMENT: Negative.ALLOWED,
    LocationKind.CONSUMPTION: Negative.ALLOWED,
    LocationKind.CH_UPSTREAM: Negative.ALLOWED,
    LocationKind.CH_OUTLET: Negative.ALLOWED,
    LocationKind.CH_LOSS: Negative.ALLOWED,
    LocationKind.CH_ADJUST: Negative.ALLOWED,
    LocationKind.CH_UNKNOWN: Negative.ALLOWED,
}


@dataclass(frozen=True, slots=True)
class Location:
    """A place goods can be."""

    key: UUID
    kind: LocationKind


class Goods(NamedTuple):
    """What is moved: a product, its lot if it has lots, its owner if that is not us."""

    product: UUID
    lot: UUID | None = None
    owner: UUID | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """`qty` base units from `source` to `target`.

    `line` is the document line that caused it, `reverses` the move it undoes, `evidence` the
    grade 0..4 of its proof, `batch` and `seq` the uploaded record behind it. Raises
    RuleBroken("move") for a quantity below one, for a move to the same place and for one between
    the two books.
    """

    key: UUID
    product: UUID
    source: Location
    target: Location
    qty: int
    reason: str
    event_ms: int
    business_date: date
    posting_date: date
    lot: UUID | None = None
    owner: UUID | None = None
    line: UUID | None = None
    reverses: UUID | None = None
    evidence: int | None = None
    batch: UUID | None = None
    seq: int | None = None

    def __post_init__(self) -> None:
        same_place = self.source.key == self.target.key
        if self.qty < 1 or same_place or self.source.kind.book is not self.target.kind.book:
            raise RuleBroken("move", qty=self.qty, source=self.source, target=self.target)

    @property
    def book(self) -> Book:
        return self.source.kind.book

    @property
    def goods(self) -> Goods:
        return Goods(self.product, self.lot, self.owner)
