"""What a keeper does at the stock: enters papers, lets transfers arrive, approves, ends claims."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from app.domain.business_day import business_date
from app.domain.rights import Right
from app.i18n import N_
from app.services.stocking.explaining import close_case
from app.services.stocking.receipts import close_claim
from app.services.stocking.write_offs import WrittenOff, approve_write_off
from app.storage.queries.consignment import ConsignedRow
from app.storage.queries.counts import CountRow
from app.storage.queries.directory import FoundProduct, products_by_code
from app.ui.dialogs.question import QuestionDialog
from app.ui.dialogs.reason import ReasonDialog
from app.ui.screens.stock.arriving import Arriving
from app.ui.screens.stock.consigned import ConsignedSheet, ConsignForm, Lying, lying_with
from app.ui.screens.stock.count_plan import CountPlan
from app.ui.screens.stock.count_sheet import CountSheet, Told, read_sheet
from app.ui.screens.stock.papers import (
    Papers,
    ReceiptForm,
    TransferForm,
    WriteOffForm,
    read_papers,
)
from app.ui.screens.stock.waiting import WaitingRow
from app.ui.tasks import DATABASE
from app.ui.workplace import Workplace

Form = (
    type[ReceiptForm]
    | type[TransferForm]
    | type[WriteOffForm]
    | type[CountPlan]
    | type[ConsignForm]
)
FORMS: tuple[tuple[Form, str, str], ...] = (
    (ReceiptForm, N_("Goods in …"), "Ctrl+G"),
    (TransferForm, N_("Transfer …"), "Ctrl+T"),
    (WriteOffForm, N_("Write off …"), "Ctrl+W"),
    (CountPlan, N_("Plan a count …"), "Ctrl+P"),
    (ConsignForm, N_("At a customer's …"), "Ctrl+Shift+K"),
)


class StockDesk(QObject):
    """`booked` carries a sentence about what was done, `failed` what went wrong."""

    booked = Signal(str)
    failed = Signal(object)

    def __init__(self, workplace: Workplace, window: QWidget) -> None:
        super().__init__(window)
        self._workplace, self._window, self._t = workplace, window, workplace.language

    @property
    def may_post(self) -> bool:
        return Right.POST_STOCK in self._workplace.actor.rights

    @property
    def may_approve(self) -> bool:
        return Right.APPROVE_WRITE_OFFS in self._workplace.actor.rights

    def enter(self, form: Form) -> None:
        """Open a form and book what is written in it."""
        if not self.may_post:
            return
        clock = self._workplace.clock
        today = business_date(clock.now_ms(), clock.offset_min())
        self._workplace.read(
            lambda reader: read_papers(reader, today),
            partial(self._open, form),
            self.failed.emit,
        )

    def go_on(self, row: WaitingRow) -> None:
        """Do what this row waits for."""
        if row.kind == "transfer" and self.may_post:
            codes = {line.product_code for line in row.lines}
            self._workplace.read(
                lambda reader: products_by_code(reader, codes),
                partial(self._arrive, row),
                self.failed.emit,
            )
        elif row.kind == "write_off" and self.may_approve:
            self._approve(row)
        elif row.kind == "claim" and self.may_post:
            self._end_claim(row)
        elif row.kind == "case" and self.may_post:
            self._explain(row)

    def _open(self, form: Form, papers: Papers) -> None:
        t = self._t
        dialog = form(self._workplace, papers, self._window)
        run(dialog)
        if isinstance(dialog, CountPlan):
            if dialog.planned is not None:
                self.booked.emit(t("The sheet is made. It stands under Counts."))
            return
        done = dialog.done_with
        if isinstance(done, WrittenOff):
            self.booked.emit(
                t("{number} is written off.", number=done.number)
                if done.number
                else t(
                    "Goods for {amount}: a second person has to approve that.",
                    amount=t.money(done.value_fen),
                )
            )
        elif done is not None:
            self.booked.emit(t("{number} is booked.", number=done))

    def open_count(self, row: CountRow) -> None:
        """Open the sheet of a count, to be written or approved."""
        self._workplace.read(
            lambda reader: read_sheet(reader, row.id), self._count, self.failed.emit
        )

    def open_consigned(self, row: ConsignedRow) -> None:
        """Count what lies with this row's customer."""
        if self.may_post:
            self._workplace.read(
                lambda reader: lying_with(reader, row.customer_code),
                self._count_consigned,
                self.failed.emit,
            )

    def _count_consigned(self, told: Lying) -> None:
        t, sheet = self._t, ConsignedSheet(self._workplace, told, self._window)
        run(sheet)
        sold = sheet.done_with
        if sold is None:
            return
        words = t("{number}: sold for {amount}.", number=sold.number, amount=t.money(sold.net_fen))
        if sold.too_many:
            more = t("More than the book has: {goods}.", goods=", ".join(sold.too_many))
            words = f"{words} {more}"
        self.booked.emit(words)

    def _count(self, told: Told) -> None:
        sheet = CountSheet(self._workplace, told, self._window)
        run(sheet)
        if sheet.told_after:
            self.booked.emit(sheet.told_after)

    def _arrive(self, row: WaitingRow, products: dict[str, FoundProduct]) -> None:
        dialog = Arriving(self._workplace, row.lines, products, self._window)
        run(dialog)
        if dialog.done_with is not None:
            self.booked.emit(self._t("{number} is booked.", number=row.number))

    def _approve(self, row: WaitingRow) -> None:
        t, workplace = self._t, self._workplace
        amount = t.money(row.value_fen or 0)
        if not QuestionDialog.ask(
            t("Approve the write-off"),
            t(
                "Goods worth {amount}, entered by {user}, leave the stock.",
                amount=amount,
                user=row.who,
            ),
            t("Approve"),
            self._window,
        ):
            return
        workplace.tasks.start(
            DATABASE,
            lambda _job: approve_write_off(workplace.office, workplace.actor, row.key),
            done=lambda number: self.booked.emit(t("{number} is written off.", number=number)),
            failed=self.failed.emit,
            title=t("Approving a write-off"),
        )

    def _explain(self, row: WaitingRow) -> None:
        t, workplace = self._t, self._workplace
        note = ReasonDialog.ask(
            workplace,
            t("{goods} at {place}", goods=row.what, place=row.detail),
            t("Book and goods cannot both be right here. What was the matter? Count first."),
            t("Close the case"),
            self._window,
        )
        if note is not None:
            self._start(
                lambda: close_case(workplace.office, workplace.actor, row.key, note),
                t("The case is closed."),
            )

    def _end_claim(self, row: WaitingRow) -> None:
        t, workplace = self._t, self._workplace
        note = ReasonDialog.ask(
            workplace,
            t("Claim on {supplier}", supplier=row.who),
            t("How did it end? It leaves this list."),
            t("End the claim"),
            self._window,
        )
        if note is None:
            return
        self._start(
            lambda: close_claim(workplace.office, workplace.actor, row.key, note),
            t("The claim is ended."),
        )

    def _start(self, work: Callable[[], None], words: str) -> None:
        self._workplace.tasks.start(
            DATABASE,
            lambda _job: work(),
            done=lambda _none: self.booked.emit(words),
            failed=self.failed.emit,
        )


def run(dialog: QDialog) -> None:
    """Show a dialog until it is closed (replaced in tests)."""
    dialog.exec()
