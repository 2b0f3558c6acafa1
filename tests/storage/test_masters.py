"""Master data: put by code, found by code, changes counted."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.domain.lots import Lot
from app.domain.pricing import PriceLevel, resolve_price
from app.domain.quantity import Packing
from app.domain.stock import LocationKind
from app.errors import NotFound, RuleBroken
from app.storage.database import Database
from app.storage.queries import directory
from app.storage.queries.prices import price_book
from app.storage.queries.search import find_anything
from app.storage.store.master_data import (
    Branch,
    Party,
    Person,
    Price,
    PriceList,
    Product,
    Profile,
    Route,
)
from app.storage.tables import person
from tests.support.books import BEER, BOTTLE, CASE, SODA, TODAY, Books
from tests.support.databases import CLERK


def test_what_was_put_is_found(books: Books) -> None:
    with books.database.read() as reader:
        branch = directory.find_branch(reader)
        products = directory.products_by_code(reader, [BEER, "nothing"])
        people = directory.persons_by_code(reader, ["S01", "S99"])
        routes = directory.routes_by_code(reader)
        places = directory.places_by_code(reader, ["VAN1"])
        vehicles = directory.vehicles_by_code(reader)
        parties = directory.parties_by_code(reader, ["SUP", "C01", "C99"])
    assert (branch.name, branch.cutoff_min, branch.closed_through) == ("临汐营业所", 240, None)
    assert list(products) == [BEER]
    assert products[BEER].packings.default == CASE
    assert set(products[BEER].packing_ids) == {"CS", "BTL"}
    assert people["S01"].roles == ("salesperson",)
    assert routes["R1"].stops == ((books.customer_id, 1),)
    assert routes["R1"].vehicle_id == vehicles["V1"].id
    assert places["VAN1"].location == books.places["VAN1"]
    assert set(parties) == {"SUP", "C01"}


def test_an_unknown_branch_is_not_found(books: Books) -> None:
    other = books.database.of_branch(128)
    with pytest.raises(NotFound), other.read() as reader:
        directory.find_branch(reader)
    with pytest.raises(NotFound), other.transaction(CLERK, "put") as store:
        store.masters.put_person(Person(code="P", name="n"))


def test_putting_again_changes_the_row_and_counts_the_change(database: Database) -> None:
    revs = []
    for name in ("甲", "乙"):
        with database.transaction(CLERK, "put") as store:
            first = store.masters.put_person(Person(code="P1", name=name))
            assert first == store.masters.put_person(Person(code="P1", name=name))
            revs.append(store.reader.connection.scalar(select(person.c.rev)))
    with database.read() as reader:
        rows = reader.rows(select(person))
    assert [(row.name, row.active) for row in rows] == [("乙", True)]
    assert revs[0] < revs[1]


def test_a_customer_is_served_as_of_a_day(books: Books) -> None:
    changed = TODAY + timedelta(days=10)
    with books.database.transaction(CLERK, "put") as store:
        for terms in (7, 30):  # the second corrects the first
            profile = Profile(
                valid_from=changed,
                customer_type="CVS",
                service_mode="indirect",
                route="R1",
                wholesaler="SUP",
                pay_terms_days=terms,
            )
            store.masters.put_customer(Party(code="C01", name="东浦便利店"), profile)
    with books.database.read() as reader:

        def on(day: date) -> list[tuple[str, int]]:
            found = directory.customers_by_code(reader, ["C01", "C99"], day)
            return [(one.customer_type, one.pay_terms_days) for one in found.values()]

        assert on(TODAY - timedelta(days=1)) == []
        assert on(changed - timedelta(days=1)) == [("GROCERY", 0)]
        assert on(changed) == [("CVS", 30)]
        assert list(directory.customers_by_code(reader, None, TODAY)) == ["C01"]


def test_routes_and_prices_are_replaced_and_packings_keep_their_factor(books: Books) -> None:
    crate = Packing("CR", "筐", 24, gtin="12900001000014")
    bigger = Packing("CS", "大箱", 24)
    with (
        books.database.transaction(CLERK, "put") as store,
        pytest.raises(RuleBroken, match="packing-factor"),
    ):
        store.masters.put_product(Product(code=BEER, name="望汐", packings=(BOTTLE, bigger)))
    renamed = Packing("CS", "大箱", 12)
    with books.database.transaction(CLERK, "put") as store:
        store.masters.put_route(Route(code="R1", name="东线", stops=("SUP", "C01")))
        store.masters.put_product(
            Product(code=BEER, name="望汐", packings=(BOTTLE, renamed, crate))
        )
        prices = (Price(product=BEER, packing="CR", price_fen=9900),)
        store.masters.put_price_list(
            PriceList(code="BASE", name="b", kind="base", valid_from=TODAY, prices=prices)
        )
    with books.database.read() as reader:
        stops = directory.routes_by_code(reader)["R1"].stops
        packings = directory.products_by_code(reader)[BEER].packings
        book = price_book(reader)
    assert [seq for _, seq in stops] == [1, 2]
    assert stops[1][0] == books.customer_id
    assert (packings.factor("CS"), packings.factor("CR")) == (12, 24)
    assert packings.find("CS") == Packing("CS", "大箱", 12)
    assert list(book.prices) == [books.products[BEER].id]


def test_prices_are_narrowed_to_a_customer(books: Books) -> None:
    def prices(fen: int) -> tuple[Price, ...]:
        return (Price(product=BEER, packing="CS", price_fen=fen),)

    with books.database.transaction(CLERK, "put") as store:
        for one in (
            PriceList(
                code="K1",
                name="k",
                kind="contract",
                customer="C01",
                valid_from=TODAY,
                valid_to=TODAY + timedelta(days=5),
                prices=prices(5000),
            ),
            PriceList(
                code="K2",
                name="k",
                kind="contract",
                customer="SUP",
                valid_from=TODAY,
                prices=prices(1),
            ),
            PriceList(
                code="G1",
                name="g",
                kind="group",
                price_group="G1",
                valid_from=TODAY,
                prices=prices(5200),
            ),
            PriceList(
                code="G2",
                name="g",
                kind="group",
                price_group="G2",
                valid_from=TODAY,
                prices=prices(2),
                active=False,
            ),
        ):
            store.masters.put_price_list(one)
        with pytest.raises(NotFound):
            store.masters.put_price_list(
                PriceList(
                    code="X",
                    name="",
                    kind="base",
                    valid_from=TODAY,
                    prices=(Price(product=BEER, packing="PLT", price_fen=1),),
                )
            )
    beer = books.products[BEER].id
    with books.database.read() as reader:
        book = price_book(reader, [beer])
    mine = book.candidates(beer, books.customer_id, "G1")
    assert sorted(one.level for one in mine) == [
        PriceLevel.CONTRACT,
        PriceLevel.GROUP,
        PriceLevel.BASE,
    ]
    now = resolve_price(mine, "CS", TODAY)
    later = resolve_price(mine, "CS", TODAY + timedelta(days=5))
    assert now is not None
    assert later is not None
    assert (now.price_fen, later.price_fen) == (5000, 5200)
    assert book.candidates(books.products[SODA].id, books.customer_id, "G1") == []


def test_places_and_lots_are_made_on_first_use_with_keys_that_come_again(books: Books) -> None:
    beer = books.products[BEER].id
    with books.database.transaction(CLERK, "put") as store:
        first = store.masters.places_of_parties(LocationKind.CONSIGNMENT, [books.customer_id])
        again = store.masters.places_of_parties(LocationKind.CONSIGNMENT, [books.customer_id])
        known = store.masters.places_of_parties(LocationKind.CUSTOMER, [books.customer_id])
        lots = store.masters.put_lots(beer, [Lot("L1"), Lot("L3")])
        dated = directory.lots_by_code(store.reader, [(beer, "L1"), (beer, "L3"), (beer, "L4")])
    assert first == again
    assert known == {books.customer_id: books.places["C01"].key}
    assert lots["L1"] == books.lots["L1"]
    assert {code for _, code in dated} == {"L1", "L3"}
    assert dated[beer, "L1"][1].removal is not None
    assert dated[beer, "L3"] == (lots["L3"], Lot("L3"))


def test_one_search_finds_whatever_has_a_code(books: Books) -> None:
    with books.database.read() as reader:
        beer = find_anything(reader, "hx5", 10)
        shop = find_anything(reader, "东浦", 10)
        both = find_anything(reader, "望汐", 10)
        nothing = [find_anything(reader, words, 10) for words in ("", "%", "_", "zzz")]
    assert [(one.kind, one.code) for one in beer] == [("product", BEER)]
    assert [(one.kind, one.code) for one in shop] == [("customer", "C01")]
    assert {one.code for one in both} == {"SUP", BEER}
    assert nothing == [(), (), (), ()]


def test_a_branch_is_changed_in_place(books: Books) -> None:
    with books.database.transaction(CLERK, "close") as store:
        store.masters.put_branch(Branch(name="新名", closed_through=TODAY))
    with books.database.read() as reader:
        found = directory.find_branch(reader)
    assert (found.name, found.closed_through) == ("新名", TODAY)
