"""From orders over loaded notes to delivered goods, and what goes wrong on the way."""

from dataclasses import replace

import pytest

from app.domain.numbering import DocumentKind
from app.domain.rights import Actor
from app.errors import NotFound, PermissionDenied, RuleBroken
from app.services.delivering import load
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.ordering.releasing import release_order
from app.services.planning import plan_route_day
from app.services.receiving import GoodsReceipt, ReceivedLine, receive_goods
from app.services.reversing import reverse
from app.storage.queries.deliveries import note
from app.storage.queries.documents import documents_by_number, documents_in_state
from app.storage.store.master_data import Product
from tests.support.offices import (
    CLERK,
    HOUR_MS,
    KEEPER,
    MORNING_MS,
    NEXT_DAY,
    Terminal,
    sample_masters,
)
from tests.support.trades import assert_sound, deliver, load_orders, stock_of


def test_goods_go_from_the_warehouse_over_the_van_to_the_customer(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001", ("HX500", 10))
    terminal.upload(office)
    loaded = load_orders(office)
    assert (stock_of(office, "WH1"), stock_of(office, "VAN1")) == (480, 120)
    deliver(office, terminal, loaded.numbers[0])
    assert (stock_of(office, "WH1"), stock_of(office, "VAN1")) == (480, 0)
    assert stock_of(office, "CUSTOMER-C0001") == 120
    assert_sound(office)


def test_the_oldest_lots_leave_first_each_on_a_line_of_its_own(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001", ("HX500", 10))
    terminal.upload(office)
    loaded = load_orders(office)
    with office.database.read() as reader:
        paper = note(reader, loaded.numbers[0])
    assert [(line.lot_code, line.qty_base) for line in paper.lines] == [
        ("L2604A", 100),
        ("L2605A", 20),
    ]
    assert sum(line.net_fen for line in paper.lines) == 53_500
    assert paper.snapshot_sha256


def test_what_is_not_in_stock_stays_on_the_note_as_short(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001", ("XG330", 30), price=3600)
    terminal.upload(office)
    loaded = load_orders(office)
    assert [(short.product, short.qty) for short in loaded.shorts] == [("XG330", 120)]
    deliver(office, terminal, loaded.numbers[0])
    with office.database.read() as reader:
        found = documents_by_number(reader, loaded.numbers)[loaded.numbers[0]]
    assert [(line.qty, line.ordered, line.short) for line in found.lines] == [
        (240, 240, 0),
        (0, 120, 120),
    ]
    assert_sound(office)


def test_refused_goods_stay_on_the_van(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    loaded = load_orders(office)
    deliver(office, terminal, loaded.numbers[0], refused=12)
    assert stock_of(office, "VAN1") == 12
    assert stock_of(office, "CUSTOMER-C0001") == 48
    assert_sound(office)


def test_the_same_result_again_is_confirmed_another_one_is_a_conflict(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    number = load_orders(office).numbers[0]
    deliver(office, terminal, number)
    again = deliver(office, terminal, number)
    assert again.receipt.state == "applied"
    assert again.moves == 0
    other = deliver(office, terminal, number, refused=12)
    assert [verdict.code for verdict in other.receipt.verdicts] == ["E_DLV_CONFLICT"] * 2
    assert stock_of(office, "CUSTOMER-C0001") == 60


@pytest.mark.parametrize(
    ("number", "line", "code"),
    [
        ("0127-DN-2606-000099-9", (1, "HX500", 12, 0), "E_DN_UNKNOWN"),
        (None, (1, "HX500", 61, 0), "E_OVER"),
        (None, (7, "HX500", 12, 0), "E_DLV_LINE"),
        (None, (1, "XG330", 12, 0), "E_DLV_LINE"),
        (None, (1, "NOPE", 12, 0), "E_PROD"),
    ],
)
def test_a_delivery_that_does_not_fit_its_note_waits(
    office: Office,
    terminal: Terminal,
    number: str | None,
    line: tuple[int, str, int, int],
    code: str,
) -> None:
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    issued = load_orders(office).numbers[0]
    terminal.delivery(number or issued, "C0001", line)
    result = terminal.upload(office)
    assert code in {problem.code for problem in result.problems}
    assert result.counts.quarantined == 2
    assert stock_of(office, "VAN1") == 60
    assert_sound(office)


def test_goods_that_were_not_on_the_van_are_delivered_all_the_same_and_flagged(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    number = load_orders(office).numbers[0]
    terminal.now_ms = MORNING_MS + 21 * HOUR_MS
    terminal.count("VAN1", ("HX500", 58), place=2)  # within tolerance: two bottles are gone
    terminal.upload(office)
    result = deliver(office, terminal, number)
    assert [verdict.code for verdict in result.receipt.verdicts] == ["W_VAN_NEGATIVE"]
    assert stock_of(office, "VAN1") == -2
    assert_sound(office)


def test_the_host_decides_the_price(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001", ("HX500", 5), price=5351)
    terminal.order("C0002", ("HX500", 5), price=9999)
    result = terminal.upload(office)
    assert [verdict.code for verdict in result.receipt.verdicts] == ["E_PRICE", "E_PRICE_HOLD"]
    with office.database.read() as reader:
        (held,) = documents_in_state(reader, DocumentKind.SO, "held")
        (confirmed,) = documents_in_state(reader, DocumentKind.SO, "confirmed")
    assert (held.net_fen, confirmed.net_fen) == (26_750, 26_750)
    release_order(office, KEEPER, held.number or "", "spoken with the customer")
    assert plan_route_day(office, KEEPER, NEXT_DAY).total == 2


def test_an_order_is_cancelled_by_its_own_terminal(office: Office, terminal: Terminal) -> None:
    head = terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    body = {1: "C0001", 2: 0, 3: 0, 5: "2026-06-02", 6: 0, 8: 1, 9: 0, 11: 2, 12: [1, head]}
    cancel = terminal.write(10, body)
    line = {1: [1, cancel], 2: 1, 3: "HX500", 4: "CS", 5: 5, 6: 60, 7: 5350, 9: False, 10: 0}
    terminal.write(11, line)
    assert terminal.upload(office).receipt.state == "applied"
    assert plan_route_day(office, KEEPER, NEXT_DAY).total == 0
    assert_sound(office)


def test_256_lines_are_an_order_257_are_none(office: Office, terminal: Terminal) -> None:
    products = tuple(
        replace(sample, code=f"P{place:03}", name=f"P{place:03}")
        for place, sample in enumerate(_many_products(257))
    )
    put_masters(office, CLERK, MasterData(products=products))
    lines = [(product.code, 1) for product in products]
    terminal.order("C0001", *lines[:256])
    assert terminal.upload(office).counts.quarantined == 257  # no prices: it waits, whole
    terminal.order("C0001", *lines)
    result = terminal.upload(office)
    assert result.counts.rejected == 258
    assert {verdict.code for verdict in result.receipt.verdicts} == {"E_ORD_TOO_MANY"}


def _many_products(count: int) -> list[Product]:
    return [sample_masters().products[0]] * count


def test_planning_twice_plans_only_what_is_new(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001")
    terminal.upload(office)
    assert plan_route_day(office, KEEPER, NEXT_DAY).deliveries == {"R01": 1}
    assert plan_route_day(office, KEEPER, NEXT_DAY).total == 0


def test_loading_what_is_not_there_is_refused(office: Office) -> None:
    with pytest.raises(NotFound):
        load(office, KEEPER, NEXT_DAY, "R01")
    with pytest.raises(NotFound):
        load(office, KEEPER, NEXT_DAY, "R99")


@pytest.mark.parametrize(
    "receipt",
    [
        GoodsReceipt("NOPE", "WH1", (ReceivedLine("HX500", 1),)),
        GoodsReceipt("SUP1", "NOPE", (ReceivedLine("HX500", 1),)),
        GoodsReceipt("SUP1", "WH1", (ReceivedLine("NOPE", 1),)),
    ],
)
def test_a_receipt_with_an_unknown_code_leaves_nothing(
    office: Office, receipt: GoodsReceipt
) -> None:
    before = office.archive.paths()
    with pytest.raises(NotFound):
        receive_goods(office, KEEPER, receipt)
    assert office.archive.paths() == before
    assert stock_of(office, "WH1") == 600


def test_a_reversal_puts_the_goods_back_once(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    number = load_orders(office).numbers[0]
    deliver(office, terminal, number)
    reverse(office, CLERK, number, "wrong customer")
    assert stock_of(office, "VAN1") == 60
    with pytest.raises(RuleBroken) as caught:
        reverse(office, CLERK, number, "again")
    assert caught.value.rule == "already-reversed"
    assert_sound(office)


def test_a_receipt_whose_goods_have_left_cannot_be_reversed(
    office: Office, terminal: Terminal
) -> None:
    fresh = GoodsReceipt("SUP1", "WH1", (ReceivedLine("XG330", 12, "NEW"),))
    number = receive_goods(office, KEEPER, fresh)
    terminal.order("C0001", ("XG330", 21), price=3600)
    terminal.upload(office)
    load_orders(office)
    with pytest.raises(RuleBroken) as caught:
        reverse(office, CLERK, number, "never came")
    assert caught.value.rule == "negative-stock"
    assert_sound(office)


def test_rights_are_asked_for(office: Office) -> None:
    nobody = Actor("guest", frozenset())
    for call in (
        lambda: plan_route_day(office, nobody, NEXT_DAY),
        lambda: load(office, nobody, NEXT_DAY, "R01"),
        lambda: reverse(office, nobody, "x", "y"),
        lambda: release_order(office, nobody, "x", "y"),
    ):
        with pytest.raises(PermissionDenied):
            call()


def test_a_result_for_a_reversed_delivery_is_not_swallowed(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001", ("HX500", 10))
    terminal.upload(office)
    (number,) = load_orders(office).numbers
    deliver(office, terminal, number)
    reverse(office, CLERK, number, "the wrong shop signed")
    result = deliver(office, terminal, number)
    assert {each.code for each in result.problems} == {"E_DLV_CONFLICT"}
    assert (stock_of(office, "VAN1"), stock_of(office, "CUSTOMER-C0001")) == (120, 0)
    assert_sound(office)
