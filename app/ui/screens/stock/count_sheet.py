"""The sheet of a count: written while it is counted, compared when it waits for approval."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.domain.rights import Right
from app.i18n import N_
from app.services.counting import approve_count
from app.services.stock_taking.printing import print_count_sheet
from app.services.stock_taking.taking import FoundGoods, HandedIn, enter_found, hand_in
from app.storage.queries.counts import CountRow, SheetLine, blinded, count_rows, sheet_lines
from app.storage.queries.directory import FoundProduct, persons_by_code, products_by_code
from app.storage.reader import Reader
from app.ui.messages import in_words
from app.ui.tasks import DATABASE
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.entry_grid import EntryColumn, EntryGrid
from app.ui.widgets.goods_cells import read_units
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace

Told = tuple[CountRow, tuple[SheetLine, ...], dict[str, FoundProduct], dict[str, str]]
_WRITTEN = ("planned", "open", "recount")


def read_sheet(reader: Reader, key: UUID) -> Told:
    """The count as it is now, its lines as whoever counts may see them, products and people."""
    (row,) = count_rows(reader, key=key)
    lines = blinded(row, sheet_lines(reader, row.id))
    products = products_by_code(reader, {line.product_code for line in lines})
    people = {code: each.name for code, each in persons_by_code(reader).items() if each.active}
    return row, lines, products, people


class CountSheet(QDialog):
    """Ctrl+S keeps what is written, F8 hands the count in, or approves one that waits.

    `told_after` is a sentence about what became of it, empty while nothing did.
    """

    def __init__(self, workplace: Workplace, told: Told, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workplace, self._t = workplace, workplace.language
        self._row, self._lines, self._products, people = told
        row = self._row
        self.writes = row.state in _WRITTEN and bool(row.planned_by)
        self.told_after = ""
        self.counter = ChoiceBox(workplace.theme)
        self.counter.addItem(self._t("Who counted?"), "")
        for code, name in people.items():
            if not (row.state == "recount" and code == row.counter):
                self.counter.addItem(f"{code}  {name}", code)
        known = row.checker if row.state == "recount" else row.counter
        self.counter.setCurrentIndex(max(0, self.counter.findData(known)))
        self.reason = QLineEdit()
        self.grid = EntryGrid(workplace.theme, self._columns(), max(1, len(self._lines)))
        self.told = Text("muted", wrap=True)
        self.keep, self.take, self._close = QPushButton(), QPushButton(), QPushButton()
        self.paper = QPushButton()
        self.take.setProperty("role", "primary")
        self._lay_out()
        self._fill()
        self._connect()

    def confirm(self) -> None:
        """Hand the count in, or approve it (F8)."""
        if not self.writes:
            self._approve()
            return
        found = self._found()
        if found is None or not self._is_named():
            return
        workplace, key, reason = self._workplace, self._row.id, self.reason.text()
        counter = str(self.counter.currentData() or "")

        def work() -> HandedIn:
            enter_found(workplace.office, workplace.actor, key, counter, found)
            return hand_in(workplace.office, workplace.actor, key, reason)

        self._start(work, self._handed_in)

    def save(self) -> None:
        """Keep what is written without handing it in (Ctrl+S)."""
        found = self._found() if self.writes else None
        if found is None or not self._is_named():
            return
        workplace, key = self._workplace, self._row.id
        counter = str(self.counter.currentData() or "")
        self._start(
            lambda: enter_found(workplace.office, workplace.actor, key, counter, found),
            lambda _none: self._end(self._t("What was counted is kept.")),
        )

    def print_sheet(self) -> None:
        """Write the sheet to be counted with on paper, and show it (Ctrl+Shift+P)."""
        workplace, key = self._workplace, self._row.id
        file = workplace.paths.output / f"count-sheet-{key}.pdf"

        def work() -> Path:
            print_count_sheet(workplace.office, workplace.actor, file, self._t.translator, key)
            return file

        self._start(work, self._printed)

    def _printed(self, file: Path) -> None:
        self.take.setEnabled(True)
        self._tell(self._t("Written: {file}", file=file.name))
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))

    def _is_named(self) -> bool:
        """Whether it is said who counted; who types need not have."""
        if self.counter.currentData():
            return True
        self._tell(self._t("Choose who counted."), "bad")
        self.counter.setFocus()
        return False

    def _approve(self) -> None:
        if Right.APPROVE_COUNTS not in self._workplace.actor.rights:
            return
        workplace, key = self._workplace, self._row.id
        self._start(
            lambda: approve_count(workplace.office, workplace.actor, key),
            lambda number: self._end(self._t("{number} is booked.", number=number)),
        )

    def _handed_in(self, done: HandedIn) -> None:
        t = self._t
        if done.number:
            self._end(t("{number} is booked.", number=done.number))
        elif done.state == "recount":
            self._end(
                t(
                    "{n} lines are too far off: somebody else has to count them again.",
                    n=t.number(len(done.off)),
                )
            )
        else:
            self._end(t("The count waits for approval."))

    def _found(self) -> list[FoundGoods] | None:
        """What changed on the sheet; None with what is wrong marked."""
        self.grid.finish()
        found = []
        for place, line in enumerate(self._shown()):
            text = self.grid.words(place, "counted")
            before = line.counted
            if not text:
                if before is not None:
                    found.append(FoundGoods(line.line_no, None))
                continue
            typed = read_units(
                self.grid, place, "counted", self._products[line.product_code], self._t
            )
            if typed is None:
                self._tell(self._t("A quantity is wrong: look at the marked cell."), "bad")
                return None
            if typed.qty != before:
                found.append(FoundGoods(line.line_no, typed.qty))
        return found

    def _shown(self) -> Sequence[SheetLine]:
        """All lines; of a count that is counted again only those that were too far off."""
        if self._row.state != "recount":
            return self._lines
        return [line for line in self._lines if line.line_no in self._off]

    @property
    def _off(self) -> frozenset[int]:
        return frozenset(self._row.scope.get("off", ()))

    def _columns(self) -> list[EntryColumn]:
        columns = [
            EntryColumn("product", N_("Product"), 250),
            EntryColumn("lot", N_("Lot"), 110),
            EntryColumn("counted", N_("Counted"), 130, editable=self.writes),
        ]
        if self.writes and self._row.blind:
            return [*columns, EntryColumn("note", "", 60, stretch=True)]
        return [
            *columns,
            EntryColumn("first", N_("First figure"), 110, number=True),
            EntryColumn("second", N_("Second figure"), 110, number=True),
            EntryColumn("book", N_("Book at that moment"), 170, number=True),
            EntryColumn("difference", N_("Difference"), 100, number=True, stretch=True),
        ]

    def _fill(self) -> None:
        for place, line in enumerate(self._shown()):
            usual = self._products[line.product_code].packings.usual
            cells: dict[str, str] = {
                "product": f"{line.product_code}  {line.product_name}",
                "lot": line.lot_code or "–",
                "counted": "" if line.counted is None else usual.show(line.counted),
            }
            if not (self.writes and self._row.blind):
                cells |= _figures(line, usual.show)
            self.grid.put_row(place, cells)
        self.grid.setCurrentCell(0, 2)

    def _start(self, work: object, done: object) -> None:
        self.take.setEnabled(False)
        self._workplace.tasks.start(
            DATABASE,
            lambda _job: work(),  # type: ignore[operator]
            done=done,  # type: ignore[arg-type]
            failed=self._fail,
            title=self._t("Counting"),
        )

    def _end(self, words: str) -> None:
        self.told_after = words
        self.accept()

    def _fail(self, error: BaseException) -> None:
        self.take.setEnabled(True)
        self._tell(in_words(error, self._t), "bad")

    def _tell(self, words: str, tone: str = "muted") -> None:
        self.told.setText(words)
        self.told.set_tone(tone)

    def _connect(self) -> None:
        self.take.clicked.connect(self.confirm)
        self.keep.clicked.connect(self.save)
        self.paper.clicked.connect(self.print_sheet)
        self._close.clicked.connect(self.reject)
        self.grid.finished.connect(self.take.setFocus)
        for key, act in (
            ("F8", self.take.click),
            ("Ctrl+S", self.save),
            ("Ctrl+Shift+P", self.print_sheet),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(act)

    def _lay_out(self) -> None:
        t, row = self._t, self._row
        self.setWindowTitle(t("Count of {place}", place=row.place_name or row.place_code))
        self.grid.say(lambda words: t(words) if words else "")
        self.grid.setAccessibleName(t("Lines of the count"))
        self.counter.setAccessibleName(t("Counter"))
        self.counter.setToolTip(t("Counter"))
        self.reason.setPlaceholderText(t("Why it is off, if it is"))
        self.reason.setAccessibleName(t("Reason"))
        for button, words, key in (
            (self.take, t("Hand in") if self.writes else t("Approve"), "F8"),
            (self.keep, t("Keep for now"), "Ctrl+S"),
            (self.paper, t("Print"), ""),
            (self._close, t("Close"), ""),
        ):
            button.setText(f"{words}  {key}".strip())
            button.setAccessibleName(words)
            button.setAutoDefault(False)
        self.keep.setVisible(self.writes)
        self.paper.setVisible(self.writes)
        self.take.setVisible(self.writes or Right.APPROVE_COUNTS in self._workplace.actor.rights)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.counter, 1)
        head.addWidget(self.reason, 2)
        self.counter.setVisible(self.writes)
        self.reason.setVisible(self.writes)
        told = {
            "recount": t("These lines were too far off. Count them without looking at the first."),
            "submitted": row.scope.get("reason", "")
            or t("Approving books the differences; who counted may not."),
        }
        self._tell(
            told.get(row.state, t("Leave blank what was not counted; 0 says there is none."))
        )
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.told, 1)
        for button in (self._close, self.paper, self.keep, self.take):
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self.grid, 1)
        layout.addLayout(foot)
        self.resize(1060, 600)


def _figures(line: SheetLine, show: object) -> Mapping[str, str]:
    def shown(qty: int | None) -> str:
        return "–" if qty is None else show(qty)  # type: ignore[operator]

    return {
        "first": shown(line.first),
        "second": shown(line.second),
        "book": shown(line.book),
        "difference": shown(line.difference if line.book is not None else None),
    }
