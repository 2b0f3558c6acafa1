"""The check of a load: checker and driver count together what goes onto the van."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtWidgets import QLineEdit, QWidget

from app.i18n import N_
from app.services.deliveries.load_lists import LoadList, load_lists
from app.services.deliveries.load_sheets import CheckedLine, LoadCheck
from app.services.delivering import Loaded, load
from app.storage.queries.directory import FoundProduct, persons_by_code, products_by_code
from app.ui.dialogs.quantity_sheet import QuantitySheet, SheetRow
from app.ui.widgets.check_box import CheckBox
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Loads:
    """What is to be loaded, and the products and people that it takes, by code."""

    lists: tuple[LoadList, ...]
    products: Mapping[str, FoundProduct]
    people: Mapping[str, str]


def read_loads(workplace: Workplace, day: date) -> Loads:
    lists = load_lists(workplace.office, workplace.actor, day)
    with workplace.office.database.read() as reader:
        codes = {line.product for each in lists for line in each.lines}
        products = products_by_code(reader, codes)
        people = {code: each.name for code, each in persons_by_code(reader).items() if each.active}
    return Loads(lists, products, people)


class LoadCheckSheet(QuantitySheet[Loaded]):
    """Blind unless somebody wants to see what was picked; what is found is what is loaded."""

    title = N_("Check and load")
    act = N_("Load")
    expected = N_("Picked")
    hint = N_("What is not found is short on the last stops; more than was picked stays here.")

    def __init__(
        self,
        workplace: Workplace,
        day: date,
        of_route: LoadList,
        loads: Loads,
        parent: QWidget | None = None,
    ) -> None:
        self._day, self._list, self._people = day, of_route, loads.people
        rows = [
            SheetRow(loads.products[each.product], each.qty, each.lot) for each in of_route.lines
        ]
        super().__init__(workplace, rows, parent, blind=True)
        self.setWindowTitle(self._t("Check and load {route}", route=of_route.route))

    def lay_out_form(self) -> None:
        t, theme = self._t, self._workplace.theme
        self.checker, self.driver = ChoiceBox(theme), ChoiceBox(theme)
        self.seal, self.blind = QLineEdit(), CheckBox(theme)
        for box in (self.checker, self.driver):
            box.addItem(t("Who?"), "")
            for code, name in self._people.items():
                box.addItem(f"{code}  {name}", code)
        self.driver.setCurrentIndex(max(0, self.driver.findData(self._list.driver)))
        self.blind.setText(t("Blind: nobody sees what was picked"))
        self.blind.setChecked(True)
        self.blind.toggled.connect(lambda on: self.propose(blind=on))
        self.add_field(t("Checker"), self.checker)
        self.add_field(t("Driver"), self.driver)
        self.add_field(t("Seal"), self.seal)
        self.add_field("", self.blind)

    def work(self, found: Sequence[int | None]) -> Callable[[], Loaded] | None:
        checker = str(self.checker.currentData() or "")
        driver = str(self.driver.currentData() or "")
        if not (checker and driver):
            self.tell(self._t("Say who checked and who drives."), "bad")
            return None
        lines = tuple(
            CheckedLine(row.product.code, qty or 0, row.lot)
            for row, qty in zip(self.rows, found, strict=True)
        )
        check = LoadCheck(checker, driver, lines, self.blind.isChecked(), self.seal.text())
        workplace, day, route = self._workplace, self._day, self._list.route
        return lambda: load(workplace.office, workplace.actor, day, route, check)
