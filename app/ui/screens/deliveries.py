"""The delivery notes of a day: the list, the real paper beside it, printing, reversing."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout

from app.domain.business_day import business_date
from app.domain.rights import Right
from app.explain import problem_sentence
from app.services.intake import IntakeResult
from app.services.paper_entry import PaperResult, enter_deliveries
from app.services.paper_notes import Paper
from app.services.printing import PrintReport
from app.services.reversing import reverse
from app.storage.queries.deliveries import DeliveryRow, listing
from app.storage.queries.latest import latest_day, reversed_on
from app.storage.reader import Reader
from app.ui.dialogs.paper import PaperDialog
from app.ui.dialogs.reason import ReasonDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.models.columns import Ask
from app.ui.models.listed import narrowed
from app.ui.models.table_model import Page, Source, TableModel
from app.ui.screens.delivery_columns import COLUMNS, GROUPS, words_of
from app.ui.screens.delivery_papers import preview, print_notes
from app.ui.screens.delivery_steps import DaySteps, find_paper, post_paper
from app.ui.screens.screen import Screen
from app.ui.tasks import DATABASE, REPORTS, Job
from app.ui.widgets.chips import Chips
from app.ui.widgets.day_line import DayLine
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.filter_line import FilterLine
from app.ui.widgets.paper_view import PaperView
from app.ui.widgets.table import Table, TableOrEmpty
from app.ui.widgets.text import CutText
from app.ui.workplace import Workplace

_PREVIEW_PAUSE_MS = 120


class DeliveriesScreen(Screen):
    """One business day at a time; the preview follows the cursor of the list."""

    def __init__(self, workplace: Workplace, _watcher: DockWatcher) -> None:
        super().__init__(workplace)
        clock = workplace.clock
        self._day = DayLine(
            workplace.theme,
            self._t,
            business_date(clock.now_ms(), clock.offset_min()),
        )
        self.filter = FilterLine(workplace.theme)
        self._print = QPushButton()
        self._print.setProperty("role", "primary")
        self._reverse = QPushButton()
        self.type_in = QPushButton()
        self.steps = DaySteps(workplace, lambda: self.day, self._chosen)
        for part in (self._day, self.filter, self.type_in, self._reverse, self._print):
            self.controls.addWidget(part)
        self.type_in.setVisible(Right.POST_DELIVERIES in workplace.actor.rights)
        self.type_in.setEnabled(False)
        self._reverse.setVisible(Right.REVERSE in workplace.actor.rights)
        self._print.setVisible(Right.PRINT in workplace.actor.rights)
        self._groups = Chips(tuple(GROUPS))
        self.model = TableModel(workplace, COLUMNS, notes_of(self.day), self)
        self.table = Table(self.model)
        self.empty = EmptyState(workplace.theme, "truck")
        self._paper_title = CutText("strong")
        self.paper = PaperView(workplace.theme)
        self.shown_number = ""
        self._preview_job: Job | None = None
        self._pause = QTimer(self, singleShot=True, interval=_PREVIEW_PAUSE_MS)
        self._pause.timeout.connect(self._show_paper)
        self._landed = False
        self._lay_out()
        self.steps.told.connect(self._tell_done)
        self.steps.written.connect(self._tell_written)
        self.steps.failed.connect(self.show_error)
        self._day.picked.connect(lambda _day: self.refresh())
        self.filter.narrowed.connect(lambda words: self.model.choose(words=words))
        self.filter.returnPressed.connect(self.take_focus)
        self._groups.picked.connect(lambda name: self.model.choose(choice=name))
        self._print.clicked.connect(self.print_papers)
        self._reverse.clicked.connect(self.reverse_delivery)
        self.type_in.clicked.connect(self.enter_from_paper)
        self._listen_for_paper()
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(lambda _row: self.paper.setFocus())
        self.model.loaded.connect(self._show_summary)
        self.model.loaded.connect(lambda _count: self._land())
        self.model.failed.connect(self.show_error)

    @property
    def day(self) -> date:
        return self._day.day

    def show_day(self, day: date) -> None:
        self._day.show_day(day)

    def retranslate(self) -> None:
        t = self._t
        self.title.setText(t("Deliveries"))
        self.filter.say(t("Number, customer, route …"))
        self._groups.say((t("All"), t("To load"), t("On the van"), t("Done")))
        self._print.setText(t("Print"))
        self._print.setAccessibleName(t("Print the list or the selected notes"))
        self._print.setToolTip(t("Print the list or the selected notes") + "  F9")
        self._reverse.setText(t("Reverse …"))
        self._reverse.setAccessibleName(t("Reverse the delivery"))
        self.type_in.setText(t("From paper …"))
        self.type_in.setAccessibleName(t("Enter the result of the note from paper"))
        self.type_in.setToolTip(t("Enter the result of the note from paper") + "  Ins")
        self.empty.teach(
            t("No deliveries on this day"),
            t(
                "Delivery notes appear here once orders are planned onto a route. "
                "Choose another day above, or dock the terminals that bring the orders."
            ),
        )
        self.table.setAccessibleName(t("Deliveries"))
        self.paper.name(t("The delivery note as it is printed"))
        self._day.retranslate()
        self.steps.retranslate()
        self._show_title()
        self._show_summary(self.model.rowCount())

    def refresh(self) -> None:
        self.model.show_source(notes_of(self.day))

    def _land(self) -> None:
        """Once, when today has no deliveries, show the last day that has some."""
        if self._landed:
            return
        self._landed = True
        if self.model.rowCount() == 0 and self.model.ask == Ask():
            self.workplace.read(latest_day, self._land_on, self.show_error)

    def _land_on(self, day: date | None) -> None:
        if day is not None:
            self._day.show_day(day)

    def take_focus(self) -> None:
        self.table.setFocus()

    def focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def look_for(self, words: str) -> None:
        self.filter.setText(words)

    def print_papers(self) -> None:
        t, rows = self._t, self.table.selected()
        # One selected row is only where the cursor stands; it means the whole list.
        numbers = tuple(row.number for row in rows if row.number) if len(rows) > 1 else ()
        if not self.model.rowCount():
            return
        day, ask = self.day, self.model.ask
        workplace = self.workplace

        def work(_job: Job) -> PrintReport:
            return print_notes(workplace, day, numbers or _all_numbers(workplace, day, ask))

        workplace.tasks.start(
            REPORTS,
            work,
            done=self._tell_printed,
            failed=self.show_error,
            title=t("Printing delivery notes"),
        )

    def reverse_delivery(self) -> None:
        t, row = self._t, self.table.current()
        if row is None or row.number is None:
            return
        reason = ReasonDialog.ask(
            self.workplace,
            t("Reverse delivery {number}", number=row.number),
            t(
                "The opposite moves are booked and both papers are kept. "
                "The goods count as not delivered."
            ),
            t("Reverse"),
            self,
        )
        if reason is None:
            return
        workplace, number = self.workplace, row.number
        workplace.tasks.start(
            DATABASE,
            lambda _job: reverse(workplace.office, workplace.actor, number, reason),
            done=lambda _number: self._tell_reversed(number),
            failed=self.show_error,
            title=t("Reversing {number}", number=number),
        )

    def enter_from_paper(self) -> None:
        """Type what the paper says of the note under the cursor."""
        row, workplace = self.table.current(), self.workplace
        if row is None or row.number is None or row.state != "loaded":
            return
        number = row.number
        workplace.tasks.start(
            DATABASE,
            lambda _job: find_paper(workplace, number),
            done=self._ask_paper,
            failed=self.show_error,
        )

    def _ask_paper(self, paper: Paper) -> None:
        told = PaperDialog.ask(self.workplace, paper, self)
        if told is None:
            return
        workplace, terminal = self.workplace, paper.terminal_no
        if not terminal:
            workplace.tasks.start(
                DATABASE,
                lambda _job: post_paper(workplace, paper, told),
                done=lambda _count: self._tell_typed_here(told.number),
                failed=self.show_error,
            )
            return
        workplace.tasks.start(
            DATABASE,
            lambda _job: enter_deliveries(workplace.office, workplace.actor, terminal, [told]),
            done=lambda done: self._tell_typed(told, done),
            failed=self.show_error,
            title=self._t("Entering {number} from paper", number=told.number),
        )

    def _listen_for_paper(self) -> None:
        key = QShortcut(QKeySequence(Qt.Key.Key_Insert), self.table)
        key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(self.enter_from_paper)

    def _choose(self, row: DeliveryRow) -> None:
        self.type_in.setEnabled(row.state == "loaded")
        self._pause.start()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.addWidget(self._groups)
        bar.addStretch(1)
        bar.addWidget(self.steps)
        left = QFrame()
        below = QVBoxLayout(left)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(8)
        below.addLayout(bar)
        below.addWidget(TableOrEmpty(self.table, self.empty), 1)
        right = QFrame()
        right.setObjectName("panel")
        paper = QVBoxLayout(right)
        paper.setContentsMargins(12, 10, 12, 12)
        paper.setSpacing(8)
        paper.addWidget(self._paper_title)
        paper.addWidget(self.paper, 1)
        splitter = QSplitter()
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([738, 406])
        splitter.setChildrenCollapsible(False)
        self.content.addWidget(splitter, 1)

    def _show_paper(self) -> None:
        row = self.table.current()
        number = row.number if row is not None and row.load_no else None
        if self._preview_job is not None:
            self._preview_job.cancel()
        self.shown_number = number or ""
        self._show_title()
        if number is None:
            self.paper.show_paper(b"")
            return
        workplace = self.workplace
        self._preview_job = workplace.tasks.start(
            REPORTS,
            lambda _job: preview(workplace, number),
            done=self.paper.show_paper,
            failed=self.show_error,
        )

    def _show_title(self) -> None:
        t = self._t
        self._paper_title.setText(
            t("Delivery note {number}", number=self.shown_number)
            if self.shown_number
            else t("Delivery note")
        )

    def _show_summary(self, count: int) -> None:
        t = self._t
        if count == 0:
            self.summary.setText("")
            self.paper.show_paper(b"")
            self.shown_number = ""
            self._show_title()
            return
        rows = (self.model.row(number) for number in range(count))
        total_fen = sum(row.net_fen for row in rows if row is not None)
        self.summary.setText(
            t("{n} notes · {amount}", n=t.number(count), amount=t.money(total_fen))
        )

    def _tell_printed(self, printed: PrintReport) -> None:
        t = self._t
        words = t(
            "{n} notes on {pages} pages: {file}",
            n=t.number(printed.documents),
            pages=t.number(printed.pages),
            file=printed.file.name,
        )
        url = QUrl.fromLocalFile(str(printed.file))
        self.strip.say("ok", words, t("Close"), t("Open"), lambda: _open(url))
        self.refresh()

    def _tell_written(self, file: Path) -> None:
        t, url = self._t, QUrl.fromLocalFile(str(file))
        words = t("Written: {file}", file=file.name)
        self.strip.say("ok", words, t("Close"), t("Open"), lambda: _open(url))

    def _tell_typed(self, told: PaperResult, done: IntakeResult) -> None:
        t = self._t
        if done.documents:
            user = self.workplace.actor.user
            words = t("{number} is posted, typed by {user}.", number=told.number, user=user)
            self.news.emit(words)
        else:
            reasons = (problem_sentence(p.code, p.fields, t.translator) for p in done.problems)
            self.strip.say("warn", " ".join(dict.fromkeys(reasons)), t("Close"))
        self.refresh()

    def _tell_typed_here(self, number: str) -> None:
        user = self.workplace.actor.user
        self._tell_done(self._t("{number} is posted, typed by {user}.", number=number, user=user))

    def _chosen(self) -> list[DeliveryRow]:
        return self.table.selected()

    def _tell_done(self, words: str) -> None:
        self.news.emit(words)
        self.refresh()

    def _tell_reversed(self, number: str) -> None:
        self.news.emit(self._t("{number} is reversed.", number=number))
        self.refresh()


def _open(url: QUrl) -> None:
    QDesktopServices.openUrl(url)


def notes_of(day: date) -> Source[DeliveryRow]:
    """Return the deliveries of a day, to be narrowed down by state and words."""

    def source(reader: Reader, ask: Ask, _offset: int, _limit: int) -> Page[DeliveryRow]:
        states = GROUPS[ask.choice or "all"]
        taken_back = reversed_on(reader, day)
        rows = (
            replace(row, state="reversed") if row.id in taken_back else row
            for row in listing(reader, day=day)
            if not states or row.state in states
        )
        return narrowed(rows, ask, words_of)

    return source


def _all_numbers(workplace: Workplace, day: date, ask: Ask) -> tuple[str, ...]:
    with workplace.office.database.read() as reader:
        page = notes_of(day)(reader, ask, 0, 0)
    return tuple(row.number for row in page.rows if row.number)
