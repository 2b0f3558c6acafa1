"""Taking an order down by telephone: customer, goods and quantities, with the keys alone."""

from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QDate, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDateEdit,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.problems import Problem
from app.explain import problem_sentence
from app.i18n import N_
from app.services.ordering.drafts import drop_draft, keep_draft, kept_draft
from app.services.ordering.entering import (
    EnteredLine,
    EnteredOrder,
    Taken,
    enter_order,
    preview,
)
from app.services.ordering.holds import home_warehouse
from app.services.pricing import Priced
from app.storage.queries.availability import free_goods
from app.storage.queries.orders import last_lines
from app.storage.reader import Reader
from app.ui.messages import in_words
from app.ui.models.shelf import Shelf
from app.ui.tasks import DATABASE, Job
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.entry_grid import EntryColumn, EntryGrid
from app.ui.widgets.goods_cells import read_goods
from app.ui.widgets.search_box import SearchBox
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace

_PAUSE_MS = 150
_ORIGINS = (("phone", N_("phone")), ("wholesaler", N_("wholesaler")), ("host", N_("host")))
_PAYMENTS = (("cash", N_("cash")), ("credit", N_("credit")), ("qr", N_("QR code")))

Answer = tuple[Priced, list[Problem], dict[Any, int]]


class OrderEntry(QDialog):
    """Enter goes on; F8 takes the order; what is written survives the end of the program."""

    def __init__(
        self, workplace: Workplace, shelf: Shelf, today: date, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workplace, self._shelf, self._t = workplace, shelf, workplace.language
        self.taken: Taken | None = None
        self.before = ""
        self.customer = SearchBox(workplace.theme)
        self.wanted = QDateEdit(_shown(today + timedelta(days=1)))
        self.wanted.setCalendarPopup(True)
        self.wanted.setDisplayFormat("yyyy-MM-dd")
        self.payment, self.origin = ChoiceBox(workplace.theme), ChoiceBox(workplace.theme)
        self.carrier = ChoiceBox(workplace.theme)
        self.note = QLineEdit()
        self.note.setMaxLength(200)
        self.grid = EntryGrid(
            workplace.theme,
            (
                EntryColumn("product", N_("Product"), 220, editable=True, offer=self._entries),
                EntryColumn("qty", N_("Quantity"), 100, editable=True),
                EntryColumn("price", N_("Price"), 90, number=True),
                EntryColumn("free", N_("Available"), 100, number=True),
                EntryColumn("amount", N_("Amount"), 110, number=True),
                EntryColumn("remark", N_("Remark"), 160, stretch=True),
            ),
        )
        self.usual = QListWidget()
        self.told = Text("muted", wrap=True)
        self.total = Text("heading")
        self.take = QPushButton()
        self.take.setProperty("role", "primary")
        self.take.setAutoDefault(False)
        self._close = QPushButton()
        self._close.setAutoDefault(False)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._job: Job | None = None
        self._lay_out()
        self._connect()
        self._say()

    def start(self, order: EnteredOrder | None = None, before: str = "") -> None:
        """Begin with an order to be changed, with the draft of last time, or with nothing."""
        self.before = before
        if order is not None:
            self._fill(_plain(order))
            return
        self._fill(kept_draft(self._workplace.office, self._workplace.actor))
        line = self.customer.lineEdit()
        if not self.customer.code and line is not None:
            line.setFocus()

    def order(self) -> EnteredOrder | None:
        """What is written, None while the customer or all goods are missing or wrong."""
        lines = []
        for row in self.grid.filled():
            read = read_goods(self.grid, row, self._shelf, self._t)
            if read is None:
                return None
            product, typed = read
            lines.append(EnteredLine(product.code, typed.packing.code, typed.packs, typed.loose))
        if not lines or not self.customer.code:
            return None
        day: date = self.wanted.date().toPython()  # type: ignore[assignment]
        return EnteredOrder(
            self.customer.code,
            day,
            tuple(lines),
            origin=str(self.origin.currentData()),
            payment=str(self.payment.currentData()),
            wholesaler=str(self.carrier.currentData() or "") or None,
            note=self.note.text().strip(),
        )

    def confirm(self) -> None:
        """Take the order (F8)."""
        self.grid.finish()
        order = self.order()
        if order is None:
            self._tell(self._t("Something is missing or wrong: look at the marked cells."), "bad")
            return
        workplace, before = self._workplace, self.before
        self.take.setEnabled(False)
        workplace.tasks.start(
            DATABASE,
            lambda _job: enter_order(workplace.office, workplace.actor, order, before),
            done=self._finish,
            failed=self._fail,
            title=self._t("Taking the order"),
        )

    def repeat_last(self) -> None:
        """Put in what the customer had last time (Ctrl+R)."""
        customer = self._shelf.customers.get(self.customer.code)
        if customer is None:
            return
        key = customer.id
        self._workplace.read(lambda reader: last_lines(reader, key, 1), self._repeat, self._fail)

    def _repeat(self, lines: tuple[tuple[str, str, str, int, int], ...]) -> None:
        for row, (_number, code, _packing, _packs, qty) in enumerate(lines):
            product = self._shelf.products.get(code)
            if product is not None:
                cells = {"product": code, "qty": product.packings.usual.show(qty)}
                self.grid.put_row(row, cells)

    def _entries(self) -> list[str]:
        return list(self._shelf.entries)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        for part in (
            self.customer, self.wanted, self.payment, self.origin, self.carrier, self.note
        ):  # fmt: skip
            head.addWidget(part, 3 if part in (self.customer, self.note) else 0)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.grid, 4)
        body.addWidget(self.usual, 1)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.told, 1)
        foot.addWidget(self.total)
        foot.addWidget(self._close)
        foot.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addLayout(body, 1)
        layout.addLayout(foot)
        self.resize(1120, 620)

    def _connect(self) -> None:
        self._pause.timeout.connect(self._ask)
        self.grid.edited.connect(self._changed)
        self.grid.finished.connect(self.take.setFocus)
        self.customer.told.connect(self._customer_told)
        line = self.customer.lineEdit()
        if line is not None:
            line.returnPressed.connect(self._settle_customer)
        self.wanted.dateChanged.connect(lambda _day: self._pause.start())
        for box in (self.payment, self.origin, self.carrier):
            box.currentIndexChanged.connect(lambda _place: self._pause.start())
        self.take.clicked.connect(self.confirm)
        self._close.clicked.connect(self.reject)
        self.usual.itemActivated.connect(self._add_usual)
        for key, act in (("F8", self.take.click), ("Ctrl+R", self.repeat_last)):
            QShortcut(QKeySequence(key), self).activated.connect(act)

    def _say(self) -> None:
        t = self._t
        self.setWindowTitle(t("New order"))
        self.customer.offer([(code, words) for words, code in self._shelf.buyers.items()], "")
        self.customer.setAccessibleName(t("Customer"))
        line = self.customer.lineEdit()
        if line is not None:
            line.setPlaceholderText(t("Customer: code, name or initials"))
        self.wanted.setAccessibleName(t("Day of delivery"))
        self.wanted.setToolTip(t("Day of delivery"))
        for box, entries, name in (
            (self.payment, _PAYMENTS, t("Payment")),
            (self.origin, _ORIGINS, t("Origin")),
        ):
            for code, word in entries:
                box.addItem(t(word), code)
            box.setAccessibleName(name)
            box.setToolTip(name)
        self.carrier.addItem(t("Our van"), "")
        for code, each in self._shelf.customers.items():
            if each.customer_type == "WHOLESALER":
                self.carrier.addItem(f"{code}  {each.name}", code)
        self.carrier.setAccessibleName(t("Who delivers"))
        self.carrier.setToolTip(t("Who delivers"))
        self.note.setPlaceholderText(t("Note for the driver"))
        self.note.setAccessibleName(t("Note for the driver"))
        self.grid.say(t)
        self.grid.setAccessibleName(t("Goods of the order"))
        self.usual.setAccessibleName(t("What the customer had last"))
        self.usual.setToolTip(
            t("What the customer had last; Enter adds it, Ctrl+R repeats the order")
        )
        self.take.setText(t("Take the order") + "  F8")
        self._close.setText(t("Close for now"))
        self._close.setToolTip(t("Close; what is written stays for next time"))
        self._tell(t("Type 3, 3+4 or 3箱4瓶. Enter goes on, F8 takes the order."), "muted")

    def _settle_customer(self) -> None:
        """Whoever is meant by a code, a name or initials; then on to the goods."""
        found = self._shelf.customer(self.customer.currentText())
        if found is None:
            self._tell(self._t("No customer, or more than one, is called this."), "bad")
            return
        self.customer.setCurrentIndex(self.customer.findData(found.code))
        self.grid.setFocus()

    def _customer_told(self) -> None:
        customer = self._shelf.customers.get(self.customer.code)
        if customer is not None:
            key = customer.id
            self._workplace.read(lambda reader: last_lines(reader, key), self._offer, self._fail)
        self._pause.start()

    def _offer(self, lines: tuple[tuple[str, str, str, int, int], ...]) -> None:
        self.usual.clear()
        for code in dict.fromkeys(line[1] for line in lines):
            product = self._shelf.products.get(code)
            if product is not None:
                self.usual.addItem(f"{code}  {product.name}")
                self.usual.item(self.usual.count() - 1).setData(Qt.ItemDataRole.UserRole, code)

    def _add_usual(self, item: QListWidgetItem) -> None:
        code = str(item.data(Qt.ItemDataRole.UserRole))
        row = max(self.grid.filled(), default=-1) + 1
        self.grid.put_row(row, {"product": code})
        self.grid.setFocus()
        self.grid.setCurrentCell(row, 1)

    def _changed(self, row: int, key: str) -> None:
        if key in ("product", "qty") and (
            self.grid.words(row, "product") or self.grid.words(row, "qty")
        ):
            read_goods(self.grid, row, self._shelf, self._t)
        self._pause.start()

    def _ask(self) -> None:
        """Keep the draft, and ask what the order costs and whether the goods are there."""
        self._keep()
        order = self.order()
        if self._job is not None:
            self._job.cancel()
        if order is None:
            return
        day = order.wanted
        self._job = self._workplace.read(
            lambda reader: _answer(reader, order, day), self._show, self._fail
        )

    def _keep(self) -> None:
        workplace = self._workplace
        draft = {
            "customer": self.customer.code,
            "payment": self.payment.currentData(),
            "origin": self.origin.currentData(),
            "wholesaler": self.carrier.currentData(),
            "note": self.note.text(),
            "rows": [
                [self.grid.words(row, "product"), self.grid.words(row, "qty")]
                for row in self.grid.filled()
            ],
        }
        if not self.before:
            workplace.tasks.start(
                DATABASE,
                lambda _job: keep_draft(workplace.office, workplace.actor, draft),
                failed=self._fail,
            )

    def _fill(self, draft: dict[str, Any]) -> None:
        if not draft:
            return
        entries = [(code, words) for words, code in self._shelf.buyers.items()]
        self.customer.offer(entries, str(draft.get("customer") or ""))
        for box, name in (
            (self.payment, "payment"),
            (self.origin, "origin"),
            (self.carrier, "wholesaler"),
        ):
            box.setCurrentIndex(max(0, box.findData(draft.get(name))))
        self.note.setText(str(draft.get("note") or ""))
        if draft.get("wanted"):
            self.wanted.setDate(_shown(draft["wanted"]))
        for row, (product, qty) in enumerate(draft.get("rows", ())):
            self.grid.put_row(row, {"product": product, "qty": qty})

    def _show(self, answer: Answer) -> None:
        t, (priced, problems, free) = self._t, answer
        rows = self.grid.filled()
        for row, line in zip(rows, priced.lines, strict=False):
            product = line.wanted.product
            self.grid.put(row, "price", t.money(line.price_fen))
            there = free.get(product.id, 0)
            short = "" if there >= line.wanted.qty else t("Less is free than is wanted")
            self.grid.put(row, "free", product.packings.usual.show(max(0, there)), short)
            self.grid.put(row, "amount", t.money(line.net_fen))
            off = t("{amount} off", amount=t.money(line.discount_fen)) if line.discount_fen else ""
            self.grid.put(row, "remark", off)
        gifts = [
            f"{line.wanted.product.name} {line.wanted.product.packings.usual.show(line.wanted.qty)}"
            for line in priced.lines[len(rows) :]
        ]
        sentences = [problem_sentence(each.code, each.fields, t.translator) for each in problems]
        if gifts:
            sentences.append(t("Free goods: {goods}", goods=", ".join(gifts)))
        self._tell(" ".join(dict.fromkeys(sentences)), "warn" if problems else "muted")
        self.total.setText(t("Total {amount}", amount=t.money(priced.net_fen)))

    def _tell(self, words: str, tone: str) -> None:
        self.told.setText(words)
        self.told.set_tone(tone)

    def _fail(self, error: BaseException) -> None:
        self.take.setEnabled(True)
        self._tell(in_words(error, self._t), "bad")

    def _finish(self, taken: Taken) -> None:
        self.taken = taken
        if not self.before:
            drop_draft(self._workplace.office, self._workplace.actor)
        self.accept()


def _answer(reader: Reader, order: EnteredOrder, day: date) -> Answer:
    priced, problems = preview(reader, order, day)
    place_id = home_warehouse(reader)
    ids = {line.wanted.product.id for line in priced.lines}
    return priced, problems, {} if place_id is None else free_goods(reader, place_id, ids)


def _shown(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)


def _plain(order: EnteredOrder) -> dict[str, Any]:
    def words(line: EnteredLine) -> str:
        loose = f"+{line.loose}" if line.loose else ""
        return f"{line.packs}{line.packing}{loose}"

    return {
        "customer": order.customer,
        "payment": order.payment,
        "origin": order.origin,
        "wholesaler": order.wholesaler or "",
        "note": order.note,
        "wanted": order.wanted,
        "rows": [[line.product, words(line)] for line in order.lines],
    }
