"""What has to be said before a handheld is paired: its number, its carrier, its port, the way."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from app.services.pairing import MAX_NUMBER, Seat
from app.ui.dialogs.carriers import Carriers, choose, fill
from app.ui.dialogs.pairing_job import Wish
from app.ui.language import Language
from app.ui.theme import Theme
from app.ui.widgets.chips import Chips
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.text import Text
from drivers.discovery import FoundPort


class PairingForm(QWidget):
    """`changed`: the answers may be complete now, or no more."""

    changed = Signal()

    def __init__(self, theme: Theme, t: Language, number: int = 0, port: str = "") -> None:
        super().__init__()
        self._t = t
        self._wanted = number
        self._carriers: Carriers | None = None
        self._by_code = True
        self.number = QLineEdit()
        self.number.setValidator(QIntValidator(1, MAX_NUMBER, self))
        self.note = Text("muted", wrap=True)
        self.person, self.route, self.port = (ChoiceBox(theme) for _ in range(3))
        self.port.setEditable(True)
        self.port.setInsertPolicy(ChoiceBox.InsertPolicy.NoInsert)
        self.port.setEditText(port)
        self.way = Chips(("code", "digits"))
        self._grid = QFormLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(10)
        self._grid.setHorizontalSpacing(16)
        self._labels = [Text() for _ in range(5)]
        parts = (self.number, self.person, self.route, self.port, self.way)
        for label, part in zip(self._labels, parts, strict=True):
            self._grid.addRow(label, part)
        self._grid.insertRow(1, Text(), self.note)
        self.number.textChanged.connect(self._show_number)
        self.port.editTextChanged.connect(lambda _text: self.changed.emit())
        self.way.picked.connect(self._choose_way)
        self._say()

    @property
    def wish(self) -> Wish | None:
        """What is to be done, as soon as everything needed is there."""
        port = self.port.currentText().strip()
        if self._carriers is None or not self.number.hasAcceptableInput() or not port:
            return None
        seat = Seat(
            int(self.number.text()), self.person.currentData() or "", self.route.currentData() or ""
        )
        return Wish(seat, port, self._by_code)

    def offer(self, carriers: Carriers) -> None:
        """Fill the lists, and propose a number unless one is asked for."""
        t = self._t
        self._carriers = carriers
        fill(self.person, carriers.people, t("Nobody"))
        fill(self.route, carriers.routes, t("No route"))
        self.number.setText(str(self._wanted or carriers.next_number))
        self._show_number()

    def offer_ports(self, ports: tuple[FoundPort, ...]) -> None:
        """Offer the ports that are there now; what is written stays written."""
        before = {self.port.itemText(place) for place in range(self.port.count())}
        new = [port.url for port in ports if port.url not in before]
        written = self.port.currentText()
        self.port.blockSignals(True)
        self.port.clear()
        for port in ports:
            self.port.addItem(port.url)
        # Whoever plugs a handheld in while this is open means that one.
        self.port.setEditText(written or (new[-1] if len(new) == 1 else ""))
        self.port.blockSignals(False)
        self.changed.emit()

    def _choose_way(self, name: str) -> None:
        self._by_code = name == "code"
        self.changed.emit()

    def _show_number(self) -> None:
        t = self._t
        if self._carriers is None or not self.number.hasAcceptableInput():
            self.note.setText(t("A terminal's number is from 1 to {most}.", most=MAX_NUMBER))
            self.changed.emit()
            return
        number = int(self.number.text())
        known = self._carriers.terminal(number)
        if known is None:
            words = t("This number is free.")
        elif known.paired:
            words = t(
                "A device is paired as terminal {n}. The new one takes its place, and the old one "
                "is trusted no more.",
                n=number,
            )
        elif known.status == "active":
            words = t("Terminal {n} is known, and no device is paired as it.", n=number)
        else:
            words = t("Terminal {n} is locked out. Pairing puts it back in use.", n=number)
        self.note.setText(words)
        if known is not None:
            choose(self.person, known.person_code)
            choose(self.route, known.route_code)
        self.changed.emit()

    def _say(self) -> None:
        t = self._t
        words = (t("Terminal number"), t("Person"), t("Route"), t("Port"), t("How"))
        parts: tuple[QWidget, ...] = (self.number, self.person, self.route, self.port, self.way)
        for label, part, word in zip(self._labels, parts, words, strict=True):
            label.setText(word)
            part.setAccessibleName(word)
        line = self.port.lineEdit()
        if line is not None:
            line.setPlaceholderText(t("Plug the handheld in, or write its port"))
            line.setAccessibleName(t("Port"))
        self.way.say((t("It scans a code"), t("Compare digits")))
