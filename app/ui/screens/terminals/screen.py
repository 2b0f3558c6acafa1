"""The handhelds of the branch: who carries which, how they are, and which may dock."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton

from app.domain.rights import Right
from app.services.paper_entry import fill_numbers
from app.services.paper_notes import missing_of
from app.services.terminals import assign, report_lost, revoke
from app.ui.dialogs.assigning import AssignDialog
from app.ui.dialogs.pairing import PairingDialog
from app.ui.dialogs.reason import ReasonDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.models.table_model import TableModel
from app.ui.screens.screen import Screen
from app.ui.screens.terminals.files import FileTerminals
from app.ui.screens.terminals.registry_list import COLUMNS, OF_FILES, TerminalRow, terminals
from app.ui.tasks import DATABASE, Job
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.filter_line import FilterLine
from app.ui.widgets.table import Table, TableOrEmpty
from app.ui.workplace import Workplace

T = TypeVar("T")

_KEYS = {
    "pair": QKeySequence("Ins"),
    "replace": QKeySequence("Ctrl+R"),
    "assign": QKeySequence("F2"),
    "files": QKeySequence("Ctrl+T"),
    "take": QKeySequence("Ctrl+O"),
    "lock": QKeySequence("Del"),
    "lose": QKeySequence("Shift+Del"),
}
_MOST_NAMED = 6


class TerminalsScreen(Screen):
    """Whoever lacks the right to pair sees the list, and no button."""

    def __init__(self, workplace: Workplace, watcher: DockWatcher) -> None:
        super().__init__(workplace)
        self._watcher = watcher
        self.may = Right.PAIR in workplace.actor.rights
        self.filter = FilterLine(workplace.theme)
        self.controls.addWidget(self.filter)
        self.table = Table(TableModel(workplace, COLUMNS, terminals, self))
        self.table.setSelectionMode(Table.SelectionMode.SingleSelection)
        self.empty = EmptyState(workplace.theme, "smartphone")
        self.content.addWidget(TableOrEmpty(self.table, self.empty), 1)
        self.buttons = {name: QPushButton() for name in _KEYS}
        for button in self.buttons.values():
            button.setVisible(self.may)
            self.controls.addWidget(button)
        self.buttons["pair"].setProperty("role", "primary")
        for name in ("lock", "lose"):
            self.buttons[name].setProperty("role", "danger")
        self.files = FileTerminals(self, watcher)
        self._connect()
        self._show_choice()

    def retranslate(self) -> None:
        t = self._t
        self.title.setText(t("Terminals"))
        self.filter.say(t("Number, person, route, serial …"))
        self.table.setAccessibleName(t("Terminals"))
        self.empty.teach(
            t("No terminal is known here"),
            t(
                "Pair a handheld: it scans a code on this screen, and from then on desk and "
                "handheld trust each other. Each one gets a number that stands on its papers."
            ),
            t("Pair …") if self.may else "",
        )
        words = {
            "pair": (t("Pair …"), t("Pair a new handheld")),
            "replace": (t("Replace …"), t("Pair another device under this number")),
            "assign": (t("Assign …"), t("Say who carries it on which route")),
            "files": (
                t("Files …"),
                t("Set up a terminal that knows files, or say how the chosen one is read"),
            ),
            "take": (t("Take in …"), t("Take in a file of the chosen terminal")),
            "lock": (t("Lock out …"), t("Lock the terminal out")),
            "lose": (t("Report lost …"), t("Report the terminal lost")),
        }
        for name, (word, meaning) in words.items():
            button = self.buttons[name]
            button.setText(word)
            button.setAccessibleName(meaning)
            keys = _KEYS[name].toString(QKeySequence.SequenceFormat.NativeText)
            button.setToolTip(f"{meaning}  {keys}")
        self._show_count(self.table.rows.rowCount())

    def refresh(self) -> None:
        self.table.rows.reload()

    def take_focus(self) -> None:
        self.table.setFocus()

    def focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def look_for(self, words: str) -> None:
        self.filter.setText(words)

    def pair(self) -> None:
        """Make a handheld a terminal under a number that is free."""
        self._open_pairing(0)

    def replace(self) -> None:
        """Pair another device under the chosen terminal's number."""
        row = self.table.current()
        if row is not None:
            self._open_pairing(row.terminal_no)

    def assign(self) -> None:
        """Say who carries the chosen terminal, and on which route."""
        row = self.table.current()
        if row is None or not self.may:
            return
        number = row.terminal_no
        dialog = AssignDialog(self.workplace, number, row.person_code, row.route_code, self)
        dialog.chosen.connect(lambda person, route: self._assign(number, person, route))
        dialog.open()

    def set_up_files(self) -> None:
        """Say how the chosen terminal's files are read, or set up a new one."""
        if self.may:
            row = self.table.current()
            self.files.open_setup(row.terminal_no if row and row.setup is not None else 0)

    def take_in(self) -> None:
        """Take in a file of the chosen terminal that somebody carried here."""
        row = self.table.current()
        if row is not None and row.setup is not None:
            self.files.take(row.setup)

    def lock_out(self) -> None:
        t, row = self._t, self.table.current()
        if row is None or not self.may:
            return
        number = row.terminal_no
        reason = ReasonDialog.ask(
            self.workplace,
            t("Lock out terminal {n}", n=number),
            t("No device docks under its number until one is paired anew."),
            t("Lock out"),
            self,
        )
        if reason is not None:
            office, actor = self.workplace.office, self.workplace.actor
            self._start(
                lambda: revoke(office, actor, number, reason),
                lambda _none: self._tell(t("Terminal {n} is locked out.", n=number)),
            )

    def report_lost(self) -> None:
        t, row = self._t, self.table.current()
        if row is None or not self.may:
            return
        number = row.terminal_no
        reason = ReasonDialog.ask(
            self.workplace,
            t("Report terminal {n} lost", n=number),
            t(
                "It is locked out, and what it had not sent is typed from its papers. Should it "
                "turn up again, it has to be paired anew."
            ),
            t("Report lost"),
            self,
        )
        if reason is not None:
            office, actor = self.workplace.office, self.workplace.actor

            def work() -> list[str]:
                report_lost(office, actor, number, reason)
                return [note.number for note in missing_of(office, actor, number)]

            self._start(work, lambda notes: self._tell_lost(row, reason, notes))

    def fill_numbers(self, number: int, note: str) -> None:
        """Close what a terminal that is gone had not used of its numbers."""
        t = self._t
        office, actor = self.workplace.office, self.workplace.actor
        self._start(
            lambda: fill_numbers(office, actor, number, note),
            lambda _blocks: self._tell(
                t("The numbers that terminal {n} had not used are closed.", n=number)
            ),
        )

    def _connect(self) -> None:
        acts = {
            "pair": self.pair,
            "replace": self.replace,
            "assign": self.assign,
            "files": self.set_up_files,
            "take": self.take_in,
            "lock": self.lock_out,
            "lose": self.report_lost,
        }
        self.filter.narrowed.connect(lambda words: self.table.rows.choose(words=words))
        self.filter.returnPressed.connect(self.take_focus)
        self.table.rows.failed.connect(self.show_error)
        self.table.rows.loaded.connect(self._show_count)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_choice())
        self._watcher.ended.connect(lambda _port: self._refresh_if_seen())
        self.files.done.connect(self.refresh)
        if not self.may:
            return
        self.empty.button.clicked.connect(self.pair)
        self.table.opened.connect(lambda _row: self.assign())
        for name, act in acts.items():
            self.buttons[name].clicked.connect(act)
            within = Qt.ShortcutContext.WidgetWithChildrenShortcut
            QShortcut(_KEYS[name], self, context=within).activated.connect(act)

    def _open_pairing(self, number: int) -> None:
        if not self.may:
            return
        dialog = PairingDialog(self.workplace, self._watcher, self, number=number)
        dialog.paired.connect(lambda _number: self.refresh())
        dialog.open()

    def _assign(self, number: int, person: str, route: str) -> None:
        office, actor = self.workplace.office, self.workplace.actor
        self._start(
            lambda: assign(office, actor, number, person, route),
            lambda _none: self._tell(self._t("Terminal {n} is assigned.", n=number)),
        )

    def _start(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        def run(_job: Job) -> T:
            return work()

        self.workplace.tasks.start(DATABASE, run, done=done, failed=self.show_error)

    def _tell(self, words: str) -> None:
        self.news.emit(words)
        self.refresh()

    def _tell_lost(self, row: TerminalRow, reason: str, notes: list[str]) -> None:
        t, number = self._t, row.terminal_no
        words = t("Terminal {n} is reported lost.", n=number)
        if notes:
            named = ", ".join(notes[:_MOST_NAMED]) + (" …" if len(notes) > _MOST_NAMED else "")
            words += " " + t(
                "Type under Deliveries what the papers say of {count} delivery notes: {notes}.",
                count=t.number(len(notes)),
                notes=named,
            )
        else:
            words += " " + t("No delivery note waits for it.")
        button = ""
        if row.numbers_left and Right.RESOLVE in self.workplace.actor.rights:
            button = t("Close its numbers")
            words += " " + t(
                "Once all papers are typed, close the {count} numbers that it had not used.",
                count=t.number(row.numbers_left),
            )
        self.strip.say("warn", words, t("Close"), button, lambda: self.fill_numbers(number, reason))
        self.refresh()

    def _refresh_if_seen(self) -> None:
        if self.isVisible():
            self.refresh()

    def _show_choice(self) -> None:
        row = self.table.current()
        for name in ("replace", "assign", "lock", "lose"):
            self.buttons[name].setEnabled(row is not None)
        self.buttons["take"].setVisible(self.may and row is not None and row.setup is not None)
        if row is not None:
            self.buttons["replace"].setVisible(self.may and row.setup is None)
            self.buttons["lock"].setEnabled(row.status == "active")
            self.buttons["lose"].setEnabled(row.status != "lost")

    def _show_count(self, count: int) -> None:
        t = self._t
        self.summary.setText(t("{n} terminals", n=t.number(count)) if count else "")
        rows = [self.table.rows.row(place) for place in range(count)]
        for place in OF_FILES:
            has_any = any(row is not None and row.setup is not None for row in rows)
            self.table.setColumnHidden(place, not has_any)
        self._show_choice()
