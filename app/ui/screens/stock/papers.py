"""Forms of the warehouse: goods in from a supplier, between places, and written off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.stock import LocationKind
from app.i18n import N_
from app.services.importing.columns import BadCell, day
from app.services.stocking.receipts import Arrival, ArrivedLine, receive_arrival
from app.services.stocking.transfers import ship_transfer
from app.services.stocking.write_offs import Loss, LostLine, WrittenOff, write_off
from app.services.transferring import Transfer, TransferredLine
from app.storage.queries.directory import (
    FoundPlace,
    persons_by_code,
    places_by_code,
    reasons_by_code,
)
from app.storage.queries.exports import rows_of
from app.storage.reader import Reader
from app.ui.dialogs.goods_form import Done, GoodsForm, GoodsRow
from app.ui.models.shelf import Shelf, read_shelf
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.entry_grid import EntryColumn
from app.ui.widgets.goods_cells import read_units
from app.ui.workplace import Workplace

_OWN = (
    LocationKind.WAREHOUSE,
    LocationKind.VAN,
    LocationKind.QUARANTINE,
    LocationKind.EMPTIES_YARD,
)


@dataclass(frozen=True, slots=True)
class Papers:
    """What the forms offer: goods, places of our own, suppliers, reasons and people, by code."""

    shelf: Shelf
    places: dict[str, FoundPlace]
    suppliers: dict[str, str]
    reasons: dict[str, str]
    people: dict[str, str]


def read_papers(reader: Reader, on: date) -> Papers:
    own = [
        place for place in places_by_code(reader).values() if place.kind in _OWN and place.active
    ]
    own.sort(key=lambda place: (_OWN.index(place.kind), place.code))
    places = {place.code: place for place in own}
    suppliers = {row["code"]: row["name"] for row in rows_of(reader, "suppliers", on)}
    shelf = read_shelf(reader, on, empties=True)
    people = {code: each.name for code, each in persons_by_code(reader).items() if each.active}
    return Papers(shelf, places, suppliers, reasons_by_code(reader), people)


class PlaceForm(GoodsForm[Done]):
    """A form that knows our places."""

    def __init__(self, workplace: Workplace, papers: Papers, parent: QWidget | None = None) -> None:
        self.papers = papers
        super().__init__(workplace, papers.shelf, parent)

    def place_box(self, *kinds: LocationKind) -> ChoiceBox:
        """A choice of our places, of these kinds if any are named."""
        box = ChoiceBox(self._workplace.theme)
        for code, place in self.papers.places.items():
            if not kinds or place.kind in kinds:
                box.addItem(f"{code}  {place.name}", code)
        return box

    def reason_column(self) -> EntryColumn:
        words = [f"{code}  {name}" for code, name in self.papers.reasons.items()]
        return EntryColumn("reason", N_("Reason"), 160, editable=True, offer=lambda: words)

    def reason_of(self, row: int) -> str:
        """The code of a reason, or what is written there if it is none."""
        said = self.grid.words(row, "reason")
        return said.split("  ", 1)[0]


class ReceiptForm(PlaceForm[str]):
    """What came from a supplier, held against what he announced."""

    title = N_("Goods in")
    act = N_("Book in")

    def lay_out_head(self) -> None:
        t = self._t
        self.supplier = ChoiceBox(self._workplace.theme)
        for code, name in self.papers.suppliers.items():
            self.supplier.addItem(f"{code}  {name}", code)
        self.place = self.place_box(LocationKind.WAREHOUSE)
        self.asn, self.truck = QLineEdit(), QLineEdit()
        self.add_field(t("Supplier"), self.supplier, 2)
        self.add_field(t("Warehouse"), self.place, 2)
        self.add_field(t("Announcement"), self.asn, 1)
        self.add_field(t("Truck"), self.truck, 1)

    def more_columns(self) -> Sequence[EntryColumn]:
        return (
            EntryColumn("produced", N_("Produced"), 100, editable=True),
            EntryColumn("expiry", N_("Expires"), 100, editable=True),
            EntryColumn("expected", N_("Announced"), 100, editable=True),
            EntryColumn("rejected", N_("Turned down"), 100, editable=True),
            self.reason_column(),
        )

    def work(self, rows: Sequence[GoodsRow]) -> Callable[[], str] | None:
        lines = [self._line(each) for each in rows]
        found = tuple(line for line in lines if line is not None)
        if len(found) < len(lines):
            self.tell(self._t("Something is missing or wrong: look at the marked cells."), "bad")
            return None
        arrival = Arrival(
            str(self.supplier.currentData() or ""),
            str(self.place.currentData() or ""),
            found,
            asn_no=self.asn.text().strip(),
            truck=self.truck.text().strip(),
        )
        workplace = self._workplace
        return lambda: receive_arrival(workplace.office, workplace.actor, arrival)

    def _line(self, each: GoodsRow) -> ArrivedLine | None:
        units = {}
        for key in ("expected", "rejected"):
            units[key] = 0
            if self.grid.words(each.row, key):
                typed = read_units(self.grid, each.row, key, each.product, self._t)
                if typed is None:
                    return None
                units[key] = typed.qty
        days: dict[str, date | None] = {}
        for key in ("produced", "expiry"):
            words = self.grid.words(each.row, key)
            try:
                days[key] = day(words) if words else None
            except BadCell:
                self.grid.put(each.row, key, words, self._t("This is no day, such as 2026-06-18."))
                return None
        return ArrivedLine(
            each.product.code,
            each.qty,
            units["expected"],
            units["rejected"],
            each.lot,
            days["produced"],
            days["expiry"],
            self.reason_of(each.row),
        )


class TransferForm(PlaceForm[str]):
    """Goods that leave one place of ours for another; they are under way until they arrive."""

    title = N_("Transfer")
    act = N_("Send")

    def lay_out_head(self) -> None:
        t = self._t
        self.source, self.target = self.place_box(), self.place_box()
        self.note = QLineEdit()
        if self.target.count() > 1:
            self.target.setCurrentIndex(1)
        self.add_field(t("From"), self.source, 2)
        self.add_field(t("To"), self.target, 2)
        self.add_field(t("Note"), self.note, 2)

    def work(self, rows: Sequence[GoodsRow]) -> Callable[[], str] | None:
        lines = tuple(TransferredLine(each.product.code, each.qty, each.lot) for each in rows)
        transfer = Transfer(
            str(self.source.currentData() or ""),
            str(self.target.currentData() or ""),
            lines,
            note=self.note.text().strip(),
        )
        workplace = self._workplace
        return lambda: ship_transfer(workplace.office, workplace.actor, transfer)


class WriteOffForm(PlaceForm[WrittenOff]):
    """Goods that are broken, lost or given away; much of value waits for a second person."""

    title = N_("Write off")
    act = N_("Write off")

    def lay_out_head(self) -> None:
        t = self._t
        self.place, self.target = self.place_box(), ChoiceBox(self._workplace.theme)
        self.target.addItem(t("Lost"), "loss")
        self.target.addItem(t("Given away for tasting"), "consumption")
        self.note = QLineEdit()
        self.add_field(t("Place"), self.place, 2)
        self.add_field(t("What became of it"), self.target, 1)
        self.add_field(t("Note"), self.note, 2)

    def more_columns(self) -> Sequence[EntryColumn]:
        return (self.reason_column(),)

    def work(self, rows: Sequence[GoodsRow]) -> Callable[[], WrittenOff] | None:
        unknown = [row for row in rows if self.reason_of(row.row) not in self.papers.reasons]
        if unknown:
            for each in unknown:
                words = self.grid.words(each.row, "reason") or "?"
                self.grid.put(each.row, "reason", words, self._t("Choose from the list"))
            self.tell(self._t("Every line needs a reason from the list."), "bad")
            return None
        lines = tuple(
            LostLine(each.product.code, each.qty, self.reason_of(each.row), each.lot)
            for each in rows
        )
        loss = Loss(
            str(self.place.currentData() or ""),
            lines,
            str(self.target.currentData()),
            self.note.text().strip(),
        )
        workplace = self._workplace
        return lambda: write_off(workplace.office, workplace.actor, loss)
