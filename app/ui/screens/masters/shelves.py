"""Which tables of master data there are, what they are called, and how their rows are shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.i18n import N_
from app.services.importing.catalogue import KINDS
from app.services.importing.columns import Column as Cell
from app.services.importing.columns import OneOf
from app.services.importing.kinds import Kind
from app.services.importing.writing import Written
from app.ui.language import Language
from app.ui.models.columns import Column


@dataclass(frozen=True, slots=True)
class Shelf:
    """`kind` as imports call it, `title` as the menu does, `logged` as its changes are kept."""

    kind: str
    title: str
    logged: str

    @property
    def table(self) -> Kind:
        return KINDS[self.kind]


CUSTOMERS = (
    Shelf("customers", N_("Customers"), "party"),
    Shelf("routes", N_("Routes and stops"), "route"),
    Shelf("territories", N_("Territories"), "territory"),
    Shelf("credit", N_("Credit limits"), "credit_policy"),
    Shelf("assets", N_("Coolers and other assets"), "asset"),
)
MASTERS = (
    Shelf("products", N_("Products"), "product"),
    Shelf("packings", N_("Packings"), "product"),
    Shelf("prices", N_("Price lists"), "price_list"),
    Shelf("promotions", N_("Promotions"), "promotion"),
    Shelf("people", N_("People"), "person"),
    Shelf("vehicles", N_("Vehicles"), "vehicle"),
    Shelf("places", N_("Warehouses and places"), "location"),
    Shelf("suppliers", N_("Suppliers"), "party"),
    Shelf("reasons", N_("Reasons"), "reason"),
    Shelf("targets", N_("Targets"), "target"),
)
_NUMBERS = ("_fen", "_bp", "_days", "_qty", "_base", "factor", "priority", "value", "tier")
_WIDE = {
    "name": 190,
    "address": 220,
    "stops": 320,
    "params": 260,
    "legal_name": 200,
    "gtin": 140,
    "customer_type": 130,
}


def heading(cell: Cell, t: Language) -> str:
    """What a column is called: the trade's word in Chinese, the name for scripts in English."""
    if t.name == "zh":
        return cell.title
    return cell.name.removesuffix("_fen").removesuffix("_bp").replace("_", " ").capitalize()


def said(cell: Cell, words: str, t: Language) -> str:
    """A cell as people read it: the trade's word where scripts have one of their own."""
    if t.name == "zh" and isinstance(cell.read, OneOf):
        return cell.read.words.get(words, words)
    return words


def offered(cell: Cell, t: Language) -> Callable[[], Sequence[str]] | None:
    """What may be written in a cell, where that is one of few words."""
    if not isinstance(cell.read, OneOf):
        return None
    words = cell.read.words
    return lambda: list(words.values() if t.name == "zh" else words)


def is_number(cell: Cell) -> bool:
    return cell.name.endswith(_NUMBERS)


def width_of(cell: Cell) -> int:
    return _WIDE.get(cell.name, 110)


def columns_of(kind: Kind, t: Language) -> tuple[Column[Written], ...]:
    """A column of the list for each of the kind."""

    def show(place: int, cell: Cell) -> Callable[[Written, Language], str]:
        return lambda row, t: said(cell, row.cells[place], t)

    return tuple(
        Column(
            str(place), heading(cell, t), show(place, cell), width_of(cell), number=is_number(cell)
        )
        for place, cell in enumerate(kind.columns)
    )


def words_of(row: Written) -> tuple[str, ...]:
    return (row.initials, *row.cells)


def value_of(row: Written, place: str) -> tuple[bool, float, str] | None:
    """What a list is sorted by: numbers by their size, everything else by its letters."""
    cell = row.cells[int(place)]
    if not cell:
        return None
    try:
        return (False, float(cell), "")
    except ValueError:
        return (True, 0.0, cell)
