"""Sets up a terminal that knows files: how it is known again, and what its files mean."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from app.clock import Clock
from app.domain.business_day import NIGHT_CUTOFF_MIN, business_date
from app.domain.profiles.profile import Profile
from app.domain.rights import Actor
from app.domain.stock import LocationKind
from app.errors import RuleBroken
from app.services.file_terminals import list_setups, set_up, setup_for
from app.services.office import Office
from app.services.profiles import load_profiles
from app.services.terminals import enrol, list_terminals
from app.storage.queries.directory import customers_by_code, places_by_code
from app.storage.queries.files import file_setups
from app.storage.reader import Reader
from app.storage.store.files import FileSetup
from app.ui.dialogs.carriers import read_carriers
from app.ui.dialogs.file_terminal_form import FileTerminalForm, Offer, Wish
from app.ui.dialogs.files import ask_folder
from app.ui.dock_watcher import DockWatcher
from app.ui.messages import in_words
from app.ui.tasks import DATABASE, Job
from app.ui.widgets.strip import Strip
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace
from drivers.registry import FOLDER

_COUNTED = (LocationKind.WAREHOUSE, LocationKind.VAN)
"""Where somebody can walk with a scanner."""


class FileTerminalDialog(QDialog):
    """`set_up` carries the number of the terminal that was set up; `profile_wanted` the code of a
    profile to look at, with what is said so far."""

    set_up = Signal(int)
    profile_wanted = Signal(str, object)

    def __init__(
        self,
        workplace: Workplace,
        watcher: DockWatcher,
        parent: QWidget,
        *,
        number: int = 0,
        begun: FileSetup | None = None,
    ) -> None:
        """`number`: the terminal whose set-up is changed. `begun`: what was being written."""
        super().__init__(parent)
        t = workplace.language
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(t("Terminal that knows files"))
        self.setMinimumWidth(660)
        self._workplace = workplace
        self._t = t
        self._number = number
        self._begun = begun
        self.form = FileTerminalForm(workplace.theme, t)
        self.strip = Strip(workplace.theme)
        self.act = QPushButton(t("Set up"))
        self.act.setProperty("role", "primary")
        self.act.setEnabled(False)
        heading, note = Text("heading", wrap=True), Text("muted", wrap=True)
        heading.setText(self.windowTitle())
        note.setText(
            t(
                "Scanners, memory cards and handhelds of other makers give files. Say how this one "
                "is known again and what its files mean; from then on it docks by itself."
            )
        )
        buttons = QDialogButtonBox()
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.addButton(self.act, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.begin)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        for part in (heading, note, self.strip, self.form):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.form.changed.connect(self._show_ready)
        self.form.reshaped.connect(lambda: QTimer.singleShot(0, self, self._fit))
        self.form.folder.clicked.connect(self._choose_folder)
        self.form.edit.clicked.connect(self._look_at_profile)
        watcher.listed.connect(lambda: self.form.offer_ports(watcher.ports))
        self.form.offer_ports(watcher.ports)
        self._ask()

    def begin(self) -> None:
        """Enrol the terminal if it is new, and write down how it is read."""
        wish = self.form.wish
        if wish is None or not self.act.isEnabled():
            return
        office, actor = self._workplace.office, self._workplace.actor
        self.act.setEnabled(False)

        def work(_job: Job) -> int:
            return _set_up(office, actor, wish)

        self._workplace.tasks.start(DATABASE, work, done=self._finish, failed=self._fail)

    def _ask(self) -> None:
        office, clock = self._workplace.office, self._workplace.clock

        def work(_job: Job) -> Offer:
            profiles = [each.profile for each in load_profiles(office.paths).by_code.values()]
            with office.database.read() as reader:
                return _read_offer(reader, clock, profiles)

        self._workplace.tasks.start(DATABASE, work, done=self._offer, failed=self._fail)

    def _offer(self, offer: Offer) -> None:
        setups = {each.terminal_no: each for each in offer.setups}
        now = self._begun or setups.get(self._number)
        if now is None and self._number:
            now = FileSetup(self._number, self.form.driver.name, "")
        self.form.offer(offer, now)
        first = self.form.number if now is None else self.form.family
        first.setFocus()

    def _show_ready(self) -> None:
        self.act.setEnabled(self.form.wish is not None)

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(self.width(), layout.totalSizeHint().height())

    def _choose_folder(self) -> None:
        folder = ask_folder(self, self._t("Folder in which the terminal leaves files"))
        if folder is not None:
            self.form.take_port(f"{FOLDER}:{folder}")

    def _look_at_profile(self) -> None:
        self.profile_wanted.emit(self.form.profile.code, self.form.answers)
        self.reject()

    def _finish(self, number: int) -> None:
        self.set_up.emit(number)
        self.accept()

    def _fail(self, error: BaseException) -> None:
        self._show_ready()
        self.strip.say("bad", in_words(error, self._t), self._t("Close"))


def _read_offer(reader: Reader, clock: Clock, profiles: list[Profile]) -> Offer:
    today = business_date(clock.now_ms(), clock.offset_min(), NIGHT_CUTOFF_MIN)
    customers = customers_by_code(reader, None, today).values()
    places = places_by_code(reader).values()
    return Offer(
        read_carriers(reader),
        file_setups(reader),
        tuple(sorted(profiles, key=lambda each: (each.kind.value, each.title.casefold()))),
        tuple((each.code, each.name) for each in places if each.kind in _COUNTED),
        tuple((each.code, each.name) for each in customers if each.active),
    )


def _set_up(office: Office, actor: Actor, wish: Wish) -> int:
    setup = wish.setup
    taken = setup_for(list_setups(office, actor), setup.driver, setup.serial, setup.port)
    if taken is not None and taken.terminal_no != setup.terminal_no:
        # said before anything is enrolled
        raise RuleBroken(
            "setup-taken", terminal=taken.terminal_no, known_by=setup.serial or setup.port
        )
    known = {row.terminal_no for row in list_terminals(office, actor)}
    if setup.terminal_no not in known:
        enrol(office, actor, setup.terminal_no, wish.person, setup.serial)
    set_up(office, actor, setup)
    return setup.terminal_no
