"""The keeper's papers in the window: goods in, transfers, write-offs, claims, and lots."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from app.domain.numbering import DocumentKind
from app.domain.rights import Actor
from app.domain.stock import LocationKind
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.storage.queries.counts import count_rows
from app.storage.queries.stock_papers import (
    claims,
    in_transit,
    receipt_lines,
    write_offs_waiting,
)
from app.storage.store.master_data import Party, Place
from app.ui.dialogs.question import QuestionDialog
from app.ui.dialogs.reason import ReasonDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.stock import desk as desk_module
from app.ui.screens.stock.consigned import ConsignedSheet, ConsignForm
from app.ui.screens.stock.count_plan import CountPlan
from app.ui.screens.stock.moves import KIND_NAMES
from app.ui.screens.stock.papers import ReceiptForm, TransferForm, WriteOffForm, read_papers
from app.ui.screens.stock.screen import StockScreen
from app.ui.workplace import Workplace
from tests.support.sample_office import CLERK, SAMPLE_DAY
from tests.support.trades import assert_sound, stock_of

CHIEF = Actor.everything("chief")
LOT = "L2699A"
HOME = "WH01"

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def workplace(office: Office, workplaces: Callable[[Office], Workplace]) -> Workplace:
    put_masters(
        office,
        CLERK,
        MasterData(
            parties=(Party(code="SUP1", name="Brewery", supplier=True),),
            places=(Place(code="WH9", name="Second warehouse", kind=LocationKind.WAREHOUSE),),
        ),
    )
    return workplaces(office)


@pytest.fixture
def screen(qtbot: QtBot, workplace: Workplace, still_watcher: DockWatcher) -> StockScreen:
    screen = StockScreen(workplace, still_watcher)
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.resize(1180, 680)
    screen.show()
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    screen.refresh()
    qtbot.waitUntil(lambda: screen.stock_table.rows.rowCount() > 0)
    return screen


@pytest.fixture
def fill(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., None]], None]:
    """What somebody does in the next dialogs before they are confirmed."""

    def set_hand(hand: Callable[..., None]) -> None:
        def run(dialog: QDialog) -> None:
            hand(dialog)
            dialog.confirm()  # type: ignore[attr-defined]
            qtbot.waitUntil(lambda: dialog.done_with is not None)  # type: ignore[attr-defined]

        monkeypatch.setattr(desk_module, "run", run)

    return set_hand


def choose(box: object, code: str) -> None:
    box.setCurrentIndex(box.findData(code))  # type: ignore[attr-defined]


def receive(screen: StockScreen, qtbot: QtBot, fill: Callable[..., None]) -> None:
    def hand(form: ReceiptForm) -> None:
        choose(form.supplier, "SUP1")
        choose(form.place, "WH9")
        expiry = (SAMPLE_DAY + timedelta(days=20)).isoformat()
        form.grid.put_row(
            0,
            {"product": "HX500", "qty": "3CS", "lot": LOT, "expiry": expiry, "expected": "5CS"},
        )

    fill(hand)
    QTest.keyClick(screen, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    office = screen.workplace.office
    qtbot.waitUntil(lambda: stock_of(office, "WH9") == 36)


def show_page(screen: StockScreen, qtbot: QtBot, name: str) -> None:
    screen.kinds.pick(name)
    screen.kinds.picked.emit(name)
    table = {
        "waiting": screen.waiting_table,
        "lots": screen.lot_table,
        "consigned": screen.consigned_table,
    }[name]
    qtbot.waitUntil(lambda: table.current() is not None)


def test_less_than_announced_opens_a_claim_that_is_ended_with_a_note(
    qtbot: QtBot, screen: StockScreen, office: Office, fill: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    receive(screen, qtbot, fill)
    with office.database.read() as reader:
        (claim,) = claims(reader)
        (line,) = receipt_lines(reader, claim.receipt)
    assert (claim.kind, claim.qty) == ("short", 24)
    assert (line.expected, line.received, line.short) == (60, 36, 24)
    show_page(screen, qtbot, "waiting")
    monkeypatch.setattr(ReasonDialog, "ask", lambda *_: "credited by them")
    QTest.keyClick(screen.waiting_table, Qt.Key.Key_Return)

    def ended() -> bool:
        with office.database.read() as reader:
            return claims(reader) == ()

    qtbot.waitUntil(ended)
    assert_sound(office)


def test_a_transfer_is_under_way_until_it_arrives(
    qtbot: QtBot, screen: StockScreen, office: Office, fill: Callable[..., None]
) -> None:
    receive(screen, qtbot, fill)

    def send(form: TransferForm) -> None:
        choose(form.source, "WH9")
        choose(form.target, HOME)
        form.grid.put_row(0, {"product": "HX500", "qty": "1CS", "lot": LOT})

    fill(send)
    QTest.keyClick(screen, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: stock_of(office, "WH9") == 24)
    with office.database.read() as reader:
        (line,) = in_transit(reader)
    assert (line.line_no, line.shipped) == (1, 12)
    before = stock_of(office, HOME)
    fill(lambda _dialog: None)
    show_page(screen, qtbot, "waiting")
    QTest.keyClick(screen.waiting_table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stock_of(office, HOME) == before + 12)
    assert_sound(office)


def test_a_costly_write_off_waits_for_a_second_person(
    qtbot: QtBot,
    screen: StockScreen,
    office: Office,
    fill: Callable[..., None],
    workplaces: Callable[[Office, Actor], Workplace],
    still_watcher: DockWatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = stock_of(office, HOME)
    with office.database.read() as reader:
        reason = next(iter(read_papers(reader, SAMPLE_DAY).reasons))
    lot = next(
        row.lot_code
        for row in all_rows(screen)
        if (row.place_code, row.product_code) == (HOME, "HX500")
    )

    def lose(form: WriteOffForm) -> None:
        choose(form.place, HOME)
        form.grid.put_row(
            0, {"product": "HX500", "qty": "20CS", "lot": lot or "", "reason": reason}
        )

    fill(lose)
    QTest.keyClick(screen, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)

    def waits() -> bool:
        with office.database.read() as reader:
            return len(write_offs_waiting(reader)) == 1

    qtbot.waitUntil(waits)
    assert stock_of(office, HOME) == before
    other = StockScreen(workplaces(office, CHIEF), still_watcher)
    qtbot.addWidget(other)
    other.retranslate()
    other.show()
    show_page(other, qtbot, "waiting")
    monkeypatch.setattr(QuestionDialog, "ask", lambda *_: True)
    QTest.keyClick(other.waiting_table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stock_of(office, HOME) == before - 240)


def all_rows(screen: StockScreen) -> list[object]:
    model = screen.stock_table.rows
    return [row for row in map(model.row, range(model.rowCount())) if row is not None]


def test_an_expiring_lot_opens_its_way(
    qtbot: QtBot, screen: StockScreen, fill: Callable[..., None]
) -> None:
    receive(screen, qtbot, fill)
    show_page(screen, qtbot, "lots")
    row = screen.lot_table.current()
    assert row is not None
    assert (row.lot_code, row.days_left) == (LOT, 20)
    QTest.keyClick(screen.lot_table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.step_table.rows.row(0) is not None)
    step = screen.step_table.rows.row(0)
    assert step is not None
    assert (step.party_code, step.target, step.qty) == ("SUP1", "WH9", 36)
    QTest.keyClick(screen, Qt.Key.Key_Backspace)
    assert screen.lot_table.isVisible()


def test_a_day_that_is_none_is_marked(qtbot: QtBot, workplace: Workplace, office: Office) -> None:
    with office.database.read() as reader:
        form = ReceiptForm(workplace, read_papers(reader, SAMPLE_DAY))
    qtbot.addWidget(form)
    form.grid.put_row(0, {"product": "HX500", "qty": "1", "expiry": "soon"})
    form.confirm()
    assert "marked" in form.told.text()
    assert form.done_with is None


def test_f8_pressed_twice_books_once(qtbot: QtBot, workplace: Workplace, office: Office) -> None:
    with office.database.read() as reader:
        papers = read_papers(reader, SAMPLE_DAY)
    form, plan = ReceiptForm(workplace, papers), CountPlan(workplace, papers)
    choose(form.supplier, "SUP1")
    choose(form.place, HOME)
    expiry = (SAMPLE_DAY + timedelta(days=20)).isoformat()
    form.grid.put_row(0, {"product": "HX500", "qty": "3CS", "lot": LOT, "expiry": expiry})
    before = stock_of(office, HOME)
    for dialog in (form, plan):
        qtbot.addWidget(dialog)
        with qtbot.waitActive(dialog):
            dialog.show()
        for _twice in range(2):
            QTest.keyClick(dialog, Qt.Key.Key_F8)
        qtbot.waitUntil(lambda: workplace.tasks.idle)
    assert (form.done_with is None, plan.planned is None) == (False, False)
    assert stock_of(office, HOME) == before + 36
    with office.database.read() as reader:
        assert len([row for row in count_rows(reader) if row.planned_by]) == 1


def test_every_kind_of_paper_has_a_name() -> None:
    assert set(KIND_NAMES) == set(DocumentKind)


def test_goods_lie_at_a_customers_until_they_are_counted(
    qtbot: QtBot, screen: StockScreen, office: Office, fill: Callable[..., None]
) -> None:
    with office.database.read() as reader:
        shelf = read_papers(reader, SAMPLE_DAY).shelf
    customer = sorted(shelf.customers)[0]

    def lay_down(form: ConsignForm) -> None:
        form.customer.setCurrentText(customer)
        choose(form.place, HOME)
        form.grid.put_row(0, {"product": "HX500", "qty": "5CS"})

    fill(lay_down)
    screen.kinds.picked.emit("consigned")
    qtbot.waitUntil(screen.consigned_empty.isVisible)
    QTest.keyClick(screen, Qt.Key.Key_K, CTRL_SHIFT)
    qtbot.waitUntil(lambda: stock_of(office, f"CONSIGNMENT-{customer}") == 60)
    said: list[str] = []
    screen.news.connect(said.append)

    def count(sheet: ConsignedSheet) -> None:
        assert sheet.grid.words(0, "expected") == sheet.grid.words(0, "found") == ""
        sheet.grid.put_row(0, {"found": "2CS"})

    fill(count)
    show_page(screen, qtbot, "consigned")
    QTest.keyClick(screen.consigned_table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stock_of(office, f"CONSIGNMENT-{customer}") == 24)
    qtbot.waitUntil(lambda: any("sold for" in words for words in said))
    assert_sound(office)
