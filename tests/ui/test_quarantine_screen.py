"""What waits gets an answer once, for all equal lines, or a reason why not."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.rights import Actor
from app.errors import NotFound
from app.services.docking import DockReport, Met, Progress
from app.services.masters import Customer, MasterData, put_masters
from app.services.office import Office
from app.services.quarantine import held_totals
from app.storage.queries.quarantine import OpenItem, open_items
from app.storage.store.master_data import Party, Profile
from app.ui.dialogs.reason import ReasonDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.quarantine import QuarantineScreen
from app.ui.workplace import Workplace
from tests.support.offices import Terminal
from tests.support.sample_office import SAMPLE_DAY


@pytest.fixture
def screen(qtbot: QtBot, workplace: Workplace) -> QuarantineScreen:
    return open_screen(qtbot, workplace)


def refuse(port: str, _progress: Progress, _met: Met) -> DockReport:
    raise NotFound(what="port", key=port)


def open_screen(qtbot: QtBot, workplace: Workplace) -> QuarantineScreen:
    watcher = DockWatcher(workplace.tasks, lambda: (), refuse)
    screen = QuarantineScreen(workplace, watcher)
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.resize(1180, 680)
    screen.show()
    screen.refresh()
    qtbot.waitUntil(lambda: screen.table.rows.rowCount() > 0)
    return screen


def select(screen: QuarantineScreen, kind: str) -> int:
    """Put the cursor on the first line of a kind; return how many lines are equal to it."""
    model = screen.table.rows
    place = next(n for n in range(model.rowCount()) if model.row(n).kind == kind)
    screen.table.selectRow(place)
    return int(model.row(place).equal)


def select_code(screen: QuarantineScreen, code: str) -> OpenItem:
    """Put the cursor on the first line with a code, and return it."""
    model = screen.table.rows
    place = next(n for n in range(model.rowCount()) if model.row(n).code == code)
    screen.table.selectRow(place)
    return model.row(place)


def test_one_key_settles_all_lines_with_the_same_unknown_product(
    qtbot: QtBot, screen: QuarantineScreen, workplace: Workplace
) -> None:
    before = screen.table.rows.rowCount()
    equal = select(screen, "product")
    assert equal > 1
    qtbot.waitUntil(lambda: len(screen.proposals) > 0)
    assert screen.proposals[0].startswith("HX50")
    screen.activateWindow()
    screen.table.setFocus()
    qtbot.waitUntil(screen.table.hasFocus)
    with qtbot.waitSignal(screen.news, timeout=20_000) as said:
        qtbot.keyClick(screen.table, Qt.Key.Key_1)
    assert "HX50O" in said.args[0]
    qtbot.waitUntil(lambda: screen.table.rows.rowCount() == before - equal)


def test_line_without_a_code_to_choose_is_checked_again(
    qtbot: QtBot, screen: QuarantineScreen
) -> None:
    select(screen, "price")
    assert screen.proposals == []
    screen.use_proposal(0)
    qtbot.waitUntil(screen.strip.isVisible)
    assert "price" in screen.strip.text.lower()


def test_reject_takes_a_reason_and_closes_the_line(
    qtbot: QtBot,
    screen: QuarantineScreen,
    workplace: Workplace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ReasonDialog, "ask", lambda *_: "closed down")
    select(screen, "customer")
    with qtbot.waitSignal(screen.news, timeout=20_000):
        screen.reject_item()
    with workplace.office.database.read() as reader:
        assert "customer" not in {item.kind for item in open_items(reader)}


def test_totals_say_what_waits(qtbot: QtBot, screen: QuarantineScreen) -> None:
    waiting = screen.table.rows.rowCount()
    qtbot.waitUntil(lambda: f"in {waiting} lines" in screen.totals.text())


def test_what_is_held_back_is_said_above_the_list(
    qtbot: QtBot, screen: QuarantineScreen, workplace: Workplace
) -> None:
    held = held_totals(workplace.office, workplace.actor)
    assert held.documents > 1
    money = workplace.language.money(held.amount_fen)
    qtbot.waitUntil(lambda: money in screen.held.text())
    assert screen.held.text().startswith(f"{held.documents} documents wait")


def send_conflict(office: Office) -> None:
    """Record 1 of a new terminal, and another content under its number."""
    terminal = Terminal(number=31)
    for day in ("2026-06-02", "2026-06-03"):
        terminal.seq = 0
        terminal.write(10, {1: "C01", 2: 0, 3: 0, 5: day, 6: 0, 8: 0, 9: 0, 11: 0})
        terminal.upload(office)


def test_two_persons_decide_about_two_contents_side_by_side(
    qtbot: QtBot,
    office: Office,
    workplaces: Callable[..., Workplace],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send_conflict(office)
    monkeypatch.setattr(ReasonDialog, "ask", lambda *_: "the first counts")
    first = open_screen(qtbot, workplaces(office))
    select_code(first, "E_RECORD_CONFLICT")
    qtbot.waitUntil(lambda: first.panel.both.rowCount() > 0)
    row = [first.panel.both.item(0, column).text() for column in range(3)]
    assert row == ["wanted on", "2 Jun 2026", "3 Jun 2026"]
    assert not first.panel.confirm.isVisible()
    with qtbot.waitSignal(first.news, timeout=20_000) as said:
        first.reject_item()
    assert "second person" in said.args[0]
    qtbot.waitUntil(lambda: select_code(first, "E_RECORD_CONFLICT").proposal is not None)
    assert first.panel.confirm.isVisible()
    assert not first.panel.confirm.isEnabled()
    second = open_screen(qtbot, workplaces(office, Actor.everything("second")))
    select_code(second, "E_RECORD_CONFLICT")
    qtbot.waitUntil(second.panel.confirm.isEnabled)
    with qtbot.waitSignal(second.news, timeout=20_000):
        second.panel.confirm.click()
    with office.database.read() as reader:
        assert "E_RECORD_CONFLICT" not in {item.code for item in open_items(reader)}


def test_everything_is_checked_again_with_one_button(
    qtbot: QtBot, screen: QuarantineScreen, workplace: Workplace
) -> None:
    before = screen.table.rows.rowCount()
    with workplace.office.database.read() as reader:
        wrong = next(item.raw_value for item in open_items(reader) if item.kind == "customer")
    profile = Profile(valid_from=SAMPLE_DAY.replace(month=1, day=1), customer_type="GROCERY")
    customer = Customer(Party(code=wrong, name="新店", address="a", phone="1"), profile)
    put_masters(workplace.office, workplace.actor, MasterData(customers=(customer,)))
    with qtbot.waitSignal(screen.news, timeout=20_000) as said:
        screen.check_all()
    assert said.args[0].startswith("1 items settled")
    qtbot.waitUntil(lambda: screen.table.rows.rowCount() == before - 1)
