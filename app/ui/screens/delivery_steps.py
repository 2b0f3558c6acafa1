"""The steps of a day of deliveries: plan it, load its vans, say what came back."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from app.domain.rights import Right
from app.errors import NotFound, RuleBroken
from app.i18n import N_
from app.reports.table import Table
from app.services.deliveries.confirming import LineResult, NoteResult, confirm_deliveries
from app.services.delivering import Loaded, load
from app.services.paper_entry import PaperResult
from app.services.paper_notes import Paper, paper_of, signed_paper
from app.services.planning import plan_route_day
from app.services.route_papers import print_load_sheet, print_pick_list
from app.storage.queries.deliveries import DeliveryRow, listing
from app.ui.dialogs.load_check import LoadCheckSheet, Loads, read_loads
from app.ui.dialogs.question import QuestionDialog
from app.ui.dialogs.route_day import RouteDay, RouteDays, read_route_days
from app.ui.tasks import DATABASE, Job
from app.ui.workplace import Workplace

T = TypeVar("T")


class DaySteps(QWidget):
    """`told` carries a sentence about what was done, `failed` what stood in the way, `written` the
    file of a paper."""

    told = Signal(str)
    written = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        workplace: Workplace,
        day: Callable[[], date],
        chosen: Callable[[], Sequence[DeliveryRow]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workplace, self._t = workplace, workplace.language
        self._day, self._chosen = day, chosen
        self.plan, self.load, self.confirm = QPushButton(), QPushButton(), QPushButton()
        self.more = QPushButton()
        self._actions = [QAction(self) for _action in self._more()]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        rights = workplace.actor.rights
        for button, act, right, key in (
            (self.plan, self.plan_day, Right.PLAN, "Ctrl+P"),
            (self.load, self.load_vans, Right.POST_STOCK, "Ctrl+L"),
            (self.confirm, self.confirm_notes, Right.POST_DELIVERIES, "F8"),
        ):
            row.addWidget(button)
            button.clicked.connect(act)
            button.setVisible(right in rights)
            if right in rights:
                QShortcut(QKeySequence(key), self).activated.connect(act)

        menu = QMenu(self)
        for action, (_words, act, right, key) in zip(self._actions, self._more(), strict=True):
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(act)
            action.setVisible(right in rights)
            action.setEnabled(right in rights)
            menu.addAction(action)
            self.addAction(action)
        self.more.setMenu(menu)
        row.addWidget(self.more)

    def _more(self) -> tuple[tuple[str, Callable[[], None], Right, str], ...]:
        return (
            (N_("Stops and van …"), self.change_route_day, Right.PLAN, "Ctrl+R"),
            (N_("Check and load …"), self.check_load, Right.POST_STOCK, "Ctrl+Shift+K"),
            (N_("Pick list"), self.print_pick_list, Right.PRINT, "Ctrl+Shift+P"),
            (N_("Load sheet"), self.print_load_sheet, Right.PRINT, "Ctrl+Shift+L"),
        )

    def retranslate(self) -> None:
        t = self._t
        self.more.setText(t("More"))
        self.more.setAccessibleName(t("More"))
        for action, (words, _act, _right, _key) in zip(self._actions, self._more(), strict=True):
            action.setText(t(words))
        for button, words, tip in (
            (self.plan, t("Plan"), t("Plan whatever is due up to this day") + "  Ctrl+P"),
            (
                self.load,
                t("Load"),
                t("Load all vans of this day and number the notes") + "  Ctrl+L",
            ),
            (self.confirm, t("Delivered"), t("The chosen notes were handed over whole") + "  F8"),
        ):
            button.setText(words)
            button.setAccessibleName(words)
            button.setToolTip(tip)

    def plan_day(self) -> None:
        workplace, day, t = self._workplace, self._day(), self._t

        def work(_job: Job) -> int:
            return plan_route_day(workplace.office, workplace.actor, day).total

        def done(count: int) -> None:
            words = t("{n} deliveries planned.", n=t.number(count))
            self.told.emit(words if count else t("Nothing more is due up to this day."))

        self._start(work, done, t("Planning {day}", day=t.date(day)))

    def load_vans(self) -> None:
        workplace, day, t = self._workplace, self._day(), self._t

        def work(job: Job) -> tuple[int, int]:
            with workplace.office.database.read() as reader:
                waiting = [row for row in listing(reader, day=day) if row.state == "draft"]
            routes = sorted({row.route_code for row in waiting if row.route_code})
            if not routes:
                raise NotFound(what="delivery to load", key=t.date(day))
            notes = shorts = 0
            for place, route in enumerate(routes):
                job.step(place, len(routes), route)
                loaded = load(workplace.office, workplace.actor, day, route)
                notes, shorts = notes + len(loaded.numbers), shorts + len(loaded.shorts)
            return notes, shorts

        def done(counts: tuple[int, int]) -> None:
            notes, shorts = counts
            words = [t("{n} notes loaded.", n=t.number(notes))]
            if shorts:
                words.append(t("{n} lines are short.", n=t.number(shorts)))
            self.told.emit(" ".join(words))

        self._start(work, done, t("Loading {day}", day=t.date(day)))

    def confirm_notes(self) -> None:
        """Everything on the chosen notes was handed over; exceptions are typed one by one."""
        workplace, t = self._workplace, self._t
        numbers = [row.number for row in self._chosen() if row.number and row.state == "loaded"]
        if not numbers:
            return
        heading = t("{n} notes: delivered whole?", n=t.number(len(numbers)))
        consequence = t(
            "Everything on them counts as handed over. What was refused or missed is typed with "
            "“From paper …” instead."
        )
        if not QuestionDialog.ask(heading, consequence, t("Delivered"), self):
            return
        results = [NoteResult(number) for number in numbers]

        def work(_job: Job) -> int:
            return confirm_deliveries(workplace.office, workplace.actor, results)

        def done(count: int) -> None:
            self.told.emit(t("{n} notes are posted as delivered.", n=t.number(count)))

        self._start(work, done, t("Posting deliveries"))

    def change_route_day(self) -> None:
        """Change the order of a route's stops, its van or driver, before it is loaded."""
        day = self._day()
        self._workplace.read(
            lambda reader: read_route_days(reader, day), self._open_route_day, self.failed.emit
        )

    def check_load(self) -> None:
        """Let checker and driver count the chosen route's van before it goes (Ctrl+Shift+K)."""
        workplace, day = self._workplace, self._day()
        self._start(
            lambda _job: read_loads(workplace, day), self._open_load, self._t("Check and load")
        )

    def _open_load(self, loads: Loads) -> None:
        t, day = self._t, self._day()
        if not loads.lists:
            self.failed.emit(NotFound(what="delivery to load", key=t.date(day)))
            return
        chosen = {row.route_code for row in self._chosen()}
        of_route = next((one for one in loads.lists if one.route in chosen), loads.lists[0])
        loaded = self._run(LoadCheckSheet(self._workplace, day, of_route, loads, self))
        if loaded is None:
            return
        off = ", ".join(
            t("{product}: {found} of {picked}", product=d.product, found=d.found, picked=d.picked)
            for d in loaded.differences
        )
        words = t("{n} notes loaded.", n=t.number(len(loaded.numbers)))
        self.told.emit(f"{words} {off}".rstrip())

    def _run(self, sheet: LoadCheckSheet) -> Loaded | None:
        sheet.exec()
        return sheet.done_with

    def print_pick_list(self) -> None:
        """Write what the planned deliveries of the day take from the warehouse."""
        self._write("pick-list", print_pick_list)

    def print_load_sheet(self) -> None:
        """Write what stands on the vans of the day."""
        self._write("load-sheet", print_load_sheet)

    def _open_route_day(self, found: RouteDays) -> None:
        dialog = RouteDay(self._workplace, self._day(), found, self)
        dialog.exec()
        if dialog.changed:
            self.told.emit(self._t("The route day is changed."))

    def _write(self, kind: str, write: Callable[..., Table]) -> None:
        workplace, day, t = self._workplace, self._day(), self._t
        file = workplace.paths.output / f"{kind}-{day.isoformat()}.pdf"

        def work(_job: Job) -> Path:
            write(workplace.office, workplace.actor, file, t.translator, day)
            return file

        self._start(work, self.written.emit, t("Printing"))

    def _start(self, work: Callable[[Job], T], done: Callable[[T], None], title: str) -> None:
        self._workplace.tasks.start(DATABASE, work, done=done, failed=self.failed.emit, title=title)


def find_paper(workplace: Workplace, number: str) -> Paper:
    """The note as its paper is to be typed: of a lost terminal, or by the desk."""
    try:
        return paper_of(workplace.office, workplace.actor, number)
    except RuleBroken as error:
        if error.rule != "terminal-not-lost":
            raise
    except NotFound as error:
        if error.fields.get("what") != "carrier":
            raise
    return signed_paper(workplace.office, workplace.actor, number)


def post_paper(workplace: Workplace, paper: Paper, told: PaperResult) -> int:
    """Post what the signed paper says; returns how many notes."""
    lines = tuple(
        LineResult(on.line_no, line.delivered, line.refused, line.reason)
        for on, line in zip(paper.note.lines, told.lines, strict=True)
    )
    result = NoteResult(told.number, lines, signer=told.receiver, reason="")
    return confirm_deliveries(workplace.office, workplace.actor, [result])
