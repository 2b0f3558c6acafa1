"""The load is counted by two people before it goes: what they find is what is loaded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.errors import NotFound, RuleBroken
from app.services.deliveries.load_sheets import CheckedLine, Difference, LoadCheck
from app.services.delivering import Loaded, load
from app.services.office import Office
from app.services.planning import plan_route_day
from app.services.replaying import replay
from app.services.routing import order_stops
from app.storage.queries.documents import documents_by_number
from tests.support.offices import CLERK, KEEPER, NEXT_DAY, Terminal
from tests.support.trades import assert_sound, stock_of


@pytest.fixture
def picked(office: Office) -> Office:
    """Two stops that want 24 and 36 bottles, planned for tomorrow."""
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 2))
    terminal.order("C0002", ("HX500", 3))
    terminal.upload(office)
    plan_route_day(office, KEEPER, NEXT_DAY)
    order_stops(office, KEEPER, NEXT_DAY, "R01", ["C0001", "C0002"])
    return office


def checked(office: Office, *lines: CheckedLine, driver: str = "D01", seal: str = "") -> Loaded:
    check = LoadCheck("K01", driver, lines, blind=True, seal_no=seal)
    return load(office, KEEPER, NEXT_DAY, "R01", check)


def quantities(office: Office, loaded: Loaded) -> list[list[tuple[int, int | None]]]:
    """Units on each line of each note, with what the line answers for."""
    with office.database.read() as reader:
        found = documents_by_number(reader, loaded.numbers)
    return [[(line.qty, line.ordered) for line in found[no].lines] for no in loaded.numbers]


def test_what_was_not_found_is_short_on_the_last_stop(picked: Office) -> None:
    loaded = checked(picked, CheckedLine("HX500", 58))
    assert loaded.differences == (Difference("HX500", 60, 58),)
    assert quantities(picked, loaded) == [[(24, 24)], [(34, 34), (0, 2)]]
    assert stock_of(picked, "VAN1") == 58
    assert_sound(picked)


def test_a_check_that_finds_everything_differs_in_nothing(picked: Office) -> None:
    loaded = checked(picked, CheckedLine("HX500", 60), seal="S-77")
    assert (loaded.differences, stock_of(picked, "VAN1")) == ((), 60)
    query = text(
        "SELECT s.seal_no, c.code, d.code, SUM(l.picked), SUM(l.checked) FROM load_sheet s"
        " JOIN document p ON p.id = s.document_id JOIN document_line n ON n.document_id = p.id"
        " JOIN load_line l ON l.line_id = n.id"
        " JOIN person c ON c.id = s.checker_id JOIN person d ON d.id = s.driver_id"
        " WHERE p.number = :number GROUP BY s.seal_no, c.code, d.code"
    )
    with picked.database.read() as reader:
        row = reader.connection.execute(query, {"number": loaded.load_no}).one()
    assert tuple(row) == ("S-77", "K01", "D01", 60, 60)


def test_a_load_without_a_check_keeps_its_sheet_too(picked: Office) -> None:
    loaded = load(picked, KEEPER, NEXT_DAY, "R01")
    with picked.database.read() as reader:
        (sheet,) = documents_by_number(reader, [loaded.load_no]).values()
        checks = reader.connection.execute(text("SELECT picked, checked FROM load_line")).all()
    assert [(line.product_code, line.qty) for line in sheet.lines] == [("HX500", 60)]
    assert [tuple(row) for row in checks] == [(60, None)]


def test_the_lot_that_was_found_is_the_lot_that_goes(picked: Office) -> None:
    loaded = checked(picked, CheckedLine("HX500", 60, "L2605A"))
    with picked.database.read() as reader:
        found = documents_by_number(reader, loaded.numbers).values()
    assert {line.lot_code for note in found for line in note.lines} == {"L2605A"}
    assert_sound(picked)


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ((CheckedLine("HX500", 61),), "overloaded"),
        ((CheckedLine("HX500", 60), CheckedLine("XG330", 1)), "overloaded"),
        ((CheckedLine("HX500", -1),), "overloaded"),
        ((), "not-checked"),
    ],
)
def test_what_nobody_ordered_or_counted_does_not_go(
    picked: Office, lines: tuple[CheckedLine, ...], rule: str
) -> None:
    with pytest.raises(RuleBroken, match=rule):
        checked(picked, *lines)
    assert stock_of(picked, "VAN1") == 0


def test_the_driver_does_not_check_himself(picked: Office) -> None:
    with pytest.raises(RuleBroken, match="checker-is-driver"):
        checked(picked, CheckedLine("HX500", 60), driver="K01")
    with pytest.raises(NotFound):
        checked(picked, CheckedLine("HX500", 60), driver="NOBODY")


def test_a_lot_of_which_the_book_has_too_little_does_not_go(office: Office) -> None:
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 40))
    terminal.upload(office)
    plan_route_day(office, KEEPER, NEXT_DAY)
    with pytest.raises(RuleBroken, match="unfit-load"):
        checked(office, CheckedLine("HX500", 480, "L2604A"))


def test_the_archive_alone_loads_the_same(picked: Office, new_url: Callable[..., str]) -> None:
    checked(picked, CheckedLine("HX500", 59))
    assert replay(picked, CLERK, new_url(empty=True)).differing == ()
