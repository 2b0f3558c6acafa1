"""Goods of ours at customers': what lies where, laid down or fetched back, and counted."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.stock import LocationKind
from app.i18n import N_
from app.services.consigning.counting import ConsignedCount, FoundGoods, SoldGoods, count_goods
from app.services.consigning.placing import (
    Consigned,
    ConsignedLine,
    place_goods,
    take_goods_back,
)
from app.storage.queries.consignment import ConsignedRow, consigned
from app.storage.queries.directory import FoundProduct, products_by_code
from app.storage.reader import Reader
from app.ui.dialogs.goods_form import GoodsRow
from app.ui.dialogs.quantity_sheet import QuantitySheet, SheetRow
from app.ui.language import Language
from app.ui.models.columns import Ask, Column
from app.ui.models.listed import narrowed
from app.ui.models.table_model import Page
from app.ui.screens.stock.papers import PlaceForm
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.search_box import SearchBox
from app.ui.workplace import Workplace

Lying = tuple[tuple[ConsignedRow, ...], Mapping[str, FoundProduct]]


def lying(reader: Reader, ask: Ask, _offset: int, _limit: int) -> Page[ConsignedRow]:
    """What lies with customers and is still ours."""
    return narrowed(
        consigned(reader),
        ask,
        lambda row: (row.customer_code, row.customer_name, row.product_code, row.product_name),
    )


def lying_with(reader: Reader, customer: str) -> Lying:
    """What lies with one customer, and its products."""
    rows = consigned(reader, customer)
    return rows, products_by_code(reader, {row.product_code for row in rows})


class ConsignForm(PlaceForm[str]):
    """Goods that are laid down at a customer's, or fetched back from him."""

    title = N_("Goods at customers")

    def lay_out_head(self) -> None:
        t, theme = self._t, self._workplace.theme
        self.way = ChoiceBox(theme)
        self.way.addItem(t("Lay down"), "place")
        self.way.addItem(t("Fetch back"), "back")
        self.customer = SearchBox(theme)
        self.customer.offer([(code, words) for words, code in self.shelf.buyers.items()], "")
        self.place = self.place_box(LocationKind.WAREHOUSE, LocationKind.QUARANTINE)
        self.note = QLineEdit()
        self.add_field(t("What is done"), self.way, 1)
        self.add_field(t("Customer"), self.customer, 3)
        self.add_field(t("Warehouse"), self.place, 2)
        self.add_field(t("Note"), self.note, 2)

    def work(self, rows: Sequence[GoodsRow]) -> Callable[[], str] | None:
        found = self.shelf.customer(self.customer.currentText())
        code = self.customer.code or ("" if found is None else found.code)
        if not code:
            self.tell(self._t("No customer, or more than one, is called this."), "bad")
            return None
        lines = tuple(ConsignedLine(each.product.code, each.qty, each.lot) for each in rows)
        goods = Consigned(
            code, str(self.place.currentData() or ""), lines, self.note.text().strip()
        )
        workplace = self._workplace
        carry = place_goods if self.way.currentData() == "place" else take_goods_back
        return lambda: carry(workplace.office, workplace.actor, goods)


class ConsignedSheet(QuantitySheet[SoldGoods]):
    """What still lies with a customer; the book stays hidden, a blank was not counted."""

    title = N_("Count at a customer's")
    act = N_("Book the count")
    hint = N_(
        "What is gone was sold, at today's prices. A blank was not counted; write 0 for none."
    )
    blanks = True

    def __init__(self, workplace: Workplace, told: Lying, parent: QWidget | None = None) -> None:
        lines, products = told
        self._customer = lines[0].customer_code
        rows = [SheetRow(products[line.product_code], line.qty) for line in lines]
        super().__init__(workplace, rows, parent, blind=True)
        name = lines[0].customer_name
        self.setWindowTitle(self._t("Count at {customer}", customer=name))

    def lay_out_form(self) -> None:
        self.signer = QLineEdit()
        self.add_field(self._t("Signed by"), self.signer)

    def work(self, found: Sequence[int | None]) -> Callable[[], SoldGoods] | None:
        lines = tuple(
            FoundGoods(row.product.code, qty)
            for row, qty in zip(self.rows, found, strict=True)
            if qty is not None
        )
        if not lines:
            self.tell(self._t("Nothing is written yet."), "bad")
            return None
        count = ConsignedCount(self._customer, lines, self.signer.text().strip())
        workplace = self._workplace
        return lambda: count_goods(workplace.office, workplace.actor, count)


def _counted(row: ConsignedRow, t: Language) -> str:
    return t("never") if row.counted_ms is None else t.time(row.counted_ms)


COLUMNS: tuple[Column[ConsignedRow], ...] = (
    Column("customer_code", N_("Customer"), lambda row, _t: row.customer_code, 110),
    Column("customer_name", N_("Name"), lambda row, _t: row.customer_name, 240),
    Column(
        "product_name",
        N_("Product"),
        lambda row, _t: f"{row.product_code}  {row.product_name}",
        260,
    ),
    Column("qty", N_("Units"), lambda row, t: t.number(row.qty), 100, number=True),
    Column("counted_ms", N_("Last counted"), _counted, 170),
)
