"""What has to be said of a terminal that knows files: its family, its port, what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from app.domain.profiles.profile import Profile
from app.explain.families import abilities, doubts_of, family_title
from app.explain.profiles import profile_kind
from app.services.pairing import MAX_NUMBER
from app.storage.store.files import FileSetup
from app.ui.dialogs.carriers import Carriers, Entry, fill
from app.ui.language import Language
from app.ui.theme import Theme
from app.ui.widgets.check_box import CheckBox
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.search_box import SearchBox
from app.ui.widgets.text import Text, set_tip
from drivers.contract import Capability
from drivers.discovery import FoundPort
from drivers.file_contract import AnyFileDriver
from drivers.registry import FILE_DRIVERS

_SPEEDS = (1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200)
_LINE_PX, _WORDS_PX = 32, 440
_BY_KIND = {
    "count": ("location", "customer"),
    "order": ("customer",),
    "return": ("customer",),
    "receipt": ("supplier", "location"),
}
"""What a document needs to know that files of terminals often do not say."""


@dataclass(frozen=True, slots=True)
class Offer:
    """All that the form lets choose from."""

    carriers: Carriers = field(default_factory=Carriers)
    setups: tuple[FileSetup, ...] = ()
    profiles: tuple[Profile, ...] = ()
    places: tuple[Entry, ...] = ()
    customers: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """A terminal as it is to be set up; `person` carries it if it is `is_new`."""

    setup: FileSetup
    person: str = ""
    is_new: bool = False


class FileTerminalForm(QWidget):
    """`changed`: the answers may be complete now, or no more. `reshaped`: it may be higher now."""

    changed = Signal()
    reshaped = Signal()

    def __init__(self, theme: Theme, t: Language) -> None:
        super().__init__()
        self._t = t
        self._offer = Offer()
        self._chose_family = False
        self.number = QLineEdit()
        self.number.setValidator(QIntValidator(1, MAX_NUMBER, self))
        self.note, self.can = Text("small", wrap=True), Text("small", wrap=True)
        self.doubts = Text("doubt", wrap=True)
        self.person, self.family = ChoiceBox(theme), ChoiceBox(theme)
        self.port, self.baud = ChoiceBox(theme), ChoiceBox(theme)
        self.port.setEditable(True)
        self.port.setInsertPolicy(ChoiceBox.InsertPolicy.NoInsert)
        self.folder = QPushButton()
        self.serial, self.supplier = QLineEdit(), QLineEdit()
        self.profile, self.location, self.customer = (SearchBox(theme) for _ in range(3))
        self.edit = QPushButton()
        self.clears, self.sends = CheckBox(theme), CheckBox(theme)
        self._grid = QFormLayout(self)
        self._lay_out()
        self._connect()
        self._say()

    @property
    def driver(self) -> type[AnyFileDriver]:
        """The family that is chosen."""
        return FILE_DRIVERS[max(self.family.currentIndex(), 0)]

    @property
    def wish(self) -> Wish | None:
        """What is to be set up, as soon as everything needed is there."""
        boxes = (self.profile, self.location, self.customer)
        if not self.number.hasAcceptableInput() or any(each.is_astray for each in boxes):
            return None
        known = self._offer.carriers.terminal(int(self.number.text()))
        profile = self.profile.code
        if known is not None and known.paired:
            return None
        port, serial = self.port.currentText().strip(), self.serial.text().strip()
        if not profile or not (port or serial):
            return None
        setup = replace(self.answers, profile=profile, port=port, serial=serial)
        person = self.person.currentData() or ""
        return Wish(setup, person if known is None else "", known is None)

    @property
    def answers(self) -> FileSetup:
        """What is said so far."""
        shown = self._needed()
        return FileSetup(
            int(self.number.text() or 0),
            self.driver.name,
            self.profile.code,
            self.serial.text().strip(),
            self.port.currentText().strip(),
            self.clears.isEnabled() and self.clears.isChecked(),
            self.sends.isEnabled() and self.sends.isChecked(),
            self.customer.code if "customer" in shown else "",
            self.location.code if "location" in shown else "",
            self.supplier.text().strip() if "supplier" in shown else "",
            0 if self.driver.schemes else self.baud.currentData() or 0,
        )

    def offer(self, offer: Offer, now: FileSetup | None) -> None:
        """Fill the lists; `now` is what is set up already, or was being written."""
        t = self._t
        self._offer = offer
        fill(self.person, offer.carriers.people, t("Nobody"))
        entries = [(each.code, self._profile_words(each)) for each in offer.profiles]
        start = now or FileSetup(0, FILE_DRIVERS[0].name, "")
        self._chose_family = now is not None
        self.profile.offer(entries, start.profile)
        self.location.offer(_named(offer.places), start.location)
        self.customer.offer(_named(offer.customers), start.customer)
        self.supplier.setText(start.supplier)
        self.family.setCurrentIndex(max(self.family.findData(start.driver), 0))
        self.serial.setText(start.serial)
        if start.port:
            self.port.setEditText(start.port)
        if self.baud.findData(start.baud) < 0:
            self.baud.addItem(t.number(start.baud), start.baud)
        self.baud.setCurrentIndex(self.baud.findData(start.baud))
        self.clears.setChecked(start.clears)
        self.sends.setChecked(start.sends)
        self.number.setText(str(start.terminal_no or offer.carriers.next_number))
        self._show()

    def offer_ports(self, ports: Sequence[FoundPort]) -> None:
        """Offer the ports that are there now; what is written stays written."""
        written = self.port.currentText()
        self.port.blockSignals(True)
        self.port.clear()
        for port in ports:
            self.port.addItem(port.url)
        self.port.setEditText(written)
        self.port.blockSignals(False)
        self.changed.emit()

    def take_port(self, url: str) -> None:
        self.port.setEditText(url)

    def _lay_out(self) -> None:
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(6)
        self._grid.setHorizontalSpacing(16)
        for driver in FILE_DRIVERS:
            self.family.addItem(driver.title, driver.name)
        for speed in (0, *_SPEEDS):
            self.baud.addItem(str(speed), speed)
        self.family.setMinimumContentsLength(20)
        self.family.setSizeAdjustPolicy(
            ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._parts: dict[str, QWidget] = {
            "number": self.number,
            "note": self.note,
            "person": self.person,
            "family": self.family,
            "can": self.can,
            "doubts": self.doubts,
            "port": _beside(self.port, self.folder),
            "baud": self.baud,
            "serial": self.serial,
            "profile": _beside(self.profile, self.edit),
            "location": self.location,
            "customer": self.customer,
            "supplier": self.supplier,
            "clears": self.clears,
            "sends": self.sends,
        }
        self._labels = {name: Text() for name in self._parts}
        for name, part in self._parts.items():
            if not isinstance(part, Text):
                part.setMinimumHeight(_LINE_PX)
            self._grid.addRow(self._labels[name], part)

    def _connect(self) -> None:
        self.number.textChanged.connect(lambda _text: self._show())
        self.family.currentIndexChanged.connect(lambda _place: self._show())
        self.family.activated.connect(lambda _place: self._keep_family())
        self.profile.told.connect(self._show)
        self.port.editTextChanged.connect(self._follow_port)
        self.serial.textChanged.connect(lambda _text: self.changed.emit())
        for box in (self.location, self.customer):
            box.told.connect(self.changed)

    def _keep_family(self) -> None:
        self._chose_family = True

    def _follow_port(self, url: str) -> None:
        """An address that is one family's alone chooses it, unless somebody has."""
        scheme, colon, _ = url.partition(":")
        if colon and not self._chose_family:
            for place, driver in enumerate(FILE_DRIVERS):
                if scheme in driver.schemes:
                    self.family.setCurrentIndex(place)
        self.changed.emit()

    def _show(self) -> None:
        t, driver, profile = self._t, self.driver, self._profile()
        self.note.setText(self._number_words())
        can = {each.value for each in driver.capabilities}
        self.can.setText(abilities(can, t.translator))
        doubts = doubts_of(driver.name, driver.doubts, t.translator)
        usual = t("as its family: {baud}", baud=t.number(driver.serial.baud))
        self.baud.setItemText(self.baud.findData(0), usual)
        self.doubts.setText(t("Beta: {doubts}", doubts=doubts) if doubts else "")
        set_tip(self.doubts, driver.doubts)
        tells = Capability.IDENTIFY in driver.capabilities or bool(self.serial.text())
        is_new = self._is_new()
        self.clears.setEnabled(Capability.CLEAR in driver.capabilities)
        has_list = profile is not None and profile.listing is not None
        self.sends.setEnabled(has_list and Capability.DOWNLOAD in driver.capabilities)
        needed = self._needed()
        shown = {
            "person": is_new,
            "doubts": bool(doubts),
            "baud": not driver.schemes,
            "serial": tells,
            "location": "location" in needed,
            "customer": "customer" in needed,
            "supplier": "supplier" in needed,
            "clears": Capability.CLEAR in driver.capabilities,
            "sends": Capability.DOWNLOAD in driver.capabilities,
        }
        for name, is_shown in shown.items():
            self._grid.setRowVisible(self._parts[name], is_shown)
        for words in (self.note, self.can, self.doubts):
            # a form does not ask how high a text gets when it wraps
            words.setMinimumHeight(max(words.heightForWidth(_WORDS_PX), 0))
        self.changed.emit()
        self.reshaped.emit()

    def _is_new(self) -> bool:
        number = int(self.number.text() or 0)
        return self._offer.carriers.terminal(number) is None

    def _number_words(self) -> str:
        t = self._t
        if not self.number.hasAcceptableInput():
            return t("A terminal's number is from 1 to {most}.", most=MAX_NUMBER)
        number = int(self.number.text())
        known = self._offer.carriers.terminal(number)
        setup = next((each for each in self._offer.setups if each.terminal_no == number), None)
        if known is None:
            return t("This number is free. The terminal is enrolled under it.")
        if setup is not None:
            return t("Terminal {n} is set up already; this takes the place of it.", n=number)
        if known.paired:
            return t(
                "A handheld of ours is paired as terminal {n}. Choose another number.", n=number
            )
        return t("Terminal {n} is known, and not set up for files.", n=number)

    def _profile(self) -> Profile | None:
        code = self.profile.code
        return next((each for each in self._offer.profiles if each.code == code), None)

    def _needed(self) -> tuple[str, ...]:
        """What the files of the profile do not say, or need not say."""
        profile = self._profile()
        if profile is None:
            return ()
        heads = profile.head.columns if profile.head is not None else ()
        told = {each.field for each in (*profile.columns, *heads) if not each.optional}
        told |= set(profile.constants)
        return tuple(name for name in _BY_KIND[profile.kind.value] if name not in told)

    def _profile_words(self, profile: Profile) -> str:
        kind = profile_kind(profile.kind.value, self._t.translator)
        return f"{kind}  ·  {profile.title}  ·  {profile.code}"

    def _say(self) -> None:
        t = self._t
        words = {
            "number": t("Terminal number"),
            "person": t("Person"),
            "family": t("Family"),
            "port": t("Port or folder"),
            "baud": t("Speed (baud)"),
            "serial": t("Serial number"),
            "profile": t("Format profile"),
            "location": t("Warehouse or van"),
            "customer": t("Customer"),
            "supplier": t("Supplier"),
        }
        for name, word in words.items():
            self._labels[name].setText(word)
        for name, part in (
            ("number", self.number),
            ("person", self.person),
            ("family", self.family),
            ("port", self.port),
            ("baud", self.baud),
            ("serial", self.serial),
            ("profile", self.profile),
            ("location", self.location),
            ("customer", self.customer),
            ("supplier", self.supplier),
        ):
            part.setAccessibleName(words[name])
            line = part.lineEdit() if isinstance(part, ChoiceBox) else None
            if line is not None:
                line.setAccessibleName(words[name])
        self.clears.setText(t("Delete on the terminal what has been taken in"))
        self.sends.setText(t("Write the list of the profile to it"))
        for box in (self.clears, self.sends):
            box.setAccessibleName(box.text())
        for button, word, meaning in (
            (self.folder, t("Folder …"), t("Choose the folder in which the terminal leaves files")),
            (self.edit, t("Look at it …"), t("Look at the profile, or make one of your own")),
        ):
            button.setText(word)
            button.setAccessibleName(meaning)
            set_tip(button, meaning)
        for driver in FILE_DRIVERS:
            title = family_title(driver.name, driver.title, t.translator)
            shown = t("{title} (beta)", title=title) if driver.doubts else title
            self.family.setItemText(self.family.findData(driver.name), shown)
        for speed in _SPEEDS:
            self.baud.setItemText(self.baud.findData(speed), t.number(speed))
        self._hint(self.port, t("Plug the terminal in, write its port, or choose a folder"))
        self._hint(self.profile, t("Any part of its title"))
        self._hint(self.location, t("if its files say none"))
        self._hint(self.customer, t("if its files say none"))
        self.supplier.setPlaceholderText(t("Code, if its files say none"))
        self.serial.setPlaceholderText(t("as the terminal tells it; empty: known by the port"))

    @staticmethod
    def _hint(box: ChoiceBox, words: str) -> None:
        line = box.lineEdit()
        if line is not None:
            line.setPlaceholderText(words)


def _named(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    return [(code, f"{code}  {name}" if name else code) for code, name in entries]


def _beside(wide: QWidget, button: QPushButton) -> QWidget:
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(wide, 1)
    row.addWidget(button)
    return both
