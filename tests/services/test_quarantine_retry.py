"""Everything that waits is judged again as things are now; what only people decide stays."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.quarantine import fix, judge_all_again, list_waiting
from app.services.replaying import replay
from app.storage.store.master_data import Price, PriceList
from tests.support.offices import CLERK, KEEPER, Terminal, sample_masters
from tests.support.trades import assert_sound, load_orders


def codes(office: Office) -> list[str]:
    return sorted(each.item.code for each in list_waiting(office, CLERK))


def add_customer(office: Office, code: str) -> None:
    known = sample_masters().customers[0]
    customer = replace(known, party=replace(known.party, code=code))
    put_masters(office, CLERK, MasterData(customers=(customer,)))


def test_what_is_known_meanwhile_is_posted_and_the_rest_stays(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0009", ("HX500", 5))
    terminal.order("C0009", ("HX5OO", 5))
    terminal.upload(office)
    assert judge_all_again(office, CLERK).items == 0
    add_customer(office, "C0009")
    done = judge_all_again(office, CLERK)
    assert (done.items, done.documents, done.still_waiting) == (2, 1, 1)
    assert codes(office) == ["E_PROD"]
    assert_sound(office)


def test_documents_of_several_uploads_are_judged(office: Office, terminal: Terminal) -> None:
    terminal.order("C0009")
    terminal.upload(office)
    terminal.order("C0009")
    terminal.upload(office)
    add_customer(office, "C0009")
    assert judge_all_again(office, CLERK).documents == 2
    assert list_waiting(office, CLERK) == ()
    assert_sound(office)


def test_a_missing_price_that_is_there_now(office: Office, terminal: Terminal) -> None:
    prices = PriceList(
        code="BASE",
        name="基础价",
        kind="base",
        valid_from=date(2026, 1, 1),
        prices=(Price(product="HX500", packing="CS", price_fen=5350),),
        active=False,
    )
    put_masters(office, CLERK, MasterData(price_lists=(prices,)))
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    assert judge_all_again(office, CLERK).documents == 0
    put_masters(office, CLERK, MasterData(price_lists=(replace(prices, active=True),)))
    assert judge_all_again(office, CLERK).documents == 1


def send_torn_delivery(office: Office, terminal: Terminal, customer: str) -> None:
    """A delivery behind whose header a record was lost."""
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    number = load_orders(office).numbers[0]
    terminal.delivery(number, customer, (1, "HX500", 60, 0))
    terminal.seq += 1
    terminal.order("C0002")
    terminal.upload(office)


def test_what_only_a_person_can_answer_is_not_answered_by_the_way(
    office: Office, terminal: Terminal
) -> None:
    send_torn_delivery(office, terminal, "C0OO1")
    asked = ["E_CUST", "E_DLV_LINES", "X_SEQ_GAP"]
    assert codes(office) == asked
    assert judge_all_again(office, CLERK).documents == 0
    assert codes(office) == asked
    customer = next(each.item for each in list_waiting(office, CLERK) if each.item.kind)
    done = fix(office, CLERK, customer.id, "C0001")
    assert (done.documents, done.still_waiting) == (0, 1)
    assert codes(office) == ["E_DLV_LINES", "X_SEQ_GAP"]
    lines = next(each.item for each in list_waiting(office, CLERK) if each.item.seqs)
    assert fix(office, CLERK, lines.id, "").documents == 1
    assert_sound(office)


def test_evidence_is_left_to_two_persons(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001")
    terminal.upload(office)
    terminal.seq = 0
    terminal.order("C0002")
    terminal.upload(office)
    assert judge_all_again(office, CLERK).items == 0
    assert codes(office) == ["E_RECORD_CONFLICT"]


def test_a_replay_judges_again_too(
    office: Office, terminal: Terminal, new_url: Callable[..., str]
) -> None:
    terminal.order("C0009", ("HX500", 5))
    terminal.order("C0001", ("HX5OO", 5))
    terminal.upload(office)
    add_customer(office, "C0009")
    judge_all_again(office, KEEPER)
    assert replay(office, CLERK, new_url(empty=True)).differing == ()
