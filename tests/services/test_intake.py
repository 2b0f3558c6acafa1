"""A batch is taken in once, whole, and nothing of it is lost."""

from dataclasses import replace

import pytest

from app.domain.rights import Actor
from app.errors import PermissionDenied
from app.services.intake import RecordCounts, take_in
from app.services.office import Office
from app.storage.queries.fingerprint import fingerprint
from app.storage.queries.quarantine import open_items
from drivers.protocols.docking.batch import open_batch, seal_batch
from tests.support.offices import CLERK, HOUR_MS, Terminal
from tests.support.trades import assert_sound


def digest(office: Office) -> dict[str, str]:
    with office.database.read() as reader:
        return fingerprint(reader)


def waiting(office: Office) -> list[str]:
    with office.database.read() as reader:
        return sorted(item.code for item in open_items(reader))


def test_a_good_batch_is_applied_whole(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001", ("HX500", 5), ("XG330", 1), price=5350)
    result = terminal.upload(office)
    assert result.receipt.state == "applied"
    assert result.receipt.received_seq == 3
    assert result.documents == 1
    assert result.counts.uploaded == 3
    assert_sound(office)


def test_the_same_batch_again_gives_the_same_answer_and_adds_nothing(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0009")
    terminal.order("C0001")
    data = terminal.seal()
    first = take_in(office, CLERK, terminal.origin, data)
    before = digest(office)
    again = take_in(office, CLERK, terminal.origin, data)
    assert again.receipt == first.receipt
    assert again.counts == RecordCounts(uploaded=4, already_received=4)
    assert digest(office) == before


def test_records_that_came_before_are_counted_not_doubled(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001")
    old = list(terminal.waiting)
    terminal.upload(office)
    terminal.waiting = old
    terminal.order("C0002")
    result = terminal.upload(office)
    assert result.counts.already_received == 2
    assert result.counts.accepted == 2
    assert result.documents == 1
    assert_sound(office)


def test_the_same_batch_number_with_other_content_is_a_conflict(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001")
    terminal.upload(office)
    before = digest(office)["document"]
    terminal.batch_no = 0
    terminal.order("C0002")
    result = terminal.upload(office)
    assert result.receipt.state == "rejected"
    assert result.receipt.received_seq == 2
    assert result.counts.conflicts == 2
    assert [problem.code for problem in result.problems] == ["E_BATCH_CONFLICT"]
    assert waiting(office) == ["E_BATCH_CONFLICT"]
    assert digest(office)["document"] == before
    assert len([file for file in office.archive.files() if file.origin.terminal == 3]) == 2


def test_the_same_record_number_with_other_content_is_kept_as_a_conflict(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001")
    terminal.upload(office)
    terminal.seq = 0
    terminal.order("C0002")
    result = terminal.upload(office)
    assert result.counts.conflicts == 1  # the header; the line is the same byte for byte
    assert result.counts.already_received == 1
    assert result.documents == 0
    assert waiting(office) == ["E_RECORD_CONFLICT"]
    assert_sound(office)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda data: data[:-1], "E_BATCH_DAMAGED"),
        (lambda _data: b"", "E_BATCH_DAMAGED"),
        (lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:], "E_BATCH_DAMAGED"),
    ],
)
def test_a_damaged_batch_is_archived_and_turned_down(
    office: Office, terminal: Terminal, spoil: object, code: str
) -> None:
    terminal.order("C0001")
    data = spoil(terminal.seal())  # type: ignore[operator]
    result = take_in(office, CLERK, terminal.origin, data)
    assert result.receipt.state == "rejected"
    assert result.receipt.received_seq == 0
    assert [problem.code for problem in result.problems] == [code]
    assert any(office.archive.read(file.path) == data for file in office.archive.files())


def test_wrong_control_totals_turn_the_whole_batch_down(
    office: Office, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.order("C0001")
    with monkeypatch.context() as patch:
        patch.setattr(
            "drivers.protocols.docking.batch.control_totals", lambda _records: {10: [9, 0]}
        )
        data = terminal.seal()
    result = take_in(office, CLERK, terminal.origin, data)
    assert result.receipt.state == "rejected"
    assert [problem.code for problem in result.problems] == ["E_BATCH_TOTALS"]
    assert result.counts.rejected == 0  # it could not be opened, so nobody knows how many


def test_a_batch_of_another_branch_is_turned_down(office: Office) -> None:
    stranger = Terminal(branch=99)
    stranger.order("C0001")
    data = stranger.seal()
    result = take_in(office, CLERK, Terminal(batch_no=1).origin, data)
    assert result.receipt.state == "rejected"
    assert result.counts.rejected == 2
    assert result.documents == 0


def test_one_unreadable_record_never_stops_the_others(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001")
    terminal.seq += 1
    terminal.waiting.append((terminal.seq, b"\x00rubbish"))
    terminal.order("C0002")
    result = terminal.upload(office)
    assert result.counts.rejected == 1
    assert result.documents == 2


def test_records_of_unknown_types_are_kept(office: Office, terminal: Terminal) -> None:
    terminal.write(99, {1: "tomorrow"})
    result = terminal.upload(office)
    assert result.counts.warned == 1
    assert [verdict.code for verdict in result.receipt.verdicts] == ["E_UNKNOWN_TYPE"]
    assert_sound(office)


def test_missing_numbers_are_asked_about(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001")
    terminal.upload(office)
    terminal.seq += 3
    terminal.order("C0002")
    result = terminal.upload(office)
    assert [dict(problem.fields) for problem in result.problems] == [{"first": 3, "last": 5}]
    assert waiting(office) == ["X_SEQ_GAP"]
    assert result.documents == 1


def test_a_new_epoch_begins_anew(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001")
    terminal.upload(office)
    again = Terminal(epoch=2)
    again.order("C0002")
    result = again.upload(office)
    assert result.receipt.received_seq == 2
    assert result.receipt.state == "applied"


def test_a_wrong_clock_is_put_right_and_told(office: Office, terminal: Terminal) -> None:
    terminal.now_ms -= 9 * HOUR_MS
    terminal.order("C0001")
    result = terminal.upload(office, clock_offset_ms=9 * HOUR_MS)
    assert "W_CLOCK" in [problem.code for problem in result.problems]
    with office.database.read() as reader:
        query = "SELECT event_raw_ms, event_ms, business_date FROM document WHERE kind = 'SO'"
        raw_ms, event_ms, day = reader.connection.exec_driver_sql(query).one()
    assert event_ms - raw_ms == 9 * HOUR_MS
    assert str(day) == "2026-06-01"


def test_only_who_may_dock_takes_in(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001")
    with pytest.raises(PermissionDenied):
        take_in(office, Actor("guest", frozenset()), terminal.origin, terminal.seal())


def test_control_totals_of_the_day_are_compared(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001")
    totals = {1: {10: 1, 11: 2}, 2: 60, 3: 0, 4: 1, 5: 2}
    terminal.write(69, totals)
    terminal.upload(office)
    assert waiting(office) == ["E_TOTALS"]


def test_each_record_is_found_at_its_bytes(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001", ("HX500", 1), ("XG330", 2))
    terminal.upload(office)
    query = (
        "SELECT r.byte_offset, r.byte_len, b.archive_path FROM raw_record r JOIN upload_batch b"
        " ON b.branch_id = r.branch_id AND b.id = r.batch_id WHERE r.terminal_no = 3"
        " ORDER BY r.position"
    )
    with office.database.read() as reader:
        rows = reader.connection.exec_driver_sql(query).all()
    records = open_batch(office.archive.read(rows[0].archive_path)).records
    for row, record in zip(rows, records, strict=True):
        data = office.archive.read(row.archive_path)
        assert data[row.byte_offset : row.byte_offset + row.byte_len] == record.data


@pytest.mark.parametrize(("first", "last"), [(1, 4_294_967_295), (2, 2), (1, 1)])
def test_a_batch_that_claims_other_numbers_than_it_holds_moves_no_watermark(
    office: Office, terminal: Terminal, first: int, last: int
) -> None:
    terminal.order("C0001")
    batch = open_batch(terminal.seal())
    header = replace(batch.header, seq_from=first, seq_to=last)
    data = seal_batch(header, [record.data for record in batch.records])
    result = take_in(office, CLERK, terminal.origin, data)
    assert (result.receipt.state, result.receipt.received_seq) == ("rejected", 0)
    assert [problem.code for problem in result.problems] == ["E_BATCH_DAMAGED"]
    assert result.documents == 0
