"""Master data in the window: found, written like a spreadsheet, pasted, brought in from files."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.domain.rights import Actor, Right
from app.services.importing.writing import export_table
from app.services.office import Office
from app.storage.queries.directory import parties_by_code
from app.storage.queries.history import changes
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.masters.file_import import FileImport
from app.ui.screens.masters.screen import CustomersScreen, MasterScreen, MastersScreen
from app.ui.screens.masters.sheet import Sheet
from app.ui.screens.masters.shelves import CUSTOMERS, MASTERS
from app.ui.workplace import Workplace
from tests.support.sample_office import CLERK

PEOPLE = next(shelf for shelf in MASTERS if shelf.kind == "people")
REASONS = next(shelf for shelf in MASTERS if shelf.kind == "reasons")


def shown(qtbot: QtBot, screen: MasterScreen) -> MasterScreen:
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.resize(1180, 680)
    screen.show()
    screen.refresh()
    qtbot.waitUntil(lambda: screen.table.rows.rowCount() > 0)
    return screen


@pytest.fixture
def customers(qtbot: QtBot, workplace: Workplace, still_watcher: DockWatcher) -> MasterScreen:
    return shown(qtbot, CustomersScreen(workplace, still_watcher))


@pytest.fixture
def masters(qtbot: QtBot, workplace: Workplace, still_watcher: DockWatcher) -> MasterScreen:
    return shown(qtbot, MastersScreen(workplace, still_watcher))


def sheet_of(qtbot: QtBot, workplace: Workplace, shelf: object, rows: object = ()) -> Sheet:
    sheet = Sheet(workplace, shelf, rows)  # type: ignore[arg-type]
    qtbot.addWidget(sheet)
    sheet.show()
    sheet.activateWindow()
    qtbot.waitUntil(sheet.isActiveWindow)
    return sheet


def test_a_customer_is_found_by_the_initials_of_its_name(
    customers: MasterScreen, qtbot: QtBot
) -> None:
    row = customers.table.rows.row(0)
    assert row is not None
    assert row.initials
    customers.filter.setText(row.initials)
    qtbot.waitUntil(lambda: customers.table.rows.ask.words == row.initials)
    found = [customers.table.rows.row(n) for n in range(customers.table.rows.rowCount())]
    assert row.cells[0] in [each.cells[0] for each in found if each is not None]


def test_every_table_opens_with_what_the_books_hold(
    masters: MasterScreen, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    for place, shelf in enumerate(masters.shelves):
        count = export_table(office, CLERK, shelf.kind, tmp_path / f"{shelf.kind}.csv")
        masters.names.setCurrentRow(place)
        table = masters.tables[place]
        qtbot.waitUntil(lambda t=table, n=count: t.rows.rowCount() == n)  # type: ignore[misc]


def test_rows_pasted_from_a_spreadsheet_are_taken_in(
    workplace: Workplace, office: Office, qtbot: QtBot
) -> None:
    sheet = sheet_of(qtbot, workplace, PEOPLE)
    QGuiApplication.clipboard().setText("P901\tLi Lei\tdriver\nP902\tHan Meimei\tsalesperson\n")
    sheet.grid.setCurrentCell(0, 0)
    QTest.keyClick(sheet.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(sheet, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: sheet.taken == 2)
    with office.database.read() as reader:
        (made,) = changes(reader, "person", "P902")
    assert made.after["name"] == "Han Meimei"
    assert made.changed_by == CLERK.user


def test_a_bad_row_stays_with_its_reason_and_the_good_one_goes(
    workplace: Workplace, office: Office, qtbot: QtBot
) -> None:
    sheet = sheet_of(qtbot, workplace, CUSTOMERS[0])
    sheet.grid.put_row(0, {"code": "C901", "name": "Good", "customer_type": "GROCERY"})
    sheet.grid.put_row(1, {"code": "C902", "name": "Bad", "customer_type": "NOSUCH"})
    sheet.confirm()
    qtbot.waitUntil(lambda: sheet.taken == 1)
    assert sheet.grid.filled() == [0]
    assert sheet.grid.words(0, "code") == "C902"
    wrong = sheet.grid.item(0, [c.key for c in sheet.grid.columns].index("customer_type"))
    assert wrong is not None
    assert "not known" in wrong.toolTip()
    with office.database.read() as reader:
        assert set(parties_by_code(reader, ["C901", "C902"])) == {"C901"}
    sheet.grid.put(0, "customer_type", "GROCERY")
    sheet.confirm()
    qtbot.waitUntil(lambda: sheet.taken == 2)
    with office.database.read() as reader:
        assert "C902" in parties_by_code(reader, ["C902"])


def test_a_change_is_seen_below_with_what_was_before(
    masters: MasterScreen, workplace: Workplace, qtbot: QtBot
) -> None:
    place = masters.shelves.index(PEOPLE)
    masters.names.setCurrentRow(place)
    qtbot.waitUntil(lambda: masters.table.rows.rowCount() > 0)
    row = masters.table.rows.row(0)
    assert row is not None
    sheet = sheet_of(qtbot, workplace, PEOPLE, [row.cells])
    sheet.grid.put(0, "name", "Somebody Else")
    sheet.confirm()
    qtbot.waitUntil(lambda: sheet.taken == 1)
    masters.refresh()

    def changed() -> bool:
        first = masters.past.rows.row(0)
        return first is not None and first.after == "Somebody Else" and first.before == row.cells[1]

    qtbot.waitUntil(changed)


def test_prices_of_one_list_are_opened_together(
    masters: MasterScreen, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[list[list[str]]] = []
    monkeypatch.setattr(masters, "_open_sheet", opened.append)
    place = [shelf.kind for shelf in masters.shelves].index("prices")
    masters.names.setCurrentRow(place)
    qtbot.waitUntil(lambda: masters.table.rows.rowCount() > 1)
    QTest.keyClick(masters.table, Qt.Key.Key_Return)
    (rows,) = opened
    lists = {row[0] for row in rows}
    assert len(lists) == 1
    model = masters.table.rows
    every = [model.row(n) for n in range(model.rowCount())]
    assert len(rows) == len([row for row in every if row and row.cells[0] in lists]) > 1


def test_a_file_is_looked_at_before_anything_is_written(
    workplace: Workplace, office: Office, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "reasons.csv"
    file.write_text("Kode,名称,适用\nR90,Broken,return\nR91,,return\n", encoding="gb18030")
    dialog = FileImport(workplace, REASONS, file)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: "code" in dialog.boxes)
    box = dialog.boxes["code"]
    box.setCurrentIndex(box.findData("Kode"))
    qtbot.waitUntil(dialog.take.isEnabled)
    bad = dialog.bad.rows.row(0)
    assert bad is not None
    assert (bad.line, bad.column, bad.code) == (3, "name", "missing")
    with office.database.read() as reader:
        assert not changes(reader, "reason", "R90")
    dialog.take.click()
    qtbot.waitUntil(lambda: dialog.imported is not None)
    with office.database.read() as reader:
        assert changes(reader, "reason", "R90")


def test_who_may_not_change_master_data_is_offered_no_button(
    office: Office,
    workplaces: Callable[[Office, Actor], Workplace],
    still_watcher: DockWatcher,
    qtbot: QtBot,
) -> None:
    reader_only = Actor("manager", frozenset({Right.REPORT}))
    screen = shown(qtbot, MastersScreen(workplaces(office, reader_only), still_watcher))
    assert not screen.new.isVisible()
    assert not screen.bring_in.isVisible()
    assert screen.write_out.isVisible()
