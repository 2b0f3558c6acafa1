"""What happened in one docking: records by kind, lines that wait, the story, the bytes."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.ui.language import Language
from app.ui.screens.docking.states import LOOKS, CardFacts, name_of, progress_words
from app.ui.theme import Theme
from app.ui.widgets.badge import Badge
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.raw_view import RawView
from app.ui.widgets.text import CutText, Text


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the story: when (already as a clock shows it), how it looks, in plain words."""

    time: str
    tone: str
    words: str


@dataclass(frozen=True, slots=True)
class Tale:
    """One docking, known by its key: what to pick it by, and its story."""

    key: str
    title: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """`kinds`: (kind of record, how many); `waiting`: lines in quarantine, all in words.

    `tales`: the dockings of the terminal, newest first.
    """

    kinds: tuple[tuple[str, int], ...] = ()
    waiting: tuple[str, ...] = ()
    tales: tuple[Tale, ...] = ()
    raw: bytes = b""


class SessionPanel(QFrame):
    """Shows the picked card's session; `quarantine_wanted` leads to the lines that wait."""

    quarantine_wanted = Signal()

    def __init__(self, theme: Theme, t: Language, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._t = t
        self._card: CardFacts | None = None
        self._session = SessionFacts()
        self._name = CutText("heading")
        self._badge = Badge(theme)
        self._line = Text("muted", wrap=True)
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        self._records = _Lines()
        self._waiting = _Lines()
        self._story = _Lines()
        self._picked = ""  # the newest, whichever that is
        self.tales = ChoiceBox(theme)
        self.tales.activated.connect(self._pick_tale)
        self._raw = RawView()
        self._to_quarantine = QPushButton()
        self._to_quarantine.clicked.connect(self.quarantine_wanted)
        waiting = QWidget()
        below = QVBoxLayout(waiting)
        below.setContentsMargins(0, 0, 0, 8)
        below.addWidget(self._waiting, 1)
        below.addWidget(self._to_quarantine, 0, Qt.AlignmentFlag.AlignLeft)
        story = QWidget()
        above = QVBoxLayout(story)
        above.setContentsMargins(0, 8, 0, 0)
        above.addWidget(self.tales)
        above.addWidget(self._story, 1)
        for page in (self._records, waiting, story, self._raw):
            self._tabs.addTab(page, "")
        head = QHBoxLayout()
        head.addWidget(self._name, 1)
        head.addWidget(self._badge)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 8)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self._line)
        layout.addWidget(self._tabs, 1)
        self.retranslate()
        t.changed.connect(self.retranslate)

    def show_card(self, card: CardFacts | None) -> None:
        if card != self._card:
            if card is None or self._card is None or card.place != self._card.place:
                self._picked = ""
            self._card = card
            self._show_head()

    def show_session(self, session: SessionFacts) -> None:
        if session != self._session:
            self._session = session
            self._show_lines(session)

    def told(self) -> list[str]:
        """Return everything the panel says, page after page."""
        return [label.text() for label in self.findChildren(Text) if label.text()]

    def retranslate(self) -> None:
        t = self._t
        self._tabs.setAccessibleName(t("Session of the terminal"))
        self.tales.setAccessibleName(t("Which docking"))
        self._raw.setAccessibleName(t("The batch as the terminal sent it"))
        self._show_head()
        self._show_lines(self._session)

    def _show_head(self) -> None:
        t, card = self._t, self._card
        self._badge.setVisible(card is not None)
        if card is None:
            self._name.setText(t("No terminal chosen"))
            self._line.setText(t("Pick a card to see what its terminal brought."))
        else:
            look = LOOKS[card.state]
            self._name.setText(name_of(card, t))
            self._badge.show_look(look, t(look.word))
            self._line.setText(progress_words(card, t))

    def _show_lines(self, session: SessionFacts) -> None:
        t = self._t
        waiting = t("Waiting ({n})", n=len(session.waiting)) if session.waiting else t("Waiting")
        titles = (t("Records"), waiting, t("Story"), t("Raw"))
        for number, title in enumerate(titles):
            self._tabs.setTabText(number, title)
        self._records.show_rows(
            [(words, t.number(count), "") for words, count in session.kinds],
            t("Records appear here once the terminal has sent them."),
        )
        self._waiting.show_rows(
            [(words, "", "warn") for words in session.waiting],
            t("Nothing of this terminal waits for you."),
        )
        self._to_quarantine.setText(t("Open quarantine"))
        self._to_quarantine.setVisible(bool(session.waiting))
        self._show_tales(session.tales)
        self._raw.show_bytes(session.raw)
        self._raw.setPlaceholderText(t("The bytes of the last batch appear here."))

    def _show_tales(self, tales: Sequence[Tale]) -> None:
        keys = [tale.key for tale in tales]
        place = keys.index(self._picked) if self._picked in keys else 0
        self.tales.clear()
        for tale in tales:
            self.tales.addItem(tale.title, tale.key)
        self.tales.setCurrentIndex(place if tales else -1)
        self.tales.setVisible(len(tales) > 1)
        told = tales[place].told if tales else ()
        self._story.show_rows(
            [(each.words, each.time, each.tone) for each in told],
            self._t("The story of the docking is told here."),
        )

    def _pick_tale(self, place: int) -> None:
        self._picked = str(self.tales.itemData(place)) if place else ""
        self._show_tales(self._session.tales)


class _Lines(QScrollArea):
    """Rows of words and a number or time on the right, or one muted sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_rows(self, rows: Sequence[tuple[str, str, str]], nothing: str) -> None:
        canvas = QWidget()
        canvas.setObjectName("canvas")
        grid = QGridLayout(canvas)
        grid.setContentsMargins(0, 10, 4, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        for number, (words, figure, tone) in enumerate(rows):
            left = Text(tone, wrap=True)
            left.setText(words)
            right = Text("muted")
            right.setText(figure)
            right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(left, number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(right, number, 1, Qt.AlignmentFlag.AlignTop)
        if not rows:
            empty = Text("muted", wrap=True)
            empty.setText(nothing)
            grid.addWidget(empty, 0, 0)
        grid.setRowStretch(max(1, len(rows)), 1)
        self.setWidget(canvas)
