"""What other programs got wrong (features 6), where no other test tells the story already."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.rights import Actor
from app.errors import AppError, RuleBroken
from app.explain import problem_sentence
from app.i18n import Translator
from app.services.counting import approve_count, counts_to_approve
from app.services.demo.runner import DemoOptions, found_sample_branch
from app.services.number_blocks import provide_numbers
from app.services.office import Office
from app.services.pairing import Device, Seat, trust
from app.services.planning import plan_route_day
from app.services.reversing import reverse
from app.services.stocking.transfers import receive_transfer, ship_transfer
from app.services.terminals import assign, enrol
from app.services.transferring import Transfer, TransferredLine
from app.storage.queries.deliveries import note
from app.storage.queries.orders import OrderFilter, open_lines, order_rows
from tests.support.credentials import certificate
from tests.support.offices import (
    CLERK,
    DAY,
    HOUR_MS,
    KEEPER,
    MORNING_MS,
    NEXT_DAY,
    Terminal,
    at,
)
from tests.support.taking_home import Handheld
from tests.support.trades import assert_sound, deliver, load_orders, stock_of

CHIEF = Actor.everything("chief")
EN = Translator("en")


@pytest.fixture
def keeper() -> Terminal:
    return Terminal(number=5, person="K01", now_ms=MORNING_MS + 2 * HOUR_MS)


def test_6_2_an_over_delivery_says_both_figures_and_moves_nothing(office: Office) -> None:
    """Twelve handed over of ten: kept as it was said, shown with both figures, not guessed."""
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 10))
    terminal.upload(office)
    (number,) = load_orders(office).numbers
    terminal.person = "D01"
    terminal.now_ms = MORNING_MS + 24 * HOUR_MS
    terminal.delivery(number, "C0001", (1, "HX500", 144, 0))
    (said,) = [each for each in terminal.upload(office).problems if each.code == "E_OVER"]
    assert (said.fields["shipped"], said.fields["delivered"]) == (100, 144)
    sentence = problem_sentence(said.code, said.fields, EN)
    assert "100" in sentence
    assert "144" in sentence
    assert stock_of(office, "VAN1") == 120
    assert_sound(office)


def test_6_2_units_stand_on_every_line_also_on_what_remains(office: Office) -> None:
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 10))
    terminal.upload(office)
    (number,) = load_orders(office).numbers
    with office.database.read() as reader:
        paper = note(reader, number)
        (order,) = order_rows(reader, OrderFilter())
        lines = open_lines(reader, [order.id])
    units = {(line.packing_name, line.packing_factor, line.base_name) for line in paper.lines}
    assert units == {("箱", 12, "瓶")}
    assert {(line.packing_code, line.factor) for line in lines} == {("CS", 12)}


def test_6_5_goods_that_came_before_a_count_and_are_told_after_it_are_shown(
    office: Office, keeper: Terminal
) -> None:
    """They may be in what was counted: the receipt stands, and a person is told of the count."""
    keeper.count("WH1", ("HX500", 660))
    keeper.upload(office)
    (waiting,) = counts_to_approve(office, CLERK)
    approve_count(office, CHIEF, waiting.id)
    late = Terminal(number=6, person="K01", now_ms=MORNING_MS + HOUR_MS)
    late.receipt("SUP1", "WH1", ("HX500", 60))
    result = late.upload(at(office, MORNING_MS + 3 * HOUR_MS))
    assert [each.code for each in result.problems] == ["X_BEHIND_COUNT"]
    assert stock_of(office, "WH1") == 660 + 60
    assert_sound(office)


def test_6_5_a_count_of_yesterday_is_held_against_yesterdays_book(
    office: Office, keeper: Terminal
) -> None:
    """Six hundred were there when it was counted; what left since does not count as missing."""
    seller = Terminal(number=4)
    seller.order("C0001", ("HX500", 5))
    seller.upload(office)
    load_orders(office)
    assert stock_of(office, "WH1") == 540
    keeper.count("WH1", ("HX500", 600))
    keeper.now_ms = MORNING_MS + 26 * HOUR_MS
    assert keeper.upload(at(office, keeper.now_ms)).problems == ()
    assert stock_of(office, "WH1") == 540
    assert_sound(office)


def test_6_6_taken_back_and_posted_again_is_one_delivery(office: Office) -> None:
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    (number,) = load_orders(office).numbers
    deliver(office, terminal, number)
    reverse(office, CLERK, number, "wrong shop")
    assert stock_of(office, "CUSTOMER-C0001") == 0
    with pytest.raises(RuleBroken, match="already-reversed"):
        reverse(office, CLERK, number, "again")
    plan_route_day(office, KEEPER, NEXT_DAY)
    (second,) = load_orders(office).numbers
    deliver(office, terminal, second)
    assert stock_of(office, "CUSTOMER-C0001") == 60
    assert_sound(office)


def test_6_7_what_is_missing_counts_down_and_what_is_too_much_counts_up(
    office: Office, keeper: Terminal
) -> None:
    """Difference is counted less book, lost is shipped less received: one sign everywhere."""
    keeper.count("WH1", ("HX500", 500), ("XG330", 300))
    keeper.upload(office)
    (waiting,) = counts_to_approve(office, CLERK)
    signs = {
        line.product_code: (line.counted or 0) - (line.book_at_count or 0) for line in waiting.lines
    }
    assert signs == {"HX500": -100, "XG330": 60}
    line = TransferredLine("HX500", 24, "L2605A")
    number = ship_transfer(office, KEEPER, Transfer("WH1", "VAN1", (line,)))
    assert receive_transfer(office, CHIEF, number, {"1": 20}, "counted") == 4


def test_6_11_a_route_is_on_one_terminal(office: Office) -> None:
    for number in (3, 4):
        trust(office, CLERK, Seat(number, "D01"), Device(certificate(f"{number}").hex()), "file")
    assign(office, CLERK, 3, "D01", "R01")
    with pytest.raises(RuleBroken, match="route-taken") as refused:
        assign(office, CLERK, 4, "D01", "R01")
    assert refused.value.fields["route"] == "R01"
    assert refused.value.fields["terminal"] == 3


def test_6_11_numbers_of_two_terminals_are_kept_apart(office: Office) -> None:
    blocks = set()
    for number in (3, 4):
        enrol(office, CLERK, number, "S01")
        handheld = Handheld(number)
        provide_numbers(office, CLERK, handheld.info, DAY)
        ((_year, _first, _last, _used, before),) = handheld.fetch(office).rows("numbers")
        blocks.add(before)
    assert blocks == {"0127-T003-26-", "0127-T004-26-"}


def test_6_12_the_sample_is_never_mixed_into_a_real_branch(office: Office) -> None:
    before = stock_of(office, "WH1")
    with pytest.raises(AppError):
        found_sample_branch(office, DemoOptions(day=date(2026, 6, 30)))
    assert stock_of(office, "WH1") == before
