"""Cards in as many columns as the room allows, walked with the arrow keys."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from app.ui.screens.docking.card import CARD_WIDTH, Card

_GAP = 12


class CardGrid(QScrollArea):
    """Keeps the cards in the order they are given."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._cards: list[Card] = []
        self._columns = 0
        canvas = QWidget()
        canvas.setObjectName("canvas")
        self._grid = QGridLayout(canvas)
        self._grid.setContentsMargins(0, 0, 4, 0)
        self._grid.setSpacing(_GAP)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setWidget(canvas)

    def show_cards(self, cards: list[Card]) -> None:
        """Place the cards; those that are no longer given are taken off the board."""
        for card in self._cards:
            if card not in cards:
                self._grid.removeWidget(card)
                card.deleteLater()
        if cards != self._cards:
            self._cards = cards
            self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self._fitting() != self._columns:
            self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns,
            Qt.Key.Key_Down: self._columns,
        }
        step = steps.get(Qt.Key(event.key()))
        here = next((n for n, card in enumerate(self._cards) if card.hasFocus()), None)
        if step is None or here is None:
            super().keyPressEvent(event)
        elif 0 <= here + step < len(self._cards):
            card = self._cards[here + step]
            card.setFocus()
            card.picked.emit(card.place)
            self.ensureWidgetVisible(card)

    def _fitting(self) -> int:
        return max(1, (self.viewport().width() + _GAP) // (CARD_WIDTH + _GAP))

    def _place(self) -> None:
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 0)
        self._columns = self._fitting()
        for number, card in enumerate(self._cards):
            self._grid.addWidget(card, number // self._columns, number % self._columns)
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 1)
