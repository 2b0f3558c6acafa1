"""Takes in one sealed batch: archived first, then judged and posted in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from app.domain.problems import CODES, Problem, Severity, problem
from app.domain.records.documents import assemble
from app.domain.records.identity import Arrival
from app.domain.records.totals import END_OF_DAY, check_totals, missing_seqs
from app.domain.rights import Actor, Right
from app.services.archive import ArchivedFile, Origin, origin_of
from app.services.bonds import Bond, check_chain, judge_bond, photos_in
from app.services.cases import Case, links_of
from app.services.clock_faults import clock_problems
from app.services.collecting import without_collecting
from app.services.gaps import close_gaps
from app.services.holes import hold_torn
from app.services.journal import Step, journaled
from app.services.judgement import judge, post, set_up
from app.services.noted_files import note_files
from app.services.office import Office
from app.services.sorting import Piece, arrived, new_records, raw_rows, read_pieces, settle
from app.services.waiting import item_for, items_of_case, items_of_counters
from app.storage.keys import derived_key
from app.storage.queries.arrivals import arrived_batch, received_in, verdicts, watermarks
from app.storage.store.uploads import Batch as BatchRow
from app.storage.store.uploads import QuarantineItem
from drivers.contract import Receipt, Verdict
from drivers.protocols.docking.batch import Batch, BatchError, BatchHeader, Record, open_batch

_COUNTED_AS = {"quarantined": "quarantined", "rejected": "rejected", "conflict": "conflicts"}


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """Records by what became of them; `uploaded` is the sum of all others but `lost`."""

    uploaded: int = 0
    accepted: int = 0
    warned: int = 0
    quarantined: int = 0
    rejected: int = 0
    conflicts: int = 0
    already_received: int = 0

    def __add__(self, other: RecordCounts) -> RecordCounts:
        return RecordCounts(
            self.uploaded + other.uploaded,
            self.accepted + other.accepted,
            self.warned + other.warned,
            self.quarantined + other.quarantined,
            self.rejected + other.rejected,
            self.conflicts + other.conflicts,
            self.already_received + other.already_received,
        )


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What became of a batch; `problems` are those of the batch as a whole and of its records."""

    receipt: Receipt
    counts: RecordCounts
    documents: int = 0
    moves: int = 0
    problems: tuple[Problem, ...] = ()


class _TakenMeanwhile(Exception):
    """Somebody else took in the same batch while this one waited for the database."""


def take_in(
    office: Office,
    actor: Actor,
    origin: Origin,
    data: bytes,
    *,
    clock_offset_ms: int = 0,
    typed_by: str = "",
) -> IntakeResult:
    """Archive and take in what the terminal `origin` sent.

    `clock_offset_ms` is desk time minus terminal time, as measured at docking; `typed_by` is who
    typed it from paper, empty for what a terminal sent. A batch that came before gives the stored
    receipt and changes nothing. Raises ArchiveFull, ArchiveError, DiskFull, DatabaseBusy,
    DatabaseError: then the batch is not taken in, and the terminal keeps its records.
    """
    actor.require(Right.DOCK)
    kept = office.archive.keep(origin, data)
    return take_in_kept(office, actor, kept.path, clock_offset_ms, typed_by)


def take_in_kept(
    office: Office, actor: Actor, path: str, clock_offset_ms: int, typed_by: str = ""
) -> IntakeResult:
    """Take in a batch that lies in the archive already."""
    actor.require(Right.DOCK)
    origin = origin_of(path)
    data = office.archive.read(path)
    kept = office.archive.keep(origin, data)
    before = _stored_result(office, kept)
    if before is not None:
        return before
    try:
        with (
            journaled(
                office,
                actor,
                "take_in",
                subject=path,
                path=path,
                clock_offset_ms=clock_offset_ms,
                typed_by=typed_by,
            ) as step,
            without_collecting(),
        ):
            return _take_in(step, kept, data, clock_offset_ms, typed_by)
    except _TakenMeanwhile:
        again = _stored_result(office, kept)
        if again is None:
            raise LookupError(path) from None
        return again


def _take_in(
    step: Step, kept: ArchivedFile, data: bytes, clock_offset_ms: int, typed_by: str
) -> IntakeResult:
    origin, sha256 = kept.origin, kept.sha256.hex()
    where = (origin.terminal, origin.epoch, origin.batch_no)
    if arrived_batch(step.store.reader, *where, sha256) is not None:
        raise _TakenMeanwhile
    variant = step.store.uploads.next_variant(*where)
    batch, fault = _open(data, origin)
    if typed_by:  # no device signs what a person types
        bond = Bond(typed_by=typed_by)
    else:
        bond = Bond() if batch is None else judge_bond(step.store, batch)
    fault = fault or bond.fault
    if variant:
        fault = problem("E_BATCH_CONFLICT", f"batch {origin.batch_no}", batch=origin.batch_no)
    if fault is not None or batch is None:
        return _turn_down(step, kept, batch, fault, variant, clock_offset_ms, bond)
    return _apply(step, kept, batch, clock_offset_ms, bond)


def _apply(
    step: Step, kept: ArchivedFile, batch: Batch, clock_offset_ms: int, bond: Bond
) -> IntakeResult:
    """Everything that a batch means, written with the store of one transaction."""
    store, header, batch_id = step.store, batch.header, _batch_key(kept)
    pieces = read_pieces(store, batch, batch_id, clock_offset_ms)
    cases = [Case(draft) for draft in assemble(new_records(pieces))]
    bench = set_up(step, cases, batch_id, clock_offset_ms)
    hold_torn(cases, pieces, header.seq_to)
    notes = judge(bench, cases)
    _check_day_totals(cases, pieces)
    before, backed_up = _watermarks(step, kept.origin, header)
    gaps = [*_gaps(before, pieces, header), *check_chain(store, batch)]
    conflicts = [piece for piece in pieces if piece.arrival is Arrival.CONFLICT]
    is_whole = all(case.stands or case.draft.deleted for case in cases) and not (
        gaps or conflicts or any(piece.disposition == "rejected" for piece in pieces)
    )
    state = "applied" if is_whole else "partly_applied"
    store.uploads.add_batch(_row(kept, header, len(pieces), state, clock_offset_ms, bond))
    posted = post(bench, cases, notes)
    settle(pieces, cases)
    store.uploads.add_raw_records(raw_rows(store, pieces, header, batch_id))
    store.blobs.announce(photos_in(pieces, header))
    note_files(store, pieces, header, batch_id)
    keys = {piece.read.key.seq: piece.key for piece in pieces if piece.read is not None}
    store.uploads.link(links_of(cases, keys))
    items = [
        item
        for case in cases
        if case.severity is Severity.QUARANTINE and not case.draft.deleted
        for item in items_of_case(batch_id, case, keys)
    ]
    items += items_of_counters(batch_id, cases, keys)
    items += [item_for(batch_id, gap, ()) for gap in gaps]
    items += _conflict_items(batch_id, conflicts)
    store.uploads.add_quarantine(items)
    close_gaps(store)
    received = max(before, header.seq_to)
    store.terminals.advance(header.terminal, epoch=header.epoch, received_seq=received)
    told = _verdicts(
        (piece.record.seq, piece.problem.code)
        for piece in pieces
        if piece.problem is not None and piece.record.seq is not None
    )
    receipt = Receipt(header.batch_no, kept.sha256, state, received, backed_up, told)
    # the records of one document share its problem
    shared = {id(piece.problem): piece.problem for piece in pieces}
    problems = [found for found in shared.values() if found is not None]
    if not bond.typed_by:  # paper is typed in any order
        problems += clock_problems(store, pieces, header, clock_offset_ms)
    counts = _count(pieces)
    return IntakeResult(receipt, counts, posted.documents, posted.moves, (*gaps, *problems))


def _open(data: bytes, origin: Origin) -> tuple[Batch | None, Problem | None]:
    """The batch, and what is wrong with it as a whole."""
    try:
        batch = open_batch(data)
    except BatchError as error:
        code = error.code if error.code == "E_BATCH_TOTALS" else "E_BATCH_DAMAGED"
        return None, problem(code, f"batch {origin.batch_no}", reason=error.reason)
    header = batch.header
    says = Origin(header.branch, header.terminal, header.epoch, header.batch_no)
    if says != origin:
        return batch, problem("E_BATCH_DAMAGED", f"batch {origin.batch_no}", reason="owner")
    if not _spans(batch):
        return batch, problem("E_BATCH_DAMAGED", f"batch {origin.batch_no}", reason="sequence")
    return batch, None


def _spans(batch: Batch) -> bool:
    """Whether the header's sequence numbers are those of the records.

    The watermark follows the header: a number too high would hide everything up to it.
    """
    header = batch.header
    seqs = [record.seq for record in batch.records if isinstance(record, Record)]
    lowest, highest = min(seqs, default=header.seq_from), max(seqs, default=header.seq_from)
    unreadable = len(batch.records) - len(seqs)
    return header.seq_from <= lowest and highest <= header.seq_to <= highest + unreadable


def _turn_down(
    step: Step,
    kept: ArchivedFile,
    batch: Batch | None,
    fault: Problem | None,
    variant: int,
    clock_offset_ms: int,
    bond: Bond,
) -> IntakeResult:
    """Keep a batch that must not count, and say so: to a person, and to the terminal."""
    origin, batch_id = kept.origin, _batch_key(kept)
    code = "E_BATCH_DAMAGED" if fault is None else fault.code
    records = 0 if batch is None else len(batch.records)
    header = None if batch is None else batch.header
    state = "conflict" if variant else "rejected"
    row = _row(kept, header, records, state, clock_offset_ms, bond, code, variant)
    step.store.uploads.add_batch(row)
    step.store.uploads.add_quarantine(
        [
            QuarantineItem(
                id=derived_key("waits", batch_id, code),
                batch_id=batch_id,
                seqs=(),
                code=code,
                kind="batch",
                field="",
                raw_value=f"{origin.terminal}/{origin.epoch}/{origin.batch_no}",
            )
        ]
    )
    received, backed_up = watermarks(step.store.reader, origin.terminal, origin.epoch)
    receipt = Receipt(origin.batch_no, kept.sha256, "rejected", received, backed_up)
    counts = RecordCounts(uploaded=records, conflicts=records)
    if not variant:
        counts = RecordCounts(uploaded=records, rejected=records)
    return IntakeResult(receipt, counts, problems=() if fault is None else (fault,))


def _watermarks(step: Step, origin: Origin, header: BatchHeader) -> tuple[int, int]:
    """(received, backed up) before this batch; a terminal or an epoch that is new is entered.

    What is left over from an earlier epoch counts, but never takes the terminal back to it.
    """
    known = step.store.terminals.find(origin.terminal)
    if known is not None and known.epoch > origin.epoch:
        return received_in(step.store.reader, origin.terminal, origin.epoch), 0
    if known is None or known.epoch < origin.epoch:
        known = step.store.terminals.seen(
            origin.terminal,
            epoch=origin.epoch,
            serial="" if known is None else known.serial,
            model="" if known is None else known.model,
            app_version=header.app_version,
            person_code=(known.person_code if known else "") or header.person,
        )
    return known.received_seq, known.backed_up_seq


def _check_day_totals(cases: list[Case], pieces: list[Piece]) -> None:
    for case in cases:
        if case.draft.header.type == END_OF_DAY:
            found = check_totals(case.draft.header.fields, arrived(pieces))
            # missing numbers are found for every batch, whether it ends a day or not
            case.add(each for each in found if each.code != "X_SEQ_GAP")


def _gaps(received_seq: int, pieces: list[Piece], header: BatchHeader) -> list[Problem]:
    present = {piece.record.seq for piece in pieces if piece.record.seq is not None}
    return [
        problem("X_SEQ_GAP", f"records {gap[0]}-{gap[-1]}", first=gap[0], last=gap[-1])
        for gap in missing_seqs(received_seq + 1, header.seq_to, present)
    ]


def _conflict_items(batch_id: UUID, pieces: list[Piece]) -> list[QuarantineItem]:
    items: dict[UUID, QuarantineItem] = {}
    for piece in pieces:
        seq = piece.record.seq or 0
        found = problem("E_RECORD_CONFLICT", f"record {seq}", seq=seq)
        item = item_for(batch_id, found, (seq,), piece.key)
        # one number may come with several contents in the same upload
        key = derived_key(item.id, piece.key) if item.id in items else item.id
        items[key] = replace(item, id=key)
    return list(items.values())


def _count(pieces: list[Piece]) -> RecordCounts:
    found: Counter[str] = Counter()
    for piece in pieces:
        if piece.arrival is Arrival.REPEATED:
            found["already_received"] += 1
        elif piece.disposition in _COUNTED_AS:
            found[_COUNTED_AS[piece.disposition]] += 1
        else:
            found["accepted" if piece.problem is None else "warned"] += 1
    return RecordCounts(uploaded=len(pieces), **found)


def _stored_result(office: Office, kept: ArchivedFile) -> IntakeResult | None:
    """The answer for exactly this batch, if it was given before."""
    origin = kept.origin
    with office.database.read() as reader:
        found = arrived_batch(
            reader, origin.terminal, origin.epoch, origin.batch_no, kept.sha256.hex()
        )
        if found is None:
            return None
        received, backed_up = watermarks(reader, origin.terminal, origin.epoch)
        told = _verdicts(verdicts(reader, found.id))
    is_down = found.state in ("rejected", "conflict")
    state = "rejected" if is_down else found.state
    receipt = Receipt(origin.batch_no, kept.sha256, state, received, backed_up, told)
    counts = RecordCounts(uploaded=found.record_count, already_received=found.record_count)
    problems = () if found.code is None else (problem(found.code, f"batch {origin.batch_no}"),)
    return IntakeResult(receipt, counts, problems=problems)


def _verdicts(told: Iterable[tuple[int, str]]) -> tuple[Verdict, ...]:
    """What the terminal's user gets to read; what is accepted needs no words."""
    return tuple(Verdict(seq, code, CODES[code].value) for seq, code in told)


def _batch_key(kept: ArchivedFile) -> UUID:
    return derived_key("batch", kept.path, kept.sha256.hex())


def _row(
    kept: ArchivedFile,
    header: BatchHeader | None,
    records: int,
    state: str,
    clock_offset_ms: int,
    bond: Bond,
    code: str | None = None,
    variant: int = 0,
) -> BatchRow:
    return BatchRow(
        id=_batch_key(kept),
        terminal_no=kept.origin.terminal,
        epoch=kept.origin.epoch,
        batch_no=kept.origin.batch_no,
        seq_from=0 if header is None else header.seq_from,
        seq_to=0 if header is None else header.seq_to,
        record_count=records,
        person_code="" if header is None else header.person,
        opened_ms=0 if header is None else header.opened_ms,
        closed_ms=0 if header is None else header.closed_ms,
        app_version="" if header is None else header.app_version,
        schema_version=0 if header is None else header.schema_version,
        sha256=kept.sha256.hex(),
        byte_len=kept.size,
        archive_path=kept.path,
        clock_offset_ms=clock_offset_ms,
        state=state,
        code=code,
        variant=variant,
        signed_by=bond.signed_by,
        chain=bond.chain,
        typed_by=bond.typed_by,
    )
