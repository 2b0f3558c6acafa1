"""A terminal's file as the profile reads it: every line with what it means, or why it does not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.explain.profiles import line_fault
from app.i18n import N_
from app.ui.language import Language
from app.ui.models.columns import Column, Look
from app.ui.models.kept import KeptModel
from app.ui.screens.profiles.understanding import MOST_SHOWN, Reading, SeenLine
from app.ui.screens.profiles.words import FIELD_WORDS, ROLES, column_word
from app.ui.widgets.badge import Badge
from app.ui.widgets.chips import Chips
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.table import Table
from app.ui.widgets.text import CutText, Text, set_tip
from app.ui.workplace import Workplace

_MEANING = 2
_NAME_PX = 90
ALL, BAD = "all", "bad"
_OPEN_KEYS = QKeySequence("Ctrl+O")
_NUMBERS = frozenset({"qty", "price"})
_WIDE = frozenset({"code", "at", "name", "text"})
_ALL_GOOD = Look("ok", "circle-check", N_("all understood"))
_NO_GOODS = Look("warn", "triangle-alert", N_("no goods"))


class Preview(QWidget):
    """`open_wanted`, `sample_wanted`, `keep_wanted`: the buttons for the file that is shown."""

    open_wanted = Signal()
    sample_wanted = Signal()
    keep_wanted = Signal()
    chosen = Signal(object)

    def __init__(self, workplace: Workplace) -> None:
        super().__init__()
        self._t = workplace.language
        self._reading: Reading | None = None
        self._order: tuple[str, ...] = ()
        self._only = ALL
        self._model = KeptModel(workplace, _columns(()), _texts, self, fixed=("text",))
        self.table = Table(self._model)
        self.empty = EmptyState(workplace.theme, "scan-search")
        self.name = CutText("strong")
        self.name.setMinimumWidth(_NAME_PX)
        self.counts = Text("muted")
        self.state = Badge(workplace.theme)
        self.only = Chips((ALL, BAD))
        self.open, self.sample, self.keep = QPushButton(), QPushButton(), QPushButton()
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.open)
        head.addWidget(self.sample)
        head.addWidget(self.name, 1)
        head.addWidget(self.counts)
        head.addWidget(self.state)
        head.addWidget(self.only)
        head.addWidget(self.keep)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.empty, 1)
        self.open.clicked.connect(self.open_wanted)
        self.sample.clicked.connect(self.sample_wanted)
        self.keep.clicked.connect(self.keep_wanted)
        self.only.picked.connect(self._pick)
        self.table.chosen.connect(self.chosen)
        self._show()

    @property
    def reading(self) -> Reading | None:
        """What is shown now."""
        return self._reading

    def retranslate(self) -> None:
        t = self._t
        keys = _OPEN_KEYS.toString(QKeySequence.SequenceFormat.NativeText)
        on_mine = t("Try the profile on a file of yours")
        for button, word, meaning in (
            (self.open, t("Open file …"), f"{on_mine}  {keys}"),
            (self.sample, t("Sample"), t("Show the sample of the profile again")),
            (self.keep, t("Keep as sample"), t("Try the profile on this file from now on")),
        ):
            button.setText(word)
            button.setAccessibleName(word)
            set_tip(button, meaning)
        self._name_choices()
        self.table.setAccessibleName(t("Lines of the file"))
        self.empty.teach(
            t("No file to try it on"),
            t(
                "Open a file as the terminal wrote it, or drop it here: every line is shown with "
                "what it means by this profile. Nothing is taken in."
            ),
            t("Open file …"),
        )
        self._show_counts()

    def show_file(self, name: str, *, has_sample: bool, may_keep: bool) -> None:
        """Say which file is shown; empty for none."""
        self.name.setText(name)
        self.sample.setEnabled(has_sample)
        self.keep.setVisible(may_keep)

    def show_reading(self, reading: Reading | None, order: Sequence[str]) -> None:
        """Show what was read; `order` are the fields of the profile from left to right."""
        self._reading = reading
        self._order = tuple(order)
        if reading is not None and self._only == BAD and not reading.bad:
            self._only = ALL
            self.only.pick(ALL)
        self._show()

    def _pick(self, name: str) -> None:
        self._only = name
        self._show()

    def _show(self) -> None:
        reading = self._reading
        self.table.setVisible(reading is not None)
        self.empty.setVisible(reading is None)
        self.only.setVisible(reading is not None)
        self.state.setVisible(reading is not None and not reading.bad_count)
        if reading is None:
            self._show_counts()
            return
        index, bar = self.table.currentIndex(), self.table.verticalScrollBar()
        row, place, scrolled = index.row(), max(index.column(), 0), bar.value()
        before = self._model.columns
        shown = reading.bad if self._only == BAD else reading.lines
        self._model.show_rows(shown, _columns(self._order))
        if before != self._model.columns:
            for number, column in enumerate(self._model.columns):
                self.table.setColumnWidth(number, column.width)
        self._span_bad(shown)
        if 0 <= row < len(shown):
            place = min(place, len(self._model.columns) - 1)
            self.table.setCurrentIndex(self._model.index(row, place))
            bar.setValue(scrolled)
        self._show_counts()

    def _name_choices(self) -> None:
        t, reading = self._t, self._reading or Reading()
        total, bad = t.number(reading.total), t.number(reading.bad_count)
        self.only.say((t("{n} lines", n=total), t("{n} not understood", n=bad)))

    def _span_bad(self, shown: Sequence[SeenLine]) -> None:
        """A bad line has no fields: its sentence has their room."""
        self.table.clearSpans()
        room = len(self._model.columns) - _MEANING
        if room > 1:
            for place, line in enumerate(shown):
                if line.role == "bad":
                    self.table.setSpan(place, _MEANING, 1, room)

    def _show_counts(self) -> None:
        t, reading = self._t, self._reading
        if reading is None:
            self.counts.setText("")
            return
        self.counts.setText("")
        if not reading.whole:
            self.counts.setText(t("still reading …"))
        elif reading.total > MOST_SHOWN:
            self.counts.setText(t("the first {n} shown", n=t.number(MOST_SHOWN)))
        look = _ALL_GOOD if reading.goods_count else _NO_GOODS
        self.state.show_look(look, t(look.word))
        self._name_choices()


def _columns(order: Sequence[str]) -> tuple[Column[SeenLine], ...]:
    return (
        Column("number", N_("Line"), _number, 56, number=True),
        Column("text", N_("As it stands in the file"), _text, 260, look=_bad_look),
        Column("role", N_("What it means"), _meaning, 210, look=_look),
        *(_FIELD_COLUMNS[name] for name in order if name in _FIELD_COLUMNS),
    )


def _field_column(name: str) -> Column[SeenLine]:
    def show(line: SeenLine, _t: Language) -> str:
        return (line.fields or {}).get(name, "")

    width_px = 150 if name in _WIDE else 110
    return Column("", FIELD_WORDS[name], show, width_px, number=name in _NUMBERS)


_FIELD_COLUMNS = {name: _field_column(name) for name in FIELD_WORDS}


def _number(line: SeenLine, t: Language) -> str:
    return t.number(line.number) if line.number else ""


def _text(line: SeenLine, _t: Language) -> str:
    return line.text.replace("\t", "→")


def _meaning(line: SeenLine, t: Language) -> str:
    if line.role != "bad":
        return t(ROLES[line.role].word)
    said = line_fault(line.reason, t.translator)
    if not line.column:
        return said
    return t("{column}: {reason}", column=column_word(line.column, t), reason=said)


def _look(line: SeenLine) -> Look | None:
    return ROLES[line.role]


def _bad_look(line: SeenLine) -> Look | None:
    return _BAD if line.role == "bad" else None


_BAD = Look("bad", "triangle-alert", "")


def _texts(line: SeenLine) -> tuple[str, ...]:
    return (line.text, *(line.fields or {}).values())
