"""What decides about evidence takes two persons, and neither is the one who sent it."""

from collections.abc import Callable

import pytest

from app.domain.evidence import NEEDS_TWO, Proposal
from app.domain.problems import CODES
from app.domain.rights import Actor
from app.errors import RuleBroken
from app.services.office import Office
from app.services.quarantine import fix, judge_all_again, list_waiting, reject
from app.services.replaying import replay
from app.storage.queries.quarantine import OpenItem
from tests.support.offices import CLERK, KEEPER, Terminal
from tests.support.trades import assert_sound


def send_conflict(office: Office, terminal: Terminal) -> OpenItem:
    """The same record again with other content."""
    terminal.order("C0001")
    terminal.upload(office)
    terminal.seq = 0
    terminal.order("C0002")
    terminal.upload(office)
    return only(office, "E_RECORD_CONFLICT")


def send_gap(office: Office, terminal: Terminal) -> OpenItem:
    terminal.order("C0001")
    terminal.upload(office)
    terminal.seq += 3
    terminal.order("C0002")
    terminal.upload(office)
    return only(office, "X_SEQ_GAP")


def only(office: Office, code: str) -> OpenItem:
    (found,) = [each.item for each in list_waiting(office, CLERK) if each.item.code == code]
    return found


def rule_of(caught: pytest.ExceptionInfo[RuleBroken]) -> str:
    return caught.value.rule


def test_every_code_that_needs_two_is_a_code() -> None:
    assert set(CODES) >= NEEDS_TWO


def test_the_first_suggests_and_a_second_person_confirms(
    office: Office, terminal: Terminal
) -> None:
    item = send_conflict(office, terminal)
    done = reject(office, CLERK, item.id, "typed over")
    assert (done.items, done.proposed) == (0, 1)
    waiting = only(office, "E_RECORD_CONFLICT")
    assert waiting.proposed_by == "clerk"
    assert Proposal.read(waiting.proposal or "") == Proposal("reject", "typed over")
    done = reject(office, KEEPER, item.id, "seen on the paper")
    assert (done.items, done.proposed) == (1, 0)
    assert list_waiting(office, CLERK) == ()
    with office.database.transaction(CLERK, "look") as store:
        kept = store.uploads.quarantine_item(item.id)
    assert (kept.state, kept.how) == ("rejected", "typed over · seen on the paper")
    assert (kept.proposed_by, kept.resolved_by) == ("clerk", "keeper")
    assert_sound(office)


@pytest.mark.parametrize("user", ["clerk", "CLERK"])
def test_who_suggested_it_cannot_confirm_it(office: Office, terminal: Terminal, user: str) -> None:
    item = send_conflict(office, terminal)
    reject(office, CLERK, item.id, "typed over")
    with pytest.raises(RuleBroken) as caught:
        reject(office, Actor.everything(user), item.id, "I am sure")
    assert rule_of(caught) == "proposer-confirms"
    assert only(office, "E_RECORD_CONFLICT").proposed_by == "clerk"


def test_nobody_decides_about_what_the_own_terminal_sent(
    office: Office, terminal: Terminal
) -> None:
    item = send_conflict(office, terminal)
    for user in ("S01", "s01"):
        with pytest.raises(RuleBroken) as caught:
            reject(office, Actor.everything(user), item.id, "mine")
        assert rule_of(caught) == "resolver-is-author"


def test_another_opinion_is_a_suggestion_of_its_own(office: Office, terminal: Terminal) -> None:
    item = send_gap(office, terminal)
    assert fix(office, CLERK, item.id, "").proposed == 1
    assert reject(office, KEEPER, item.id, "the memory card is broken").proposed == 1
    waiting = only(office, "X_SEQ_GAP")
    assert waiting.proposed_by == "keeper"
    assert reject(office, CLERK, item.id, "agreed").items == 1


def test_the_other_content_never_counts(office: Office, terminal: Terminal) -> None:
    item = send_conflict(office, terminal)
    with pytest.raises(RuleBroken) as caught:
        fix(office, CLERK, item.id, "")
    assert rule_of(caught) == "fix-does-not-fit"


def test_a_conflict_of_uploads_and_a_damaged_one_need_two(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001")
    terminal.upload(office)
    terminal.batch_no = 0
    terminal.order("C0002")
    terminal.upload(office)
    item = only(office, "E_BATCH_CONFLICT")
    assert reject(office, CLERK, item.id, "a copy of the terminal").proposed == 1
    assert reject(office, KEEPER, item.id, "a copy of the terminal").items == 1
    with office.database.transaction(CLERK, "look") as store:
        assert store.uploads.quarantine_item(item.id).how == "a copy of the terminal"


def test_turning_down_a_document_leaves_the_evidence_open(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0009")
    first = list(terminal.waiting)
    terminal.seq = 0
    terminal.order("C0001")
    terminal.waiting = first + terminal.waiting[2:3]
    terminal.upload(office)
    reject(office, CLERK, only(office, "E_CUST").id, "nobody knows")
    assert only(office, "E_RECORD_CONFLICT").proposed_by is None


def test_a_document_is_posted_once_though_its_number_came_twice_in_one_upload(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0009")
    first = list(terminal.waiting)
    terminal.seq = 0
    terminal.order("C0001")
    terminal.waiting = first + terminal.waiting[2:3]
    terminal.upload(office)
    assert fix(office, CLERK, only(office, "E_CUST").id, "C0001").documents == 1
    assert [each.item.code for each in list_waiting(office, CLERK)] == ["E_RECORD_CONFLICT"]
    assert_sound(office)


def test_missing_records_that_have_come_need_nobody(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001")
    terminal.order("C0002")
    late = terminal.waiting[2:]
    terminal.waiting = terminal.waiting[:2]
    terminal.upload(office)
    terminal.order("C0001")
    terminal.upload(office)
    item = only(office, "X_SEQ_GAP")
    assert judge_all_again(office, CLERK).items == 0
    terminal.waiting = late
    terminal.upload(office)
    assert list_waiting(office, CLERK) == ()
    with office.database.transaction(CLERK, "look") as store:
        kept = store.uploads.quarantine_item(item.id)
    assert (kept.state, kept.how) == ("fixed", "arrived")
    assert_sound(office)


def test_a_decision_of_two_is_repeated_by_a_replay(
    office: Office, terminal: Terminal, new_url: Callable[..., str]
) -> None:
    item = send_conflict(office, terminal)
    reject(office, CLERK, item.id, "typed over")
    reject(office, KEEPER, item.id, "agreed")
    terminal.seq += 2
    terminal.order("C0002")
    terminal.upload(office)
    fix(office, KEEPER, only(office, "X_SEQ_GAP").id, "")
    judge_all_again(office, CLERK)
    assert replay(office, CLERK, new_url(empty=True)).differing == ()
