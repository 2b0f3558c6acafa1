"""A route day by hand: the order of its stops, its van and its driver."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.services.routing import order_stops, send_with
from app.storage.queries.deliveries import DeliveryRow, listing
from app.storage.queries.directory import persons_by_code, vehicles_by_code
from app.storage.reader import Reader
from app.ui.messages import in_words
from app.ui.tasks import DATABASE
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace


@dataclass(frozen=True, slots=True)
class RouteDays:
    """Planned deliveries of a day by route, and vans and people to choose from."""

    rows: Mapping[str, Sequence[DeliveryRow]]
    vehicles: Mapping[str, str]
    people: Mapping[str, str]


def read_route_days(reader: Reader, day: date) -> RouteDays:
    rows: dict[str, list[DeliveryRow]] = {}
    for row in listing(reader, day=day):
        if row.state == "draft" and row.route_code:
            rows.setdefault(row.route_code, []).append(row)
    vehicles = {
        code: f"{each.name} {each.plate}"
        for code, each in vehicles_by_code(reader).items()
        if each.active
    }
    people = {code: each.name for code, each in persons_by_code(reader).items() if each.active}
    return RouteDays(rows, vehicles, people)


class RouteDay(QDialog):
    """Alt+Up and Alt+Down move a stop; `changed` says whether anything was booked."""

    def __init__(
        self, workplace: Workplace, day: date, found: RouteDays, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workplace, self._day, self._found = workplace, day, found
        self._t = workplace.language
        self.changed = False
        theme = workplace.theme
        self.route, self.vehicle, self.driver = (ChoiceBox(theme) for _ in range(3))
        self.stops = QListWidget()
        self.told = Text("muted", wrap=True)
        self.take = QPushButton()
        self.take.setProperty("role", "primary")
        self._lay_out()
        for code in found.rows:
            self.route.addItem(code, code)
        for box, entries in ((self.vehicle, found.vehicles), (self.driver, found.people)):
            box.addItem(self._t("As planned"), "")
            for code, name in entries.items():
                box.addItem(f"{code}  {name}", code)
        self.route.currentIndexChanged.connect(lambda _place: self._show_stops())
        for key, by in (("Alt+Up", -1), ("Alt+Down", 1)):
            QShortcut(QKeySequence(key), self).activated.connect(lambda b=by: self.move_stop(b))
        QShortcut(QKeySequence("F8"), self).activated.connect(self.take.click)
        self._show_stops()

    def codes(self) -> list[str]:
        """The customers in the order that is seen."""
        items = (self.stops.item(place) for place in range(self.stops.count()))
        return [str(item.data(Qt.ItemDataRole.UserRole)) for item in items]

    def move_stop(self, by: int) -> None:
        """Move the stop under the cursor up or down."""
        row = self.stops.currentRow()
        if not 0 <= row + by < self.stops.count():
            return
        self.stops.insertItem(row + by, self.stops.takeItem(row))
        self.stops.setCurrentRow(row + by)
        self._number()

    def confirm(self) -> None:
        """Book what was changed (F8)."""
        route, codes = str(self.route.currentData() or ""), self.codes()
        vehicle = str(self.vehicle.currentData() or "")
        driver = str(self.driver.currentData() or "")
        if driver and not vehicle:
            self._tell(self._t("Choose the van that the driver takes."))
            return
        before, workplace, day = self._planned(), self._workplace, self._day

        def work() -> None:
            if codes != before:
                order_stops(workplace.office, workplace.actor, day, route, codes)
            if vehicle:
                send_with(workplace.office, workplace.actor, day, route, vehicle, driver)

        self.take.setEnabled(False)
        workplace.tasks.start(
            DATABASE,
            lambda _job: work(),
            done=lambda _none: self._finish(),
            failed=self._fail,
            title=self._t("Stops and van"),
        )

    def _planned(self) -> list[str]:
        rows = self._found.rows.get(str(self.route.currentData() or ""), ())
        return list(dict.fromkeys(row.customer_code for row in rows))

    def _show_stops(self) -> None:
        self.stops.clear()
        rows = self._found.rows.get(str(self.route.currentData() or ""), ())
        names = {row.customer_code: row.customer_name for row in rows}
        for code in self._planned():
            item = QListWidgetItem(f"{code}  {names[code]}")
            item.setData(Qt.ItemDataRole.UserRole, code)
            self.stops.addItem(item)
        self.stops.setCurrentRow(0)
        self._number()

    def _number(self) -> None:
        for place in range(self.stops.count()):
            item = self.stops.item(place)
            words = item.text().split("   ", 1)[-1]
            item.setText(f"{place + 1}   {words}")

    def _finish(self) -> None:
        self.changed = True
        self.accept()

    def _fail(self, error: BaseException) -> None:
        self.take.setEnabled(True)
        self._tell(in_words(error, self._t))

    def _tell(self, words: str) -> None:
        self.told.setText(words)
        self.told.set_tone("bad")

    def _lay_out(self) -> None:
        t = self._t
        self.setWindowTitle(t("Stops and van"))
        self.setMinimumSize(520, 480)
        form = QFormLayout()
        form.setSpacing(10)
        for words, field in (
            (t("Route"), self.route),
            (t("Van"), self.vehicle),
            (t("Driver"), self.driver),
        ):
            form.addRow(words, field)
            field.setAccessibleName(words)
        self.stops.setAccessibleName(t("Stops in their order"))
        self.told.setText(t("Alt+Up and Alt+Down move a stop. The route's own round stays."))
        self.take.setText(t("Do it") + "  F8")
        self.take.setAccessibleName(t("Do it"))
        self.take.setEnabled(bool(self._found.rows))
        self.take.clicked.connect(self.confirm)
        buttons = QDialogButtonBox()
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.addButton(self.take, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(self.stops, 1)
        layout.addWidget(self.told)
        layout.addWidget(buttons)
