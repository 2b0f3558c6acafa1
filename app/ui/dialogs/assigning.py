"""Asks who carries a terminal from now on, and on which route."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.dialogs.carriers import Carriers, choose, fill, read_carriers
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace


class AssignDialog(QDialog):
    """`chosen` carries the codes of person and route, empty for nobody and none."""

    chosen = Signal(str, str)

    def __init__(
        self, workplace: Workplace, number: int, person: str, route: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        t = workplace.language
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(420)
        self.setWindowTitle(t("Assign terminal {n}", n=number))
        self._t = t
        self._now = (person, route)
        heading = Text("heading", wrap=True)
        heading.setText(self.windowTitle())
        note = Text("muted", wrap=True)
        note.setText(t("It holds from the next docking on; what was brought stays as it was."))
        self.person, self.route = ChoiceBox(workplace.theme), ChoiceBox(workplace.theme)
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(16)
        for word, box in ((t("Person"), self.person), (t("Route"), self.route)):
            label = Text()
            label.setText(word)
            box.setAccessibleName(word)
            form.addRow(label, box)
        self.act = QPushButton(t("Assign"))
        self.act.setProperty("role", "primary")
        self.act.setEnabled(False)
        buttons = QDialogButtonBox()
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.addButton(self.act, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._choose)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        for part in (heading, note):
            layout.addWidget(part)
        layout.addLayout(form)
        layout.addWidget(buttons)
        workplace.read(read_carriers, self._offer, workplace.tasks.broken.emit)

    def _offer(self, carriers: Carriers) -> None:
        t = self._t
        fill(self.person, carriers.people, t("Nobody"))
        fill(self.route, carriers.routes, t("No route"))
        choose(self.person, self._now[0])
        choose(self.route, self._now[1])
        self.act.setEnabled(True)
        self.person.setFocus()

    def _choose(self) -> None:
        self.chosen.emit(self.person.currentData() or "", self.route.currentData() or "")
        self.accept()
