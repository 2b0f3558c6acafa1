"""Format profiles: what the files of terminals mean, tried on a file while it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QSplitter

from app.domain.profiles.table import Fault
from app.domain.rights import Right
from app.errors import ProfileError, RuleBroken
from app.ui.dialogs.files import ask_file, ask_target
from app.ui.dialogs.question import QuestionDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.models.kept import KeptModel
from app.ui.screens.profiles.desk import Desk
from app.ui.screens.profiles.editor import ProfileEditor
from app.ui.screens.profiles.preview import Preview
from app.ui.screens.profiles.shelf import COLUMNS, words_of
from app.ui.screens.profiles.understanding import Understood, field_order
from app.ui.screens.profiles.words import fault_words
from app.ui.screens.screen import Screen
from app.ui.widgets.filter_line import FilterLine
from app.ui.widgets.table import Table, stack
from app.ui.widgets.text import CutText, Text, set_tip
from app.ui.workplace import Workplace

_KEYS: Mapping[str, str] = {
    "save": "Ctrl+S",
    "duplicate": "Ctrl+D",
    "undo": "Ctrl+Shift+Z",
    "import": "Ctrl+I",
    "export": "Ctrl+E",
    "delete": "Shift+Del",
}
_SAMPLE_FAULTS = frozenset({"sample", "missing_file"})
_LIST_PX, _TOP_PX = 300, 330
_TOML = "TOML (*.toml)"


class ProfilesScreen(Screen):
    """Whoever may not administer sees and tries every profile, and changes none."""

    def __init__(self, workplace: Workplace, _watcher: DockWatcher) -> None:
        super().__init__(workplace)
        self.may = Right.ADMINISTER in workplace.actor.rights
        self.desk = Desk(workplace, self)
        self.filter = FilterLine(workplace.theme)
        self._rows = KeptModel(workplace, COLUMNS, words_of, self)
        self.list = Table(self._rows)
        self.list.setSelectionMode(Table.SelectionMode.SingleSelection)
        self.editor = ProfileEditor(workplace.theme, self._t)
        self.preview = Preview(workplace)
        self.sign, self.faults = Text(), CutText()
        self.buttons = {name: QPushButton() for name in _KEYS}
        self._wanted = ""
        # rows that are passed over while the list changes are not opened
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._open_current)
        self._lay_out()
        self._connect()
        self.setAcceptDrops(True)

    def retranslate(self) -> None:
        t = self._t
        self.title.setText(t("Format profiles"))
        self.filter.say(t("Find a profile …"))
        self.list.setAccessibleName(t("Format profiles"))
        words = {
            "save": (t("Save"), t("Try it on its samples and make it a profile of the branch")),
            "duplicate": (t("Duplicate"), t("Begin a profile of your own with this one")),
            "undo": (t("Discard"), t("Go back to what was saved last")),
            "import": (t("Import …"), t("Take in a profile that somebody made elsewhere")),
            "export": (t("Export …"), t("Write the profile to a file, with its samples beside it")),
            "delete": (t("Delete …"), t("Take this profile of yours away")),
        }
        for name, (word, meaning) in words.items():
            button = self.buttons[name]
            button.setText(word)
            button.setAccessibleName(meaning)
            keys = QKeySequence(_KEYS[name]).toString(QKeySequence.SequenceFormat.NativeText)
            set_tip(button, f"{meaning}  {keys}")
        self.editor.retranslate()
        self.preview.retranslate()
        self._show_state()

    def refresh(self) -> None:
        self.desk.load()

    def take_focus(self) -> None:
        self.list.setFocus()

    def focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def look_for(self, words: str) -> None:
        """Show the profile with this code."""
        self._wanted = words
        self.filter.clear()
        self.list.rows.choose(words="")
        self._stay()

    def show_file(self, file: Path) -> None:
        """Try the profile on this file, and on every other one that is chosen from now on."""
        self.desk.open_file(file)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        for url in event.mimeData().urls():
            if url.isLocalFile():
                event.acceptProposedAction()
                self.show_file(Path(url.toLocalFile()))
                return

    def save(self) -> None:
        """Make what is written a profile of the branch."""
        if self.may and self.desk.is_changed:
            self.desk.save(self._say_saved)

    def duplicate(self) -> None:
        if self.may and self.desk.row is not None:
            self._wanted = self.desk.duplicate()

    def discard(self) -> None:
        """Throw away what is written and not saved; asks first."""
        t, row = self._t, self.desk.row
        if not self.may or row is None or not self.desk.is_changed:
            return
        if QuestionDialog.ask(
            t("Discard the changes to “{title}”?", title=row.title),
            t("What you wrote since it was saved last is gone."),
            t("Discard"),
            self,
        ):
            self.desk.discard()

    def take_in(self) -> None:
        """Import a profile from a file."""
        t = self._t
        file = ask_file(self, t("Import a format profile"), _TOML) if self.may else None
        if file is not None:
            self.desk.take_in(file, self._say_imported)

    def give(self) -> None:
        """Export the chosen profile."""
        t, row = self._t, self.desk.row
        if row is None or row.stored is None:
            return
        file = ask_target(self, t("Export the format profile"), f"{row.key}.toml", _TOML)
        if file is not None:
            self.desk.give(
                row.key,
                file,
                lambda files: self.news.emit(t("Written: {files}", files=", ".join(files))),
            )

    def delete(self) -> None:
        """Take an own profile away; asks first."""
        t, row = self._t, self.desk.row
        if not self.may or row is None or not row.own or row.file is None:
            return
        if QuestionDialog.ask(
            t("Delete the profile “{title}”?", title=row.title),
            t(
                "It cannot be undone; export it first if you may want it back. Files that were "
                "taken in by it stay in the books."
            ),
            t("Delete"),
            self,
        ):
            self.desk.delete(lambda: self.news.emit(t("The profile is deleted.")))

    def open_file(self) -> None:
        file = ask_file(self, self._t("Open a file of the terminal"))
        if file is not None:
            self.show_file(file)

    def show_error(self, error: BaseException) -> None:
        t = self._t
        if isinstance(error, ProfileError):
            self._show_profile_error(error)
        elif isinstance(error, RuleBroken) and error.rule == "profile-exists":
            words = t(
                "There is a profile with the code “{code}” already. Give yours another code.",
                code=error.fields["profile"],
            )
            self.strip.say("bad", words, t("Close"))
        else:
            super().show_error(error)

    def _lay_out(self) -> None:
        for button in self.buttons.values():
            self.controls.addWidget(button)
        for name in ("save", "duplicate", "undo", "import", "delete"):
            self.buttons[name].setVisible(self.may)
        self.buttons["save"].setProperty("role", "primary")
        self.buttons["delete"].setProperty("role", "danger")
        left = stack(self.filter, self.list, spacing_px=8)
        state = stack(self.faults)
        row = state.layout()
        if row is not None:
            row.setContentsMargins(0, 0, 0, 0)
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(stack(self.editor, state, spacing_px=4))
        right.addWidget(self.preview)
        right.setSizes([_TOP_PX, _TOP_PX])
        whole = QSplitter(Qt.Orientation.Horizontal)
        whole.addWidget(left)
        whole.addWidget(right)
        whole.setStretchFactor(1, 1)
        whole.setSizes([_LIST_PX, 900])
        for splitter in (right, whole):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(12)
        self.content.addWidget(whole, 1)

    def _connect(self) -> None:
        acts: dict[str, Callable[[], None]] = {
            "save": self.save,
            "duplicate": self.duplicate,
            "undo": self.discard,
            "import": self.take_in,
            "export": self.give,
            "delete": self.delete,
        }
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for name, act in acts.items():
            self.buttons[name].clicked.connect(act)
            QShortcut(QKeySequence(_KEYS[name]), self, context=within).activated.connect(act)
        QShortcut(QKeySequence("Ctrl+O"), self, context=within).activated.connect(self.open_file)
        self.filter.narrowed.connect(lambda words: self.list.rows.choose(words=words))
        self.filter.returnPressed.connect(self.take_focus)
        self.list.chosen.connect(lambda _row: self._later.start())
        self.list.rows.loaded.connect(lambda _count: self._stay())
        self.list.opened.connect(lambda _row: self.editor.setFocus())
        self.editor.edited.connect(lambda: self.desk.change(self.editor.plain, self.editor.text))
        self.preview.open_wanted.connect(self.open_file)
        self.preview.empty.button.clicked.connect(self.open_file)
        self.preview.sample_wanted.connect(self.desk.show_sample)
        self.preview.keep_wanted.connect(lambda: self.desk.keep_sample(self.editor.take))
        self.desk.listed.connect(self._show_rows)
        self.desk.opened.connect(self._show_opened)
        self.desk.understood.connect(self._show_understood)
        self.desk.read.connect(self._show_reading)
        self.desk.failed.connect(self.show_error)

    def _open_current(self) -> None:
        row = self.list.current()
        if row is not None and (self.desk.row is None or row.key != self.desk.row.key):
            self.desk.open(row)

    def _show_rows(self) -> None:
        self._rows.show_rows(self.desk.rows)
        self._show_state()

    def _stay(self) -> None:
        """Put the cursor where it was, or where it is wanted; at the top when that is gone."""
        model, desk = self.list.rows, self.desk
        key = self._wanted or (desk.row.key if desk.row is not None else "")
        for place in range(model.rowCount()):
            row = model.row(place)
            if row is not None and row.key == key:
                self._wanted = ""
                self.list.setCurrentIndex(model.index(place, 0))
                break
        self._later.start()

    def _show_opened(self, understood: Understood) -> None:
        row = self.desk.row
        self.editor.set_editable(self.may and row is not None and row.own)
        self.editor.open_profile(understood)
        self._show_reading()
        self._show_state()

    def _show_understood(self, understood: Understood) -> None:
        self.editor.show_understood(understood)
        if understood.reading is not None:
            self._show_reading()
        self._show_state()

    def _show_reading(self) -> None:
        desk = self.desk
        profile = desk.now.profile if desk.now is not None else None
        if profile is None and desk.reading is not None and self.preview.reading is not None:
            return  # a profile with faults reads nothing: what was read last stays in sight
        order = field_order(profile) if profile is not None else ()
        self.preview.show_reading(desk.reading, order)
        may_keep = self.may and desk.row is not None and desk.row.own and desk.is_users_file
        self.preview.show_file(desk.file_name, has_sample=desk.has_sample, may_keep=may_keep)

    def _show_state(self) -> None:
        t, row, now = self._t, self.desk.row, self.desk.now
        own = row is not None and row.own
        self.buttons["save"].setEnabled(
            self.desk.is_changed and now is not None and now.profile is not None
        )
        self.buttons["undo"].setEnabled(self.desk.is_changed)
        self.buttons["duplicate"].setEnabled(now is not None and now.plain is not None)
        self.buttons["export"].setEnabled(row is not None and row.stored is not None)
        self.buttons["delete"].setEnabled(own and row is not None and row.file is not None)
        self.summary.setText(t("{n} profiles", n=t.number(len(self.desk.rows))))
        if now is None:
            self._say_state("muted", "")
        elif now.faults:
            words = [fault_words(each, t) for each in now.faults]
            more = t("{n} more", n=len(words) - 1) if len(words) > 1 else ""
            self._say_state("bad", "  ".join(filter(None, (words[0], more))), "\n".join(words))
        elif not own:
            self._say_state("muted", t("It comes with the program. Duplicate it to change it."))
        elif self.desk.is_changed:
            self._say_state(
                "muted", t("Not saved yet. It is kept here until you save or discard it.")
            )
        else:
            self._say_state("muted", t("Saved. Terminals can be set up with it."))

    def _say_state(self, tone: str, words: str, tip: str = "") -> None:
        self.faults.set_tone(tone)
        self.faults.setText(words)
        self.faults.setAccessibleName(tip or words)
        set_tip(self.faults, tip or words)

    def _show_profile_error(self, error: ProfileError) -> None:
        t = self._t
        told = error.fields["faults"]
        faults = (
            [each for each in told if isinstance(each, Fault)] if isinstance(told, tuple) else []
        )
        if faults and all(each.reason in _SAMPLE_FAULTS for each in faults):
            words = t(
                "The samples come out otherwise than before, so nothing was saved: {fault} If what "
                "comes out now is right, keep it.",
                fault=fault_words(faults[0], t),
            )
            act = t("Keep what comes out")
            self.strip.say(
                "warn", words, t("Close"), act, lambda: self.desk.renew_samples(self.editor.take)
            )
            return
        first = fault_words(faults[0], t) if faults else ""
        words = t(
            "“{profile}” cannot be used. {fault}", profile=error.fields["profile"], fault=first
        )
        self.strip.say("bad", words, t("Close"))

    def _say_saved(self, code: str) -> None:
        self.strip.hide()
        self._wanted = code
        self.news.emit(self._t("The profile “{code}” is saved.", code=code))

    def _say_imported(self, code: str) -> None:
        self.strip.hide()
        self._wanted = code
        self.filter.clear()
        self.news.emit(self._t("The profile “{code}” is taken in.", code=code))
