"""Lines that wait for a person: what came, why it waits, and what it may have meant."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from app.domain.rights import Right
from app.explain import word
from app.services.quarantine import fix, reject
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
    reason_of,
    waiting,
)
from app.ui.screens.screen import Screen
from app.ui.tasks import DATABASE, Job
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.filter_line import FilterLine
from app.ui.widgets.table import Table, TableOrEmpty
from app.ui.widgets.text import CutText, Text
from app.ui.workplace import Workplace

PROPOSALS = 3
_PAUSE_MS = 120


class QuarantineScreen(Screen):
    """One answer settles every line with the same unknown code."""

    def __init__(self, workplace: Workplace, _watcher: DockWatcher) -> None:
        super().__init__(workplace)
        self.filter = FilterLine(workplace.theme)
        self.controls.addWidget(self.filter)
        self.table = Table(TableModel(workplace, COLUMNS, waiting, self))
        self.empty = EmptyState(workplace.theme, "shield-alert")
        self.totals = Text("muted", wrap=True)
        self._known_totals: Totals | None = None
        self._item: OpenItem | None = None
        self._job: Job | None = None
        self._codes: list[str] = []
        self._names: list[str] = []
        self._heading = CutText("heading")
        self._reason = Text(wrap=True)
        self._equal = Text("muted", wrap=True)
        self._question = Text("strong", wrap=True)
        self._proposals = [QPushButton() for _ in range(PROPOSALS)]
        for button in self._proposals:
            button.setProperty("role", "proposal")
        self._reject = QPushButton()
        self._reject.setProperty("role", "danger")
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
        self._reject.setText(t("Reject …"))
        self._reject.setAccessibleName(t("Reject the line with a reason"))
        self._reject.setToolTip(t("Reject the line with a reason") + "  Del")
        self._show_item()
        self._show_totals()

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
        if not self._codes and not _asks_no_code(item):
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
        reason = ReasonDialog.ask(
            self.workplace,
            t("Reject the line"),
            t("It is closed without effect. The record itself stays in the archive."),
            t("Reject"),
            self,
        )
        if reason is None:
            return
        workplace = self.workplace
        workplace.tasks.start(
            DATABASE,
            lambda _job: reject(workplace.office, workplace.actor, item.id, reason),
            done=lambda _result: self._tell_rejected(),
            failed=self.show_error,
            title=t("Rejecting a line"),
        )

    def _lay_out(self) -> None:
        side = QFrame()
        side.setObjectName("panel")
        side.setMinimumWidth(320)
        beside = QVBoxLayout(side)
        beside.setContentsMargins(16, 14, 16, 14)
        beside.setSpacing(10)
        for part in (self._heading, self._reason, self._equal, self._question, *self._proposals):
            beside.addWidget(part)
        beside.addStretch(1)
        foot = QHBoxLayout()
        foot.addWidget(self._reject)
        foot.addStretch(1)
        beside.addLayout(foot)
        left = QWidget()
        below = QVBoxLayout(left)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(8)
        below.addWidget(self.totals)
        below.addWidget(TableOrEmpty(self.table, self.empty), 1)
        splitter = QSplitter()
        splitter.addWidget(left)
        splitter.addWidget(side)
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
        self.table.opened.connect(lambda _item: self._proposals[0].setFocus())
        self.table.rows.failed.connect(self.show_error)
        self.table.rows.loaded.connect(self._after_load)
        self._reject.clicked.connect(self.reject_item)
        for number, button in enumerate(self._proposals):
            button.clicked.connect(lambda _on, n=number: self.use_proposal(n))
        may = Right.RESOLVE in self.workplace.actor.rights
        self._reject.setEnabled(may)
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
            self._codes = []
            self._show_item()

    def _choose(self, item: OpenItem) -> None:
        self._item = item
        self._codes = []
        self._show_item()
        self._pause.start()

    def _ask_candidates(self) -> None:
        item = self._item
        if item is None or item.kind not in CHOOSABLE:
            return
        if self._job is not None:
            self._job.cancel()

        def question(reader: Reader) -> list[tuple[str, str]]:
            found = candidates(reader, item.kind, item.raw_value, PROPOSALS)
            return [(each.code, each.name) for each in found]

        self._job = self.workplace.read(question, self._offer, self.show_error)

    def _offer(self, found: list[tuple[str, str]]) -> None:
        self._codes = [code for code, _name in found]
        self._names = [word(name, self._t.translator) for _code, name in found]
        self._show_item()

    def _show_item(self) -> None:
        t, item = self._t, self._item
        for part in (self._equal, self._question, self._reject):
            part.setVisible(item is not None)
        if item is None:
            self._heading.setText(t("No line chosen"))
            self._reason.setText("")
        else:
            self._heading.setText(item.raw_value or t("Terminal {n}", n=item.terminal_no))
            self._reason.setText(reason_of(item, t))
            self._equal.setVisible(item.equal > 1)
            self._equal.setText(
                t(
                    "{n} lines carry the same value; one answer settles them all.",
                    n=t.number(item.equal),
                )
            )
            self._question.setVisible(bool(self._codes))
            self._question.setText(t("What was meant?"))
        may = Right.RESOLVE in self.workplace.actor.rights
        for number, button in enumerate(self._proposals):
            offered = number < len(self._codes)
            again = number == 0 and item is not None and _asks_no_code(item)
            button.setVisible(offered or again)
            button.setEnabled(may)
            if again:
                button.setText(t("Check again"))
                button.setAccessibleName(t("Check the line again as things are now"))
            elif offered:
                words = f"{number + 1}   {self._codes[number]}   {self._names[number]}"
                button.setText(words.replace("&", "&&"))
                button.setAccessibleName(
                    t("Use {code} {name}", code=self._codes[number], name=self._names[number])
                )

    def _keep_totals(self, totals: Totals) -> None:
        self._known_totals = totals
        self._show_totals()

    def _show_totals(self) -> None:
        t, totals = self._t, self._known_totals
        if totals is None:
            return
        self.summary.setText(t("{n} wait", n=t.number(totals.items)) if totals.items else "")
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

    def _tell_rejected(self) -> None:
        self.news.emit(self._t("The line is rejected."))
        self.refresh()


def _asks_no_code(item: OpenItem) -> bool:
    """Whether the records can be judged again as they are; a whole upload cannot."""
    return bool(item.seqs) and item.kind not in CHOOSABLE
