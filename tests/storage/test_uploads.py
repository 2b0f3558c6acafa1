"""Batches, records and quarantine: everything once, other contents kept beside."""

from dataclasses import replace

import pytest

from app.errors import NotFound, UsageError
from app.storage.keys import new_key
from app.storage.queries.docking import board, sessions
from app.storage.queries.evidence import conflicts, raw_record_by_id
from app.storage.queries.quarantine import candidates, open_items
from app.storage.store.uploads import Batch
from tests.support.books import DAY_MS, Books
from tests.support.databases import CLERK, MORNING_MS
from tests.support.uploads import a_batch, a_case, a_record


@pytest.fixture
def batch(books: Books) -> Batch:
    """Nine records of terminal 3, docked this morning."""
    with books.database.transaction(CLERK, "dock") as store:
        session_id = new_key()
        store.terminals.start_session(session_id, port_url="/dev/pts/1", driver="tallydock")
        terminal = store.terminals.seen(3, epoch=1, model="sim", person_code="S01")
        uploaded = a_batch(session_id=session_id)
        store.uploads.add_batch(uploaded)
        records = [a_record(uploaded, seq=seq) for seq in range(1, 10)]
        records[4] = replace(records[4], disposition="rejected", code="E_UOM")
        store.uploads.add_raw_records(records)
        store.terminals.advance(3, epoch=1, received_seq=9)
        store.terminals.advance(3, epoch=1, backed_up_seq=4)
        store.terminals.advance(3, epoch=1)
        store.terminals.end_session(
            session_id, terminal_id=terminal.id, batches=1, records=9, battery_percent=80
        )
    return uploaded


def test_a_batch_is_found_by_its_key(books: Books, batch: Batch) -> None:
    with books.database.transaction(CLERK, "look") as store:
        found = store.uploads.find_batch(3, 1, 41)
        assert found is not None
        assert (found.sha256, found.operator, found.received_ms) == (
            batch.sha256,
            "clerk",
            MORNING_MS,
        )
        assert store.uploads.batch(batch.id) == found
        assert store.uploads.find_batch(3, 2, 41) is None
        assert store.uploads.next_variant(3, 1, 41) == 1
        assert store.uploads.next_variant(3, 1, 42) == 0
        with pytest.raises(NotFound):
            store.uploads.batch(new_key())


def test_known_records_are_told_by_their_digest(books: Books, batch: Batch) -> None:
    with books.database.transaction(CLERK, "look") as store:
        known = store.uploads.existing_records(3, 1, [2, 9, 10, 11])
        assert known == {seq: a_record(batch, seq=seq).sha256 for seq in (2, 9)}
        assert store.uploads.existing_records(3, 2, [2]) == {}
        assert store.uploads.existing_records(3, 1, []) == {}
        assert [one.seq for one in store.uploads.records_of(batch.id, [7, 3])] == [3, 7]
        verdicts = store.uploads.verdicts_of(batch.id)
        assert (verdicts[3], verdicts[4]) == ((4, "accepted", None), (5, "rejected", "E_UOM"))


def test_another_content_under_a_known_key_is_kept_as_a_conflict(
    books: Books, batch: Batch
) -> None:
    other = replace(batch, id=new_key(), variant=1, state="conflict", sha256="cd" * 32)
    with books.database.transaction(CLERK, "dock") as store:
        store.uploads.add_batch(other)
        variant = store.uploads.next_record_variant(3, 1, 2)
        record = a_record(
            other, seq=2, variant=variant, disposition="conflict", code="E_RECORD_CONFLICT"
        )
        store.uploads.add_raw_records([record])
        assert store.uploads.next_record_variant(3, 1, 2) == 2
        assert store.uploads.next_record_variant(3, 1, 99) == 0
    with books.database.read() as reader:
        (kept,) = conflicts(reader)
        assert kept == raw_record_by_id(reader, record.id)
        with pytest.raises(NotFound):
            raw_record_by_id(reader, new_key())
    assert (kept.seq, kept.batch_sha256, kept.code) == (2, "cd" * 32, "E_RECORD_CONFLICT")


def test_one_answer_settles_all_equal_cases(books: Books, batch: Batch) -> None:
    cases = [
        a_case(batch, "C0I", seqs=(1, 2)),
        a_case(batch, "C0I", seqs=(3, 4)),
        a_case(batch, "C77", seqs=(5,)),
    ]
    with books.database.transaction(CLERK, "hold") as store:
        store.uploads.add_quarantine(cases)
    with books.database.read() as reader:
        shown = {item.id: item for item in open_items(reader)}
        likely = candidates(reader, "customer", "C0I")
        by_name = candidates(reader, "product", "望汐清爽")
        assert candidates(reader, "document", "x") == ()
        with pytest.raises(UsageError):
            candidates(reader, "weather", "x")
    assert [shown[case.id].equal for case in cases] == [2, 2, 1]
    assert (shown[cases[0].id].terminal_no, shown[cases[0].id].seqs) == (3, (1, 2))
    assert likely[0].code == "C01"
    assert by_name[0].code == "HX500"
    with books.database.transaction(CLERK, "fix") as store:
        item = store.uploads.quarantine_item(cases[0].id)
        assert [one.id for one in store.uploads.items_of(batch.id, [4, 9])] == [cases[1].id]
        equal = store.uploads.equal_items(item)
        assert {one.id for one in equal} == {cases[0].id, cases[1].id}
        store.uploads.add_alias("customer", "C0I", "C02")
        store.uploads.add_alias("customer", "C0I", "C01")
        store.uploads.resolve_quarantine([one.id for one in equal], "fixed", "C01")
        assert store.uploads.aliases("customer") == {"C0I": "C01"}
        assert store.uploads.aliases("product") == {}
        done = store.uploads.quarantine_item(cases[0].id)
        with pytest.raises(NotFound):
            store.uploads.quarantine_item(new_key())
    assert (done.state, done.resolved_by, done.how) == ("fixed", "clerk", "C01")
    with books.database.read() as reader:
        assert [item.raw_value for item in open_items(reader)] == ["C77"]


def test_the_board_shows_what_each_terminal_did_today(books: Books, batch: Batch) -> None:
    with books.database.transaction(CLERK, "hold") as store:
        store.uploads.add_quarantine([a_case(batch, "C0I")])
        store.terminals.seen(4, epoch=1)
    with books.database.read() as reader:
        three, four = board(reader, MORNING_MS, MORNING_MS + DAY_MS)
        yesterday, _ = board(reader, MORNING_MS - DAY_MS, MORNING_MS)
        (session,) = sessions(reader, terminal_no=3)
        assert len(sessions(reader)) == 1
    assert (three.terminal_no, three.batches, three.records, three.held) == (3, 1, 9, 1)
    assert (three.received_seq, three.backed_up_seq, three.docked_today) == (9, 4, True)
    assert (four.batches, four.records, four.held) == (0, 0, 0)
    assert (yesterday.batches, yesterday.docked_today, yesterday.held) == (0, False, 1)
    assert (session.state, session.records, session.battery_percent) == ("done", 9, 80)


def test_a_new_epoch_starts_its_watermarks_again(books: Books, batch: Batch) -> None:
    with books.database.transaction(CLERK, "dock") as store:
        same = store.terminals.seen(3, epoch=1, model="sim 2")
        assert (same.model, same.received_seq, same.backed_up_seq) == ("sim 2", 9, 4)
        fresh = store.terminals.seen(3, epoch=2)
        assert (fresh.id, fresh.epoch, fresh.received_seq) == (same.id, 2, 0)
        session_id = new_key()
        store.terminals.start_session(session_id, port_url="COM3", driver="x")
        store.terminals.end_session(session_id, terminal_id=None, error_code="link-lost")
        assert store.terminals.find(9) is None
    with books.database.read() as reader:
        assert sessions(reader, limit=1)[0].error_code == "link-lost"
    assert batch.epoch == 1
