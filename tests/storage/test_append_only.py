"""What was written stays: evidence is never changed, a posted document is final."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, text

from app.domain.numbering import DocumentKind
from app.errors import DatabaseError
from app.storage.keys import new_key
from app.storage.store.papers import Print, Snapshot
from app.storage.store.uploads import Link
from tests.support.books import TODAY, Books, as_owner
from tests.support.databases import CLERK, on_postgresql, on_sqlite
from tests.support.papers import a_count, a_delivery, an_order
from tests.support.uploads import a_batch, a_record

APPEND_ONLY = (
    "audit_event",
    "document_snapshot",
    "print_log",
    "raw_record",
    "record_link",
    "stock_move",
    "upload_batch",
)
PARTS = (
    "document",
    "document_line",
    "sales_order",
    "delivery",
    "delivery_line",
    "stock_count",
    "count_line",
)


@pytest.fixture
def written(books: Books) -> Books:
    """A row in every append-only table."""
    batch = a_batch()
    with books.database.transaction(CLERK, "write") as store:
        store.uploads.add_batch(batch)
        record = a_record(batch, seq=1)
        store.uploads.add_raw_records([record])
        store.uploads.link([Link(record_id=record.id, document_id=books.receipt_id)])
        snapshot = Snapshot(
            document_id=books.receipt_id, template_version=1, content="{}", sha256="0"
        )
        store.documents.freeze([snapshot])
        store.documents.log_prints([Print(document_id=books.receipt_id, copy_no=1)])
        store.stock.post([books.move("SUP", "WH", 10)])
    return books


def run(books: Books, statement: str) -> None:
    with books.database.transaction(CLERK, "tamper") as store:
        store.reader.connection.execute(text(statement))


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET branch_id = branch_id", "DELETE FROM {}"])
def test_evidence_is_never_changed_or_deleted(written: Books, table: str, statement: str) -> None:
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"):
        run(written, statement.format(table))


def test_balances_are_never_deleted(written: Books) -> None:
    with pytest.raises(DatabaseError, match=r"never deleted|permission denied"):
        run(written, "DELETE FROM stock_balance")


@on_sqlite
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_insert_or_replace_is_no_way_round(written: Books, table: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        run(written, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")  # noqa: S608


@on_postgresql
def test_only_the_owner_of_a_server_database_can_still_help(written: Books) -> None:
    with as_owner(written.database) as connection:
        connection.execute(text("UPDATE audit_event SET subject = 'seen by the owner'"))


def posted_paper(books: Books, add: Callable[[Any], Any]) -> Any:
    with books.database.transaction(CLERK, "post") as store:
        paper = add(store)
        number = store.numbers.issue(paper.header.kind, TODAY)
        store.documents.number({paper.header.id: number}, "loaded")
        store.documents.post({paper.header.id: TODAY})
    return paper


@pytest.fixture
def posted(books: Books) -> Books:
    """A posted document of every kind that has parts."""
    for make in (an_order, a_delivery, a_count):

        def add(store: Any, make: Any = make) -> Any:
            paper = make(books)
            store.documents.add([paper])
            return paper

        posted_paper(books, add)
    return books


def count_rows(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


@pytest.mark.parametrize("table", PARTS)
@pytest.mark.parametrize("statement", ["UPDATE {} SET branch_id = branch_id", "DELETE FROM {}"])
def test_a_posted_document_is_final(posted: Books, table: str, statement: str) -> None:
    with posted.database.read() as reader:
        assert count_rows(reader.connection, table) >= 1
    with pytest.raises(DatabaseError, match="posted document is final"):
        run(posted, statement.format(table))


def test_a_posted_document_gets_no_more_lines(posted: Books) -> None:
    copied = (
        "INSERT INTO document_line SELECT l.* FROM document_line l JOIN document d"
        " ON d.id = l.document_id WHERE d.state = 'posted' AND d.kind = 'DN'"
    )
    with pytest.raises(DatabaseError, match="posted document is final"):
        run(posted, copied)


def test_a_draft_may_change(books: Books) -> None:
    paper = books.paper(DocumentKind.PR, id=new_key())
    with books.database.transaction(CLERK, "draft") as store:
        store.documents.add([paper])
    with books.database.transaction(CLERK, "next") as store:
        store.documents.set_state([paper.header.id], "received")
    run(books, "UPDATE document_line SET remark = 'ok'")
