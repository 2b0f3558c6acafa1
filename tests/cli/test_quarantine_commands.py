"""Quarantine from the command line: totals, trying again, two persons, two contents."""

from dataclasses import replace

import pytest

from app.services.masters import MasterData, put_masters
from app.services.office import Office
from tests.cli.conftest import Run
from tests.support.offices import CLERK, Terminal, sample_masters


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def test_the_list_says_what_is_held_back(
    tallydock: Run, office: Office, terminal: Terminal
) -> None:
    terminal.order("C0009", ("HX5OO", 5))
    terminal.upload(office)
    listed = tallydock("--json", "quarantine", "list").document
    whole = {"documents": 1, "qty": 60, "amount_fen": 26750}
    assert listed["totals"] == whole | {
        "items": 2,
        "by_code": {"E_CUST": whole | {"items": 1}, "E_PROD": whole | {"items": 1}},
    }
    assert {each["qty"] for each in listed["items"]} == {60}
    told = tallydock("quarantine", "list").out
    assert "1 documents wait: 60 units worth ¥267.50 are in no figure yet" in told


def test_retry_posts_what_is_known_by_now(
    tallydock: Run, office: Office, terminal: Terminal
) -> None:
    terminal.order("C0009")
    terminal.upload(office)
    assert tallydock("--json", "quarantine", "retry").document["items"] == 0
    known = sample_masters().customers[0]
    customer = replace(known, party=replace(known.party, code="C0009"))
    put_masters(office, CLERK, MasterData(customers=(customer,)))
    done = tallydock("--json", "quarantine", "retry")
    assert (done.code, done.document["posted"]["documents"]) == (0, 1)


def test_a_conflict_is_shown_and_closed_by_two(
    tallydock: Run, office: Office, terminal: Terminal
) -> None:
    for customer in ("C0001", "C0002"):
        terminal.seq = 0
        terminal.order(customer)
        terminal.upload(office)
    (item,) = tallydock("--json", "quarantine", "list").document["items"]
    sides = tallydock("--json", "quarantine", "compare", item["id"]).document
    assert sides["batches"] == [1, 2]
    assert [each for each in sides["fields"] if each["differs"]] == [
        {"field": "customer", "first": "C0001", "other": "C0002", "differs": True}
    ]
    assert "* customer: C0001 | C0002" in tallydock("quarantine", "compare", item["id"]).out
    turn_down = ("quarantine", "reject", item["id"], "--reason", "the first counts")
    first = tallydock(*turn_down, "--user", "anna")
    assert first.code == 0
    assert "second person" in first.out
    (item,) = tallydock("--json", "quarantine", "list").document["items"]
    assert item["proposal"] == {"by": "anna", "verb": "reject", "answer": "the first counts"}
    assert "suggested by anna, needs a second person" in tallydock("quarantine", "list").out
    again = tallydock(*turn_down, "--user", "anna")
    assert again.code == 4
    assert "may not confirm" in again.err
    second = tallydock("--json", *turn_down, "--user", "bert").document
    assert (second["items"], second["needs_second_person"]) == (1, False)
