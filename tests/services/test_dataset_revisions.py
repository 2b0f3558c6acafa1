"""A terminal gets only what it does not hold, and as a change where that is less."""

from dataclasses import replace

import pytest

from app.domain.rights import Actor
from app.errors import PermissionDenied, RuleBroken
from app.services.datasets.catalogue import DATASETS
from app.services.datasets.dataset import Scope
from app.services.datasets.packaging import packages_for
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.terminals import enrol
from app.storage.store.data_sets import KEPT
from app.storage.store.master_data import Product, Reason
from tests.support.offices import CLERK, DAY, HOUR_MS, MORNING_MS, at, sample_masters
from tests.support.taking_home import Handheld, add_customers

EVENING_MS = MORNING_MS + 30 * HOUR_MS


@pytest.fixture
def desk(office: Office) -> Office:
    """The sample branch with terminals 3 and 4."""
    enrol(office, CLERK, 3, "S01")
    enrol(office, CLERK, 4, "D01")
    return office


def rename(office: Office, name: str) -> None:
    (customer, _) = sample_masters().customers
    changed = replace(customer, party=replace(customer.party, name=name))
    put_masters(office, CLERK, MasterData(customers=(changed,)))


def test_who_holds_everything_gets_nothing(desk: Office) -> None:
    handheld = Handheld().fetch(desk).fetch(desk)
    assert handheld.sent == {}
    handheld.fetch(at(desk, EVENING_MS))
    assert list(handheld.sent) == ["control"]


def test_a_change_is_sent_as_a_change(desk: Office) -> None:
    add_customers(desk, *(f"C1{number:03}" for number in range(50)))
    handheld = Handheld().fetch(desk)
    rename(desk, "东浦新烟酒店")
    handheld.fetch(desk)
    assert list(handheld.sent) == ["customers"]
    package = handheld.sent["customers"]
    assert (package.base_revision, package.revision) == (1, 2)
    assert len(package.data) < 200
    assert handheld.rows("customers")[0][1] == "东浦新烟酒店"


def test_a_change_that_is_larger_than_the_whole_is_not_sent(desk: Office) -> None:
    handheld = Handheld().fetch(desk)
    put_masters(desk, CLERK, MasterData(reasons=(Reason(code="DMG1", name="破损"),)))
    handheld.fetch(desk)
    assert handheld.sent["reasons"].base_revision == 0


def test_other_bytes_under_a_known_revision_are_replaced_whole(desk: Office) -> None:
    add_customers(desk, *(f"C1{number:03}" for number in range(50)))
    handheld = Handheld().fetch(desk)
    handheld.held["customers"] = (1, b"\x80")
    handheld.fetch(desk)
    assert handheld.sent["customers"].base_revision == 0
    assert len(handheld.rows("customers")) == 52


def test_the_same_content_under_another_revision_costs_next_to_nothing(desk: Office) -> None:
    handheld = Handheld().fetch(desk)
    handheld.held["customers"] = (77, handheld.held["customers"][1])
    handheld.fetch(desk)
    package = handheld.sent["customers"]
    assert (package.base_revision, package.revision, len(package.data)) == (77, 1, 5)


def test_a_terminal_that_was_away_long_gets_it_whole_again(desk: Office) -> None:
    add_customers(desk, *(f"C1{number:03}" for number in range(50)))
    rare, often = Handheld().fetch(desk), Handheld()
    for place in range(KEPT):
        assert often.fetch(desk).revision("customers") == place + 1
        rename(desk, f"name {place}")
    rare_before = dict(rare.held)
    assert rare.fetch(desk).sent["customers"].base_revision == 0
    rare.held = rare_before | {"customers": often.held["customers"]}
    assert rare.fetch(desk).sent["customers"].base_revision == KEPT
    query = "SELECT revision FROM data_set WHERE name = 'customers' AND scope = '3' ORDER BY 1"
    with desk.database.read() as reader:
        kept = [row.revision for row in reader.connection.exec_driver_sql(query)]
    assert kept == list(range(2, KEPT + 2))


def test_terminals_share_what_is_of_the_branch(desk: Office) -> None:
    Handheld(3).fetch(desk)
    Handheld(4).fetch(desk)
    with desk.database.read() as reader:
        found = reader.connection.exec_driver_sql("SELECT name, scope, revision FROM data_set")
        rows = [tuple(row) for row in found]
    assert sorted(rows) == sorted(
        (dataset.name, scope, 1)
        for dataset in DATASETS
        for scope in (["3", "4"] if dataset.scope is Scope.TERMINAL else [""])
    )


def test_more_than_a_data_set_may_hold_is_said_in_words(desk: Office) -> None:
    sample = sample_masters().products[0]
    for code in ("HUGE", "VAST", "WIDE"):
        huge = Product(code=code, name="x" * (3 * 1024 * 1024), packings=sample.packings)
        put_masters(desk, CLERK, MasterData(products=(huge,)))
    with pytest.raises(RuleBroken) as refused:
        Handheld().fetch(desk)
    assert refused.value.rule == "data-set"
    assert refused.value.fields["name"] == "products"


def test_who_may_not_dock_gets_nothing(desk: Office) -> None:
    with pytest.raises(PermissionDenied):
        packages_for(desk, Actor("guest", frozenset()), Handheld().info, DAY)
