"""Lines that wait for a person: what came, why it waits, and what it may have meant."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QSplitter, QVBoxLayout, QWidget

from app.domain.evidence import NEEDS_TWO, Proposal
from app.domain.rights import Right
from app.explain import word
from app.services.contents import Comparison, compare
from app.services.quarantine import Resolution, fix, judge_all_again, reject
from app.storage.queries.quarantine import OpenItem, candidates
from app.storage.reader import Reader
from app.ui.dialogs.reason import ReasonDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.models.table_model import TableModel
from app.ui.screens.quarantine_list import (
    CHOOSABLE,
    COLUMNS,
    Totals,
    read_totals,
    waiting,
)
from app.ui.screens.quarantine_panel import PROPOSALS, QuarantinePanel, asks_no_code
from app.ui.screens.screen import Screen
from app.ui.tasks import DATABASE, Job
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.filter_line import FilterLine
from app.ui.widgets.table import Table, TableOrEmpty
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace

_PAUSE_MS = 120


class QuarantineScreen(Screen):
    """One answer settles every line with the same unknown code."""

    def __init__(self, workplace: Workplace, _watcher: DockWatcher) -> None:
        super().__init__(workplace)
        self.filter = FilterLine(workplace.theme)
        self._retry = QPushButton()
        self.controls.addWidget(self.filter)
        self.controls.addWidget(self._retry)
        self.table = Table(TableModel(workplace, COLUMNS, waiting, self))
        self.empty = EmptyState(workplace.theme, "shield-alert")
        self.held = Text("strong", wrap=True)
        self.totals = Text("muted", wrap=True)
        self._known_totals: Totals | None = None
        self._item: OpenItem | None = None
        self._job: Job | None = None
        self._codes: list[str] = []
        self._names: list[str] = []
        self._sides: Comparison | None = None
        self.panel = QuarantinePanel(workplace)
        self._lay_out()
        self._connect()

    @property
    def proposals(self) -> list[str]:
        """The codes that are offered, the nearest first."""
        return self._codes

    def retranslate(self) -> None:
        t = self._t
        self.title.setText(t("Quarantine"))
        self.filter.say(t("Code, value, terminal, person …"))
        self.empty.teach(
            t("Nothing waits for you"),
            t(
                "Lines that can neither be posted nor refused come here with the reason and the "
                "nearest known codes. Nothing is dropped and nothing is guessed."
            ),
        )
        self.table.setAccessibleName(t("Lines that wait"))
        self._retry.setText(t("Check all again"))
        self._retry.setAccessibleName(t("Check everything that waits again as things are now"))
        self.panel.retranslate()
        self._show_item()
        self._show_totals()
        if self._item is not None and self._sides is not None:
            self._ask_both(self._item)

    def refresh(self) -> None:
        self.table.rows.reload()
        clock = self.workplace.clock
        self.workplace.read(
            lambda reader: read_totals(reader, clock), self._keep_totals, self.show_error
        )

    def take_focus(self) -> None:
        self.table.setFocus()

    def focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def look_for(self, words: str) -> None:
        self.filter.setText(words)

    def use_proposal(self, number: int) -> None:
        """Answer with the proposal at this place, for this line and all equal ones.

        A line that asks for no code is judged again as things are now.
        """
        item = self._item
        if item is None or number >= max(1, len(self._codes)):
            return
        if not self._codes and not asks_no_code(item):
            return
        code = self._codes[number] if self._codes else ""
        workplace = self.workplace
        workplace.tasks.start(
            DATABASE,
            lambda _job: fix(workplace.office, workplace.actor, item.id, code),
            done=lambda _result: self._tell_fixed(item, code),
            failed=self.show_error,
            title=self._t("Settling lines"),
        )

    def reject_item(self) -> None:
        t, item = self._t, self._item
        if item is None:
            return
        consequence = t("It is closed without effect. The record itself stays in the archive.")
        if item.code in NEEDS_TWO:
            consequence = t(
                "What came first counts, everything stays in the archive. It is closed once a "
                "second person has confirmed it."
            )
        reason = ReasonDialog.ask(
            self.workplace, t("Reject the line"), consequence, t("Reject"), self
        )
        if reason is not None:
            self._decide(item, Proposal("reject", reason))

    def confirm_item(self) -> None:
        """Say the same as the person who suggested what is to become of the line."""
        item = self._item
        if item is not None and item.proposal is not None:
            self._decide(item, Proposal.read(item.proposal))

    def check_all(self) -> None:
        """Judge everything that waits again as things are now."""
        workplace = self.workplace
        workplace.tasks.start(
            DATABASE,
            lambda _job: judge_all_again(workplace.office, workplace.actor),
            done=self._tell_checked,
            failed=self.show_error,
            title=self._t("Checking everything again"),
        )

    def _decide(self, item: OpenItem, said: Proposal) -> None:
        workplace = self.workplace
        act = fix if said.verb == "fix" else reject
        workplace.tasks.start(
            DATABASE,
            lambda _job: act(workplace.office, workplace.actor, item.id, said.answer),
            done=lambda done: self._tell_decided(done, said),
            failed=self.show_error,
            title=self._t("Settling lines"),
        )

    def _lay_out(self) -> None:
        left = QWidget()
        below = QVBoxLayout(left)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(8)
        below.addWidget(self.held)
        below.addWidget(self.totals)
        below.addWidget(TableOrEmpty(self.table, self.empty), 1)
        splitter = QSplitter()
        splitter.addWidget(left)
        splitter.addWidget(self.panel)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([790, 350])
        splitter.setChildrenCollapsible(False)
        self.content.addWidget(splitter, 1)

    def _connect(self) -> None:
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._ask_candidates)
        self.filter.narrowed.connect(lambda words: self.table.rows.choose(words=words))
        self.filter.returnPressed.connect(self.take_focus)
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(lambda _item: self.panel.proposals[0].setFocus())
        self.table.rows.failed.connect(self.show_error)
        self.table.rows.loaded.connect(self._after_load)
        self.panel.picked.connect(self.use_proposal)
        self.panel.confirmed.connect(self.confirm_item)
        self.panel.declined.connect(self.reject_item)
        self._retry.clicked.connect(self.check_all)
        may = Right.RESOLVE in self.workplace.actor.rights
        self._retry.setEnabled(may)
        if may:
            within = Qt.ShortcutContext.WidgetWithChildrenShortcut
            for number in range(PROPOSALS):
                key = QShortcut(QKeySequence(str(number + 1)), self.table, context=within)
                key.activated.connect(lambda n=number: self.use_proposal(n))
            delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.table)
            delete.setContext(within)
            delete.activated.connect(self.reject_item)

    def _after_load(self, count: int) -> None:
        if not count:
            self._item = None
            self._codes, self._sides = [], None
            self._show_item()

    def _choose(self, item: OpenItem) -> None:
        if self._job is not None:  # its answer is about another line
            self._job.cancel()
        self._item = item
        self._codes, self._sides = [], None
        self._show_item()
        self._pause.start()

    def _ask_candidates(self) -> None:
        item = self._item
        if item is None:
            return
        if item.code == "E_RECORD_CONFLICT":
            self._ask_both(item)
        if item.kind not in CHOOSABLE:
            return

        def question(reader: Reader) -> list[tuple[str, str]]:
            found = candidates(reader, item.kind, item.raw_value, PROPOSALS)
            return [(each.code, each.name) for each in found]

        self._job = self.workplace.read(question, self._offer, self.show_error)

    def _offer(self, found: list[tuple[str, str]]) -> None:
        self._codes = [code for code, _name in found]
        self._names = [word(name, self._t.translator) for _code, name in found]
        self._show_item()

    def _ask_both(self, item: OpenItem) -> None:
        workplace, t = self.workplace, self._t.translator
        self._job = workplace.tasks.start(
            DATABASE,
            lambda _job: compare(workplace.office, workplace.actor, item.id, t),
            done=self._keep_both,
            failed=self.show_error,
        )

    def _keep_both(self, sides: Comparison) -> None:
        self._sides = sides
        self._show_item()

    def _show_item(self) -> None:
        self.panel.show_item(self._item, self._codes, self._names, self._sides)

    def _keep_totals(self, totals: Totals) -> None:
        self._known_totals = totals
        self._show_totals()

    def _show_totals(self) -> None:
        t, totals = self._t, self._known_totals
        if totals is None:
            return
        self.summary.setText(t("{n} wait", n=t.number(totals.items)) if totals.items else "")
        held = totals.held
        self.held.setVisible(held.documents > 0)
        self.held.setText(
            t(
                "{n} documents wait: {qty} units worth {amount} are in no figure yet",
                n=t.number(held.documents),
                qty=t.number(held.qty),
                amount=t.money(held.amount_fen),
            )
        )
        self.totals.setText(
            t(
                "Records received today: {all} with what waits here, {booked} without. "
                "From all days, {waiting} records in {items} lines wait.",
                all=t.number(totals.records),
                booked=t.number(totals.records - totals.waiting_today),
                waiting=t.number(totals.waiting),
                items=t.number(totals.items),
            )
        )

    def _tell_fixed(self, item: OpenItem, code: str) -> None:
        t = self._t
        words = t("{n} lines settled.", n=item.equal if code else 1)
        if code:
            words = t("{value} means {code} from now on.", value=item.raw_value, code=code) + (
                " " + words
            )
        self.news.emit(words)
        self.refresh()

    def _tell_decided(self, done: Resolution, said: Proposal) -> None:
        t = self._t
        if done.proposed:
            words = t("Suggested. A second person has to confirm it.")
        elif said.verb == "reject":
            words = t("The line is rejected.")
        else:
            words = t("{n} lines settled.", n=done.items)
        self.news.emit(words)
        self.refresh()

    def _tell_checked(self, done: Resolution) -> None:
        t = self._t
        self.news.emit(
            t(
                "{items} items settled, {documents} documents posted, {waiting} still waiting",
                items=t.number(done.items),
                documents=t.number(done.documents),
                waiting=t.number(done.still_waiting),
            )
        )
        self.refresh()
