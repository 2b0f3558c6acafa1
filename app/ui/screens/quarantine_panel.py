"""Beside the list of what waits: one line, why it waits, and what can be answered."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from app.domain.evidence import NEEDS_TWO, Proposal
from app.domain.rights import Right
from app.services.contents import Comparison
from app.storage.queries.quarantine import OpenItem
from app.ui.screens.quarantine_list import CHOOSABLE, reason_of
from app.ui.theme import size
from app.ui.widgets.text import CutText, Text
from app.ui.workplace import Workplace

PROPOSALS = 3
_NARROW_PX, _WIDE_PX = 320, 500


class QuarantinePanel(QFrame):
    """`picked` carries the place of the code that was chosen, 0 for checking again."""

    picked = Signal(int)
    confirmed = Signal()
    declined = Signal()

    def __init__(self, workplace: Workplace) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setMinimumWidth(_NARROW_PX)
        self._t = workplace.language
        self._actor = workplace.actor
        self._may = Right.RESOLVE in workplace.actor.rights
        self._heading = CutText("heading")
        self._reason = Text(wrap=True)
        self._equal = Text("muted", wrap=True)
        self._question = Text("strong", wrap=True)
        self._suggested = Text("strong", wrap=True)
        self.both = _grid()
        self.proposals = [QPushButton() for _ in range(PROPOSALS)]
        for number, button in enumerate(self.proposals):
            button.setProperty("role", "proposal")
            button.clicked.connect(lambda _on, n=number: self.picked.emit(n))
        self.confirm = QPushButton()
        self.confirm.setProperty("role", "primary")
        self.confirm.clicked.connect(self.confirmed)
        self.decline = QPushButton()
        self.decline.setProperty("role", "danger")
        self.decline.setEnabled(self._may)
        self.decline.clicked.connect(self.declined)
        self._lay_out()

    def show_item(
        self,
        item: OpenItem | None,
        codes: list[str],
        names: list[str],
        sides: Comparison | None,
    ) -> None:
        """Show a line with the codes that it may have meant, or with both contents."""
        self._show_words(item, codes)
        self._show_suggestion(item)
        self._show_proposals(item, codes, names)
        self._show_both(sides)

    def retranslate(self) -> None:
        t = self._t
        self.decline.setText(t("Reject …"))
        self.decline.setAccessibleName(t("Reject the line with a reason"))
        self.decline.setToolTip(t("Reject the line with a reason") + "  Del")
        self.confirm.setText(t("Confirm"))
        self.confirm.setAccessibleName(t("Confirm what was suggested"))
        self.both.setAccessibleName(t("Both contents of the record"))
        self.both.setHorizontalHeaderLabels([t("Field"), t("First"), t("Later")])

    def _lay_out(self) -> None:
        beside = QVBoxLayout(self)
        beside.setContentsMargins(16, 14, 16, 14)
        beside.setSpacing(10)
        words = (self._heading, self._reason, self._equal, self._suggested, self._question)
        for part in (*words, *self.proposals):
            beside.addWidget(part)
        beside.addWidget(self.both, 1)
        beside.addStretch(0)
        foot = QHBoxLayout()
        foot.addWidget(self.decline)
        foot.addStretch(1)
        foot.addWidget(self.confirm)
        beside.addLayout(foot)

    def _show_words(self, item: OpenItem | None, codes: list[str]) -> None:
        t = self._t
        for part in (self._equal, self._question, self.decline):
            part.setVisible(item is not None)
        if item is None:
            self._heading.setText(t("No line chosen"))
            self._reason.setText("")
            return
        self._heading.setText(item.raw_value or t("Terminal {n}", n=item.terminal_no))
        self._reason.setText(reason_of(item, t))
        self._equal.setVisible(item.equal > 1 and item.kind in CHOOSABLE)
        self._equal.setText(
            t(
                "{n} lines carry the same value; one answer settles them all.",
                n=t.number(item.equal),
            )
        )
        self._question.setVisible(bool(codes))
        self._question.setText(t("What was meant?"))

    def _show_suggestion(self, item: OpenItem | None) -> None:
        t = self._t
        waits = item is not None and item.proposal is not None
        needs_two = item is not None and item.code in NEEDS_TWO
        self._suggested.setVisible(waits or needs_two)
        self.confirm.setVisible(waits)
        if item is None or item.proposal is None or item.proposed_by is None:
            self._suggested.setText(t("Two persons decide about this."))
            return
        said = Proposal.read(item.proposal)
        does = t("reject it") if said.verb == "reject" else t("take it as explained")
        self._suggested.setText(
            t(
                "Suggested by {user}, needs a second person: {does}.",
                user=item.proposed_by,
                does=does,
            )
            + (f" “{said.answer}”" if said.answer else "")
        )
        is_own = item.proposed_by.casefold() == self._actor.user.casefold()
        self.confirm.setEnabled(self._may and not is_own)

    def _show_proposals(self, item: OpenItem | None, codes: list[str], names: list[str]) -> None:
        t = self._t
        for number, button in enumerate(self.proposals):
            offered = number < len(codes)
            again = number == 0 and item is not None and asks_no_code(item)
            button.setVisible(offered or again)
            button.setEnabled(self._may)
            if again:
                button.setText(t("Check again"))
                button.setAccessibleName(t("Check the line again as things are now"))
            elif offered:
                words = f"{number + 1}   {codes[number]}   {names[number]}"
                button.setText(words.replace("&", "&&"))
                button.setAccessibleName(
                    t("Use {code} {name}", code=codes[number], name=names[number])
                )

    def _show_both(self, sides: Comparison | None) -> None:
        self.both.setVisible(sides is not None)
        self.setMinimumWidth(_NARROW_PX if sides is None else _WIDE_PX)
        if sides is None:
            return
        # what differs is what somebody looks for
        fields = sorted(sides.fields, key=lambda field: not field.differs)
        self.both.setRowCount(len(fields))
        bold = QFont(self.font())
        bold.setBold(True)
        for row, field in enumerate(fields):
            for column, words in enumerate((field.name, field.first, field.other)):
                cell = QTableWidgetItem(words)
                cell.setToolTip(f"<span>{words}</span>" if "<" not in words else "")
                if field.differs:
                    cell.setFont(bold)
                self.both.setItem(row, column, cell)
        self.both.resizeRowsToContents()
        self.both.scrollToTop()


def asks_no_code(item: OpenItem) -> bool:
    """Whether the records can be judged again as they are; a whole upload cannot."""
    return bool(item.seqs) and item.kind not in CHOOSABLE and item.code not in NEEDS_TWO


def _grid() -> QTableWidget:
    grid = QTableWidget(0, 3)
    grid.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    grid.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    grid.setShowGrid(False)
    grid.setTabKeyNavigation(False)
    grid.verticalHeader().hide()
    grid.verticalHeader().setMinimumSectionSize(size("row"))
    header = grid.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
    header.sectionResized.connect(lambda *_sizes: grid.resizeRowsToContents())
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return grid
