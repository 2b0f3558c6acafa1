"""Orders at the desk: confirmed or held, promised, changed and ended."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from app.domain.rights import Actor, Right
from app.errors import NotFound, PermissionDenied, RuleBroken
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.ordering.ending import cancel_order, close_short, reject_order
from app.services.ordering.entering import EnteredLine, EnteredOrder, Taken, enter_order, preview
from app.services.ordering.releasing import release_order
from app.services.receiving import GoodsReceipt, ReceivedLine, receive_goods
from app.services.transferring import Transfer, TransferredLine, transfer_goods
from app.storage.queries.directory import places_by_code, products_by_code
from app.storage.queries.documents import documents_by_number
from app.storage.queries.orders import (
    OpenLine,
    OrderFilter,
    held_orders,
    open_lines,
    order_rows,
    order_totals,
)
from app.storage.store.master_data import CreditPolicy, PromotionRule, PromotionTerms
from tests.support.offices import (
    CLERK,
    HOUR_MS,
    KEEPER,
    MORNING_MS,
    Terminal,
    at,
    eastern,
    sample_masters,
)
from tests.support.trades import assert_sound, deliver, load_orders, stock_of

TOMORROW = date(2026, 6, 2)
CHIEF = Actor.everything("chief")


def line(product: str = "HX500", packs: int = 5, **more: object) -> EnteredLine:
    return EnteredLine(product, "CS", packs, **more)  # type: ignore[arg-type]


def order(*lines: EnteredLine, **more: object) -> EnteredOrder:
    return EnteredOrder("C0001", TOMORROW, lines or (line(),), **more)  # type: ignore[arg-type]


def codes(taken: Taken) -> set[str]:
    return {each.code for each in taken.problems}


def lines_of(office: Office, number: str) -> tuple[OpenLine, ...]:
    with office.database.read() as reader:
        return open_lines(reader, [documents_by_number(reader, [number])[number].id])


def free(office: Office, product: str = "HX500") -> int:
    with office.database.transaction(CLERK, "look") as store:
        place = places_by_code(store.reader)["WH1"].id
        key = products_by_code(store.reader, [product])[product].id
        return store.reservations.free(place, [key])[key]


def state_of(office: Office, number: str) -> str:
    with office.database.read() as reader:
        return documents_by_number(reader, [number])[number].state


def test_an_order_is_priced_confirmed_and_promised(office: Office) -> None:
    before = free(office)
    taken = enter_order(office, CLERK, order(line(packs=5, loose=3), line("XG330", 2)))
    assert (taken.state, taken.problems) == ("confirmed", ())
    assert taken.net_fen == 63 * 5350 // 12 + 2 * 3600 + (63 * 5350 % 12 >= 6)
    (beer, soda) = lines_of(office, taken.number)
    assert (beer.ordered, beer.reserved, beer.remaining, soda.reserved) == (63, 63, 63, 24)
    assert free(office) == before - 63
    assert_sound(office)


def test_what_cannot_be_an_order_is_refused(office: Office) -> None:
    many = tuple(line(packs=number + 1) for number in range(257))
    for bad, rule in (
        (replace(order(), lines=()), "no-lines"),
        (order(*many), "too-many-lines"),
        (order(line(), line()), "same-line-twice"),
        (order(line(packs=0)), "move"),
        (order(line(own_price_fen=5000)), "reason-missing"),
    ):
        with pytest.raises(RuleBroken) as caught:
            enter_order(office, CLERK, bad)
        assert caught.value.rule == rule
    for unknown in (replace(order(), customer="C9"), order(line("HX9")), order(origin="dream")):
        with pytest.raises(NotFound):
            enter_order(office, CLERK, unknown)
    with pytest.raises(NotFound):
        enter_order(office, CLERK, order(wholesaler="W9"))


def test_goods_without_a_price_are_not_given_away(office: Office) -> None:
    bare = sample_masters().products[0]
    put_masters(office, CLERK, MasterData(products=(replace(bare, code="NEW1", name="新品"),)))
    with pytest.raises(RuleBroken, match="no-price"):
        enter_order(office, CLERK, order(line("NEW1")))


def test_a_price_of_ones_own_takes_a_right_and_a_reason(office: Office) -> None:
    clerk = Actor("may", frozenset({Right.POST_ORDERS}))
    own = order(line(own_price_fen=5000, reason="spoken with the chief"))
    with pytest.raises(PermissionDenied):
        enter_order(office, clerk, own)
    taken = enter_order(office, CLERK, own)
    assert taken.net_fen == 5 * 5000


def test_more_than_there_is_waits_for_a_second_person(office: Office) -> None:
    taken = enter_order(office, CLERK, order(line(packs=1000)))
    assert (taken.state, codes(taken)) == ("held", {"E_STOCK"})
    with pytest.raises(RuleBroken, match="approver-is-author"):
        release_order(office, CLERK, taken.number, "it will come")
    with pytest.raises(PermissionDenied):
        release_order(
            office, Actor("x", frozenset({Right.POST_ORDERS})), taken.number, "it will come"
        )
    release_order(office, CHIEF, taken.number, "it will come")
    (only,) = lines_of(office, taken.number)
    assert (state_of(office, taken.number), only.reserved) == ("confirmed", 600)
    assert free(office) == 0


def test_the_same_order_again_waits(office: Office) -> None:
    first = enter_order(office, CLERK, order())
    second = enter_order(office, CLERK, order())
    assert (second.state, codes(second)) == ("held", {"E_TWIN"})
    assert second.problems[0].fields["number"] == first.number
    assert enter_order(office, CLERK, order(line(packs=6))).state == "confirmed"
    reject_order(office, CHIEF, second.number, "twice")
    assert state_of(office, second.number) == "rejected"


def test_c1_an_order_beyond_the_credit_is_held(office: Office) -> None:
    policy = CreditPolicy(customer="C0001", valid_from=date(2026, 1, 1), limit_fen=30000)
    put_masters(office, CLERK, MasterData(credit=(policy,)))
    assert enter_order(office, CLERK, order(payment="credit")).state == "confirmed"
    over = enter_order(office, CLERK, order(line("XG330", 1), payment="credit"))
    assert (over.state, codes(over)) == ("held", {"E_CREDIT"})
    assert over.problems[0].fields == {"over": "3.50", "limit": "300.00"}
    assert enter_order(office, CLERK, order(line("XG330", 2), payment="cash")).state == "confirmed"


def test_orders_of_terminals_are_judged_by_the_prices_of_the_territory(
    office: Office, terminal: Terminal
) -> None:
    put_masters(office, CLERK, eastern(price_fen=4900))
    terminal.order("C0001", ("HX500", 5), price=4900)
    terminal.order("C0002", ("HX500", 5), price=5350)
    assert terminal.upload(office).problems == ()


def test_orders_of_terminals_are_held_for_credit_too(office: Office, terminal: Terminal) -> None:
    policy = CreditPolicy(
        customer="C0001", valid_from=date(2026, 1, 1), limit_fen=1, mode="cash_only"
    )
    put_masters(office, CLERK, MasterData(credit=(policy,)))
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    with office.database.read() as reader:
        (row,) = order_rows(reader, OrderFilter())
        assert (row.state, row.order_class, row.origin) == ("confirmed", "direct", "visit")
        assert held_orders(reader) == 0


def test_promotions_are_worked_out_and_kept_on_the_lines(office: Office) -> None:
    terms = PromotionTerms(
        code="PR-10+1",
        name="买十赠一",
        valid_from=date(2026, 6, 1),
        scope={"types": ("GROCERY",)},
        rules=(
            PromotionRule(kind="buy_x_get_y", params='{"buy": 120, "get": 12}'),
            PromotionRule(kind="order_threshold", params='{"min_fen": 1, "off_bp": 200}'),
        ),
    )
    put_masters(office, CLERK, MasterData(promotions=(terms,)))
    taken = enter_order(office, CLERK, order(line(packs=22)))
    assert taken.net_fen == 22 * 5350 - (22 * 5350 * 200 + 5000) // 10000
    with office.database.read() as reader:
        found = documents_by_number(reader, [taken.number])[taken.number]
    assert [(each.free, each.qty, each.net_fen) for each in found.lines][1] == (True, 24, 0)
    assert '"PR-10+1"' in found.lines[0].promotions
    assert_sound(office)


def test_an_amended_order_takes_the_place_of_the_first(office: Office) -> None:
    first = enter_order(office, CLERK, order())
    second = enter_order(office, CLERK, order(line(packs=7)), first.number)
    with office.database.read() as reader:
        documents = documents_by_number(reader, [first.number, second.number])
    old, new = documents[first.number], documents[second.number]
    assert (old.state, new.state, new.parent_id) == ("cancelled", "confirmed", old.id)
    assert old.order is not None
    assert old.order.ended_because == "amended"
    assert [each.reserved for each in lines_of(office, first.number)] == [0]
    with pytest.raises(RuleBroken, match="transition"):
        enter_order(office, CLERK, order(line(packs=8)), first.number)


def test_an_order_is_cancelled_only_while_nothing_is_on_its_way(office: Office) -> None:
    taken = enter_order(office, CLERK, order())
    load_orders(office)
    for end in (cancel_order, close_short):
        with pytest.raises(RuleBroken, match="order-underway"):
            end(office, CLERK, taken.number, "changed his mind")
    other = enter_order(office, CLERK, order(line("XG330")))
    with pytest.raises(RuleBroken, match="reason-missing"):
        cancel_order(office, CLERK, other.number, " ")
    cancel_order(office, CLERK, other.number, "changed his mind")
    assert state_of(office, other.number) == "cancelled"
    assert free(office, "XG330") == stock_of(office, "WH1", "XG330")


def test_what_was_not_delivered_is_closed_short(office: Office, terminal: Terminal) -> None:
    taken = enter_order(office, CLERK, order())
    loaded = load_orders(office)
    deliver(office, terminal, loaded.numbers[0], refused=10)
    (only,) = lines_of(office, taken.number)
    assert (only.ordered, only.delivered, only.underway, only.remaining) == (60, 50, 0, 10)
    assert state_of(office, taken.number) == "partly_delivered"
    close_short(office, CLERK, taken.number, "he has enough")
    assert state_of(office, taken.number) == "closed"
    assert_sound(office)


def test_inv_05_promises_give_way_when_goods_go_another_way(office: Office) -> None:
    first = enter_order(office, CLERK, order(line(packs=30)))
    later = at(office, MORNING_MS + HOUR_MS)
    second = enter_order(later, CLERK, replace(order(line(packs=20)), customer="C0002"))
    assert (lines_of(office, first.number)[0].reserved, free(office)) == (360, 0)
    transfer_goods(
        office, KEEPER, Transfer("WH1", "VAN1", (TransferredLine("HX500", 100, "L2604A"),))
    )
    assert lines_of(office, first.number)[0].reserved == 360
    assert lines_of(office, second.number)[0].reserved == 140
    assert free(office) == 0


def test_two_clerks_cannot_promise_the_same_case(office: Office) -> None:
    def ask(customer: str) -> Taken:
        wanted = replace(order(line(packs=40)), customer=customer)
        return enter_order(office, CLERK, wanted)

    with ThreadPoolExecutor(2) as clerks:
        both = list(clerks.map(ask, ("C0001", "C0002")))
    assert sorted(taken.state for taken in both) == ["confirmed", "held"]
    reserved = sum(lines_of(office, taken.number)[0].reserved for taken in both)
    assert reserved == 480


def test_a_preview_writes_nothing(office: Office) -> None:
    with office.database.read() as reader:
        priced, problems = preview(reader, order(line(packs=3)), TOMORROW)
        assert (priced.net_fen, problems, order_rows(reader, OrderFilter())) == (16050, [], ())


def test_the_list_is_narrowed_and_added_up_by_class(office: Office) -> None:
    enter_order(office, CLERK, order())
    enter_order(office, CLERK, replace(order(line("XG330", 1)), customer="C0002"))
    receive_goods(office, KEEPER, GoodsReceipt("SUP1", "WH1", (ReceivedLine("XG330", 12),)))
    with office.database.read() as reader:
        assert order_totals(reader, OrderFilter()) == {"direct": (2, 26750 + 3600)}
        found = order_rows(reader, OrderFilter(words="xq"))
        assert [row.customer_code for row in found] == ["C0002"]
        assert order_rows(reader, OrderFilter(states=frozenset({"held"}))) == ()
        assert len(order_rows(reader, OrderFilter(), limit=1, offset=1)) == 1
        assert order_rows(reader, OrderFilter(customer="C0001", d_to=date(2026, 5, 1))) == ()
