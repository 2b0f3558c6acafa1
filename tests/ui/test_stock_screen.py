"""Every number opens: from the stock to its moves, to the document, to the terminal's bytes."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.storage.queries.stock import on_hand
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.stock.screen import StockScreen
from app.ui.workplace import Workplace


@pytest.fixture
def screen(qtbot: QtBot, workplace: Workplace, still_watcher: DockWatcher) -> StockScreen:
    screen = StockScreen(workplace, still_watcher)
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.resize(1180, 680)
    screen.show()
    screen.refresh()
    qtbot.waitUntil(lambda: screen.stock_table.rows.rowCount() > 0)
    return screen


def test_shows_what_the_ledger_holds(screen: StockScreen, workplace: Workplace) -> None:
    with workplace.office.database.read() as reader:
        expected = [row.qty for row in on_hand(reader)]
    model = screen.stock_table.rows
    assert [model.row(n).qty for n in range(model.rowCount())] == expected


def test_enter_opens_the_moves_whose_sum_is_the_number(qtbot: QtBot, screen: StockScreen) -> None:
    row = screen.stock_table.current()
    assert row is not None
    qtbot.keyClick(screen.stock_table, Qt.Key.Key_Return)
    moves = screen.move_table.rows
    qtbot.waitUntil(lambda: moves.rowCount() > 0)
    assert sum(moves.row(n).qty for n in range(moves.rowCount())) == row.qty
    assert screen.title.text() == row.product_name
    qtbot.keyClick(screen.move_table, Qt.Key.Key_Backspace)
    assert screen.title.text() == "Stock"


def test_enter_on_a_move_shows_the_record_as_the_terminal_sent_it(
    qtbot: QtBot, screen: StockScreen
) -> None:
    qtbot.keyClick(screen.stock_table, Qt.Key.Key_Return)
    moves = screen.move_table.rows
    qtbot.waitUntil(lambda: moves.rowCount() > 0)
    kinds = [moves.row(n).document_kind for n in range(moves.rowCount())]
    screen.move_table.selectRow(kinds.index("DN"))
    qtbot.keyClick(screen.move_table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.proof.raw_text != "")
    first_line = screen.proof.raw_text.splitlines()[0]
    offset, rest = first_line.split("  ", 1)
    assert int(offset, 16) > 0
    assert len(rest.split("  ")[0].split()) == 16


def test_move_of_the_desk_shows_the_command_in_the_journal(
    qtbot: QtBot, screen: StockScreen
) -> None:
    qtbot.keyClick(screen.stock_table, Qt.Key.Key_Return)
    moves = screen.move_table.rows
    qtbot.waitUntil(lambda: moves.rowCount() > 0)
    kinds = [moves.row(n).document_kind for n in range(moves.rowCount())]
    screen.move_table.selectRow(kinds.index("PR"))
    qtbot.keyClick(screen.move_table, Qt.Key.Key_Return)
    qtbot.waitUntil(screen.proof.isVisible)
    qtbot.waitUntil(lambda: screen.proof.raw_text != "")
    signs = "".join(line[59:] for line in screen.proof.raw_text.splitlines())
    assert "receive_goods" in signs


def test_chart_shows_the_row_under_the_cursor(qtbot: QtBot, screen: StockScreen) -> None:
    row = screen.stock_table.current()
    assert row is not None
    qtbot.waitUntil(lambda: row.product_name in screen.chart.accessibleName(), timeout=20_000)


def test_counts_teach_while_none_waits(qtbot: QtBot, screen: StockScreen) -> None:
    with qtbot.waitSignal(screen.count_table.rows.loaded):
        screen.kinds.picked.emit("counts")
    if screen.count_table.rows.rowCount() == 0:
        assert screen.count_empty.isVisible()


def test_filter_finds_a_product_by_code(qtbot: QtBot, screen: StockScreen) -> None:
    row = screen.stock_table.current()
    assert row is not None
    screen.focus_filter()
    qtbot.keyClicks(screen.filter, row.product_code.lower())
    qtbot.keyClick(screen.filter, Qt.Key.Key_Return)
    model = screen.stock_table.rows
    qtbot.waitUntil(
        lambda: {model.row(n).product_code for n in range(model.rowCount())} == {row.product_code}
    )


def test_sorting_by_quantity_puts_the_least_first(qtbot: QtBot, screen: StockScreen) -> None:
    model = screen.stock_table.rows
    with qtbot.waitSignal(model.loaded):
        screen.stock_table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    found = [model.row(n).qty for n in range(model.rowCount())]
    assert found == sorted(found)
