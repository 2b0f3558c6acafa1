"""Goods that come back: never more than went out, never on sale unlooked at, credited once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from app.domain.quantity import Packing
from app.domain.returns import Disposition, credit_fen
from app.domain.rights import Actor
from app.domain.stock import LocationKind
from app.errors import NotFound, RuleBroken
from app.services.deliveries.confirming import NoteResult, confirm_deliveries
from app.services.delivering import load
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.ordering.entering import EnteredLine, EnteredOrder, enter_order
from app.services.planning import plan_route_day
from app.services.receiving import GoodsReceipt, ReceivedLine, receive_goods
from app.services.replaying import replay
from app.services.returning.receiving import Looked, inspect_return, receive_return
from app.services.returning.requesting import (
    AskedLine,
    AskedReturn,
    approve_return,
    reject_return,
    request_return,
)
from app.services.reversing import reverse
from app.storage.queries.empties import outstanding
from app.storage.queries.returns import return_lines, return_rows
from app.storage.store.master_data import Empties, Place, Price, PriceList, Product
from tests.support.offices import CLERK, KEEPER
from tests.support.trades import assert_sound, stock_of

TOMORROW = date(2026, 6, 2)
CHIEF = Actor.everything("chief")


@pytest.fixture
def note(office: Office) -> str:
    """Sixty bottles at 53.50 a case, delivered."""
    return deliver(office, "HX500")


def deliver(office: Office, product: str) -> str:
    line = EnteredLine(product, "CS", 5)
    enter_order(office, CLERK, EnteredOrder("C0001", TOMORROW, (line,)))
    plan_route_day(office, KEEPER, TOMORROW)
    (number,) = load(office, KEEPER, TOMORROW, "R01").numbers
    confirm_deliveries(office, CLERK, [NoteResult(number, signer="王")])
    return number


def ask(office: Office, note: str, qty: int = 12, **more: object) -> UUID:
    line = AskedLine("HX500", qty, "DMG", **more)  # type: ignore[arg-type]
    return request_return(office, CLERK, AskedReturn("C0001", (line,), note=note))


def row(office: Office, key: UUID) -> tuple[str, str | None, int]:
    with office.database.read() as reader:
        (found,) = return_rows(reader, key=key)
    return found.state, found.number, found.net_fen


def test_what_was_delivered_comes_back_over_quarantine_and_is_credited(
    office: Office, note: str
) -> None:
    key = ask(office, note)
    assert row(office, key) == ("approved", None, 5350)
    number = receive_return(office, CLERK, key)
    assert "-RN-" in number
    assert (stock_of(office, "QUARANTINE"), stock_of(office, "CUSTOMER-C0001")) == (12, 48)
    before = stock_of(office, "WH1")
    fen = inspect_return(office, CLERK, key, [Looked(1, 12, Disposition.SELLABLE)])
    assert (fen, row(office, key)) == (5350, ("posted", number, 5350))
    assert (stock_of(office, "QUARANTINE"), stock_of(office, "WH1")) == (0, before + 12)
    assert_sound(office)


def test_only_what_is_accepted_is_credited_and_the_rest_goes_back(
    office: Office, note: str
) -> None:
    key = ask(office, note)
    receive_return(office, CLERK, key)
    fen = inspect_return(office, CLERK, key, [Looked(1, 5, Disposition.DAMAGED)])
    assert fen == credit_fen(26750, 60, 0, 5) == 2229
    assert (stock_of(office, "LOSS"), stock_of(office, "CUSTOMER-C0001")) == (5, 55)
    with office.database.read() as reader:
        (line,) = return_lines(reader, key)
    assert (line.accepted, line.disposition, line.net_fen) == (5, "damaged", 2229)
    assert_sound(office)


def test_inv_14_no_more_comes_back_than_went_out(office: Office, note: str) -> None:
    ask(office, note, 40)
    with pytest.raises(RuleBroken) as caught:
        ask(office, note, 21)
    assert caught.value.fields["left"] == 20
    second = ask(office, note, 20)
    reject_return(office, CHIEF, second, "not ours")
    third = ask(office, note, 20)
    receive_return(office, CLERK, third)
    inspect_return(office, CLERK, third, [Looked(1, 15, Disposition.SELLABLE)])
    ask(office, note, 5)
    with pytest.raises(RuleBroken, match="returned-too-much"):
        ask(office, note, 1)


def test_all_credits_of_a_line_come_to_what_it_cost(office: Office, note: str) -> None:
    total = 0
    for qty in (7, 13, 40):
        key = ask(office, note, qty)
        receive_return(office, CLERK, key)
        total += inspect_return(office, CLERK, key, [Looked(1, qty, Disposition.SELLABLE)])
    assert total == 26750


def test_without_a_delivery_a_second_person_decides(office: Office) -> None:
    asked = AskedReturn("C0001", (AskedLine("HX500", 6, "DMG", lot="L2604A"),))
    key = request_return(office, CLERK, asked)
    assert row(office, key) == ("requested", None, 0)
    with pytest.raises(RuleBroken, match="transition"):
        receive_return(office, CLERK, key)
    with pytest.raises(RuleBroken, match="approver-is-author"):
        approve_return(office, CLERK, key, "seen")
    with pytest.raises(RuleBroken, match="reason-missing"):
        approve_return(office, CHIEF, key, " ")
    approve_return(office, CHIEF, key, "seen")
    receive_return(office, CLERK, key)
    inspect_return(office, CLERK, key, [Looked(1, 6, Disposition.SUPPLIER_CLAIM)])
    assert row(office, key)[2] == 0
    assert_sound(office)


def test_what_cannot_be_a_return_is_refused(office: Office, note: str) -> None:
    line = AskedLine("HX500", 6, "DMG")
    for asked, rule in (
        (AskedReturn("C0001", ()), "no-lines"),
        (AskedReturn("C0001", (replace(line, qty=0),)), "move"),
        (AskedReturn("C0001", (replace(line, reason=" "),)), "reason-missing"),
    ):
        with pytest.raises(RuleBroken) as caught:
            request_return(office, CLERK, asked)
        assert caught.value.rule == rule
    for unknown in (
        AskedReturn("C9", (line,)),
        AskedReturn("C0002", (line,), note=note),
        AskedReturn("C0001", (replace(line, product="X"),)),
        AskedReturn("C0001", (replace(line, product="XG330"),), note=note),
        AskedReturn("C0001", (replace(line, note_line=9),), note=note),
        AskedReturn("C0001", (replace(line, lot="NEVER"),)),
        AskedReturn("C0001", (replace(line, condition="odd"),)),
        AskedReturn("C0001", (line,), mode="theft"),
        AskedReturn("C0001", (line,), note="0127-DN-2606-000099-9"),
    ):
        with pytest.raises(NotFound):
            request_return(office, CLERK, unknown)


def test_every_line_is_looked_at(office: Office, note: str) -> None:
    key = ask(office, note)
    receive_return(office, CLERK, key)
    with pytest.raises(RuleBroken, match="no-lines"):
        inspect_return(office, CLERK, key, [])
    with pytest.raises(RuleBroken, match="returned-too-much"):
        inspect_return(office, CLERK, key, [Looked(1, 13, Disposition.SELLABLE)])
    with pytest.raises(NotFound):
        inspect_return(office, CLERK, key, [Looked(2, 1, Disposition.SELLABLE)])
    assert row(office, key)[0] == "received"


def test_a_posted_return_is_reversed(office: Office, note: str) -> None:
    key = ask(office, note)
    number = receive_return(office, CLERK, key)
    inspect_return(office, CLERK, key, [Looked(1, 12, Disposition.SELLABLE)])
    reverse(office, CHIEF, number, "never came")
    assert stock_of(office, "CUSTOMER-C0001") == 60
    assert ask(office, note, 60)
    assert_sound(office)


def test_empties_and_their_deposits_follow_deliveries_and_returns(office: Office) -> None:
    base = Packing("EA", "个", 1, is_default=True)
    beer = sample_beer()
    put_masters(
        office,
        CLERK,
        MasterData(
            products=(
                Product(code="CRATE", name="箱", packings=(base,), kind="empty", deposit_fen=1500),
                Product(code="BOTTLE", name="瓶", packings=(base,), kind="empty", deposit_fen=50),
            ),
            places=(Place(code="YARD", name="空瓶场", kind=LocationKind.EMPTIES_YARD),),
        ),
    )
    prices = (Price(product="NEW1", packing="CS", price_fen=6000),)
    put_masters(
        office,
        CLERK,
        MasterData(
            products=(beer,),
            price_lists=(
                PriceList(
                    code="B2",
                    name="b",
                    kind="base",
                    valid_from=TOMORROW.replace(day=1),
                    prices=prices,
                ),
            ),
        ),
    )
    goods = (ReceivedLine("NEW1", 600),)
    receive_goods(office, KEEPER, GoodsReceipt("SUP1", "WH1", goods))
    note = deliver(office, "NEW1")
    with office.database.read() as reader:
        owed = {each.product_code: (each.qty, each.deposit_fen) for each in outstanding(reader)}
    assert owed == {"BOTTLE": (60, 3000), "CRATE": (5, 7500)}
    assert_sound(office)
    line = AskedLine("NEW1", 24, "DMG")
    key = request_return(office, CLERK, AskedReturn("C0001", (line,), note=note))
    receive_return(office, CLERK, key)
    inspect_return(office, CLERK, key, [Looked(1, 24, Disposition.SELLABLE)])
    with office.database.read() as reader:
        owed = {each.product_code: (each.qty, each.deposit_fen) for each in outstanding(reader)}
    assert owed == {"BOTTLE": (36, 1800), "CRATE": (3, 4500)}
    reverse(office, CHIEF, note, "the wrong shop")
    assert_sound(office)
    with pytest.raises(RuleBroken, match="empties-in-use"):
        put_masters(office, CLERK, MasterData(products=(replace(beer, empties=()),)))


def sample_beer() -> Product:
    packings = (Packing("CS", "箱", 12, is_default=True), Packing("BTL", "瓶", 1))
    empties = (
        Empties(product="BOTTLE"),
        Empties(product="CRATE", numerator=1, denominator=12),
    )
    return Product(code="NEW1", name="新酒", packings=packings, empties=empties, lot_tracked=False)


def test_the_archive_alone_makes_the_same_returns(
    office: Office, note: str, new_url: object
) -> None:
    key = ask(office, note)
    receive_return(office, CLERK, key)
    inspect_return(office, CLERK, key, [Looked(1, 5, Disposition.EXPIRED)])
    assert replay(office, CLERK, new_url(empty=True)).differing == ()  # type: ignore[operator]
