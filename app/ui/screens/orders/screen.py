"""The orders: which there are, what became of one, and what a person decides about it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
)

from app.domain.business_day import business_date
from app.domain.rights import Actor, Right
from app.explain import problem_sentence, word
from app.i18n import N_
from app.services.office import Office
from app.services.ordering.ending import cancel_order, close_short, reject_order
from app.services.ordering.entering import EnteredOrder, Taken
from app.services.ordering.releasing import release_order
from app.storage.queries.orders import (
    OrderRow,
    held_orders,
    order_totals,
)
from app.ui.dialogs.reason import ReasonDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.models.shelf import Shelf, read_shelf
from app.ui.models.table_model import TableModel
from app.ui.screens.happened import HAPPENED_COLUMNS, happened_to
from app.ui.screens.orders.columns import CLASSES, COLUMNS, GROUPS, HOLDS, LINE_COLUMNS
from app.ui.screens.orders.entry import OrderEntry
from app.ui.screens.orders.slip import SlipSheet, read_open
from app.ui.screens.orders.sources import as_entered, lines_of, no_lines, orders, wanted_by
from app.ui.screens.screen import Screen
from app.ui.tasks import DATABASE
from app.ui.widgets.chips import Chips
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.filter_line import FilterLine
from app.ui.widgets.table import Table, TableOrEmpty
from app.ui.widgets.text import CutText, Text
from app.ui.workplace import Workplace

Decision = Callable[[Office, Actor, str, str], None]


class OrdersScreen(Screen):
    """The list on the left, the order under its cursor on the right; Ctrl+N takes a new one."""

    def __init__(self, workplace: Workplace, _watcher: DockWatcher) -> None:
        super().__init__(workplace)
        theme, rights = workplace.theme, workplace.actor.rights
        self.filter = FilterLine(theme)
        self.new = QPushButton()
        self.new.setProperty("role", "primary")
        self.amend, self.release, self.reject = QPushButton(), QPushButton(), QPushButton()
        self.cancel, self.close_short, self.slip = QPushButton(), QPushButton(), QPushButton()
        self.controls.addWidget(self.filter)
        self.controls.addWidget(self.new)
        self.new.setVisible(Right.POST_ORDERS in rights)
        self.groups = Chips(tuple(GROUPS))
        self.table = Table(TableModel(workplace, COLUMNS, orders, self))
        self.empty = EmptyState(theme, "clipboard-list")
        self.lines = Table(TableModel(workplace, LINE_COLUMNS, no_lines, self))
        self.story = Table(TableModel(workplace, HAPPENED_COLUMNS, happened_to(""), self))
        self.panes = Chips(("lines", "story"))
        self.stack = QStackedWidget()
        self.heading, self.holds = CutText("strong"), Text("muted", wrap=True)
        self.totals = Text("muted")
        self._lay_out()
        self._connect()

    def retranslate(self) -> None:
        t = self._t
        self.title.setText(t("Orders"))
        self.filter.say(t("Number, customer, initials …"))
        self.new.setText(t("New order") + "  Ctrl+N")
        self.new.setAccessibleName(t("New order"))
        for button, words in (
            (self.amend, t("Amend …")),
            (self.release, t("Release …")),
            (self.reject, t("Reject …")),
            (self.cancel, t("Cancel the order …")),
            (self.close_short, t("Close short …")),
            (self.slip, t("Wholesaler's slip …")),
        ):
            button.setText(words)
            button.setAccessibleName(words)
        self.groups.say((t("All"), t("Held"), t("Open"), t("Done")))
        self.empty.teach(
            t("No orders here"),
            t(
                "Orders come in with the terminals of the salespeople, or are taken down here by "
                "telephone: Ctrl+N."
            ),
        )
        self.table.setAccessibleName(t("Orders"))
        self.lines.setAccessibleName(t("Lines of the order"))
        self.story.setAccessibleName(t("What happened"))
        self.panes.say((t("Goods"), t("What happened")))
        self._show(self.table.current())

    def refresh(self) -> None:
        self.table.rows.reload()
        self.workplace.read(held_orders, self._show_held, self.show_error)

    def take_focus(self) -> None:
        self.table.setFocus()

    def focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def look_for(self, words: str) -> None:
        self.filter.setText(words)

    def take_order(self) -> None:
        """Take a new order down (Ctrl+N)."""
        if Right.POST_ORDERS in self.workplace.actor.rights:
            self._open_entry(None, "")

    def amend_order(self) -> None:
        """Put another order in the place of this one."""
        row = self.table.current()
        if row is None or row.number is None:
            return
        number = row.number
        self.workplace.read(
            lambda reader: as_entered(reader, row),
            lambda order: self._open_entry(order, number),
            self.show_error,
        )

    def enter_slip(self) -> None:
        """Say what a wholesaler delivered of this order (Ctrl+L)."""
        row = self.table.current()
        if row is None or not self._has_slip(row):
            return
        self.workplace.read(
            lambda reader: read_open(reader, row.id),
            lambda told: self._told_slip(
                self._run_slip(SlipSheet(self.workplace, row, told, self))
            ),
            self.show_error,
        )

    def _run_slip(self, sheet: SlipSheet) -> str | None:
        sheet.exec()
        return sheet.done_with

    def _told_slip(self, number: str | None) -> None:
        if number is not None:
            self.news.emit(self._t("{number} is booked.", number=number))
            self.refresh()

    def _has_slip(self, row: OrderRow) -> bool:
        may = Right.POST_DELIVERIES in self.workplace.actor.rights
        return may and bool(row.wholesaler) and row.state in ("confirmed", "partly_delivered")

    def _open_entry(self, order: EnteredOrder | None, before: str) -> None:
        clock = self.workplace.clock
        today = business_date(clock.now_ms(), clock.offset_min())

        def show(shelf: Shelf) -> None:
            dialog = OrderEntry(self.workplace, shelf, today, self)
            dialog.start(order, before)
            self._told(self._run(dialog))

        self.workplace.read(lambda reader: read_shelf(reader, today), show, self.show_error)

    def _run(self, dialog: OrderEntry) -> Taken | None:
        dialog.exec()
        return dialog.taken

    def _told(self, taken: Taken | None) -> None:
        if taken is None:
            return
        t = self._t
        if taken.state == "held":
            reasons = (problem_sentence(p.code, p.fields, t.translator) for p in taken.problems)
            words = t("Order {number} is held.", number=taken.number)
            self.strip.say("warn", " ".join((words, *dict.fromkeys(reasons))), t("Close"))
        else:
            amount = t.money(taken.net_fen)
            self.news.emit(t("Order {number}: {amount}", number=taken.number, amount=amount))
        self.refresh()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.addWidget(self.groups)
        bar.addStretch(1)
        bar.addWidget(self.totals)
        left, right = QFrame(), QFrame()
        right.setObjectName("panel")
        below = QVBoxLayout(left)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(8)
        below.addLayout(bar)
        below.addWidget(TableOrEmpty(self.table, self.empty), 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (
            self.release, self.reject, self.amend, self.slip, self.cancel, self.close_short
        ):  # fmt: skip
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.stack.addWidget(self.lines)
        self.stack.addWidget(self.story)
        panel = QVBoxLayout(right)
        panel.setContentsMargins(12, 10, 12, 12)
        panel.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(self.heading, 1)
        head.addWidget(self.panes)
        panel.addLayout(head)
        panel.addWidget(self.holds)
        panel.addLayout(buttons)
        panel.addWidget(self.stack, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setSizes([360, 260])
        splitter.setChildrenCollapsible(False)
        self.content.addWidget(splitter, 1)

    def _connect(self) -> None:
        self.filter.narrowed.connect(lambda words: self.table.rows.choose(words=words))
        self.filter.returnPressed.connect(self.take_focus)
        self.panes.picked.connect(
            lambda name: self.stack.setCurrentWidget(self.story if name == "story" else self.lines)
        )
        self.groups.picked.connect(lambda name: self.table.rows.choose(choice=name))
        self.table.chosen.connect(self._show)
        self.table.opened.connect(lambda _row: self.lines.setFocus())
        self.table.rows.loaded.connect(self._add_up)
        self.table.rows.failed.connect(self.show_error)
        self.new.clicked.connect(self.take_order)
        self.amend.clicked.connect(self.amend_order)
        self.slip.clicked.connect(self.enter_slip)
        for button, decision, heading, consequence in self._decisions():
            button.clicked.connect(
                lambda _on=False, d=decision, h=heading, c=consequence: self._decide(d, h, c)
            )
        QShortcut(QKeySequence("Ctrl+N"), self).activated.connect(self.take_order)
        QShortcut(QKeySequence("Ctrl+L"), self).activated.connect(self.enter_slip)

    def _decisions(self) -> tuple[tuple[QPushButton, Decision, str, str], ...]:
        """Button, service, and what to say before; the words are translated when they are shown."""
        return (
            (
                self.release,
                release_order,
                N_("Release order {number}"),
                N_("It goes ahead as it is."),
            ),
            (
                self.reject,
                reject_order,
                N_("Reject order {number}"),
                N_("It will not be delivered."),
            ),
            (
                self.cancel,
                cancel_order,
                N_("Cancel order {number}"),
                N_("It will not be delivered."),
            ),
            (
                self.close_short,
                close_short,
                N_("Close order {number} short"),
                N_("What was not delivered is given up."),
            ),
        )

    def _decide(self, decision: Decision, heading: str, consequence: str) -> None:
        t, row, workplace = self._t, self.table.current(), self.workplace
        if row is None or row.number is None:
            return
        number = row.number
        words = t(heading, number=number)
        reason = ReasonDialog.ask(workplace, words, t(consequence), t("Do it"), self)
        if reason is None:
            return
        workplace.tasks.start(
            DATABASE,
            lambda _job: decision(workplace.office, workplace.actor, number, reason),
            done=lambda _none: self.refresh(),
            failed=self.show_error,
            title=words,
        )

    def _show(self, row: OrderRow | None) -> None:
        t, rights = self._t, self.workplace.actor.rights
        state = "" if row is None else row.state
        may_post, may_release = Right.POST_ORDERS in rights, Right.RELEASE_ORDERS in rights
        self.release.setVisible(state == "held" and may_release)
        self.reject.setVisible(state == "held" and may_release)
        self.amend.setVisible(state in ("held", "confirmed") and may_post)
        self.cancel.setVisible(state in ("held", "confirmed") and may_post)
        self.close_short.setVisible(state == "partly_delivered" and may_post)
        self.slip.setVisible(row is not None and self._has_slip(row))
        if row is None:
            self.heading.setText("")
            self.holds.setText("")
            self.lines.rows.show_source(no_lines)
            self.story.rows.show_source(happened_to(""))
            return
        self.heading.setText(f"{row.number}  {row.customer_code}  {row.customer_name}")
        said = []
        if state == "held":
            reasons = ", ".join(t(HOLDS.get(code, code)) for code in row.hold_codes)
            said.append(t("Held: {reasons}.", reasons=reasons))
            said.append(t("Taken by {user}; a second person decides.", user=row.created_by))
        if row.wholesaler:
            said.append(t("Delivered by {wholesaler}.", wholesaler=row.wholesaler))
        if row.ended_because:
            said.append(t("Reason: {reason}", reason=word(row.ended_because, t.translator)))
        self.holds.setText(" ".join(said))
        self.holds.setVisible(bool(said))
        self.lines.rows.show_source(lines_of(row.id))
        self.story.rows.show_source(happened_to(row.number or ""))

    def _add_up(self, count: int) -> None:
        self.summary.setText(
            self._t.translator.plural("{n} order", "{n} orders", count) if count else ""
        )
        if not count:
            self._show(None)
        wanted = wanted_by(self.table.rows.ask)
        self.workplace.read(
            lambda reader: order_totals(reader, wanted), self._show_totals, self.show_error
        )

    def _show_totals(self, totals: dict[str, tuple[int, int]]) -> None:
        t = self._t
        self.totals.setText(
            "   ".join(f"{t(CLASSES[name])} {t.money(fen)}" for name, (_n, fen) in totals.items())
        )

    def _show_held(self, count: int) -> None:
        t = self._t
        held = t("Held ({n})", n=t.number(count)) if count else t("Held")
        self.groups.say((t("All"), held, t("Open"), t("Done")))
