"""A profile as a form in five tabs, and as text for whoever prefers that."""

from __future__ import annotations

from copy import deepcopy

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QPlainTextEdit,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.ui.language import Language
from app.ui.screens.profiles.column_grid import ColumnGrid
from app.ui.screens.profiles.column_model import READ_CELLS, list_cells
from app.ui.screens.profiles.plain_text import Path, Plain, put, tables_at, text_at
from app.ui.screens.profiles.settings import GENERAL, HEAD, LINES, LIST
from app.ui.screens.profiles.settings_form import SettingsForm
from app.ui.screens.profiles.understanding import Understood, with_form
from app.ui.theme import Theme

GENERAL_TAB, LINES_TAB, COLUMNS_TAB, HEAD_TAB, LIST_TAB, TEXT_TAB = range(6)
_PAUSE_MS = 30


class ProfileEditor(QTabWidget):
    """`edited`: `plain` or `text` is other than before; one of them says what is meant.

    `plain` is None while the text counts: until something is changed in the form.
    """

    edited = Signal()

    def __init__(self, theme: Theme, t: Language) -> None:
        super().__init__()
        self._t = t
        self._plain: Plain = {}
        self._by_text = False
        self._editable = False
        self.general = SettingsForm(theme, t, GENERAL)
        self.lines = SettingsForm(theme, t, LINES)
        self.head = SettingsForm(theme, t, HEAD)
        self.list = SettingsForm(theme, t, LIST)
        self.columns = ColumnGrid(theme, t, READ_CELLS)
        self.head_columns = ColumnGrid(theme, t, READ_CELLS)
        self.list_columns = ColumnGrid(theme, t, list_cells("products"))
        self.words = QPlainTextEdit()
        self.words.setProperty("role", "mono")
        self.words.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.words.setTabChangesFocus(True)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.edited)
        self._pages = (
            _page(self.general),
            _page(self.lines),
            self.columns,
            _page(self.head, self.head_columns),
            _page(self.list, self.list_columns),
            _page(self.words),
        )
        for page in self._pages:
            self.addTab(page, "")
        self.setDocumentMode(True)
        self._connect()

    @property
    def plain(self) -> Plain | None:
        """What the form says; None while the text counts."""
        return None if self._by_text else deepcopy(self._plain)

    @property
    def text(self) -> str:
        return self.words.toPlainText()

    @property
    def editable(self) -> bool:
        return self._editable

    def retranslate(self) -> None:
        t = self._t
        titles = (
            t("General"),
            t("Line layout"),
            t("Columns"),
            t("Head line"),
            t("List for the terminal"),
            t("As text"),
        )
        for place, title in enumerate(titles):
            self.setTabText(place, title)
        self.tabBar().setAccessibleName(t("Parts of the profile"))
        self.words.setAccessibleName(t("Profile as text"))
        for part in self._forms():
            part.retranslate()
        for grid in self._grids():
            grid.retranslate()

    def set_editable(self, editable: bool) -> None:
        """Whether anything may be changed; a profile of the program is only looked at."""
        self._editable = editable
        self.words.setReadOnly(not editable)
        for form in self._forms():
            form.set_editable(editable)
        for grid in self._grids():
            grid.set_editable(editable)

    def open_profile(self, understood: Understood) -> None:
        """Show another profile than before."""
        self._pause.stop()
        # its comments stay until something is changed in the form
        self._by_text = True
        self._set_text(understood.text)
        self._fill(understood)

    def show_understood(self, understood: Understood) -> None:
        """Show what was made of a change: the other side follows the one that was written in."""
        if self._pause.isActive():
            return  # there is something newer
        if not self._by_text:
            self._set_text(understood.text)
        self._fill(understood)

    def take(self, plain: Plain) -> None:
        """Change the profile as a whole, as if somebody had done so in the form."""
        self._plain = plain
        self._by_text = False
        self._show_plain()
        self._pause.start()

    def add_column(self, column: Plain) -> None:
        """Put a column in behind all others, and show where."""
        if self._editable and self.columns.isEnabled():
            self.setCurrentIndex(COLUMNS_TAB)
            self.columns.add(column)

    def _connect(self) -> None:
        for form in self._forms():
            form.edited.connect(self._change)
        self.columns.edited.connect(lambda: self._take_columns(self.columns, ("columns",)))
        self.head_columns.edited.connect(
            lambda: self._take_columns(self.head_columns, ("head", "columns"))
        )
        self.list_columns.edited.connect(
            lambda: self._take_columns(self.list_columns, ("list", "columns"))
        )
        self.words.textChanged.connect(self._write_text)

    def _forms(self) -> tuple[SettingsForm, ...]:
        return (self.general, self.lines, self.head, self.list)

    def _grids(self) -> tuple[ColumnGrid, ...]:
        return (self.columns, self.head_columns, self.list_columns)

    def _fill(self, understood: Understood) -> None:
        is_readable = understood.plain is not None
        for page in self._pages[:TEXT_TAB]:
            page.setEnabled(is_readable)
        if understood.plain is None:
            return
        self._plain = deepcopy(understood.plain)
        self._show_plain()

    def _show_plain(self) -> None:
        plain = self._plain
        for form in self._forms():
            form.show_plain(plain)
        is_fixed = text_at(plain, ("layout", "form")) == "fixed"
        self.columns.show_columns(tables_at(plain, ("columns",)), is_fixed)
        self.head_columns.show_columns(tables_at(plain, ("head", "columns")), is_fixed)
        what = text_at(plain, ("list", "what"))
        cut = text_at(plain, ("list", "layout", "form")) or text_at(plain, ("layout", "form"))
        self.list_columns.setVisible("list" in plain)
        self.list_columns.show_columns(
            tables_at(plain, ("list", "columns")), cut == "fixed", list_cells(what or "products")
        )

    def _change(self, changes: list[tuple[Path, object]]) -> None:
        for path, value in changes:
            if path == ("layout", "form"):
                self._plain = with_form(self._plain, str(value or "delimited"))
            else:
                put(self._plain, path, value)
        self._by_text = False
        # what is shown may depend on it: only later, not within the signal of the control
        QTimer.singleShot(0, self, self._show_plain)
        self._pause.start()

    def _take_columns(self, grid: ColumnGrid, path: Path) -> None:
        put(self._plain, path, grid.model.columns or None)
        self._by_text = False
        self._pause.start()

    def _write_text(self) -> None:
        self._by_text = True
        self._pause.start()

    def _set_text(self, text: str) -> None:
        if self.text != text:
            self.words.blockSignals(True)
            self.words.setPlainText(text)
            self.words.blockSignals(False)


def _page(*parts: QWidget) -> QWidget:
    """The parts below each other, to be scrolled where there is no room for them."""
    inside = QWidget()
    inside.setObjectName("canvas")
    layout = QVBoxLayout(inside)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for part in parts:
        layout.addWidget(part, 0 if isinstance(part, SettingsForm) and len(parts) > 1 else 1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    return area
