"""The docking board: a card for every terminal due today and for every port that woke up."""

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QSplitter, QStackedWidget

from app.domain.rights import Right
from app.ui.dialogs.pairing import PairingDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.docking.card import Card
from app.ui.screens.docking.facts import (
    Board,
    Story,
    card_facts,
    read_board,
    read_story,
    session_facts,
)
from app.ui.screens.docking.grid import CardGrid
from app.ui.screens.docking.session_panel import SessionPanel
from app.ui.screens.docking.states import DONE, CardFacts, name_of
from app.ui.screens.screen import Screen
from app.ui.tasks import Job
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.filter_line import FilterLine
from app.ui.workplace import Workplace

_REDRAW_MS = 100


class DockingScreen(Screen):
    """Redraws a card when the watcher reports about it; reads the board when one has ended."""

    def __init__(self, workplace: Workplace, watcher: DockWatcher) -> None:
        super().__init__(workplace)
        self._watcher = watcher
        self._board: Board | None = None
        self._cards: dict[str, Card] = {}
        self._story: Story | None = None
        self._story_job: Job | None = None
        self._chosen = ""
        self._words = ""
        self.filter = FilterLine(workplace.theme)
        self.filter.narrowed.connect(self._narrow)
        self.filter.returnPressed.connect(self.take_focus)
        self.controls.addWidget(self.filter)
        self._grid = CardGrid()
        self.empty = EmptyState(workplace.theme, "plug")
        self._left = QStackedWidget()
        self._left.addWidget(self._grid)
        self._left.addWidget(self.empty)
        self.panel = SessionPanel(workplace.theme, workplace.language)
        self.panel.quarantine_wanted.connect(lambda: self.wanted.emit("quarantine", ""))
        splitter = QSplitter()
        splitter.addWidget(self._left)
        splitter.addWidget(self.panel)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([800, 360])
        splitter.setChildrenCollapsible(False)
        self.panel.setMinimumWidth(340)
        self.content.addWidget(splitter, 1)
        # Twenty terminals report many times a second; nobody sees more than ten changes.
        self._soon = QTimer(self, singleShot=True, interval=_REDRAW_MS)
        self._soon.timeout.connect(self._arrange)
        watcher.changed.connect(self._arrange_soon)
        watcher.ended.connect(lambda _port: self.refresh())

    @property
    def facts(self) -> list[CardFacts]:
        """What the cards show, in the order of the board."""
        return [card.facts for card in self._cards.values()]

    def retranslate(self) -> None:
        t = self._t
        self.title.setText(t("Docking"))
        self.filter.say(t("Terminal, person, route …"))
        self.empty.teach(
            t("No terminal is due today"),
            t(
                "Plug a terminal in. It is recognised by itself, sends its day, and its card "
                "appears here; there is nothing to click."
            ),
        )
        for card in self._cards.values():
            card.retranslate()
        self._show_totals()
        self._show_session()

    def refresh(self) -> None:
        self.workplace.read(
            lambda reader: read_board(reader, self.workplace.clock), self._keep, self.show_error
        )

    def take_focus(self) -> None:
        card = self._cards.get(self._chosen)
        if card is not None:
            card.setFocus()

    def focus_filter(self) -> None:
        self.filter.setFocus()

    def look_for(self, words: str) -> None:
        self.filter.setText(words)

    def _keep(self, board: Board) -> None:
        first = self._board is None
        self._board = board
        self._arrange()
        self._ask_story()
        if first:
            self.take_focus()

    def _narrow(self, words: str) -> None:
        self._words = words.casefold()
        self._arrange()

    def _arrange(self) -> None:
        if self._board is None:
            return
        wanted = {
            facts.place: facts
            for facts in self._all_facts()
            if self._words in f"{name_of(facts, self._t)} {facts.route}".casefold()
        }
        cards = {}
        for place, facts in wanted.items():
            card = self._cards.get(place)
            if card is None:
                card = Card(self.workplace.theme, self._t, place)
                card.picked.connect(self.pick)
                card.pairing_wanted.connect(self.pair)
                card.retranslate()
            card.show_facts(facts)
            cards[place] = card
        self._cards = cards
        self._grid.show_cards(list(cards.values()))
        self._left.setCurrentIndex(0 if cards else 1)
        if self._chosen not in cards and cards:
            self._chosen = next(iter(cards))
        self._show_totals()
        self._show_session()

    def _arrange_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _all_facts(self) -> Iterable[CardFacts]:
        if self._board is None:
            return ()
        facts = card_facts(self._board, self._watcher.live, self._t)
        if Right.PAIR in self.workplace.actor.rights:
            return facts
        return [replace(each, needs_pairing=False) for each in facts]

    def pick(self, place: str) -> None:
        """Show the session of the card at this place."""
        self._chosen = place
        self._show_session()
        self._ask_story()

    def pair(self, place: str) -> None:
        """Ask how what is plugged in at this place is to be paired."""
        card = self._cards.get(place)
        if card is None or not card.facts.needs_pairing:
            return
        number = card.facts.terminal_no or 0
        port = card.facts.port
        PairingDialog(self.workplace, self._watcher, self, number=number, port=port).open()

    def _ask_story(self) -> None:
        card = self._cards.get(self._chosen)
        if card is None or card.facts.terminal_no is None or self._board is None:
            return
        number, since_ms = card.facts.terminal_no, self._board.since_ms
        office = self.workplace.office
        if self._story_job is not None:
            self._story_job.cancel()
        self._story_job = self.workplace.read(
            lambda reader: read_story(reader, office, number, since_ms),
            self._keep_story,
            self.show_error,
        )

    def _keep_story(self, story: Story) -> None:
        self._story = story
        self._show_session()

    def _show_totals(self) -> None:
        t = self._t
        facts = [card.facts for card in self._cards.values()]
        docked = sum(each.state in DONE and not each.trouble for each in facts)
        trouble = sum(each.state in ("needs_you", "failed") for each in facts)
        words = t("{done} of {all} docked", done=docked, all=len(facts))
        if trouble:
            words += t(", {n} need you", n=trouble) if trouble > 1 else t(", 1 needs you")
        self.summary.setText(words if facts else "")

    def _show_session(self) -> None:
        for place, each in self._cards.items():
            each.set_chosen(place == self._chosen)
        card = self._cards.get(self._chosen)
        self.panel.setVisible(card is not None)
        self.panel.show_card(card.facts if card else None)
        number = card.facts.terminal_no if card else None
        story = self._story if self._story and self._story.terminal_no == number else None
        port = card.facts.port if card else ""
        self.panel.show_session(session_facts(story, self._watcher.live.get(port), self._t))
