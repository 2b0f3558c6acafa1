"""What a terminal takes home: the rows of each data set."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.business_day import business_date
from app.domain.quantity import Packing
from app.services.datasets.catalogue import DATASETS
from app.services.datasets.dataset import DataSet
from app.services.delivering import load
from app.services.masters import MasterData, put_masters
from app.services.number_blocks import provide_numbers
from app.services.office import Office
from app.services.planning import plan_route_day
from app.services.reversing import reverse
from app.services.terminals import assign, enrol
from app.storage.queries.deliveries import note
from app.storage.store.master_data import (
    Price,
    PriceList,
    Product,
    PromotionRule,
    PromotionTerms,
    Reason,
    Route,
)
from tests.support.offices import (
    CLERK,
    DAY,
    HOUR_MS,
    MORNING_MS,
    NEXT_DAY,
    Terminal,
    at,
    eastern,
    sample_masters,
)
from tests.support.taking_home import Handheld, add_customers
from tests.support.terminals import ROOT
from tests.support.trades import deliver, load_orders

PROTOCOL = ROOT / "drivers" / "PROTOCOL.md"
EVENING_MS = MORNING_MS + 30 * HOUR_MS


@pytest.fixture
def desk(office: Office) -> Office:
    """The sample branch with terminals 3 (a salesperson's) and 4, both without a route."""
    enrol(office, CLERK, 3, "S01")
    enrol(office, CLERK, 4, "D01")
    return office


def test_the_names_of_the_table_are_distinct() -> None:
    assert len({dataset.name for dataset in DATASETS}) == len(DATASETS)
    assert len({dataset.number for dataset in DATASETS}) == len(DATASETS)


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_every_set_names_its_columns(dataset: DataSet) -> None:
    assert dataset.rows.__doc__
    assert dataset.rows.__doc__.count(",") >= dataset.key_columns - 1


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_the_protocol_tells_vendors_of_every_set(dataset: DataSet) -> None:
    columns = " ".join((dataset.rows.__doc__ or "").split())
    row = f"| {dataset.number} | `{dataset.name}` | {dataset.key_columns} | {columns} |"
    assert row in PROTOCOL.read_text("utf-8").splitlines()


def test_a_new_terminal_gets_every_set_whole(desk: Office) -> None:
    handheld = Handheld().fetch(desk)
    assert list(handheld.sent) == [dataset.name for dataset in DATASETS]
    assert {package.base_revision for package in handheld.sent.values()} == {0}
    assert {package.revision for package in handheld.sent.values()} == {1}


def test_masters_are_rows_of_codes(desk: Office) -> None:
    put_masters(
        desk,
        CLERK,
        MasterData(reasons=(Reason(code="DMG1", name="破损", applies_to="delivery"),)),
    )
    handheld = Handheld().fetch(desk)
    assert handheld.rows("users") == [
        ["D01", "周司机", ["driver"]],
        ["K01", "吴库管", ["keeper"]],
        ["S01", "林业务", ["salesperson"]],
    ]
    assert handheld.rows("products") == [
        ["HX500", "望汐清爽 500ml", "", "", "瓶", 500, 180, True],
        ["XG330", "汐果 330ml", "", "", "瓶", 330, 360, True],
    ]
    assert ["HX500", "CS", "箱", 12, True] in handheld.rows("packings")
    assert ["12900001000014", "HX500", "CS"] in handheld.rows("barcodes")
    assert handheld.rows("routes") == [["R01", "东线", "D01", "V01"]]
    assert handheld.rows("reasons") == [["DMG1", "破损", "delivery", False, False]]
    assert ["stale_after_days", 3] in handheld.rows("parameters")
    assert handheld.rows("prices")[0] == [
        *("BASE", "HX500", "CS", 3, "", "", 0),
        *("2026-01-01", "", 5350, 0, ""),
    ]


def test_the_control_set_says_for_whom_and_when(desk: Office) -> None:
    day = str(DAY)
    handheld = Handheld().fetch(desk)
    assert handheld.rows("control") == [[MORNING_MS, day, day, 127, 3, "S01", ""]]
    assign(desk, CLERK, 3, "S01", "R01")
    handheld.fetch(at(desk, EVENING_MS), NEXT_DAY)
    day = str(NEXT_DAY)
    assert handheld.rows("control") == [[EVENING_MS, day, day, 127, 3, "S01", "R01"]]
    assert handheld.revision("control") == 2


def test_what_is_out_of_use_stays_behind(desk: Office) -> None:
    handheld = Handheld().fetch(desk)
    masters = sample_masters()
    put_masters(
        desk,
        CLERK,
        MasterData(
            products=(replace(masters.products[1], active=False),),
            people=(replace(masters.people[2], active=False),),
        ),
    )
    handheld.fetch(desk)
    assert [row[0] for row in handheld.rows("products")] == ["HX500"]
    assert {row[0] for row in handheld.rows("packings")} == {"HX500"}
    assert {row[1] for row in handheld.rows("prices")} == {"HX500"}
    assert [row[0] for row in handheld.rows("users")] == ["D01", "S01"]


def test_prices_of_the_coming_days_go_along_and_old_ones_stay(desk: Office) -> None:
    def price_list(code: str, first: date, last: date | None = None) -> PriceList:
        prices = (Price(product="HX500", packing="CS", price_fen=5000, min_price_fen=4000),)
        return PriceList(
            code=code,
            name=code,
            kind="contract",
            valid_from=first,
            valid_to=last,
            customer="C0001",
            prices=prices,
        )

    lists = (
        price_list("OLD", date(2026, 1, 1), DAY),
        price_list("SOON", date(2026, 6, 5), date(2026, 7, 1)),
        price_list("LATER", date(2026, 6, 20)),
    )
    put_masters(desk, CLERK, MasterData(price_lists=lists))
    rows = Handheld().fetch(desk).rows("prices")
    assert {row[0] for row in rows} == {"BASE", "SOON"}
    assert [
        *("SOON", "HX500", "CS", 0, "C0001", "", 0),
        *("2026-06-05", "2026-07-01", 5000, 4000, ""),
    ] in rows


def test_a_price_of_a_territory_goes_along_with_the_territories_of_each_customer(
    desk: Office,
) -> None:
    put_masters(desk, CLERK, eastern(price_fen=4900))
    handheld = Handheld().fetch(desk)
    assert {row[0]: row[-1] for row in handheld.rows("customers")} == {
        "C0001": ["EAST", "CITY"],
        "C0002": [],
    }
    assert {row[0]: row[-1] for row in handheld.rows("prices")} == {"BASE": "", "CITY": "CITY"}


def test_a_terminal_with_a_route_gets_the_customers_of_the_route(desk: Office) -> None:
    add_customers(desk, "C0003", "C0004", "C0005")
    add_customers(desk, "C0006", route="R01")
    stops = Route(code="R01", name="东线", person="D01", vehicle="V01", stops=("C0002", "C0003"))
    put_masters(desk, CLERK, MasterData(routes=(stops,)))
    handheld = Handheld().fetch(desk)
    assert len(handheld.rows("customers")) == 6
    assert handheld.rows("stops") == [["R01", 1, "C0002"], ["R01", 2, "C0003"]]
    assign(desk, CLERK, 3, "S01", "R01")
    handheld.fetch(desk)
    codes = [row[0] for row in handheld.rows("customers")]
    assert codes == ["C0001", "C0002", "C0003", "C0006"]
    put_masters(desk, CLERK, MasterData(routes=(Route(code="R02", name="西线", stops=("C0004",)),)))
    handheld.fetch(desk)
    assert len(handheld.rows("stops")) == 2
    assert len(Handheld(4).fetch(desk).rows("stops")) == 3


def test_a_customer_row_has_what_a_salesperson_needs(desk: Office) -> None:
    assert Handheld().fetch(desk).rows("customers")[0] == [
        *("C0001", "东浦烟酒店", "东浦街", "", "000-1234567"),
        *("GROCERY", "direct", "", 0, 0, []),
    ]


def test_loaded_notes_and_the_goods_on_the_van_go_along(desk: Office, terminal: Terminal) -> None:
    terminal.order("C0001", ("HX500", 10))
    terminal.upload(desk)
    (number,) = load_orders(desk).numbers
    handheld = Handheld(4).fetch(desk)
    assert handheld.rows("notes") == [
        [number, 1, "C0001", "HX500", "L2604A", 100],
        [number, 2, "C0001", "HX500", "L2605A", 20],
    ]
    assert ["VAN1", "HX500", "L2604A", "2026-10-07", 100] in handheld.rows("stock")
    put_masters(desk, CLERK, MasterData(routes=(Route(code="R02", name="西线"),)))
    assign(desk, CLERK, 4, "D01", "R02")
    assert handheld.fetch(desk).rows("notes") == []
    assign(desk, CLERK, 4, "D01", "R01")
    assert len(handheld.fetch(desk).rows("notes")) == 2
    deliver(at(desk, EVENING_MS), terminal, number)
    handheld.fetch(at(desk, EVENING_MS))
    assert (handheld.rows("notes"), handheld.rows("stock")) == ([], [])


def test_the_last_deliveries_of_ones_own_customers_go_along(
    desk: Office, terminal: Terminal
) -> None:
    terminal.order("C0001", ("HX500", 10))
    terminal.upload(desk)
    (number,) = load_orders(desk).numbers
    evening = at(desk, EVENING_MS)
    deliver(evening, terminal, number, refused=10)
    delivered = [["C0001", "HX500", [str(NEXT_DAY), "CS", 100, 5350]]]
    handheld = Handheld().fetch(evening, NEXT_DAY)
    assert handheld.rows("history") == delivered
    # the driver serves no customers of his own until he has a route
    driver = Handheld(4).fetch(evening, NEXT_DAY)
    assert driver.rows("history") == []
    assign(evening, CLERK, 4, "D01", "R01")
    assert driver.fetch(evening, NEXT_DAY).rows("history") == delivered
    reverse(evening, CLERK, number, "wrong customer")
    assert handheld.fetch(evening, NEXT_DAY).rows("history") == []
    much_later = at(desk, EVENING_MS + 100 * 24 * HOUR_MS)
    assert driver.fetch(much_later, NEXT_DAY).rows("history") == []


def test_only_the_last_six_days_of_a_product_are_told(desk: Office, terminal: Terminal) -> None:
    day_ms = 24 * HOUR_MS
    for place in range(8):
        today = at(desk, MORNING_MS + place * day_ms)
        terminal.person, terminal.now_ms = "S01", MORNING_MS + place * day_ms
        terminal.order("C0001", ("HX500", 1))
        terminal.order("C0001", ("XG330", 1), price=3600)
        terminal.upload(today)
        hand_over(today, terminal)
    rows = Handheld().fetch(today).rows("history")
    days = [f"2026-06-{8 - place:02}" for place in range(6)]
    assert rows == [
        ["C0001", "HX500", [value for day in days for value in (day, "CS", 12, 5350)]],
        ["C0001", "XG330", [value for day in days for value in (day, "CS", 12, 3600)]],
    ]


def hand_over(office: Office, terminal: Terminal) -> None:
    """Everything ordered is loaded and delivered on the same day."""
    day = max(business_date(terminal.now_ms, 480, 240), NEXT_DAY)
    plan_route_day(office, CLERK, day)
    for number in load(office, CLERK, day, "R01").numbers:
        with office.database.read() as reader:
            paper = note(reader, number)
        lines = [(line.line_no, line.product_code, line.qty_base, 0) for line in paper.lines]
        terminal.person = "D01"
        terminal.delivery(number, paper.customer_code, *lines)
        terminal.upload(office)


def test_what_became_of_the_last_records_goes_along(desk: Office, terminal: Terminal) -> None:
    terminal.epoch = 0
    head = terminal.order("C0001", ("HX5OO", 2))
    terminal.upload(desk)
    handheld = Handheld().fetch(desk)
    assert ["E_PROD", "Q", "quarantined"] in [row[2:] for row in handheld.rows("verdicts")]
    assert head + 1 in [row[0] for row in handheld.rows("verdicts")]
    assert Handheld(4).fetch(desk).rows("verdicts") == []
    later = at(desk, MORNING_MS + 8 * 24 * HOUR_MS)
    assert handheld.fetch(later).rows("verdicts") == []


def test_the_numbers_it_may_give_out_go_along(desk: Office) -> None:
    handheld = Handheld()
    provide_numbers(desk, CLERK, handheld.info, DAY)
    handheld.fetch(desk)
    assert handheld.rows("numbers") == [[2026, 1, 200, 0, "0127-T003-26-"]]
    assert Handheld(4).fetch(desk).rows("numbers") == []


def test_promotions_of_the_week_go_along_with_what_they_give(desk: Office) -> None:
    def terms(code: str, day: date, **more: Any) -> PromotionTerms:
        return PromotionTerms(code=code, name="送一", valid_from=day, **more)

    rule = PromotionRule(kind="buy_x_get_y", params='{"buy":10,"get":1}')
    put_masters(
        desk,
        CLERK,
        MasterData(
            promotions=(
                terms("P10", DAY, priority=2, scope={"types": ("GROCERY",)}, rules=(rule,)),
                terms("LATER", date(2026, 12, 1), rules=(rule,)),
                terms("OVER", date(2026, 1, 1), valid_to=DAY, rules=(rule,)),
            )
        ),
    )
    handheld = Handheld().fetch(desk)
    assert handheld.rows("promotions") == [
        ["P10", "送一", str(DAY), "", "", 2, [], ["GROCERY"], [], [], []]
    ]
    ((code, rule_no, kind, mode, params),) = handheld.rows("promotion-rules")
    assert (code, rule_no, kind, mode) == ("P10", 1, "buy_x_get_y", "slab")
    assert json.loads(params) == {"buy": 10, "get": 1}


def test_who_has_our_empties_goes_along(desk: Office, terminal: Terminal) -> None:
    piece = Packing("PC", "个", 1, is_default=True)
    crate = Product(code="CRATE", name="箱", packings=(piece,), kind="empty", deposit_fen=1500)
    put_masters(desk, CLERK, MasterData(products=(crate,)))
    terminal.person = "D01"
    terminal.empties("C0001", "CRATE", 6, 2)
    terminal.upload(desk)
    assert Handheld().fetch(desk).rows("empties") == [["C0001", "CRATE", 4, 6000]]
