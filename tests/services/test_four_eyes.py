"""What one person may not do alone, and what nobody may undo by the way."""

from datetime import date

import pytest

from app.domain.numbering import DocumentKind
from app.domain.rights import Actor
from app.errors import RuleBroken
from app.services.masters import change_branch
from app.services.office import Office
from app.services.ordering.releasing import release_order
from app.storage.queries.directory import find_branch
from app.storage.queries.documents import documents_in_state
from app.storage.store.master_data import Branch
from tests.support.offices import CLERK, KEEPER, Terminal


@pytest.mark.parametrize("user", ["S01", "s01"])
def test_nobody_releases_the_own_order(office: Office, terminal: Terminal, user: str) -> None:
    terminal.order("C0001", ("HX500", 5), price=9999)
    terminal.upload(office)
    with office.database.read() as reader:
        (held,) = documents_in_state(reader, DocumentKind.SO, "held")
    with pytest.raises(RuleBroken) as caught:
        release_order(office, Actor.everything(user), held.number or "", "it is fine")
    assert caught.value.rule == "approver-is-author"
    release_order(office, KEEPER, held.number or "", "spoken with the customer")


@pytest.mark.parametrize("through", [None, date(2026, 5, 30)])
def test_a_new_address_does_not_open_closed_days(office: Office, through: date | None) -> None:
    closed = date(2026, 5, 31)
    change_branch(office, CLERK, Branch(name="临汐", closed_through=closed))
    with pytest.raises(RuleBroken) as caught:
        change_branch(office, CLERK, Branch(name="临汐", address="新址", closed_through=through))
    assert caught.value.rule == "day-reopened"
    change_branch(office, CLERK, Branch(name="临汐", address="新址", closed_through=closed))
    with office.database.read() as reader:
        assert find_branch(reader).closed_through == closed


def test_what_happened_on_a_closed_day_counts_on_the_first_open_one(
    office: Office, terminal: Terminal
) -> None:
    change_branch(office, CLERK, Branch(name="临汐", closed_through=date(2026, 6, 1)))
    terminal.person = "K01"
    terminal.count("WH1", ("HX500", 598))
    terminal.upload(office)
    with office.database.read() as reader:
        (count,) = documents_in_state(reader, DocumentKind.CT, "posted")
    assert (count.business_date, count.posting_date) == (date(2026, 6, 1), date(2026, 6, 2))
