"""The database itself refuses what the rules of the trade forbid."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.counts import LineState
from app.domain.lots import Lot
from app.domain.numbering import DocumentKind
from app.domain.stock import LocationKind
from app.errors import DatabaseError, NotFound
from app.storage.keys import new_key
from app.storage.store import Store
from app.storage.store.master_data import Party, PriceList, Profile, Route
from app.storage.store.scope import Source
from app.storage.tables import delivery_line, location, stock_move
from tests.support.books import BEER, TODAY, Books
from tests.support.databases import CLERK
from tests.support.papers import a_count, a_delivery, an_order
from tests.support.uploads import a_batch, a_record

Breaks = Callable[[Store, Books], Any]


def insert_move(store: Store, books: Books, **wrong: Any) -> None:
    """A move row past the rules of `Move`."""
    move = books.move("SUP", "WH", 5)
    row = {
        "branch_id": 127,
        "id": new_key(),
        "book": "OWN",
        "product_id": move.product,
        "source_id": move.source.key,
        "target_id": move.target.key,
        "qty": 5,
        "reason": "",
        "line_id": move.line,
        "event_ms": 0,
        "record_ms": 0,
        "business_date": TODAY,
        "posting_date": TODAY,
    }
    store.reader.connection.execute(stock_move.insert(), row | wrong)


def with_line(paper: Any, **wrong: Any) -> Any:
    return replace(paper, lines=(replace(paper.lines[0], **wrong),))


def count_with(books: Books, **wrong: Any) -> Any:
    count = a_count(books)
    return replace(count, lines=(replace(count.lines[0], **wrong),))


def deliver(store: Store, books: Books, **wrong: Any) -> None:
    paper = a_delivery(books, qty=24)
    store.documents.add([paper])
    parts = {"delivered": 20, "refused": 4, "short": 0, "back_ordered": 0} | wrong
    store.reader.connection.execute(delivery_line.update().values(**parts))


def two_papers_with_one_number(store: Store, books: Books) -> None:
    number = store.numbers.issue(DocumentKind.PR, TODAY)
    first, second = books.paper(DocumentKind.PR), books.paper(DocumentKind.PR)
    store.documents.add([first, second])
    store.documents.number({first.header.id: number, second.header.id: number}, "received")


def two_reversals(store: Store, books: Books) -> None:
    papers = [books.paper(DocumentKind.RV, reversal_of=books.receipt_id) for _ in range(2)]
    store.documents.add(papers)


def move_reversed_twice(store: Store, books: Books) -> None:
    move = books.move("SUP", "WH", 5)
    store.stock.post([move])
    store.stock.post([books.move("WH", "SUP", 5, reverses=move.key) for _ in range(2)])


def record_twice(store: Store, _books: Books) -> None:
    batch = a_batch()
    store.uploads.add_batch(batch)
    record = a_record(batch, seq=1)
    store.uploads.add_raw_records([record, replace(record, id=new_key(), position=2)])


BROKEN: dict[str, Breaks] = {
    "no quantity": lambda s, b: insert_move(s, b, qty=0),
    "to the same place": lambda s, b: insert_move(s, b, target_id=b.places["SUP"].key),
    "from one book to the other": lambda s, b: insert_move(s, b, source_id=b.places["CHU"].key),
    "a book that is not the places'": lambda s, b: insert_move(s, b, book="CHANNEL"),
    "an unknown place": lambda s, b: insert_move(s, b, source_id=new_key()),
    "a move without its line": lambda s, b: insert_move(s, b, line_id=None),
    "a grade that is none": lambda s, b: insert_move(s, b, evidence=5),
    "a move of another branch": lambda s, b: insert_move(s, b, branch_id=128),
    "a move reversed twice": move_reversed_twice,
    "a document reversed twice": two_reversals,
    "one number on two papers": two_papers_with_one_number,
    "posted without a number": lambda s, b: s.documents.post({b.receipt_id: TODAY}),
    "a net that does not add up": lambda s, b: s.documents.add([with_line(an_order(b), net_fen=1)]),
    "a negative quantity": lambda s, b: s.documents.add([with_line(an_order(b), qty=-1)]),
    "a batch without its record": lambda s, b: s.documents.add(
        [with_line(an_order(b), source=Source(new_key(), 1))]
    ),
    "an order from nowhere": lambda s, b: s.documents.add([an_order(b, origin="dream")]),
    "more delivered than ordered": lambda s, b: deliver(s, b, delivered=25),
    "some of it unaccounted for": lambda s, b: deliver(s, b, refused=3),
    "less than nothing delivered": lambda s, b: deliver(s, b, delivered=-4, refused=28),
    "a result with a gap": lambda s, b: deliver(s, b, short=None),
    "a skipped line with a quantity": lambda s, b: s.documents.add(
        [count_with(b, state=LineState.SKIPPED)]
    ),
    "a counted line without one": lambda s, b: s.documents.add([count_with(b, counted=None)]),
    "a zero that is none": lambda s, b: s.documents.add([count_with(b, state=LineState.ZERO)]),
    "a record twice": record_twice,
    "a conflict that counts": lambda s, _: s.uploads.add_batch(a_batch(state="conflict")),
    "a lot that expires before it is made": lambda s, b: s.masters.put_lots(
        b.products[BEER].id, [Lot("L9", TODAY, TODAY - timedelta(days=1), TODAY)]
    ),
    "a contract with nobody": lambda s, _: s.masters.put_price_list(
        PriceList(code="K", name="", kind="contract", valid_from=TODAY)
    ),
    "a type of customer that is none": lambda s, _: s.masters.put_customer(
        Party(code="C9", name=""), Profile(valid_from=TODAY, customer_type="FRIEND")
    ),
    "a stop that is twice on a route": lambda s, _: s.masters.put_route(
        Route(code="R9", name="", stops=("C01", "C01"))
    ),
    "a place in the wrong book": lambda s, _: s.reader.connection.execute(
        location.update().where(location.c.code == "LOSS").values(book="CHANNEL")
    ),
}


def attempt(books: Books, breaks: Breaks) -> None:
    with books.database.transaction(CLERK, "break") as store:
        breaks(store, books)


@pytest.mark.parametrize("name", BROKEN)
def test_refused(books: Books, name: str) -> None:
    with pytest.raises(DatabaseError, match=r"(?i)constraint"):
        attempt(books, BROKEN[name])


def test_unknown_codes_are_named(books: Books) -> None:
    with pytest.raises(NotFound) as caught:
        attempt(books, lambda s, _: s.masters.put_route(Route(code="R9", name="", stops=("C99",))))
    assert caught.value.fields == {"what": "party", "key": "C99"}


def test_every_kind_of_place_fits_its_book(books: Books) -> None:
    with books.database.transaction(CLERK, "places") as store:
        keys = {store.masters.common_place(kind) for kind in LocationKind}
        again = {store.masters.common_place(kind) for kind in LocationKind}
    assert len(keys) == len(LocationKind)
    assert keys == again
