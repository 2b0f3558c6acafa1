"""One terminal on the board: who, how far, how fast, and whether it may be removed."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.ui.language import Language
from app.ui.screens.docking.states import (
    BUSY,
    LOOKS,
    CardFacts,
    clock_words,
    name_of,
    place_words,
    progress_words,
)
from app.ui.theme import Theme
from app.ui.widgets.badge import Badge
from app.ui.widgets.text import CutText, Text, restyle

CARD_WIDTH = 264
CARD_HEIGHT = 112
_LOW_BATTERY_PERCENT = 20


class Card(QFrame):
    """`picked` carries the card's place when it is clicked or reached with the keyboard.

    `pairing_wanted` carries it too, when somebody wants to pair what is plugged in there.
    """

    picked = Signal(str)
    pairing_wanted = Signal(str)

    def __init__(
        self, theme: Theme, t: Language, place: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(CARD_HEIGHT)
        self.place = place
        self._theme = theme
        self._t = t
        self._facts = CardFacts(place)
        self._name = CutText("strong")
        self._badge = Badge(theme)
        self._route = CutText("small")
        self._battery_icon = Text()
        self._battery = Text("small")
        self._clock_icon = Text()
        self._clock = CutText("small")
        self._version = Text("small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._progress = CutText("small")
        self.pair = QPushButton()
        self.pair.setProperty("role", "chip")
        self.pair.clicked.connect(lambda: self.pairing_wanted.emit(self.place))
        head = QHBoxLayout()
        head.addWidget(self._name, 1)
        head.addWidget(self._badge)
        health = QHBoxLayout()
        health.setSpacing(4)
        for part in (self._battery_icon, self._battery):
            health.addWidget(part)
        health.addSpacing(8)
        health.addWidget(self._clock_icon)
        health.addWidget(self._clock, 1)
        health.addWidget(self._version)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(3)
        layout.addLayout(head)
        layout.addWidget(self._route)
        layout.addLayout(health)
        layout.addStretch(1)
        layout.addWidget(self._bar)
        foot = QHBoxLayout()
        foot.addWidget(self._progress, 1)
        foot.addWidget(self.pair)
        layout.addLayout(foot)
        theme.changed.connect(self.retranslate)

    @property
    def facts(self) -> CardFacts:
        return self._facts

    def show_facts(self, facts: CardFacts) -> None:
        if facts != self._facts:
            self._facts = facts
            self.retranslate()

    def set_chosen(self, chosen: bool) -> None:
        if self.property("chosen") != chosen:
            self.setProperty("chosen", chosen)
            restyle(self)

    def retranslate(self) -> None:
        t, facts, look = self._t, self._facts, LOOKS[self._facts.state]
        name = name_of(facts, t)
        self._name.setText(name)
        self._badge.show_look(look, t(look.word))
        place = [t("Route {route}", route=facts.route)] if facts.route else []
        if facts.port and (facts.terminal_no is not None or facts.slot is not None):
            place.append(place_words(facts, t))
        if facts.last_seen and facts.state not in (*BUSY, "failed"):
            expected = facts.state == "expected"
            time = facts.last_seen
            words = t("last here {time}", time=time) if expected else t("docked {time}", time=time)
            place.append(words)
        self._route.setText(" · ".join(place))
        self._show_health()
        self._show_progress(look.tone)
        words = progress_words(facts, t)
        self._progress.setText(words)
        self._progress.set_tone("trouble" if facts.state == "failed" else "small")
        self.pair.setText(t("Pair it"))
        self.pair.setAccessibleName(t("Pair what is plugged in at {port}", port=facts.port))
        self.pair.setVisible(facts.needs_pairing)
        self.setAccessibleName(f"{name}, {t(look.word)}")
        self.setAccessibleDescription(words)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(CARD_WIDTH, CARD_HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mousePressEvent(event)
        self.picked.emit(self.place)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.picked.emit(self.place)
        else:
            super().keyPressEvent(event)

    def _show_health(self) -> None:
        t, facts = self._t, self._facts
        battery = facts.battery_percent
        low = battery is not None and battery < _LOW_BATTERY_PERCENT
        self._battery_icon.setVisible(battery is not None)
        self._battery_icon.setPixmap(
            self._theme.pixmap(
                "battery-low" if low else "battery-medium", "bad" if low else "muted", 14
            )
        )
        self._battery.setText("" if battery is None else f"{battery} %")
        words, wrong = clock_words(facts.clock_offset_ms, t)
        self._clock_icon.setVisible(bool(words))
        self._clock_icon.setPixmap(self._theme.pixmap("clock", "warn" if wrong else "muted", 14))
        self._clock.setText(words)
        self._version.setText(f"v{facts.app_version}" if facts.app_version else "")

    def _show_progress(self, tone: str) -> None:
        facts = self._facts
        self._bar.setVisible(facts.state != "expected")
        self._bar.setAccessibleName(self._t("Progress"))
        if facts.state in ("pulling", "photos") and facts.total_bytes:
            self._bar.setRange(0, facts.total_bytes)
            self._bar.setValue(facts.done_bytes)
        elif facts.trouble or facts.state in ("detected", "identified", "expected"):
            self._bar.setRange(0, 1)
            self._bar.setValue(0)
        else:
            self._bar.setRange(0, 1)
            self._bar.setValue(1)
        wanted = "busy" if facts.state in BUSY else tone
        if self._bar.property("tone") != wanted:
            self._bar.setProperty("tone", wanted)
            restyle(self._bar)
