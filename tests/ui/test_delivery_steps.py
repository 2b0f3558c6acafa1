"""A day of deliveries in the window: planned, loaded, and said what became of it, with the keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.rights import Actor, Right
from app.services.delivering import Loaded
from app.services.office import Office
from app.services.ordering.entering import EnteredLine, EnteredOrder, enter_order
from app.services.paper_entry import PaperResult
from app.services.planning import plan_route_day
from app.storage.queries.deliveries import listing
from app.storage.queries.documents import documents_by_number
from app.ui.dialogs.load_check import LoadCheckSheet
from app.ui.dialogs.paper import PaperDialog
from app.ui.dialogs.question import QuestionDialog
from app.ui.dialogs.route_day import RouteDay, read_route_days
from app.ui.dock_watcher import DockWatcher
from app.ui.models.shelf import read_shelf
from app.ui.screens.deliveries import DeliveriesScreen
from app.ui.workplace import Workplace
from tests.support.sample_office import CLERK, SAMPLE_DAY

TOMORROW = SAMPLE_DAY + timedelta(days=1)

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def screen(qtbot: QtBot, workplace: Workplace, still_watcher: DockWatcher) -> DeliveriesScreen:
    return opened(qtbot, DeliveriesScreen(workplace, still_watcher))


def opened(qtbot: QtBot, screen: DeliveriesScreen) -> DeliveriesScreen:
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.resize(1180, 680)
    screen.show()
    screen.show_day(TOMORROW)
    return screen


def order_for(office: Office, customers: int) -> None:
    with office.database.read() as reader:
        shelf = read_shelf(reader, SAMPLE_DAY)
    product = sorted(shelf.products)[0]
    packing = shelf.products[product].packings.default.code
    served = sorted(code for code, each in shelf.customers.items() if each.route_id is not None)
    for code in served[:customers]:
        line = EnteredLine(product, packing, 1)
        enter_order(office, CLERK, EnteredOrder(code, TOMORROW, (line,)))


def states(office: Office) -> list[str]:
    with office.database.read() as reader:
        return [row.state for row in listing(reader, day=TOMORROW)]


def test_plan_load_and_deliver_with_the_keys(
    qtbot: QtBot,
    screen: DeliveriesScreen,
    workplace: Workplace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order_for(workplace.office, 3)
    said: list[str] = []
    screen.news.connect(said.append)
    screen.activateWindow()
    qtbot.keyClick(screen, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: states(workplace.office) == ["draft"] * 3)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 3)
    qtbot.keyClick(screen, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: states(workplace.office) == ["loaded"] * 3)
    qtbot.waitUntil(lambda: any("3 notes loaded" in words for words in said))
    qtbot.waitUntil(lambda: loaded_now(screen))
    screen.table.setFocus()
    screen.table.selectAll()
    monkeypatch.setattr(QuestionDialog, "ask", lambda *_: True)
    qtbot.keyClick(screen, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: states(workplace.office) == ["posted"] * 3)


def loaded_now(screen: DeliveriesScreen) -> bool:
    row = screen.table.current()
    return row is not None and row.state == "loaded"


def test_planning_again_says_that_nothing_is_due(
    qtbot: QtBot, screen: DeliveriesScreen, workplace: Workplace
) -> None:
    said: list[str] = []
    screen.news.connect(said.append)
    screen.steps.plan_day()
    qtbot.waitUntil(lambda: said == ["Nothing more is due up to this day."])
    screen.steps.load_vans()
    qtbot.waitUntil(screen.strip.isVisible)


def test_an_exception_is_typed_from_the_signed_paper(
    qtbot: QtBot,
    screen: DeliveriesScreen,
    workplace: Workplace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order_for(workplace.office, 1)
    screen.steps.plan_day()
    qtbot.waitUntil(lambda: states(workplace.office) == ["draft"])
    screen.steps.load_vans()
    qtbot.waitUntil(lambda: states(workplace.office) == ["loaded"])
    qtbot.waitUntil(screen.type_in.isEnabled)

    def ask(workplace: Workplace, paper: object, parent: object) -> PaperResult:
        dialog = PaperDialog(workplace, paper, screen)  # type: ignore[arg-type]
        refused, reason = dialog.grid.item(0, 4), dialog.grid.item(0, 5)
        assert refused is not None
        assert reason is not None
        refused.setText("1")
        reason.setText("DMG")
        dialog.receiver.setText("王")
        dialog.grid.finish()
        return dialog.result_of_note

    monkeypatch.setattr(PaperDialog, "ask", ask)
    screen.enter_from_paper()
    qtbot.waitUntil(lambda: states(workplace.office) == ["posted"])
    with workplace.office.database.read() as reader:
        (row,) = listing(reader, day=TOMORROW)
        found = documents_by_number(reader, [row.number or ""])[row.number or ""]
    assert (row.result, found.lines[0].refused) == ("part", 1)


def test_who_only_prints_is_offered_no_steps(
    qtbot: QtBot, office: Office, workplaces: Callable[..., Workplace], still_watcher: DockWatcher
) -> None:
    clerk = Actor("may", frozenset({Right.PRINT}))
    screen = opened(qtbot, DeliveriesScreen(workplaces(office, clerk), still_watcher))
    buttons = (screen.steps.plan, screen.steps.load, screen.steps.confirm)
    assert not any(button.isVisible() for button in buttons)


def plan_something(office: Office) -> date:
    """Four stops, at least two of them on one route."""
    order_for(office, 4)
    plan_route_day(office, CLERK, TOMORROW)
    return TOMORROW


def test_stops_van_and_papers_of_a_day_are_changed_before_loading(
    qtbot: QtBot, screen: DeliveriesScreen, office: Office
) -> None:
    day = plan_something(office)
    assert day == screen.day
    with office.database.read() as reader:
        found = read_route_days(reader, day)
    dialog = RouteDay(screen.workplace, day, found)
    qtbot.addWidget(dialog)
    before = dialog.codes()
    assert len(before) > 1
    dialog.move_stop(1)
    dialog.confirm()
    qtbot.waitUntil(lambda: dialog.changed)
    with office.database.read() as reader:
        after = read_route_days(reader, day)
    route = str(dialog.route.currentData())
    codes = list(dict.fromkeys(row.customer_code for row in after.rows[route]))
    assert codes == [before[1], before[0], *before[2:]]
    with qtbot.waitSignal(screen.steps.written) as written:
        screen.steps.print_pick_list()
    assert written.args[0].read_bytes().startswith(b"%PDF")
    qtbot.waitUntil(lambda: "pick-list" in screen.strip.text)


def test_a_driver_without_a_van_is_asked_for_it(
    qtbot: QtBot, screen: DeliveriesScreen, office: Office
) -> None:
    day = plan_something(office)
    with office.database.read() as reader:
        dialog = RouteDay(screen.workplace, day, read_route_days(reader, day))
    qtbot.addWidget(dialog)
    dialog.driver.setCurrentIndex(1)
    dialog.confirm()
    assert "van" in dialog.told.text()
    assert not dialog.changed


def test_what_checker_and_driver_find_is_what_is_loaded(
    qtbot: QtBot, screen: DeliveriesScreen, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_something(office)
    said: list[str] = []
    screen.news.connect(said.append)

    def run(sheet: LoadCheckSheet) -> Loaded | None:
        assert sheet.grid.words(0, "expected") == ""
        sheet.blind.setChecked(False)
        picked = sheet.rows[0].expected
        assert sheet.grid.words(0, "found") == sheet.grid.words(0, "expected") != ""
        sheet.confirm()
        assert "who" in sheet.told.text()
        sheet.checker.setCurrentIndex(1 + (sheet.driver.currentIndex() == 1))
        sheet.grid.put_row(0, {"found": f"0+{picked - 1}"})
        sheet.confirm()
        qtbot.waitUntil(lambda: sheet.done_with is not None)
        return sheet.done_with

    monkeypatch.setattr(screen.steps, "_run", run)
    screen.activateWindow()
    qtbot.keyClick(screen, Qt.Key.Key_K, CTRL_SHIFT)
    qtbot.waitUntil(lambda: "loaded" in states(office))
    qtbot.waitUntil(lambda: any(" of " in words for words in said))
