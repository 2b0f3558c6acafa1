"""Master rows with their history, rows that hold from a day on, and the terms of trade."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.errors import NotFound, RuleBroken
from app.storage.database import Database
from app.storage.initials import initials
from app.storage.queries.history import changes
from app.storage.store.master_data import (
    Asset,
    Branch,
    CreditPolicy,
    Party,
    PastSale,
    Person,
    Profile,
    PromotionRule,
    PromotionTerms,
    Target,
    Territory,
    TerritoryAssignment,
)
from app.storage.tables import credit_policy, customer_profile, past_sale, target
from tests.support.books import BEER, TODAY, Books, open_books
from tests.support.databases import CLERK, on_sqlite


def test_initials_follow_how_a_name_is_read() -> None:
    assert initials("重庆啤酒500ml") == "cqpj500ml"
    assert initials("长城（北）") == "ccb"


def test_what_did_not_change_leaves_no_trace(books: Books) -> None:
    with books.database.read() as reader:
        before = changes(reader, limit=1000)
    with books.database.transaction(CLERK, "put") as store:
        store.masters.put_person(Person(code="S01", name="王小芳", roles=("salesperson",)))
    with books.database.read() as reader:
        assert changes(reader, limit=1000) == before


def test_a_change_says_who_and_what_was_before(books: Books) -> None:
    with books.database.transaction(CLERK, "put") as store:
        store.masters.put_person(Person(code="S01", name="王晓芳", roles=("salesperson",)))
    with books.database.read() as reader:
        last, first = changes(reader, "person", "S01")
    assert (last.action, last.before, last.after) == (
        "changed",
        {"name": "王小芳"},
        {"name": "王晓芳"},
    )
    assert (last.changed_by, first.action, first.before) == ("clerk", "made", {})


DAYS = st.lists(st.integers(0, 30), min_size=1, max_size=8)


@on_sqlite
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(days=DAYS)
def test_inv_23_rows_of_one_thing_never_overlap_and_leave_no_day_out(
    new_url: Callable[..., str], open_database: Callable[[str], Database], days: list[int]
) -> None:
    database = open_database(new_url())
    with database.transaction(CLERK, "found") as store:
        store.masters.put_branch(Branch(name="b"))
    books = open_books(database)
    with books.database.transaction(CLERK, "put") as store:
        for number, day in enumerate(days):
            store.terms.put_credit(
                CreditPolicy(
                    customer="C01", valid_from=TODAY + timedelta(days=day), limit_fen=number
                )
            )
    columns = (credit_policy.c.valid_from, credit_policy.c.valid_to, credit_policy.c.limit_fen)
    with books.database.read() as reader:
        rows = reader.rows(select(*columns).order_by(credit_policy.c.valid_from))
    assert [row.valid_from for row in rows] == [
        TODAY + timedelta(days=day) for day in sorted(set(days))
    ]
    assert [row.valid_to for row in rows[:-1]] == [row.valid_from for row in rows[1:]]
    assert rows[-1].valid_to is None
    last_said = {TODAY + timedelta(days=day): number for number, day in enumerate(days)}
    assert {row.valid_from: row.limit_fen for row in rows} == last_said


def test_a_profile_of_a_day_between_ends_where_the_next_one_begins(books: Books) -> None:
    later, between = TODAY + timedelta(days=20), TODAY + timedelta(days=10)
    party = Party(code="C01", name="东浦便利店", address="东浦路 1 号", phone="000-0000001")
    with books.database.transaction(CLERK, "put") as store:
        for day, group in ((later, "G2"), (between, "G3")):
            profile = Profile(valid_from=day, customer_type="GROCERY", price_group=group)
            store.masters.put_customer(party, profile)
    with books.database.read() as reader:
        rows = reader.rows(select(customer_profile).order_by(customer_profile.c.valid_from))
    spans = [(row.price_group, row.valid_from, row.valid_to) for row in rows]
    assert spans == [("G1", TODAY, between), ("G3", between, later), ("G2", later, None)]


def test_a_territory_has_one_holder_of_a_role_at_a_time(books: Books) -> None:
    with books.database.transaction(CLERK, "put") as store:
        store.terms.put_territory(Territory(code="CITY", name="市区"))
        store.terms.put_territory(Territory(code="EAST", name="东浦", parent="CITY"))
        mine = TerritoryAssignment(
            territory="EAST", valid_from=TODAY, role="salesperson", person="S01"
        )
        store.terms.put_assignment(mine)
        store.terms.put_assignment(mine)
        with pytest.raises(RuleBroken, match="one-holder"):
            store.terms.put_assignment(
                TerritoryAssignment(territory="EAST", valid_from=TODAY, role="x")
            )
        with pytest.raises(NotFound):
            store.terms.put_territory(Territory(code="X", name="x", parent="NOWHERE"))


def test_targets_and_sales_of_before_are_put_once(books: Books) -> None:
    aims = [Target(period="2026-06", value=6000, person="S01"), Target(period="2026", value=1)]
    sales = [PastSale(day=date(2025, 6, 1), customer="C01", product=BEER, qty=24, net_fen=10700)]
    with books.database.transaction(CLERK, "put") as store:
        assert (store.terms.put_targets(aims), store.terms.put_targets(aims)) == (2, 0)
        assert (store.terms.put_past_sales(sales), store.terms.put_past_sales(sales)) == (1, 0)
        more = [PastSale(day=date(2025, 6, 1), customer="C01", product=BEER, qty=36)]
        assert store.terms.put_past_sales(more) == 1
    with books.database.read() as reader:
        assert [row.value for row in reader.rows(select(target.c.value).order_by("value"))] == [
            1,
            6000,
        ]
        assert [row.qty for row in reader.rows(select(past_sale.c.qty))] == [36]


def test_promotions_and_assets_have_a_history(books: Books) -> None:
    terms = PromotionTerms(
        code="PR-10+1",
        name="买十赠一",
        valid_from=TODAY,
        scope={"types": ("GROCERY",), "products": ()},
        rules=(PromotionRule(kind="buy_x_get_y", params='{"buy": 120, "get": 12}'),),
    )
    with books.database.transaction(CLERK, "put") as store:
        store.terms.put_promotion(terms)
        store.terms.put_asset(Asset(code="CL-1", name="冷柜", state="in_store", customer="C01"))
        store.terms.put_asset(Asset(code="CL-1", name="冷柜", state="repair"))
    with books.database.read() as reader:
        assert len(changes(reader, "promotion", "PR-10+1")) == 2
        moved = changes(reader, "asset", "CL-1")[0]
    assert (moved.before["state"], moved.after["state"]) == ("in_store", "repair")
