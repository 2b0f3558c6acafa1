"""Sound books pass every check, and each check finds the damage it is there for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from app.domain.deliveries import DeliveryLine, DeliveryResult
from app.domain.numbering import DocumentKind
from app.domain.stock import LocationKind
from app.storage.keys import new_key
from app.storage.queries.checks import CHECKS, check_all
from app.storage.store.master_data import Asset, CreditPolicy, Empties, Place, Product
from app.storage.store.papers import DeliveryResultEntry
from app.storage.store.reservations import Promise
from app.storage.store.returns import ReturnLine
from app.storage.store.scope import Source
from app.storage.store.uploads import Link
from tests.support.books import BEER, BOTTLE, TODAY, Books, as_owner
from tests.support.databases import CLERK
from tests.support.papers import a_count, a_delivery, an_order
from tests.support.uploads import a_batch, a_record


@pytest.fixture
def full(books: Books) -> Books:
    """Something for every check to look at."""
    move = books.move("SUP", "WH", 100)
    batch = a_batch()
    order = an_order(books)
    order = replace(order, header=replace(order.header, source=Source(batch.id, 1)))
    with books.database.transaction(CLERK, "fill") as store:
        store.uploads.add_batch(batch)
        store.uploads.add_raw_records([a_record(batch, seq=1)])
        delivery = a_delivery(books)
        of_lot = replace(delivery.lines[0], lot_id=books.lots["L1"])
        papers = [order, replace(delivery, lines=(of_lot,)), a_delivery(books), a_count(books)]
        store.documents.add(papers)
        for paper in papers[1:3]:
            number = store.numbers.issue(DocumentKind.DN, TODAY)
            store.documents.number({paper.header.id: number}, "loaded")
        store.uploads.link([Link(record_id=a_record(batch, seq=1).id, document_id=order.header.id)])
        store.stock.post([move, books.move("WH", "SUP", 100, reverses=move.key)])
        store.stock.post([books.move("SUP", "WH", 30, lot="L1")])
        beer, place = books.products[BEER].id, books.places["WH"].key
        store.reservations.reserve([Promise(order.lines[0].id, place, beer, 12)])
        store.masters.put_product(
            Product(code="EMPTY", name="空瓶", packings=(BOTTLE,), kind="empty")
        )
        store.masters.put_product(
            Product(
                code="NEW", name="新酒", packings=(BOTTLE,), empties=(Empties(product="EMPTY"),)
            )
        )
        for day in (TODAY, TODAY + timedelta(days=9)):
            store.terms.put_credit(CreditPolicy(customer="C01", valid_from=day, limit_fen=1))
        store.terms.put_asset(Asset(code="F1", name="冰柜", state="in_store", customer="C01"))
        store.cases.open("negative", [(place, beer)])
        note, back = papers[1], books.paper(DocumentKind.RN, state="approved", qty=6)
        line = replace(back.lines[0], ref_line_id=note.lines[0].id)
        store.documents.add([replace(back, lines=(line,))])
        store.returns.add(
            back.header.id,
            "return",
            [ReturnLine(line_id=line.id, condition="good", no_reference=False)],
        )
        store.documents.record_results(
            [
                DeliveryResultEntry(
                    document_id=note.header.id,
                    state="delivered",
                    result=DeliveryResult.FULL,
                    lines=((note.lines[0].id, DeliveryLine(1, BEER, 24, 24)),),
                )
            ]
        )
        store.masters.put_place(Place(code="CONV", name="瓶", kind=LocationKind.CONVERSION))
        store.periods.keep(TODAY + timedelta(days=60))
    return books


@contextmanager
def unprotected(books: Books) -> Iterator[Connection]:
    """What somebody can do who gets at the database past the program."""
    with as_owner(books.database) as connection:
        if connection.dialect.name == "sqlite":
            names = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            )
            for (name,) in names.all():
                connection.execute(text(f"DROP TRIGGER {name}"))
            connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        else:
            connection.execute(text("SET session_replication_role = replica"))
            for table, name in (
                ("stock_move", "qty_positive"),
                ("document_line", "net_adds_up"),
                ("count_line", "blank_is_not_zero"),
                ("asset", "in_one_place"),
            ):
                connection.execute(
                    text(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_{name}")
                )
        yield connection


DAMAGE = {
    "INV-01": "UPDATE stock_move SET qty = 0 WHERE lot_id IS NOT NULL",
    "INV-02": "UPDATE stock_balance SET qty = qty + 1 WHERE qty = 30",
    "INV-03": "DELETE FROM stock_balance WHERE qty = 30",
    "INV-04": "UPDATE stock_balance SET qty = -3 WHERE qty = 30",
    "INV-08": "UPDATE stock_move SET lot_id = (SELECT min(id) FROM lot)"
    " WHERE reverses_id IS NOT NULL",
    "INV-09": "UPDATE stock_move SET qty = 31 WHERE qty = 30",
    "INV-13": "UPDATE document SET net_fen = net_fen + 1 WHERE kind = 'SO'",
    "INV-18": "UPDATE document SET number_seq = 7 WHERE number_seq = 1",
    "INV-20": "DELETE FROM record_link",
    "INV-29": "DELETE FROM document_line"
    " WHERE document_id IN (SELECT id FROM document WHERE kind = 'SO')",
    "blank-counts": "UPDATE count_line SET counted = NULL",
    "INV-05": "UPDATE reservation SET qty = 31",
    "INV-16": "INSERT INTO stock_balance"
    " (branch_id, location_id, product_id, lot_id, owner_id, qty)"
    " SELECT l.branch_id, l.id, p.id, b.lot_id, b.owner_id, 1 FROM stock_balance b"
    " JOIN location l ON l.code = 'CONV' JOIN product p ON p.code = 'EMPTY' WHERE b.qty = 30",
    "INV-06": "INSERT INTO stock_balance"
    " (branch_id, location_id, product_id, lot_id, owner_id, qty)"
    " SELECT b.branch_id, l.id, b.product_id, b.lot_id, b.owner_id, -5 FROM stock_balance b"
    " JOIN location l ON l.code = 'VAN1' WHERE b.qty = 30",
    "INV-14": "UPDATE goods_return_line SET accepted = 25",
    "INV-15": "UPDATE customer_profile SET min_remaining_days = 999",
    "INV-19": "UPDATE goods_return SET approved_by = 'CLERK'",
    "handed-over": "UPDATE document SET state = 'posted', posting_date = business_date,"
    " posted_ms = 1, posted_by = 'x' WHERE kind = 'DN' AND state = 'delivered'",
    "INV-24": "UPDATE asset SET party_id = NULL",
    "INV-23": "UPDATE credit_policy SET valid_to = NULL",
    "kept-months": "UPDATE period_balance SET qty = qty + 1",
}


def failing(books: Books) -> set[str]:
    with books.database.read() as reader:
        return {check.id for check in check_all(reader) if not check.holds}


def test_sound_books_pass_and_something_was_looked_at(full: Books) -> None:
    with full.database.read() as reader:
        found = check_all(reader)
    assert [(check.id, check.counterexamples) for check in found if not check.holds] == []
    assert {check.id: check.checked > 0 for check in found} == dict.fromkeys(CHECKS, True)


@pytest.mark.parametrize("check", CHECKS)
def test_damage_is_found(full: Books, check: str) -> None:
    damage = DAMAGE[check]
    if check == "INV-08" and full.database.engine.dialect.name == "postgresql":
        damage = damage.replace("min(id)", "id").replace("FROM lot", "FROM lot LIMIT 1")
    with unprotected(full) as connection:
        assert connection.execute(text(damage)).rowcount > 0
    assert check in failing(full)


def test_other_damage_is_found_too(full: Books) -> None:
    cases: dict[str, Callable[[Connection], object]] = {
        "INV-13": lambda c: c.execute(text("UPDATE document_line SET net_fen = net_fen + 5")),
        "INV-18": lambda c: c.execute(text("UPDATE number_series SET next_seq = 9")),
        "INV-20": lambda c: c.execute(text("UPDATE document SET src_seq = 8 WHERE kind = 'SO'")),
    }
    for damage in cases.values():
        with unprotected(full) as connection:
            damage(connection)
    assert set(cases) <= failing(full)


def test_an_order_line_that_is_doubled_is_found(full: Books) -> None:
    order = an_order(full)
    doubled = replace(order.lines[0], id=new_key(), line_no=2)
    order = replace(
        order,
        header=replace(order.header, id=new_key(), net_fen=2 * order.header.net_fen),
        lines=(*order.lines, doubled),
    )
    with full.database.transaction(CLERK, "add") as store:
        store.documents.add([order])
    assert failing(full) == {"INV-29"}
