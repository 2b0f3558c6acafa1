"""Numbers that terminals give out: enough of them, none twice, and what does not fit is said."""

from collections.abc import Callable
from datetime import date

import pytest

from app.domain.rights import Actor
from app.errors import PermissionDenied
from app.services.number_blocks import BLOCK_NUMBERS, issue_block, note_used, provide_numbers
from app.services.office import Office
from app.services.paper_entry import fill_numbers
from app.services.replaying import replay
from app.services.terminals import enrol
from app.storage.queries.number_blocks import blocks_of
from drivers.contract import TerminalInfo
from tests.support.offices import CLERK, DAY

NEW_YEAR = date(2027, 1, 1)


@pytest.fixture
def desk(office: Office) -> Office:
    enrol(office, CLERK, 3)
    enrol(office, CLERK, 4)
    return office


def info(last_number: int = 0, epoch: int = 1, terminal: int = 3) -> TerminalInfo:
    return TerminalInfo(
        branch=127,
        terminal=terminal,
        epoch=epoch,
        serial="SN",
        model="simulated",
        app_version="1.0",
        protocol_version=1,
        person="S01",
        battery_percent=None,
        free_bytes=None,
        clock_offset_ms=0,
        last_seq=0,
        schema_version=1,
        last_number=last_number,
    )


def dock(office: Office, last_number: int = 0, day: date = DAY, epoch: int = 1) -> list[str]:
    """Codes of what is wrong."""
    found = provide_numbers(office, CLERK, info(last_number, epoch), day)
    return [problem.code for problem in found]


def blocks(office: Office, epoch: int = 1, terminal: int = 3) -> list[tuple[int, int, int, str]]:
    with office.database.read() as reader:
        return [
            (block.first_no, block.last_no, block.used_no, block.state)
            for block in blocks_of(reader, terminal, epoch)
        ]


def commands(office: Office) -> int:
    return len([file for file in office.archive.files() if file.origin.terminal == 0])


def test_a_new_terminal_gets_numbers_once(desk: Office) -> None:
    assert dock(desk) == []
    assert blocks(desk) == [(1, 200, 0, "issued")]
    before = commands(desk)
    assert dock(desk) == []
    assert commands(desk) == before


def test_there_are_always_a_hundred_left(desk: Office) -> None:
    dock(desk)
    dock(desk, 100)
    assert blocks(desk) == [(1, 200, 100, "issued")]
    dock(desk, 101)
    assert blocks(desk) == [(1, 200, 101, "issued"), (201, 400, 0, "issued")]


def test_a_number_of_the_second_block_uses_up_the_first(desk: Office) -> None:
    dock(desk)
    dock(desk, 150)
    assert dock(desk, 230) == []
    assert blocks(desk) == [(1, 200, 200, "used_up"), (201, 400, 230, "issued")]
    assert dock(desk, 400) == []
    assert blocks(desk)[1:] == [(201, 400, 400, "used_up"), (401, 600, 0, "issued")]


def test_each_terminal_has_a_series_of_its_own(desk: Office) -> None:
    dock(desk, 0)
    provide_numbers(desk, CLERK, info(terminal=4), DAY)
    assert blocks(desk) == blocks(desk, terminal=4)


@pytest.mark.parametrize("number", [201, 49, 0, 99_999, 1 << 31])
def test_a_number_that_does_not_fit_is_said_and_changes_nothing(desk: Office, number: int) -> None:
    dock(desk)
    dock(desk, 50)
    (problem,) = provide_numbers(desk, CLERK, info(number), DAY)
    assert problem.code == "X_NUMBER"
    assert problem.severity == "W"
    assert dict(problem.fields) == {"number": number, "first": 1, "last": 200, "used": 50}
    assert blocks(desk) == [(1, 200, 50, "issued")]


def test_numbers_of_a_terminal_that_was_given_none_do_not_fit(desk: Office) -> None:
    assert dock(desk, 7) == ["X_NUMBER"]
    assert blocks(desk) == [(1, 200, 0, "issued")]


def test_a_new_epoch_never_gets_the_numbers_of_the_one_before(desk: Office) -> None:
    dock(desk)
    dock(desk, 30)
    assert dock(desk, 0, epoch=2) == []
    assert blocks(desk, epoch=2) == [(201, 400, 0, "issued")]
    assert blocks(desk) == [(1, 200, 30, "issued")]
    assert dock(desk, 31, epoch=2) == ["X_NUMBER"]


def test_numbers_that_were_closed_are_not_used_any_more(desk: Office) -> None:
    dock(desk)
    dock(desk, 30)
    fill_numbers(desk, CLERK, 3, "seen on paper")
    assert dock(desk, 31) == ["X_NUMBER"]
    assert blocks(desk) == [(1, 200, 30, "filled"), (201, 400, 0, "issued")]
    assert dock(desk, 205) == []
    assert blocks(desk)[1] == (201, 400, 205, "issued")


def test_a_new_year_starts_at_one_and_gives_the_rest_back(desk: Office) -> None:
    dock(desk)
    assert dock(desk, 150, NEW_YEAR) == []
    assert blocks(desk) == [(1, 200, 150, "returned"), (1, 200, 0, "issued")]
    # nothing used since: the terminal still names the last number of the old year
    assert dock(desk, 150, NEW_YEAR) == []
    assert dock(desk, 3, NEW_YEAR) == []
    assert blocks(desk) == [(1, 200, 150, "returned"), (1, 200, 3, "issued")]
    assert dock(desk, 150, NEW_YEAR) == []
    assert dock(desk, 2, NEW_YEAR) == ["X_NUMBER"]


def test_a_year_has_five_digits(desk: Office) -> None:
    with desk.database.transaction(CLERK, "issue") as store:
        block = store.number_blocks.issue(3, epoch=1, year=DAY.year, count=99_900)
        store.number_blocks.use(block.id, 99_850)
    assert dock(desk, 99_851) == []
    assert blocks(desk) == [(1, 99_900, 99_851, "issued")]


def test_replay_gives_out_the_same_numbers(desk: Office, new_url: Callable[..., str]) -> None:
    dock(desk)
    dock(desk, 150)
    dock(desk, 230)
    dock(desk, 0, epoch=2)
    dock(desk, 230, NEW_YEAR)
    assert replay(desk, CLERK, new_url(empty=True)).differing == ()


def test_a_note_that_comes_twice_changes_nothing(desk: Office) -> None:
    block = issue_block(desk, CLERK, 3, 1, 2026)
    assert len(block.unused) == BLOCK_NUMBERS
    note_used(desk, CLERK, 3, 1, 20)
    note_used(desk, CLERK, 3, 1, 20)
    note_used(desk, CLERK, 3, 1, 10)
    assert blocks(desk) == [(1, 200, 20, "issued")]


def test_who_may_not_dock_gets_no_numbers(desk: Office) -> None:
    with pytest.raises(PermissionDenied):
        provide_numbers(desk, Actor("guest", frozenset()), info(), DAY)
