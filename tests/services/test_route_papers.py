"""The papers of a route day: what to fetch, and what stands on the van."""

from pathlib import Path

import pytest

from app.errors import NotFound
from app.i18n import Translator
from app.services.office import Office
from app.services.planning import plan_route_day
from app.services.route_papers import print_load_sheet, print_pick_list
from app.services.transferring import Transfer, TransferredLine, transfer_goods
from tests.support.offices import KEEPER, NEXT_DAY, Terminal
from tests.support.pdfs import page_texts
from tests.support.trades import load_orders, stock_of

EN = Translator("en")


def words_of(file: Path) -> set[str]:
    return {word for text in page_texts(file.read_bytes()) for word in text.split()}


@pytest.fixture
def ordered(office: Office) -> Office:
    """Two stops want 120 and 60 bottles; a hundred of the older lot and twenty are left."""
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 10))
    terminal.order("C0002", ("HX500", 5))
    terminal.upload(office)
    line = TransferredLine("HX500", 480, "L2605A")
    transfer_goods(office, KEEPER, Transfer("WH1", "VAN1", (line,)))
    return office


def test_the_pick_list_sums_the_stops_lot_by_lot_and_moves_nothing(
    ordered: Office, tmp_path: Path
) -> None:
    plan_route_day(ordered, KEEPER, NEXT_DAY)
    before = stock_of(ordered, "WH1")
    file = tmp_path / "pick.pdf"
    table = print_pick_list(ordered, KEEPER, file, EN, NEXT_DAY, "R01")
    found = {(row[0], row[2]): (row[5], row[6], row[7]) for row in table.rows}
    assert found == {
        ("HX500", "L2604A"): (100, 1, None),
        ("HX500", "L2605A"): (20, 1, None),
        ("HX500", ""): (0, 0, 60),
    }
    assert stock_of(ordered, "WH1") == before
    assert {"Pick", "L2604A", "L2605A", "60"} <= words_of(file)
    loaded = load_orders(ordered)
    assert (loaded.left_behind, loaded.shorts) == (1, ())


def test_the_load_sheet_names_the_last_stop_first(ordered: Office, tmp_path: Path) -> None:
    loaded = load_orders(ordered)
    file = tmp_path / "load.pdf"
    table = print_load_sheet(ordered, KEEPER, file, EN, NEXT_DAY, "R01")
    assert [row[2] for row in table.rows][-1] == loaded.numbers[0]
    assert sum(int(row[6]) for row in table.rows) == 120  # type: ignore[arg-type]
    assert table.totals[6] == 120
    assert {loaded.load_no, *loaded.numbers} <= words_of(file)


def test_nothing_planned_and_nothing_loaded_is_said(office: Office, tmp_path: Path) -> None:
    for write in (print_pick_list, print_load_sheet):
        with pytest.raises(NotFound):
            write(office, KEEPER, tmp_path / "none.pdf", EN, NEXT_DAY)
    assert not (tmp_path / "none.pdf").exists()


def test_an_unknown_route_is_said(office: Office, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="route"):
        print_pick_list(office, KEEPER, tmp_path / "none.pdf", EN, NEXT_DAY, "R99")
