"""Stock on hand with its chart, the moves behind a number, and the proof behind a move."""

from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QStackedWidget

from app.charts.chart import ChartData
from app.domain.business_day import business_date
from app.services.reporting import Asked, run_report
from app.storage.queries.stock import MoveRow
from app.storage.reader import Reader
from app.ui.dock_watcher import DockWatcher
from app.ui.models.columns import Ask
from app.ui.models.table_model import Page, TableModel
from app.ui.screens.screen import Screen
from app.ui.screens.stock import consigned, counts, lots, moves, on_hand, waiting
from app.ui.screens.stock.counts import open_counts
from app.ui.screens.stock.desk import FORMS, StockDesk
from app.ui.screens.stock.evidence import Proof, find_proof
from app.ui.screens.stock.on_hand import StockRow
from app.ui.screens.stock.proof_page import ProofPage
from app.ui.tasks import DATABASE, REPORTS, Job
from app.ui.widgets.chart_view import ChartView
from app.ui.widgets.chips import Chips
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.filter_line import FilterLine
from app.ui.widgets.table import Table, TableOrEmpty
from app.ui.workplace import Workplace

_CHART_PAUSE_MS = 200
_CHART_DAYS = 30
_ON_HAND, _MOVES, _PROOF, _COUNTS, _WAITING, _LOTS, _STEPS, _CONSIGNED = range(8)
_PAGES = {"counts": _COUNTS, "waiting": _WAITING, "lots": _LOTS, "consigned": _CONSIGNED}


class StockScreen(Screen):
    """Enter goes one step deeper, Backspace one step back."""

    def __init__(self, workplace: Workplace, _watcher: DockWatcher) -> None:
        super().__init__(workplace)
        theme, t = workplace.theme, self._t
        self._stock: StockRow | None = None
        self._lot: lots.ExpiringRow | None = None
        self._chart_job: Job | None = None
        self._back = QPushButton()
        self.filter = FilterLine(theme)
        self.kinds = Chips((*on_hand.KINDS, *_PAGES))
        self.desk = StockDesk(workplace, self)
        self._forms = [QPushButton() for _form in FORMS]
        for part in (self._back, self.filter, *self._forms[:-1]):
            self.controls.addWidget(part)
        self.stock_table = Table(TableModel(workplace, on_hand.COLUMNS, on_hand.stock, self))
        self.stock_empty = EmptyState(theme, "warehouse")
        self.chart = ChartView(theme, t)
        self.move_table = Table(TableModel(workplace, moves.COLUMNS, no_rows, self))
        self.proof = ProofPage(t)
        self.count_table = Table(TableModel(workplace, counts.COLUMNS, open_counts, self))
        self.count_empty = EmptyState(theme, "clipboard-list")
        self.waiting_table = Table(TableModel(workplace, waiting.COLUMNS, waiting.waiting, self))
        self.waiting_empty = EmptyState(theme, "circle-check")
        self.lot_table = Table(
            TableModel(workplace, lots.COLUMNS, lots.expiring_on(self._today), self)
        )
        self.lot_empty = EmptyState(theme, "circle-check")
        self.step_table = Table(TableModel(workplace, lots.STEP_COLUMNS, lots.no_steps, self))
        self.consigned_table = Table(
            TableModel(workplace, consigned.COLUMNS, consigned.lying, self)
        )
        self.consigned_empty = EmptyState(theme, "package-open")
        self._tables: dict[int, Table] = {
            _ON_HAND: self.stock_table,
            _MOVES: self.move_table,
            _COUNTS: self.count_table,
            _WAITING: self.waiting_table,
            _LOTS: self.lot_table,
            _STEPS: self.step_table,
            _CONSIGNED: self.consigned_table,
        }
        self._pause = QTimer(self, singleShot=True, interval=_CHART_PAUSE_MS)
        self.pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self._show_page(_ON_HAND)

    def retranslate(self) -> None:
        t = self._t
        self._back.setText(t("One step back"))
        self._back.setAccessibleName(t("One step back"))
        self.filter.say(t("Product, code, place, lot …"))
        self.kinds.say(
            (
                t("All"), t("Warehouse"), t("Vans"), t("Quarantine"), t("Counts"),
                t("What waits"), t("Expiring lots"), t("At customers"),
            )
        )  # fmt: skip
        for button, (_form, words, key) in zip(self._forms, FORMS, strict=True):
            button.setText(t(words))
            button.setAccessibleName(t(words))
            button.setToolTip(f"{t(words)}  {key}")
        self.stock_empty.teach(
            t("Nothing is on hand here"),
            t(
                "Goods appear here when a goods receipt is entered or a terminal brings moves "
                "and counts. Negative numbers are shown too, never hidden."
            ),
        )
        self.count_empty.teach(
            t("No count is under way"),
            t(
                "Plan one with Ctrl+P, or let a terminal count. What is within tolerance is booked "
                "at once; the rest is counted again by somebody else, then approved."
            ),
        )
        self.waiting_empty.teach(
            t("Nothing waits in the warehouse"),
            t(
                "Transfers that are under way, write-offs that a second person has to approve and "
                "claims on suppliers stand here until they are done."
            ),
        )
        self.lot_empty.teach(
            t("No lot expires soon"),
            t("Lots that are nearer to their end than their product's alert days stand here."),
        )
        self.consigned_empty.teach(
            t("Nothing of ours lies with customers"),
            t(
                "Goods that are laid down at a customer's with Ctrl+Shift+K stay ours until a "
                "count finds them gone: Enter counts them."
            ),
        )
        self.consigned_table.setAccessibleName(t("At customers"))
        self.waiting_table.setAccessibleName(t("What waits"))
        self.lot_table.setAccessibleName(t("Expiring lots"))
        self.step_table.setAccessibleName(t("The way of the lot"))
        self.stock_table.setAccessibleName(t("Stock on hand"))
        self.move_table.setAccessibleName(t("Moves behind the number"))
        self.count_table.setAccessibleName(t("Counts under way"))
        self.proof.retranslate()
        self._show_titles()
        self._ask_chart()

    def refresh(self) -> None:
        table = self._table()
        if table is not None:
            table.rows.reload()

    def take_focus(self) -> None:
        (self._table() or self.proof).setFocus()

    def focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def look_for(self, words: str) -> None:
        self._show_page(_ON_HAND)
        self.filter.setText(words)

    def show_moves(self, row: StockRow) -> None:
        """Show the moves whose sum is this row's number."""
        self._stock = row
        self._show_page(_MOVES)
        self.move_table.rows.show_source(moves.moves_of(row))

    def _open_current(self) -> None:
        row = self.stock_table.current()
        if row is not None:
            self.show_moves(row)

    def show_proof(self, move: MoveRow) -> None:
        """Show the document of a move, and the terminal's records behind it."""
        workplace = self.workplace

        def show(proof: Proof) -> None:
            self._show_page(_PROOF)
            self.proof.show_proof(proof, move.line_no)

        workplace.tasks.start(
            DATABASE,
            lambda _job: find_proof(workplace, move.document_id),
            done=show,
            failed=self.show_error,
        )

    def show_lot(self, row: lots.ExpiringRow) -> None:
        """Show where a lot came from and who has it."""
        self._lot = row
        self._show_page(_STEPS)
        self.step_table.rows.show_source(lots.steps_of(row.product_code, row.lot_code))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Backspace:
            self.step_back()
        else:
            super().keyPressEvent(event)

    def step_back(self) -> None:
        """Leave the proof for the moves, and the moves for the stock."""
        page = self.pages.currentIndex()
        if page == _STEPS:
            self._show_page(_LOTS)
        elif page == _PROOF:
            self._show_page(_MOVES)
        elif page == _MOVES:
            self._show_page(_ON_HAND)

    def _lay_out(self) -> None:
        beside = QSplitter()
        beside.addWidget(TableOrEmpty(self.stock_table, self.stock_empty))
        beside.addWidget(self.chart)
        beside.setStretchFactor(0, 1)
        beside.setSizes([694, 446])
        beside.setChildrenCollapsible(False)
        for page in (
            beside,
            self.move_table,
            self.proof,
            TableOrEmpty(self.count_table, self.count_empty),
            TableOrEmpty(self.waiting_table, self.waiting_empty),
            TableOrEmpty(self.lot_table, self.lot_empty),
            self.step_table,
            TableOrEmpty(self.consigned_table, self.consigned_empty),
        ):
            self.pages.addWidget(page)
        bar = QHBoxLayout()
        bar.addWidget(self.kinds)
        bar.addStretch(1)
        bar.addWidget(self._forms[-1])
        self.content.addLayout(bar)
        self.content.addWidget(self.pages, 1)

    def _connect(self) -> None:
        self._back.clicked.connect(self.step_back)
        self.kinds.picked.connect(self._pick_kind)
        self.filter.narrowed.connect(self._narrow)
        self.filter.returnPressed.connect(self.take_focus)
        self._pause.timeout.connect(self._ask_chart)
        self.stock_table.opened.connect(self.show_moves)
        self.stock_table.chosen.connect(lambda _row: self._pause.start())
        self.move_table.opened.connect(self.show_proof)
        self.chart.opened.connect(lambda _day, _series: self._open_current())
        self.count_table.opened.connect(self.desk.open_count)
        self.waiting_table.opened.connect(self.desk.go_on)
        self.lot_table.opened.connect(self.show_lot)
        self.consigned_table.opened.connect(self.desk.open_consigned)
        self.desk.failed.connect(self.show_error)
        self.desk.booked.connect(self._tell_booked)
        for button, (form, _words, key) in zip(self._forms, FORMS, strict=True):
            button.clicked.connect(partial(self.desk.enter, form))
            QShortcut(QKeySequence(key), self).activated.connect(partial(self.desk.enter, form))
        for table in self._tables.values():
            table.rows.failed.connect(self.show_error)
            table.rows.loaded.connect(lambda _count: self._show_titles())

    def _table(self) -> Table | None:
        return self._tables.get(self.pages.currentIndex())

    def _show_page(self, page: int) -> None:
        self.pages.setCurrentIndex(page)
        deeper = page in (_MOVES, _PROOF, _STEPS)
        self._back.setVisible(deeper)
        self.kinds.setVisible(not deeper)
        self.filter.setVisible(page != _PROOF)
        for button in self._forms:
            button.setVisible(not deeper and self.desk.may_post)
        self._forms[-1].setVisible(page == _CONSIGNED and self.desk.may_post)
        table = self._table()
        if table is not None:
            table.setFocus()
        self._show_titles()

    def _pick_kind(self, name: str) -> None:
        if name in _PAGES:
            self._show_page(_PAGES[name])
            self._tables[_PAGES[name]].rows.reload()
        else:
            self._show_page(_ON_HAND)
            self.stock_table.rows.choose(choice=name)

    def _narrow(self, words: str) -> None:
        table = self._table()
        if table is not None:
            table.rows.choose(words=words)

    def _show_titles(self) -> None:
        t, page, row = self._t, self.pages.currentIndex(), self._stock
        if page == _STEPS and self._lot is not None:
            self.title.setText(self._lot.product_name)
            self.summary.setText(t("lot {lot}", lot=self._lot.lot_code))
        elif page not in (_MOVES, _PROOF) or row is None:
            self.title.setText(t("Stock"))
            lines = self._tables.get(page, self.stock_table).rows.rowCount()
            self.summary.setText(t("{n} lines", n=t.number(lines)) if lines else "")
        else:
            self.title.setText(row.product_name)
            self.summary.setText(
                t("{qty} at {place}", qty=row.packed, place=row.where)
                + (f" · {t('lot {lot}', lot=row.lot_code)}" if row.lot_code else "")
            )

    def _ask_chart(self) -> None:
        row = self.stock_table.current()
        if row is None:
            return
        last, t = self._today, self._t
        if self._chart_job is not None:
            self._chart_job.cancel()

        office, actor = self.workplace.office, self.workplace.actor
        asked = Asked(
            d_from=last - timedelta(days=_CHART_DAYS - 1),
            d_to=last,
            location=row.place_code,
            product=row.product_code,
        )

        def work(_job: Job) -> ChartData | None:
            return run_report(office, actor, "stock-over-time", asked, t.translator).chart

        self._chart_job = self.workplace.tasks.start(
            REPORTS, work, done=self._show_chart, failed=self.show_error
        )

    def _show_chart(self, chart: ChartData | None) -> None:
        if chart is not None:
            self.chart.show_chart(chart)

    @property
    def _today(self) -> date:
        clock = self.workplace.clock
        return business_date(clock.now_ms(), clock.offset_min())

    def _tell_booked(self, words: str) -> None:
        self.news.emit(words)
        self.refresh()


def no_rows(_reader: Reader, _ask: Ask, _offset: int, _limit: int) -> Page[MoveRow]:
    """Stand in until a number is opened."""
    return Page((), 0)
