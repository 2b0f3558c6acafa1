"""The returns: who gives back what, what was decided about it, and what it was credited with."""

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout

from app.domain.business_day import business_date
from app.domain.rights import Actor, Right
from app.i18n import N_
from app.services.office import Office
from app.services.returning.receiving import receive_return
from app.services.returning.requesting import approve_return, reject_return
from app.storage.queries.directory import FoundProduct, products_by_code, reasons_by_code
from app.storage.queries.returns import FoundReturnLine, ReturnRow, return_lines, return_rows
from app.storage.reader import Reader
from app.ui.dialogs.reason import ReasonDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.models.columns import Ask
from app.ui.models.listed import narrowed
from app.ui.models.shelf import Shelf, read_shelf
from app.ui.models.table_model import Page, TableModel
from app.ui.screens.returns.asking import AskingForm
from app.ui.screens.returns.columns import COLUMNS, GROUPS, LINE_COLUMNS, look_of
from app.ui.screens.returns.looking import Looking
from app.ui.screens.screen import Screen
from app.ui.tasks import DATABASE
from app.ui.widgets.chips import Chips
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.filter_line import FilterLine
from app.ui.widgets.table import Table, TableOrEmpty
from app.ui.widgets.text import CutText, Text
from app.ui.workplace import Workplace

Decision = Callable[[Office, Actor, UUID, str], None]
Goods = tuple[tuple[FoundReturnLine, ...], dict[str, FoundProduct]]


class ReturnsScreen(Screen):
    """The list above, the return under its cursor below; Ctrl+N takes a new one, F8 goes on."""

    def __init__(self, workplace: Workplace, _watcher: DockWatcher) -> None:
        super().__init__(workplace)
        theme, rights = workplace.theme, workplace.actor.rights
        self._may_post = Right.POST_RETURNS in rights
        self._may_approve = Right.APPROVE_RETURNS in rights
        self.filter = FilterLine(theme)
        self.new = QPushButton()
        self.new.setProperty("role", "primary")
        self.new.setVisible(self._may_post)
        self.approve, self.refuse = QPushButton(), QPushButton()
        self.receive, self.look = QPushButton(), QPushButton()
        self.controls.addWidget(self.filter)
        self.controls.addWidget(self.new)
        self.groups = Chips(tuple(GROUPS))
        self.table = Table(TableModel(workplace, COLUMNS, returns, self))
        self.table.rows.ask = Ask(choice="open")
        self.empty = EmptyState(theme, "undo-2")
        self.lines = Table(TableModel(workplace, LINE_COLUMNS, _no_lines, self))
        self.heading, self.told = CutText("strong"), Text("muted", wrap=True)
        self._lay_out()
        self._connect()

    def retranslate(self) -> None:
        t = self._t
        self.title.setText(t("Returns"))
        self.filter.say(t("Number, customer …"))
        self.new.setText(t("New return") + "  Ctrl+N")
        self.new.setAccessibleName(t("New return"))
        for button, words in (
            (self.approve, t("Approve …")),
            (self.refuse, t("Reject …")),
            (self.receive, t("The goods are here") + "  F8"),
            (self.look, t("Look at the goods …") + "  F8"),
        ):
            button.setText(words)
            button.setAccessibleName(words)
        self.groups.say((t("Open"), t("Done"), t("All")))
        self.empty.teach(
            t("No returns here"),
            t(
                "What customers give back is entered here with Ctrl+N: with the number of the "
                "delivery note it is approved at once, without one a second person decides."
            ),
        )
        self.table.setAccessibleName(t("Returns"))
        self.lines.setAccessibleName(t("Lines of the return"))
        self._show(self.table.current())

    def refresh(self) -> None:
        self.table.rows.reload()

    def take_focus(self) -> None:
        self.table.setFocus()

    def focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def look_for(self, words: str) -> None:
        self.groups.pick("all")
        self.table.rows.choose(choice="all", words=words)
        self.filter.setText(words)

    def take_return(self) -> None:
        """Enter a new return (Ctrl+N)."""
        if not self._may_post:
            return
        clock = self.workplace.clock
        today = business_date(clock.now_ms(), clock.offset_min())

        def ask(reader: Reader) -> tuple[Shelf, dict[str, str]]:
            return read_shelf(reader, today, empties=True), reasons_by_code(reader)

        self.workplace.read(ask, self._open_form, self.show_error)

    def go_on(self) -> None:
        """Do what the return under the cursor waits for (F8)."""
        row = self.table.current()
        if row is None or not self._may_post:
            return
        if row.state == "approved":
            self.receive_goods()
        elif row.state == "received":
            self.look_at_goods()

    def receive_goods(self) -> None:
        """The goods are here: into quarantine with them."""
        row, workplace, t = self.table.current(), self.workplace, self._t
        if row is None:
            return
        workplace.tasks.start(
            DATABASE,
            lambda _job: receive_return(workplace.office, workplace.actor, row.id),
            done=lambda number: self._said(t("Return {number} is in quarantine.", number=number)),
            failed=self.show_error,
            title=t("Receiving a return"),
        )

    def look_at_goods(self) -> None:
        """Say what is accepted and what becomes of it."""
        row = self.table.current()
        if row is None:
            return
        key = row.id
        self.workplace.read(
            lambda reader: _goods(reader, key),
            lambda goods: self._open_looking(row, goods),
            self.show_error,
        )

    def _open_form(self, found: tuple[Shelf, dict[str, str]]) -> None:
        form = AskingForm(self.workplace, *found, self)
        form.exec()
        if form.done_with is not None:
            self._said(self._t("The return is entered."))

    def _open_looking(self, row: ReturnRow, goods: Goods) -> None:
        dialog = Looking(self.workplace, row, *goods, self)
        dialog.exec()
        if dialog.credited_fen is not None:
            amount = self._t.money(dialog.credited_fen)
            self._said(self._t("{amount} credited.", amount=amount))

    def _decide(self, decision: Decision, words: str, consequence: str) -> None:
        t, row, workplace = self._t, self.table.current(), self.workplace
        if row is None:
            return
        heading = t(words, customer=row.customer_name)
        reason = ReasonDialog.ask(workplace, heading, t(consequence), t("Do it"), self)
        if reason is None:
            return
        workplace.tasks.start(
            DATABASE,
            lambda _job: decision(workplace.office, workplace.actor, row.id, reason),
            done=lambda _none: self.refresh(),
            failed=self.show_error,
            title=heading,
        )

    def _said(self, words: str) -> None:
        self.news.emit(words)
        self.refresh()

    def _show(self, row: ReturnRow | None) -> None:
        t, state = self._t, "" if row is None else row.state
        self.approve.setVisible(state == "requested" and self._may_approve)
        self.refuse.setVisible(state in ("requested", "approved") and self._may_approve)
        self.receive.setVisible(state == "approved" and self._may_post)
        self.look.setVisible(state == "received" and self._may_post)
        if row is None:
            self.heading.setText("")
            self.told.setText("")
            self.lines.rows.show_source(_no_lines)
            return
        number = row.number or t("not issued")
        self.heading.setText(f"{number}  {row.customer_code}  {row.customer_name}")
        said = {
            "requested": t(
                "Nobody knows by which delivery it came. {user} entered it; a second person "
                "decides.",
                user=row.created_by,
            ),
            "approved": t("Waits for the goods."),
            "received": t("The goods are in quarantine until somebody looked at them."),
        }.get(state, "")
        self.told.setText(" ".join(filter(None, (said, row.note))))
        self.told.setVisible(bool(self.told.text()))
        self.lines.rows.show_source(_lines_of(row.id))

    def _count(self, count: int) -> None:
        t = self._t
        self.summary.setText(t("{n} returns", n=t.number(count)) if count else "")
        if not count:
            self._show(None)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.addWidget(self.groups)
        bar.addStretch(1)
        above, right = QFrame(), QFrame()
        right.setObjectName("panel")
        upper = QVBoxLayout(above)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(8)
        upper.addLayout(bar)
        upper.addWidget(TableOrEmpty(self.table, self.empty), 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.receive, self.look, self.approve, self.refuse):
            buttons.addWidget(button)
        buttons.addStretch(1)
        panel = QVBoxLayout(right)
        panel.setContentsMargins(12, 10, 12, 12)
        panel.setSpacing(8)
        panel.addWidget(self.heading)
        panel.addWidget(self.told)
        panel.addLayout(buttons)
        panel.addWidget(self.lines, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(above)
        splitter.addWidget(right)
        splitter.setSizes([340, 280])
        splitter.setChildrenCollapsible(False)
        self.content.addWidget(splitter, 1)

    def _connect(self) -> None:
        self.filter.narrowed.connect(lambda words: self.table.rows.choose(words=words))
        self.filter.returnPressed.connect(self.take_focus)
        self.groups.picked.connect(lambda name: self.table.rows.choose(choice=name))
        self.table.chosen.connect(self._show)
        self.table.opened.connect(lambda _row: self.go_on())
        self.table.rows.loaded.connect(self._count)
        self.table.rows.failed.connect(self.show_error)
        self.new.clicked.connect(self.take_return)
        self.receive.clicked.connect(self.receive_goods)
        self.look.clicked.connect(self.look_at_goods)
        self.approve.clicked.connect(
            lambda: self._decide(
                approve_return,
                N_("Approve the return of {customer}"),
                N_("The goods may come back without a delivery note."),
            )
        )
        self.refuse.clicked.connect(
            lambda: self._decide(
                reject_return,
                N_("Reject the return of {customer}"),
                N_("Nothing is taken back and nothing credited."),
            )
        )
        QShortcut(QKeySequence("Ctrl+N"), self).activated.connect(self.take_return)
        QShortcut(QKeySequence("F8"), self).activated.connect(self.go_on)


def returns(reader: Reader, ask: Ask, _offset: int, _limit: int) -> Page[ReturnRow]:
    """The returns of a group, the newest first."""
    wanted = GROUPS[ask.choice or "all"]
    rows = [row for row in return_rows(reader) if not wanted or row.state in wanted]
    return narrowed(rows, ask, _words_of)


def _words_of(row: ReturnRow) -> tuple[str | None, ...]:
    return (row.number, row.customer_code, row.customer_name, row.note, look_of(row).word)


def _lines_of(key: UUID) -> Callable[[Reader, Ask, int, int], Page[FoundReturnLine]]:
    def source(reader: Reader, ask: Ask, _offset: int, _limit: int) -> Page[FoundReturnLine]:
        return narrowed(return_lines(reader, key), ask, lambda row: (row.product_code,))

    return source


def _no_lines(_reader: Reader, _ask: Ask, _offset: int, _limit: int) -> Page[FoundReturnLine]:
    return Page((), 0)


def _goods(reader: Reader, key: UUID) -> Goods:
    lines = return_lines(reader, key)
    return lines, products_by_code(reader, {line.product_code for line in lines})
