"""A table of a million rows keeps a few pages, and never asks the database in the GUI thread."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.storage.reader import Reader
from app.ui.language import Language
from app.ui.models.columns import Ask, Column, Look
from app.ui.models.listed import narrowed
from app.ui.models.table_model import PAGE_ROWS, Page, TableModel
from app.ui.widgets.table import Table
from app.ui.workplace import Workplace

MILLION = 1_000_000
BAD = Look("bad", "circle-x", "bad")


@dataclass(frozen=True)
class Item:
    number: int
    name: str | None = None


COLUMNS: tuple[Column[Item], ...] = (
    Column("number", "Number", lambda item, t: t.number(item.number), number=True),
    Column(
        "name",
        "Name",
        lambda item, _t: item.name or "",
        look=lambda item: BAD if item.number == 0 else None,
    ),
)


class Asked:
    """A source of a million rows that notes what it was asked, and where."""

    def __init__(self) -> None:
        self.offsets: list[int] = []
        self.threads: set[str] = set()

    def __call__(self, _reader: Reader, ask: Ask, offset: int, limit: int) -> Page[Item]:
        self.offsets.append(offset)
        self.threads.add(threading.current_thread().name)
        last = min(offset + limit, MILLION)
        numbers: Sequence[int] = range(offset, last)
        if ask.descending:
            numbers = [MILLION - 1 - number for number in numbers]
        return Page([Item(number, f"<b>{number}</b>") for number in numbers], MILLION)


@pytest.fixture
def source() -> Asked:
    return Asked()


@pytest.fixture
def model(qtbot: QtBot, workplace: Workplace, source: Asked) -> TableModel[Item]:
    model = TableModel(workplace, COLUMNS, source)
    with qtbot.waitSignal(model.loaded):
        model.reload()
    return model


def test_model_keeps_qts_promises(
    model: TableModel[Item], qtmodeltester: ModelTester, qtbot: QtBot, workplace: Workplace
) -> None:
    few = TableModel(workplace, COLUMNS, lambda *_: Page([Item(1), Item(2)], 2))
    with qtbot.waitSignal(few.loaded):
        few.reload()
    qtmodeltester.check(few)


def test_a_far_row_arrives_a_moment_later(
    qtbot: QtBot, model: TableModel[Item], source: Asked
) -> None:
    far = model.index(777_777, 0)
    assert far.data() == "…"
    with qtbot.waitSignal(model.dataChanged):
        pass
    assert far.data() == "777,777"
    assert source.offsets == [0, 777_777 // PAGE_ROWS * PAGE_ROWS]


def test_database_is_asked_in_its_own_lane(model: TableModel[Item], source: Asked) -> None:
    assert all(name.startswith("database") for name in source.threads)


def test_only_pages_near_by_are_kept(qtbot: QtBot, model: TableModel[Item]) -> None:
    for page in range(80):
        index = model.index(page * PAGE_ROWS, 0)
        if index.data() == "…":
            qtbot.waitUntil(lambda index=index: index.data() != "…")
    assert model.row(0) is None
    assert model.row(79 * PAGE_ROWS) is not None


def test_sorting_is_left_to_the_database(qtbot: QtBot, model: TableModel[Item]) -> None:
    with qtbot.waitSignal(model.loaded):
        model.sort(0, Qt.SortOrder.DescendingOrder)
    assert model.index(0, 0).data() == "999,999"


def test_state_shows_colour_icon_and_text_that_is_never_rich(model: TableModel[Item]) -> None:
    index = model.index(0, 1)
    assert index.data() == "<b>0</b>"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "<span>&lt;b&gt;0&lt;/b&gt;</span>"
    assert not index.data(Qt.ItemDataRole.DecorationRole).isNull()
    assert index.data(Qt.ItemDataRole.ForegroundRole).isValid()
    assert model.index(1, 1).data(Qt.ItemDataRole.DecorationRole) is None


def test_table_copies_rows_as_a_spreadsheet_takes_them(
    qtbot: QtBot, model: TableModel[Item]
) -> None:
    table: Table[Item] = Table(model)
    qtbot.addWidget(table)
    table.selectRow(1)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Number\tName\n1\t<b>1</b>"


def test_enter_opens_the_row(qtbot: QtBot, model: TableModel[Item]) -> None:
    table: Table[Item] = Table(model)
    qtbot.addWidget(table)
    table.selectRow(2)
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args[0].number == 2


def test_failure_is_told(qtbot: QtBot, workplace: Workplace) -> None:
    def broken(*_: object) -> Page[Item]:
        raise LookupError

    model = TableModel(workplace, COLUMNS, broken)
    with qtbot.waitSignal(model.failed):
        model.reload()


def test_short_lists_are_narrowed_and_sorted_with_the_empty_last() -> None:
    rows = [Item(1, "beer"), Item(2, None), Item(3, "apple beer")]
    ask = Ask(words="beer", sort="name")
    assert narrowed(rows, ask, lambda row: (row.name,)).rows == [rows[2], rows[0]]
    everything = narrowed(rows, Ask(sort="name", descending=True), lambda row: (row.name,))
    assert everything.rows == [rows[0], rows[2], rows[1]]


def test_words_are_said_again_in_another_language(
    qtbot: QtBot, model: TableModel[Item], language: Language
) -> None:
    with qtbot.waitSignals([model.dataChanged, model.headerDataChanged]):
        language.choose("zh")
