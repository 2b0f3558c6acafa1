"""Planning a count: of which place, of which goods, by whom, blind or not."""

from uuid import UUID

from PySide6.QtGui import QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.services.stock_taking.planning import PlannedCount, plan_count
from app.ui.messages import in_words
from app.ui.screens.stock.papers import Papers
from app.ui.tasks import DATABASE
from app.ui.widgets.check_box import CheckBox
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace


class CountPlan(QDialog):
    """`planned` is the key of the count, None while there is none."""

    def __init__(self, workplace: Workplace, papers: Papers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workplace, self._t = workplace, workplace.language
        self.planned: UUID | None = None
        t, theme = self._t, workplace.theme
        self.place, self.group, self.counter = ChoiceBox(theme), ChoiceBox(theme), ChoiceBox(theme)
        for code, place in papers.places.items():
            self.place.addItem(f"{code}  {place.name}", code)
        self.group.addItem(t("Everything that lies there"), "")
        for group in sorted({each.product_group for each in papers.shelf.products.values()}):
            if group:
                self.group.addItem(group, group)
        self.counter.addItem(t("Not said yet"), "")
        for code, name in papers.people.items():
            self.counter.addItem(f"{code}  {name}", code)
        self.products = QLineEdit()
        self.products.setPlaceholderText(t("Codes with spaces between; empty for all"))
        self.blind = CheckBox(theme)
        self.blind.setText(t("Blind: whoever counts sees no book figure"))
        self.blind.setChecked(True)
        self.told = Text("muted", wrap=True)
        self.told.setText(t("The sheet gets a line for each lot that the book has there."))
        self.take = QPushButton(t("Make the sheet") + "  F8")
        self.take.setProperty("role", "primary")
        self._lay_out()
        QShortcut(QKeySequence("F8"), self).activated.connect(self.take.click)

    def confirm(self) -> None:
        """Make the sheet (F8)."""
        self.take.setEnabled(False)
        planned = PlannedCount(
            str(self.place.currentData() or ""),
            tuple(self.products.text().split()),
            str(self.group.currentData() or ""),
            str(self.counter.currentData() or ""),
            self.blind.isChecked(),
        )
        workplace = self._workplace
        workplace.tasks.start(
            DATABASE,
            lambda _job: plan_count(workplace.office, workplace.actor, planned),
            done=self._finish,
            failed=self._fail,
            title=self._t("Planning a count"),
        )

    def _finish(self, key: UUID) -> None:
        self.planned = key
        self.accept()

    def _fail(self, error: BaseException) -> None:
        self.take.setEnabled(True)
        self.told.setText(in_words(error, self._t))
        self.told.set_tone("bad")

    def _lay_out(self) -> None:
        t = self._t
        self.setWindowTitle(t("Plan a count"))
        self.setMinimumWidth(520)
        form = QFormLayout()
        form.setSpacing(10)
        for words, field in (
            (t("Place"), self.place),
            (t("Group of products"), self.group),
            (t("Products"), self.products),
            (t("Counter"), self.counter),
        ):
            form.addRow(words, field)
            field.setAccessibleName(words)
        buttons = QDialogButtonBox()
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.addButton(self.take, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self.take.clicked.connect(self.confirm)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(self.blind)
        layout.addWidget(self.told)
        layout.addWidget(buttons)
