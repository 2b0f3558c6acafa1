"""Counts in the window: planned, written blind, counted again, approved by a third person."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from app.domain.rights import Actor
from app.services.office import Office
from app.storage.queries.counts import CountRow, count_rows
from app.storage.queries.stock import on_hand
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.stock import desk as desk_module
from app.ui.screens.stock.count_plan import CountPlan
from app.ui.screens.stock.count_sheet import CountSheet
from app.ui.screens.stock.screen import StockScreen
from app.ui.workplace import Workplace
from tests.support.trades import assert_sound, stock_of

HOME = "WH01"
PRODUCT = "HX500"
Hand = Callable[[QDialog], None]


def shown(qtbot: QtBot, screen: StockScreen) -> StockScreen:
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
def screen(qtbot: QtBot, workplace: Workplace, still_watcher: DockWatcher) -> StockScreen:
    return shown(qtbot, StockScreen(workplace, still_watcher))


@pytest.fixture
def work(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Callable[[Hand], list[QDialog]]:
    """What somebody does in the next dialog; the dialogs that were opened come back."""

    def set_hand(hand: Hand) -> list[QDialog]:
        opened: list[QDialog] = []

        def run(dialog: QDialog) -> None:
            opened.append(dialog)
            hand(dialog)
            name = "planned" if isinstance(dialog, CountPlan) else "told_after"
            qtbot.waitUntil(lambda: bool(getattr(dialog, name)))

        monkeypatch.setattr(desk_module, "run", run)
        return opened

    return set_hand


def the_count(office: Office) -> CountRow:
    with office.database.read() as reader:
        (row,) = (row for row in count_rows(reader) if row.planned_by)
    return row


def state_of(office: Office) -> str:
    with office.database.read() as reader:
        return next((row.state for row in count_rows(reader) if row.planned_by), "")


def plan(screen: StockScreen, qtbot: QtBot, work: Callable[[Hand], list[QDialog]]) -> None:
    def hand(dialog: QDialog) -> None:
        assert isinstance(dialog, CountPlan)
        dialog.place.setCurrentIndex(dialog.place.findData(HOME))
        dialog.products.setText(PRODUCT)
        dialog.confirm()

    work(hand)
    QTest.keyClick(screen, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)


def open_sheet(screen: StockScreen, qtbot: QtBot) -> None:
    screen.kinds.pick("counts")
    screen.kinds.picked.emit("counts")
    qtbot.waitUntil(lambda: screen.count_table.current() is not None)
    QTest.keyClick(screen.count_table, Qt.Key.Key_Return)


def write(figures: list[str]) -> Hand:
    def hand(dialog: QDialog) -> None:
        assert isinstance(dialog, CountSheet)
        dialog.counter.setCurrentIndex(1)
        for row, words in enumerate(figures):
            dialog.grid.put(row, "counted", words)
        dialog.confirm()

    return hand


def in_packings(office: Office, less: int) -> list[str]:
    """What lies of each lot, the first with so many units less."""
    with office.database.read() as reader:
        rows = on_hand(reader, product_code=PRODUCT, location_code=HOME)
    figures = {row.lot_code: row.qty for row in rows}
    first = min(figures, key=str)
    figures[first] -= less
    return [f"0+{figures[lot]}" for lot in sorted(figures, key=str)]


def test_a_blind_count_is_planned_written_and_booked_by_keys(
    qtbot: QtBot,
    screen: StockScreen,
    office: Office,
    work: Callable[[Hand], list[QDialog]],
) -> None:
    before = stock_of(office, HOME, PRODUCT)
    plan(screen, qtbot, work)
    qtbot.waitUntil(lambda: state_of(office) == "planned")
    opened = work(write(in_packings(office, 3)))
    open_sheet(screen, qtbot)
    qtbot.waitUntil(lambda: state_of(office) == "posted")
    (sheet,) = opened
    assert isinstance(sheet, CountSheet)
    assert "book" not in [column.key for column in sheet.grid.columns]
    assert stock_of(office, HOME, PRODUCT) == before - 3
    assert_sound(office)


def test_what_is_off_twice_is_compared_and_approved_by_somebody_else(
    qtbot: QtBot,
    screen: StockScreen,
    office: Office,
    work: Callable[[Hand], list[QDialog]],
    workplaces: Callable[[Office, Actor], Workplace],
    still_watcher: DockWatcher,
) -> None:
    before = stock_of(office, HOME, PRODUCT)
    plan(screen, qtbot, work)
    qtbot.waitUntil(lambda: state_of(office) == "planned")
    off = in_packings(office, 100)
    work(write(off))
    open_sheet(screen, qtbot)
    qtbot.waitUntil(lambda: state_of(office) == "recount")

    def again(dialog: QDialog) -> None:
        assert isinstance(dialog, CountSheet)
        codes = [dialog.counter.itemData(n) for n in range(dialog.counter.count())]
        assert the_count(office).counter not in codes
        assert dialog.grid.rowCount() == 1
        assert dialog.grid.words(0, "counted") == ""
        dialog.reason.setText("a pallet fell")
        write(off[:1])(dialog)

    work(again)
    open_sheet(screen, qtbot)
    qtbot.waitUntil(lambda: state_of(office) == "submitted")
    chief = shown(qtbot, StockScreen(workplaces(office, Actor.everything("chief")), still_watcher))

    def approve(dialog: QDialog) -> None:
        assert isinstance(dialog, CountSheet)
        assert not dialog.writes
        assert dialog.told.text() == "a pallet fell"
        assert dialog.grid.words(0, "first") == dialog.grid.words(0, "second")
        assert dialog.grid.words(0, "difference").startswith("-8")
        dialog.confirm()

    work(approve)
    open_sheet(chief, qtbot)
    qtbot.waitUntil(lambda: state_of(office) == "posted")
    assert stock_of(office, HOME, PRODUCT) == before - 100
    assert_sound(office)


def test_a_sheet_is_kept_for_now_and_goes_on_later(
    qtbot: QtBot,
    screen: StockScreen,
    office: Office,
    work: Callable[[Hand], list[QDialog]],
) -> None:
    plan(screen, qtbot, work)
    qtbot.waitUntil(lambda: state_of(office) == "planned")

    def keep(dialog: QDialog) -> None:
        assert isinstance(dialog, CountSheet)
        dialog.grid.put(0, "counted", "1")
        dialog.save()
        assert dialog.told.text() == "Choose who counted."
        dialog.counter.setCurrentIndex(1)
        dialog.save()

    work(keep)
    open_sheet(screen, qtbot)
    qtbot.waitUntil(lambda: state_of(office) == "open")
    assert the_count(office).counted == 1


def test_a_wrong_quantity_is_marked(
    qtbot: QtBot,
    screen: StockScreen,
    office: Office,
    work: Callable[[Hand], list[QDialog]],
) -> None:
    plan(screen, qtbot, work)
    qtbot.waitUntil(lambda: state_of(office) == "planned")

    def wrong(dialog: QDialog) -> None:
        assert isinstance(dialog, CountSheet)
        dialog.grid.put(0, "counted", "many")
        dialog.confirm()
        assert "marked" in dialog.told.text()
        dialog.grid.put(0, "counted", "1")
        dialog.counter.setCurrentIndex(1)
        dialog.save()

    work(wrong)
    open_sheet(screen, qtbot)
    qtbot.waitUntil(lambda: state_of(office) == "open")
