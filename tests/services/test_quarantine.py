"""What waits: one answer settles all equal lines and is remembered."""

from dataclasses import replace
from datetime import date

import pytest

from app.domain.rights import Actor
from app.errors import NotFound, PermissionDenied, RuleBroken
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.quarantine import Waiting, fix, list_waiting, reject
from app.storage.store.master_data import Price, PriceList
from tests.support.offices import CLERK, KEEPER, Terminal, sample_masters
from tests.support.trades import assert_sound


def only(office: Office, code: str) -> Waiting:
    (found,) = [each for each in list_waiting(office, CLERK) if each.item.code == code]
    return found


def test_candidates_are_offered(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001", ("HX5OO", 5))
    terminal.upload(office)
    assert only(office, "E_PROD").candidates[0].code == "HX500"


def test_one_answer_posts_every_equal_line_and_is_remembered(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001", ("HX5OO", 5))
    terminal.order("C0002", ("HX5OO", 2))
    terminal.upload(office)
    terminal.order("C0002", ("XG330", 1), ("HX5OO", 2), price=3600)
    terminal.upload(office)
    item = list_waiting(office, CLERK)[0].item
    assert item.equal == 3
    done = fix(office, CLERK, item.id, "HX500")
    assert (done.items, done.documents, done.still_waiting) == (3, 3, 0)
    assert list_waiting(office, CLERK) == ()
    terminal.order("C0001", ("HX5OO", 1))
    assert terminal.upload(office).documents == 1
    assert_sound(office)


def test_a_document_with_two_questions_waits_for_both(office: Office, terminal: Terminal) -> None:
    terminal.order("C0OO1", ("HX5OO", 5))
    terminal.upload(office)
    done = fix(office, CLERK, only(office, "E_PROD").item.id, "HX500")
    assert (done.documents, done.still_waiting) == (0, 1)
    done = fix(office, CLERK, only(office, "E_CUST").item.id, "C0001")
    assert (done.documents, done.still_waiting) == (1, 0)
    assert_sound(office)


def test_an_answer_that_is_nobodys_code_is_refused(office: Office, terminal: Terminal) -> None:
    terminal.order("C0009")
    terminal.upload(office)
    item = only(office, "E_CUST").item
    with pytest.raises(NotFound):
        fix(office, CLERK, item.id, "C7777")
    assert only(office, "E_CUST").item.id == item.id


def test_a_missing_price_is_judged_again_once_there_is_one(
    office: Office, terminal: Terminal
) -> None:
    put_masters(office, CLERK, MasterData(price_lists=(_prices(active=False),)))
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    item = only(office, "E_NO_PRICE").item
    with pytest.raises(RuleBroken) as caught:
        fix(office, CLERK, item.id, "")
    assert caught.value.rule == "fix-does-not-fit"
    put_masters(office, CLERK, MasterData(price_lists=(_prices(active=True),)))
    assert fix(office, CLERK, item.id, "").documents == 1
    assert_sound(office)


def _prices(*, active: bool) -> PriceList:
    return PriceList(
        code="BASE",
        name="基础价",
        kind="base",
        valid_from=date(2026, 1, 1),
        prices=(Price(product="HX500", packing="CS", price_fen=5350),),
        active=active,
    )


def test_turning_down_needs_a_reason_and_closes_everything_of_the_document(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0009", ("HX5OO", 5))
    terminal.upload(office)
    item = only(office, "E_PROD").item
    with pytest.raises(RuleBroken):
        reject(office, CLERK, item.id, "  ")
    assert reject(office, CLERK, item.id, "typed for fun").items == 2
    assert list_waiting(office, CLERK) == ()
    with pytest.raises(RuleBroken) as caught:
        fix(office, CLERK, item.id, "HX500")
    assert caught.value.rule == "already-resolved"
    assert_sound(office)


def test_who_may_not_resolve_does_not_see(office: Office) -> None:
    with pytest.raises(PermissionDenied):
        list_waiting(office, Actor("guest", frozenset()))


def test_an_equal_line_that_the_answer_does_not_fit_stays_open(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001", ("HX5OO", 5))
    head = terminal.write(10, {1: "C0002", 2: 0, 3: 0, 5: "2026-06-02", 6: 0, 8: 1, 9: 0, 11: 0})
    line = {1: [1, head], 2: 1, 3: "HX5OO", 4: "CS", 5: 2, 6: 25, 7: 5350, 9: False, 10: 10700}
    terminal.write(11, line)
    terminal.upload(office)
    good, bad = list_waiting(office, CLERK)
    if good.item.seqs[0] != 1:
        good, bad = bad, good
    with pytest.raises(RuleBroken) as caught:
        fix(office, CLERK, bad.item.id, "HX500")
    assert caught.value.fields["code"] == "E_UOM"
    done = fix(office, CLERK, good.item.id, "HX500")
    assert (done.items, done.documents, done.still_waiting) == (1, 1, 1)
    assert [each.item.id for each in list_waiting(office, CLERK)] == [bad.item.id]
    assert reject(office, CLERK, bad.item.id, "25 is no number of cases").items == 1
    assert_sound(office)


def test_a_question_that_was_answered_may_come_up_again(office: Office, terminal: Terminal) -> None:
    terminal.order("C0OO1", ("HX5OO", 5))
    terminal.upload(office)
    product = only(office, "E_PROD").item
    fix(office, CLERK, only(office, "E_CUST").item.id, "C0002")
    put_masters(office, CLERK, _second_customer(active=False))
    assert fix(office, CLERK, product.id, "HX500").still_waiting == 1
    put_masters(office, CLERK, _second_customer(active=True))
    assert fix(office, CLERK, only(office, "E_CUST").item.id, "C0002").documents == 1
    assert list_waiting(office, CLERK) == ()
    assert_sound(office)


def _second_customer(*, active: bool) -> MasterData:
    (customer,) = (each for each in sample_masters().customers if each.party.code == "C0002")
    party = replace(customer.party, active=active)
    return MasterData(customers=(replace(customer, party=party),))


def test_what_else_was_asked_of_a_posted_document_needs_no_answer_any_more(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0OO1", ("HX777", 5))
    terminal.upload(office)
    product = replace(sample_masters().products[0], code="HX777")
    price = Price(product="HX777", packing="CS", price_fen=5350)
    prices = PriceList(
        code="NEW", name="新", kind="base", valid_from=date(2026, 1, 1), prices=(price,)
    )
    put_masters(office, CLERK, MasterData(products=(product,), price_lists=(prices,)))
    assert fix(office, CLERK, only(office, "E_CUST").item.id, "C0001").documents == 1
    assert list_waiting(office, CLERK) == ()
    assert_sound(office)


def test_the_other_content_of_a_known_record_can_only_be_put_aside(
    office: Office, terminal: Terminal
) -> None:
    terminal.count("WH1", ("HX500", 600))
    terminal.upload(office)
    terminal.seq = 0
    now_ms = terminal.now_ms
    terminal.write(16, {1: 3, 3: "WH1", 4: now_ms - 60_000, 5: now_ms, 6: True, 7: 0})
    terminal.upload(office)
    item = only(office, "E_RECORD_CONFLICT").item
    with pytest.raises(RuleBroken) as refused:
        fix(office, CLERK, item.id, "")
    assert refused.value.rule == "fix-does-not-fit"
    assert reject(office, CLERK, item.id, "the first one counts").proposed == 1
    assert reject(office, KEEPER, item.id, "the first one counts").items == 1
    assert list_waiting(office, CLERK) == ()
    assert_sound(office)
