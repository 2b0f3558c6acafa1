"""Documents: added in bulk, carried through their states, found again, printed."""

from dataclasses import replace

import pytest

from app.domain.deliveries import DeliveryLine, DeliveryResult, DeliveryState
from app.domain.numbering import DocumentKind
from app.errors import DatabaseError, NotFound
from app.storage.keys import new_key
from app.storage.queries.deliveries import compose, listing, note
from app.storage.queries.directory import routes_by_code, vehicles_by_code
from app.storage.queries.documents import (
    deliveries_of_day,
    documents_by_id,
    documents_by_number,
    documents_in_state,
    notes_made,
    orders_to_plan,
)
from app.storage.queries.evidence import records_behind
from app.storage.queries.orders import open_lines
from app.storage.queries.search import find_anything
from app.storage.snapshots import freeze, thaw
from app.storage.store.papers import DeliveryResultEntry, Order, Print
from app.storage.store.scope import Source
from app.storage.store.uploads import Link
from tests.support.books import BEER, TODAY, Books
from tests.support.databases import CLERK, MORNING_MS
from tests.support.papers import a_count, a_delivery, an_order
from tests.support.uploads import a_batch, a_record


@pytest.fixture
def order(books: Books) -> Order:
    """A confirmed order of two cases, not planned yet."""
    paper = an_order(books, hold_codes=("A", "B"))
    with books.database.transaction(CLERK, "order") as store:
        number = store.numbers.issue(DocumentKind.SO, TODAY)
        header = replace(paper.header, number=number)
        store.documents.add([replace(paper, header=header)])
    return paper


def load(books: Books, order: Order) -> str:
    """A delivery of the order, loaded: numbered, frozen. Returns the number."""
    with books.database.transaction(CLERK, "load") as store:
        route = routes_by_code(store.reader)["R1"]
        van = vehicles_by_code(store.reader)["V1"]
        paper = a_delivery(
            books,
            order,
            route_id=route.id,
            stop_seq=1,
            vehicle_id=van.id,
            driver_id=route.person_id,
            prepared_by="clerk",
        )
        store.documents.add([paper])
        number = store.numbers.issue(DocumentKind.DN, TODAY)
        store.documents.number({paper.header.id: number}, "loaded")
        store.documents.load([paper.header.id], load_no="LS1", van_id=books.places["VAN1"].key)
        store.documents.freeze([freeze(paper.header.id, compose(store.reader, paper.header.id))])
    return str(number)


def test_an_order_is_found_with_all_it_says(books: Books, order: Order) -> None:
    with books.database.read() as reader:
        (found,) = orders_to_plan(reader, TODAY)
        by_id = documents_by_id(reader, [order.header.id])
    assert by_id == {order.header.id: found}
    assert found.order is not None
    assert (found.order.wanted_date, found.order.hold_codes) == (TODAY, ("A", "B"))
    assert (found.delivery, found.count, found.net_fen) == (None, None, 10700)
    (line,) = found.lines
    assert (line.product_code, line.packing_code, line.factor, line.qty) == (BEER, "CS", 12, 24)
    assert (line.ordered, line.counted, line.lot_code) == (None, None, None)


def test_of_an_order_that_is_on_its_way_nothing_is_due(books: Books, order: Order) -> None:
    load(books, order)
    with books.database.read() as reader:
        (planned,) = orders_to_plan(reader, TODAY)
        (line,) = open_lines(reader, [planned.id])
        assert (line.ordered, line.underway, line.due) == (24, 24, 0)
        assert notes_made(reader, [planned.id]) == {planned.id: 1}


def test_a_delivery_goes_through_its_life(books: Books, order: Order) -> None:
    number = load(books, order)
    with books.database.transaction(CLERK, "deliver") as store:
        found = documents_by_number(store.reader, [number, "x"])[number]
        assert found.delivery is not None
        assert (found.state, found.delivery.load_no, found.lines[0].ordered) == (
            "loaded",
            "LS1",
            24,
        )
        line = DeliveryLine(1, BEER, ordered=24, delivered=20, refused=4)
        entry = DeliveryResultEntry(
            document_id=found.id,
            state=DeliveryState.PARTLY_DELIVERED.value,
            result=DeliveryResult.PART,
            lines=((found.lines[0].id, line),),
            receiver_name="李",
            delivered_ms=MORNING_MS,
        )
        store.documents.record_results([entry])
        store.documents.record_results([])
        store.documents.post({found.id: TODAY})
    with books.database.read() as reader:
        (done,) = deliveries_of_day(reader, TODAY, states=[DeliveryState.POSTED])
        elsewhere = deliveries_of_day(reader, TODAY, route_id=new_key())
        (row,) = listing(reader, day=TODAY, route_code="R1")
        assert listing(reader, number="x") == ()
        (hit,) = find_anything(reader, number, 5)
    assert done.delivery is not None
    assert (done.delivery.result, done.delivery.receiver_name) == ("part", "李")
    assert (done.lines[0].delivered, done.lines[0].refused, done.lines[0].short) == (20, 4, 0)
    assert (done.posted_by, done.posted_ms, done.posting_date) == ("clerk", MORNING_MS, TODAY)
    assert elsewhere == ()
    assert (row.number, row.van, row.driver, row.lines) == (number, "临A00001", "陈大力", 1)
    assert (hit.kind, hit.name) == ("delivery", "东浦便利店")


def test_a_note_says_what_it_said_when_it_was_frozen(books: Books, order: Order) -> None:
    number = load(books, order)
    with books.database.read() as reader:
        frozen = note(reader, number)
        now = compose(reader, deliveries_of_day(reader, TODAY)[0].id)
        with pytest.raises(NotFound):
            note(reader, "0127-DN-2606-000009-0")
    assert (frozen.number, frozen.route_code, frozen.stop_seq) == (number, "R1", 1)
    assert (frozen.customer_name, frozen.order_class, frozen.language) == ("东浦便利店", "I", "zh")
    assert [number[:19] for number in frozen.order_numbers] == ["0127-SO-2606-000001"]
    (line,) = frozen.lines
    assert (line.packing_name, line.base_name, line.packs, line.loose) == ("箱", "瓶", 2, 0)
    assert replace(frozen, snapshot_sha256="") == now
    snapshot = freeze(new_key(), frozen)
    assert snapshot.sha256 == frozen.snapshot_sha256
    assert thaw(snapshot.content, snapshot.sha256) == frozen
    with pytest.raises(DatabaseError):
        thaw(snapshot.content.replace("东浦", "西浦"), snapshot.sha256)


def test_copies_are_counted(books: Books, order: Order) -> None:
    key = order.header.id
    with books.database.transaction(CLERK, "print") as store:
        assert store.documents.copies_printed([key]) == {}
        store.documents.log_prints([Print(document_id=key, copy_no=copy) for copy in (1, 2)])
        assert store.documents.copies_printed([key]) == {key: 2}


def test_lines_of_a_delivery_are_replaced_at_loading(books: Books, order: Order) -> None:
    paper = a_delivery(books, order)
    split = [
        (books.line(20, lot_id=books.lots["L2"]), 20),
        (books.line(4, line_no=2, lot_id=books.lots["L1"]), 4),
    ]
    with books.database.transaction(CLERK, "split") as store:
        store.documents.add([paper])
        store.documents.replace_lines(paper.header.id, split, 10700)
        found = documents_by_id(store.reader, [paper.header.id])[paper.header.id]
    assert [(line.lot_code, line.ordered) for line in found.lines] == [("L2", 20), ("L1", 4)]
    assert found.net_fen == 10700


def test_what_a_count_said_is_kept_and_who_looked_stands_beside(books: Books) -> None:
    blank = a_count(books, counted=None, blind=True)
    with books.database.transaction(CLERK, "count") as store:
        store.documents.add([a_count(books), blank])
        store.counts.change(blank.header.id, {"approved_by": "boss"})
    with books.database.read() as reader:
        found = {one.id: one for one in documents_in_state(reader, DocumentKind.CT, "submitted")}
    assert len(found) == 2
    waiting = found[blank.header.id]
    assert waiting.count is not None
    assert (waiting.count.blind, waiting.count.approved_by) == (True, "boss")
    assert (waiting.lines[0].count_state, waiting.lines[0].counted) == ("skipped", None)


def test_a_document_leads_back_to_the_records_it_came_from(books: Books) -> None:
    batch = a_batch()
    records = [a_record(batch, seq=seq) for seq in (1, 2)]
    source = [Source(batch.id, seq) for seq in (1, 2)]
    paper = an_order(books)
    paper = replace(
        paper,
        header=replace(paper.header, source=source[0]),
        lines=(replace(paper.lines[0], source=source[1]),),
    )
    with books.database.transaction(CLERK, "take in") as store:
        store.uploads.add_batch(batch)
        store.uploads.add_raw_records(records)
        store.documents.add([paper])
        store.uploads.link(
            [
                Link(record_id=records[0].id, document_id=paper.header.id),
                Link(
                    record_id=records[1].id,
                    document_id=paper.header.id,
                    line_id=paper.lines[0].id,
                ),
            ]
        )
    with books.database.read() as reader:
        head, line = records_behind(reader, paper.header.id)
        found = documents_by_id(reader, [paper.header.id])[paper.header.id]
    assert (head.line_id, head.evidence.seq, head.evidence.byte_offset) == (None, 1, 100)
    assert line.line_id == paper.lines[0].id
    assert line.evidence.archive_path == batch.archive_path
    assert (found.src_batch_id, found.src_seq) == (batch.id, 1)
