"""Counts: small differences are posted by rule, large ones by somebody who did not count."""

from uuid import UUID

import pytest

from app.domain.numbering import DocumentKind
from app.domain.rights import Actor
from app.errors import NotFound, RuleBroken
from app.services.counting import approve_count, counts_to_approve
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.quarantine import fix, judge_all_again, list_waiting
from app.services.receiving import GoodsReceipt, ReceivedLine, receive_goods
from app.services.reversing import reverse
from app.storage.queries.documents import documents_in_state
from app.storage.store.master_data import Person
from tests.support.offices import CLERK, HOUR_MS, KEEPER, MORNING_MS, Terminal, at
from tests.support.trades import assert_sound, deliver, load_orders, stock_of


@pytest.fixture
def keeper(terminal: Terminal) -> Terminal:
    terminal.person = "K01"
    terminal.now_ms = MORNING_MS + HOUR_MS
    return terminal


def test_within_tolerance_the_rule_approves(office: Office, keeper: Terminal) -> None:
    keeper.count("WH1", ("HX500", 594), ("XG330", 240))
    keeper.upload(office)
    assert stock_of(office, "WH1") == 594
    with office.database.read() as reader:
        (posted,) = documents_in_state(reader, DocumentKind.CT, "posted")
    assert posted.count is not None
    assert posted.count.approved_by == "system rule"
    assert_sound(office)


def test_beyond_tolerance_a_second_person_approves(office: Office, keeper: Terminal) -> None:
    keeper.count("WH1", ("HX500", 500))
    keeper.upload(office)
    assert stock_of(office, "WH1") == 600
    (waiting,) = counts_to_approve(office, CLERK)
    with pytest.raises(RuleBroken) as caught:
        approve_count(office, Actor.everything("K01"), waiting.id)
    assert caught.value.rule == "approver-is-counter"
    number = approve_count(office, CLERK, waiting.id)
    assert number.startswith("0127-CT-2606-000001")
    assert stock_of(office, "WH1") == 500
    with pytest.raises(RuleBroken):
        approve_count(office, CLERK, waiting.id)
    assert_sound(office)


def test_the_book_is_that_of_the_moment_of_counting(office: Office, keeper: Terminal) -> None:
    later = at(office, MORNING_MS + 3 * HOUR_MS)
    more = GoodsReceipt("SUP1", "WH1", (ReceivedLine("HX500", 120, "L2605A"),))
    receive_goods(later, KEEPER, more)
    keeper.count("WH1", ("HX500", 594))
    keeper.upload(later)
    assert stock_of(office, "WH1") == 714
    assert_sound(office)


def test_surplus_is_found_too(office: Office, keeper: Terminal) -> None:
    keeper.count("WH1", ("HX500", 605))
    keeper.upload(office)
    assert stock_of(office, "WH1") == 605
    assert_sound(office)


def test_a_place_that_nobody_knows_waits(office: Office, keeper: Terminal) -> None:
    keeper.count("WH9", ("HX500", 605))
    result = keeper.upload(office)
    assert {verdict.code for verdict in result.receipt.verdicts} == {"E_LOCATION"}
    assert stock_of(office, "WH1") == 600


def test_a_customers_shelf_is_written_down_and_moves_nothing(
    office: Office, keeper: Terminal
) -> None:
    times = {4: keeper.now_ms - 60_000, 5: keeper.now_ms}
    head = keeper.write(16, {1: 0, 2: "C0001", **times, 6: False, 7: 1})
    line = {1: [1, head], 2: "HX500", 3: "CS", 4: 1, 5: 2, 6: 14, 9: 0}
    keeper.write(17, line)
    result = keeper.upload(office)
    assert (result.documents, result.moves) == (1, 0)
    assert_sound(office)


def test_an_unknown_count_is_not_approved(office: Office) -> None:
    with pytest.raises(NotFound):
        approve_count(office, CLERK, UUID(int=1))


def test_nobody_approves_a_count_of_an_unknown_person(office: Office, keeper: Terminal) -> None:
    keeper.person = "K0I"
    keeper.count("WH1", ("HX500", 500))
    keeper.count("WH1", ("XG330", 100))
    keeper.upload(office)
    first, second = counts_to_approve(office, CLERK)
    with pytest.raises(RuleBroken) as caught:
        approve_count(office, CLERK, first.id)
    assert caught.value.fields == {"rule": "counter-unknown", "person": "K0I"}
    (asked,) = list_waiting(office, CLERK)
    assert (asked.item.kind, asked.item.raw_value) == ("person", "K0I")
    assert asked.candidates[0].code == "K01"
    assert fix(office, CLERK, asked.item.id, "K01").items == 1
    with pytest.raises(RuleBroken) as caught:
        approve_count(office, Actor.everything("K01"), first.id)
    assert caught.value.rule == "approver-is-counter"
    approve_count(office, CLERK, first.id)
    approve_count(office, CLERK, second.id)
    assert stock_of(office, "WH1") == 500
    assert_sound(office)


def test_a_counter_who_is_known_by_now_need_not_be_asked_for(
    office: Office, keeper: Terminal
) -> None:
    keeper.person = "K02"
    keeper.count("WH1", ("HX500", 500))
    keeper.upload(office)
    put_masters(office, CLERK, MasterData(people=(Person(code="K02", name="新库管"),)))
    assert judge_all_again(office, CLERK).items == 1
    assert list_waiting(office, CLERK) == ()
    (count,) = counts_to_approve(office, CLERK)
    with pytest.raises(RuleBroken):
        approve_count(office, Actor.everything("k02"), count.id)
    approve_count(office, CLERK, count.id)


def test_a_count_that_nobody_signed_stays_unapproved(office: Office, keeper: Terminal) -> None:
    keeper.person = ""
    keeper.count("WH1", ("HX500", 500))
    keeper.upload(office)
    assert list_waiting(office, CLERK) == ()
    with pytest.raises(RuleBroken) as caught:
        approve_count(office, CLERK, counts_to_approve(office, CLERK)[0].id)
    assert caught.value.rule == "counter-unknown"


def test_a_count_that_waited_asks_for_its_counter_once(office: Office, keeper: Terminal) -> None:
    keeper.person = "K0I"
    keeper.count("WH1", ("HX500", 500))
    keeper.count("WH9", ("XG330", 100))
    keeper.upload(office)
    place = next(each.item for each in list_waiting(office, CLERK) if each.item.kind == "location")
    assert fix(office, CLERK, place.id, "WH1").documents == 1
    assert [each.item.kind for each in list_waiting(office, CLERK)] == ["person"]


def test_count_then_deliver_then_approve(
    office: Office, terminal: Terminal, keeper: Terminal
) -> None:
    """Features 6.5: the difference is that of the count, and what went out since is not in it."""
    seller = Terminal(number=4)
    seller.order("C0001", ("HX500", 5))
    seller.upload(office)
    keeper.count("WH1", ("HX500", 500))
    keeper.upload(office)
    (number,) = load_orders(office).numbers
    deliver(office, seller, number)
    (waiting,) = counts_to_approve(office, CLERK)
    approve_count(office, CLERK, waiting.id)
    assert stock_of(office, "WH1") == 500 - 60
    assert_sound(office)


@pytest.mark.parametrize("first", [0, 1])
def test_two_open_counts_of_one_product_adjust_it_once(
    office: Office, keeper: Terminal, first: int
) -> None:
    """Features 6.5: whichever is approved first, what the later one found is there."""
    keeper.count("WH1", ("HX500", 500))
    keeper.now_ms += HOUR_MS
    keeper.count("WH1", ("HX500", 490))
    keeper.upload(office)
    waiting = counts_to_approve(office, CLERK)
    assert len(waiting) == 2
    for count in (waiting[first], waiting[1 - first]):
        approve_count(office, CLERK, count.id)
    assert stock_of(office, "WH1") == 490
    assert_sound(office)


def test_counts_of_one_upload_build_on_each_other(office: Office, keeper: Terminal) -> None:
    keeper.count("WH1", ("HX500", 594))
    keeper.now_ms += HOUR_MS
    keeper.count("WH1", ("HX500", 594))
    assert keeper.upload(office).problems == ()
    assert stock_of(office, "WH1") == 594
    assert_sound(office)


def test_a_count_that_comes_after_a_later_one_moves_nothing(
    office: Office, keeper: Terminal
) -> None:
    """Features 6.5: a count of before is kept as what it says; the later one holds."""
    late = Terminal(number=4, person="K01", now_ms=keeper.now_ms)
    late.count("WH1", ("HX500", 596), ("XG330", 239))
    keeper.now_ms += HOUR_MS
    keeper.count("WH1", ("HX500", 594))
    keeper.upload(office)
    assert [each.code for each in late.upload(office).problems] == ["W_COUNTED_LATER"]
    assert stock_of(office, "WH1") == 594
    assert stock_of(office, "WH1", "XG330") == 239
    assert_sound(office)


def test_a_later_count_that_was_taken_back_holds_no_more(office: Office, keeper: Terminal) -> None:
    keeper.count("WH1", ("HX500", 500))
    keeper.now_ms += HOUR_MS
    keeper.count("WH1", ("HX500", 490))
    keeper.upload(office)
    earlier, later = sorted(counts_to_approve(office, CLERK), key=lambda each: each.event_ms)
    number = approve_count(office, CLERK, later.id)
    evening = at(office, MORNING_MS + 8 * HOUR_MS)
    reverse(evening, CLERK, number, "counted in the wrong room")
    assert stock_of(office, "WH1") == 600
    approve_count(office, CLERK, earlier.id)
    assert stock_of(office, "WH1") == 500
    assert_sound(office)
