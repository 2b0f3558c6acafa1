"""Entering a return: who gives back what, of which delivery, and why."""

from collections.abc import Callable, Sequence
from uuid import UUID

from PySide6.QtWidgets import QLineEdit, QWidget

from app.i18n import N_
from app.services.returning.requesting import AskedLine, AskedReturn, request_return
from app.storage.queries.documents import documents_by_number
from app.storage.queries.returns import came_back
from app.storage.reader import Reader
from app.ui.dialogs.goods_form import GoodsForm, GoodsRow
from app.ui.models.shelf import Shelf
from app.ui.screens.returns.columns import CONDITIONS, MODES
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.entry_grid import EntryColumn
from app.ui.widgets.search_box import SearchBox
from app.ui.workplace import Workplace

Left = tuple[tuple[int, str, str, int], ...]
"""Line, product, lot and base units of what came by a note and is not back yet."""


class AskingForm(GoodsForm[UUID]):
    """A note's number brings in what came by it; without one a second person has to approve."""

    title = N_("New return")
    act = N_("Take the return")

    def __init__(
        self,
        workplace: Workplace,
        shelf: Shelf,
        reasons: dict[str, str],
        parent: QWidget | None = None,
    ) -> None:
        self.reasons = reasons
        self._reason_words = {f"{code}  {name}": code for code, name in reasons.items()}
        t = workplace.language
        self._condition_words = {t(words): code for code, words in CONDITIONS.items()}
        super().__init__(workplace, shelf, parent)

    def lay_out_head(self) -> None:
        t, theme = self._t, self._workplace.theme
        self.customer, self.note, self.mode = SearchBox(theme), QLineEdit(), ChoiceBox(theme)
        self.customer.offer([(code, words) for words, code in self.shelf.buyers.items()], "")
        self.note.setPlaceholderText(t("Number, if it is known"))
        self.note.editingFinished.connect(self._ask_note)
        for code, words in MODES.items():
            self.mode.addItem(t(words), code)
        self.add_field(t("Customer"), self.customer, 3)
        self.add_field(t("Delivery note"), self.note, 2)
        self.add_field(t("Kind"), self.mode)

    def more_columns(self) -> Sequence[EntryColumn]:
        return (
            EntryColumn(
                "reason", N_("Reason"), 160, editable=True, offer=lambda: list(self._reason_words)
            ),
            EntryColumn(
                "condition",
                N_("Condition"),
                120,
                editable=True,
                offer=lambda: list(self._condition_words),
            ),
            EntryColumn("line", N_("Line of the note"), 100, number=True),
            EntryColumn("left", N_("Not back yet"), 110, number=True, stretch=True),
        )

    def work(self, rows: Sequence[GoodsRow]) -> Callable[[], UUID] | None:
        t, lines = self._t, []
        found = self.shelf.customer(self.customer.currentText())
        if found is None:
            self.tell(t("No customer, or more than one, is called this."), "bad")
            return None
        for each in rows:
            reason = self._word(each.row, "reason", self._reason_words, self.reasons, "")
            condition = self._word(each.row, "condition", self._condition_words, CONDITIONS, "good")
            if reason is None or condition is None:
                self.tell(t("Choose a reason and a condition from the list."), "bad")
                return None
            note_line = int(self.grid.words(each.row, "line") or 0)
            lines.append(
                AskedLine(
                    each.product.code, each.qty, reason, note_line, each.lot, condition=condition
                )
            )
        asked = AskedReturn(
            found.code,
            tuple(lines),
            note=self.note.text().strip(),
            mode=str(self.mode.currentData()),
        )
        workplace = self._workplace
        return lambda: request_return(workplace.office, workplace.actor, asked)

    def _word(
        self, row: int, key: str, words: dict[str, str], codes: object, usual: str
    ) -> str | None:
        """The code that is meant by a cell; None, marked, for one that is no entry."""
        said = self.grid.words(row, key) or usual
        code = words.get(said, said if said in codes else "")  # type: ignore[operator]
        if not code:
            self.grid.put(row, key, said, self._t("Choose from the list"))
            return None
        return code

    def _ask_note(self) -> None:
        number = self.note.text().strip()
        if number:
            self._workplace.read(lambda reader: left_of(reader, number), self._show_left, self.fail)

    def _show_left(self, found: tuple[UUID | None, Left]) -> None:
        party, left = found
        customer = next((c.code for c in self.shelf.customers.values() if c.id == party), "")
        if not customer:
            self.tell(self._t("There is no delivery note with this number."), "bad")
            return
        entries = [(code, words) for words, code in self.shelf.buyers.items()]
        self.customer.offer(entries, customer)
        self.grid.empty()
        for row, (line_no, code, lot, qty) in enumerate(left):
            product = self.shelf.products.get(code)
            self.grid.put_row(row, {"product": code, "lot": lot})
            self.grid.put(row, "line", str(line_no))
            if product is not None:
                self.grid.put(row, "left", product.packings.usual.show(qty))
        self.grid.setFocus()
        self.grid.setCurrentCell(0, 1)

    def rows(self) -> list[GoodsRow] | None:
        """Lines of the note that nothing comes back of are left out."""
        for row in reversed(self.grid.filled()):
            if self.grid.words(row, "left") and not self.grid.words(row, "qty"):
                self.grid.removeRow(row)
        return super().rows()


def left_of(reader: Reader, number: str) -> tuple[UUID | None, Left]:
    """The customer of a delivery note, and what came by it and is not back yet."""
    note = documents_by_number(reader, [number]).get(number)
    if note is None or note.delivery is None:
        return None, ()
    back = came_back(reader, [line.id for line in note.lines])
    left = tuple(
        (
            line.line_no,
            line.product_code,
            line.lot_code or "",
            (line.delivered or 0) - back.get(line.id, 0),
        )
        for line in note.lines
        if (line.delivered or 0) > back.get(line.id, 0)
    )
    return note.party_id, left
