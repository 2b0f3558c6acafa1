"""Where an order is: every step with its time, who did it, and the record that says so."""

from __future__ import annotations

import hashlib

import pytest

from app.domain.returns import Disposition
from app.domain.rights import Actor
from app.errors import NotFound
from app.services.blobs import blobs_of
from app.services.office import Office
from app.services.ordering.releasing import release_order
from app.services.printing import print_delivery_notes
from app.services.proofs import proof_of
from app.services.returning.receiving import Looked, inspect_return, receive_return
from app.services.reversing import reverse
from app.storage.queries.documents import documents_by_number
from app.storage.queries.enquiry import Happening, happenings
from app.storage.queries.orders import OrderFilter, order_rows
from app.storage.queries.returns import return_rows
from tests.support.offices import CLERK, HOUR_MS, MORNING_MS, Terminal
from tests.support.trades import load_orders

CHIEF = Actor.everything("chief")
PICTURE = b"\xff\xd8 a signature"


def story(office: Office, number: str) -> list[Happening]:
    with office.database.read() as reader:
        return list(happenings(reader, number))


def order_number(office: Office) -> str:
    with office.database.read() as reader:
        (row,) = order_rows(reader, OrderFilter())
    return row.number or ""


@pytest.fixture
def terminal(office: Office) -> Terminal:
    """An order of sixty bottles at another price than ours, so that it is held."""
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 5), price=5000)
    terminal.upload(office)
    return terminal


def hand_over(office: Office, terminal: Terminal, *, signed: bool = False) -> str:
    release_order(office, CHIEF, order_number(office), "an old list")
    (number,) = load_orders(office).numbers
    terminal.person, terminal.now_ms = "D01", MORNING_MS + 24 * HOUR_MS
    body = {1: number, 2: "C0001", 3: 0, 5: "王店主"}
    if signed:
        digest = hashlib.sha256(PICTURE).digest()
        size = {4: len(PICTURE), 5: 64, 6: 64, 7: terminal.now_ms, 8: 1}
        body[6] = [terminal.epoch, terminal.write(22, {2: 1, 3: digest} | size)]
    head = terminal.write(12, body)
    terminal.write(13, {1: [terminal.epoch, head], 2: 1, 3: "HX500", 5: 60, 6: 0})
    terminal.upload(office)
    return number


def test_an_order_tells_every_step_in_its_order(
    office: Office, terminal: Terminal, tmp_path: object
) -> None:
    order = order_number(office)
    assert [each.what for each in story(office, order)] == ["ordered"]
    number = hand_over(office, terminal)
    print_delivery_notes(office, CLERK, office.paths.output / "n.pdf", number=number)
    told = story(office, order)
    found = {each.what for each in told}
    assert found == {
        "ordered", "release_order", "planned", "load", "delivery_full", "posted", "printed",
    }  # fmt: skip
    assert [each.at_ms for each in told] == sorted(each.at_ms for each in told)
    by_what = {each.what: each for each in told}
    assert by_what["release_order"].who == CHIEF.user
    assert by_what["load"].number == number
    at_door = by_what["delivery_full"]
    assert (at_door.detail, at_door.terminal_no, at_door.seq) == ("王店主", 3, 3)
    assert story(office, number) == told


def test_what_came_back_and_what_was_reversed_belong_to_it(
    office: Office, terminal: Terminal
) -> None:
    number = hand_over(office, terminal)
    terminal.returns("C0001", ("HX500", 12), note=number)
    terminal.upload(office)
    with office.database.read() as reader:
        (row,) = return_rows(reader)
    returned = receive_return(office, CLERK, row.id)
    inspect_return(office, CLERK, row.id, [Looked(1, 12, Disposition.DAMAGED)])
    reversal = reverse(office, CHIEF, returned, "another shop")
    told = {each.what: each for each in story(office, order_number(office))}
    assert {"return_asked", "return_collected", "return_received", "return_credited"} <= set(told)
    assert (told["reversed"].number, told["reversed"].detail) == (reversal, "another shop")
    assert story(office, reversal) == story(office, returned)


def test_the_signature_is_the_proof_and_says_where_its_file_is(
    office: Office, terminal: Terminal
) -> None:
    number = hand_over(office, terminal, signed=True)
    before = proof_of(office, CLERK, number)
    assert (before.signer, [each.state for each in before.pictures]) == ("王店主", ["awaited"])
    digest = hashlib.sha256(PICTURE).digest()
    blobs_of(office).keep(digest, PICTURE)
    with office.database.transaction(CLERK, "test", "") as store:
        store.blobs.hold([digest.hex()])
    (picture,) = proof_of(office, CLERK, number).pictures
    assert picture.file is not None
    assert picture.file.read_bytes() == PICTURE


def test_a_delivery_without_a_signature_has_only_the_name(
    office: Office, terminal: Terminal
) -> None:
    number = hand_over(office, terminal)
    assert proof_of(office, CLERK, number).pictures == ()


def test_a_number_that_nothing_has_is_said(office: Office) -> None:
    with pytest.raises(NotFound):
        story(office, "0127-SO-2606-999999-9")
    with pytest.raises(NotFound):
        proof_of(office, CLERK, "0127-DN-2606-999999-9")
    with office.database.read() as reader:
        assert documents_by_number(reader, ["0127-SO-2606-999999-9"]) == {}
