"""Judges documents that waited once more, from the sealed batch itself, and posts what stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.domain.evidence import NEEDS_TWO
from app.domain.problems import Problem, Severity
from app.domain.records.documents import assemble
from app.domain.records.drafts import ReadRecord
from app.domain.records.identity import TerminalKey
from app.domain.records.reading import read_record
from app.errors import RuleBroken
from app.services.archive import Archive
from app.services.cases import Case, links_of, raw_record_key
from app.services.journal import Step
from app.services.judgement import judge, post, set_up
from app.services.waiting import items_of_case, items_of_counters, problem_of, question
from app.storage.store.uploads import StoredQuarantineItem
from drivers.protocols.docking.batch import Record, open_batch

ASKED_ONCE = frozenset({"E_TOTALS", "E_DLV_LINES", "E_DEL_LINE", "E_LINES_MISSING"})
"""Codes that only the whole batch shows: judging a document again does not find them again, so
only a person's answer can close them."""

RETRIED = "retried"


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one batch's answered items; those in `unfit` stay open."""

    documents: int
    moves: int
    waiting: int
    unfit: frozenset[UUID]


def by_batch(
    items: Sequence[StoredQuarantineItem],
) -> dict[UUID, list[StoredQuarantineItem]]:
    found: defaultdict[UUID, list[StoredQuarantineItem]] = defaultdict(list)
    for item in items:
        found[item.batch_id].append(item)
    return dict(found)


def judge_again(
    archive: Archive,
    step: Step,
    batch_id: UUID,
    items: Sequence[StoredQuarantineItem],
    chosen: UUID | None = None,
) -> Judged:
    """Judge the documents of these items of a batch anew, and post what stands now.

    Raises RuleBroken("fix-does-not-fit") when the `chosen` item would stay open.
    """
    seqs = {seq for item in items for seq in item.seqs}
    if not seqs:
        return Judged(0, 0, 0, frozenset())
    batch = step.store.uploads.batch(batch_id)
    read, keys = _read_again(archive, batch_id, batch.archive_path, seqs)
    cases = [Case(draft) for draft in assemble(read)]
    bench = set_up(step, cases, batch_id, batch.clock_offset_ms)
    open_now = step.store.uploads.items_of(batch_id, seqs)
    _keep_asking(cases, open_now, items)
    notes = judge(bench, cases)
    known = {question(item) for item in open_now}
    answered = {question(item): item.id for item in items}
    waiting, unfit = 0, set[UUID]()
    for case in cases:
        if case.stands:
            continue
        waiting += 1
        asked = items_of_case(batch_id, case, keys)
        again = {answered[question(item)] for item in asked if question(item) in answered}
        if case.severity is Severity.REJECT:
            head = case.draft.key.seq
            again = {item.id for item in items if item.seqs[0] == head}
        if chosen in again:
            worst = case.worst
            raise RuleBroken("fix-does-not-fit", code="" if worst is None else worst.code)
        unfit |= again
        # what was answered once and is open again is a new question, with a key of its own
        new = [item for item in asked if question(item) not in known]
        step.store.uploads.add_quarantine(
            [replace(item, id=step.key("asks again", item.id)) for item in new]
        )
    posted = post(bench, cases, notes)
    step.store.uploads.link(links_of(cases, keys))
    counters = items_of_counters(batch_id, cases, keys)
    step.store.uploads.add_quarantine(
        [item for item in counters if not step.store.uploads.has_item(item.id)]
    )
    _close_answered(step, batch_id, cases, items)
    return Judged(posted.documents, posted.moves, waiting, frozenset(unfit))


def _keep_asking(
    cases: Sequence[Case],
    open_now: Sequence[StoredQuarantineItem],
    answered: Sequence[StoredQuarantineItem],
) -> None:
    """Adds what was asked once and is not answered yet: the document goes on waiting for it."""
    ours = {item.id for item in answered}
    by_seq = {case.draft.key.seq: case for case in cases}
    for item in open_now:
        if item.code in ASKED_ONCE and item.id not in ours and item.seqs[0] in by_seq:
            by_seq[item.seqs[0]].add([problem_of(item)])


def _close_answered(
    step: Step, batch_id: UUID, cases: Sequence[Case], items: Sequence[StoredQuarantineItem]
) -> None:
    """Closes what else was asked of documents that are posted now: nothing is left to answer."""
    posted = {key.seq for case in cases if case.posted for key in case.draft.keys}
    ours = {item.id for item in items}
    left = [
        item.id
        for item in step.store.uploads.items_of(batch_id, posted)
        if item.id not in ours and item.code not in NEEDS_TWO
    ]
    step.store.uploads.resolve_quarantine(left, "fixed", RETRIED)


def _read_again(
    archive: Archive, batch_id: UUID, path: str, seqs: set[int]
) -> tuple[list[ReadRecord], dict[int, UUID]]:
    """The records with these numbers, from the sealed batch itself."""
    batch = open_batch(archive.read(path))
    header = batch.header
    read, keys, seen = [], {}, set[int]()
    for position, record in enumerate(batch.records):
        # the second record under a number is the other content of a conflict
        is_first = record.seq is not None and record.seq not in seen
        if record.seq is not None:
            seen.add(record.seq)
        if not is_first or not isinstance(record, Record) or record.seq not in seqs:
            continue
        fields = read_record(record.type, record.body)
        if isinstance(fields, Problem):
            continue
        key = TerminalKey(header.branch, header.terminal, header.epoch, record.seq)
        stamp = (record.ts_ms, record.offset_min, record.person)
        read.append(ReadRecord(key, record.type, *stamp, fields))
        keys[record.seq] = raw_record_key(batch_id, position)
    return read, keys
