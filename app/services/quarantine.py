"""What waits for a person: answered once for all equal lines, or turned down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.domain.problems import Problem, Severity
from app.domain.records.documents import assemble
from app.domain.records.drafts import ReadRecord
from app.domain.records.identity import TerminalKey
from app.domain.records.reading import read_record
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.cases import Case, links_of, raw_record_key
from app.services.journal import Step, journaled
from app.services.judgement import ALIAS_KINDS, judge, post, set_up
from app.services.office import Office
from app.services.waiting import items_of_case, question
from app.storage.queries.directory import (
    parties_by_code,
    persons_by_code,
    places_by_code,
    products_by_code,
)
from app.storage.queries.documents import documents_by_number
from app.storage.queries.quarantine import Candidate, OpenItem, candidates, open_items
from app.storage.reader import Reader
from app.storage.store.uploads import StoredQuarantineItem
from drivers.protocols.docking.batch import Record, open_batch

_CONFIRMED_HOW = "retried"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open item with the codes that it may have meant, the likeliest first."""

    item: OpenItem
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """How many items an answer closed, and what was posted because of it."""

    items: int
    documents: int
    moves: int
    still_waiting: int


@dataclass(frozen=True, slots=True)
class _Judged:
    """What came of one batch's answered items; those in `unfit` stay open."""

    documents: int
    moves: int
    waiting: int
    unfit: frozenset[UUID]


def list_waiting(office: Office, actor: Actor) -> tuple[Waiting, ...]:
    """Everything that waits, oldest first."""
    actor.require(Right.RESOLVE)
    with office.database.read() as reader:
        near: dict[tuple[str, str], tuple[Candidate, ...]] = {}
        waiting = []
        for item in open_items(reader):
            asked = (item.kind, item.raw_value)
            if asked not in near:
                near[asked] = (
                    candidates(reader, *asked, limit=3) if item.kind in ALIAS_KINDS else ()
                )
            waiting.append(Waiting(item, near[asked]))
        return tuple(waiting)


def fix(office: Office, actor: Actor, item_id: UUID, code: str) -> Resolution:
    """Say that the item's value means `code`: remembered, and applied to all equal open items.

    An item that asks for no code is judged again as things are now; `code` is then empty. Equal
    items whose document the answer does not fit stay open. Raises NotFound for an unknown item or
    code, RuleBroken("already-resolved"), RuleBroken("fix-does-not-fit") for this item's document.
    """
    actor.require(Right.RESOLVE)
    with journaled(office, actor, "fix", subject=str(item_id), item_id=item_id, code=code) as step:
        item = _open_item(step, item_id)
        if item.code == "E_RECORD_CONFLICT":
            # what came first counts; the other content is evidence and can only be put aside
            raise RuleBroken("fix-does-not-fit", code=item.code)
        if item.kind in ALIAS_KINDS:
            _require_code(step.store.reader, item.kind, code)
            step.store.uploads.add_alias(item.kind, item.raw_value, code)
            equal = step.store.uploads.equal_items(item)
        else:
            equal = [item]
        judged = [
            _judge_again(office, step, item.id, batch_id, items)
            for batch_id, items in _by_batch(equal).items()
        ]
        unfit = frozenset[UUID]().union(*(each.unfit for each in judged))
        settled = [each.id for each in equal if each.id not in unfit]
        step.store.uploads.resolve_quarantine(settled, "fixed", code or _CONFIRMED_HOW)
        return Resolution(
            len(settled),
            sum(each.documents for each in judged),
            sum(each.moves for each in judged),
            sum(each.waiting for each in judged),
        )


def reject(office: Office, actor: Actor, item_id: UUID, reason: str) -> Resolution:
    """Turn the item's document down for good, with everything else that waited for it.

    Raises NotFound, RuleBroken("already-resolved"), RuleBroken("reason-missing").
    """
    actor.require(Right.RESOLVE)
    if not reason.strip():
        raise RuleBroken("reason-missing")
    with journaled(
        office, actor, "reject", subject=str(item_id), item_id=item_id, reason=reason
    ) as step:
        item = _open_item(step, item_id)
        together = {item.id}
        if item.seqs:
            others = step.store.uploads.items_of(item.batch_id, item.seqs)
            together |= {each.id for each in others}
        step.store.uploads.resolve_quarantine(sorted(together), "rejected", reason)
        return Resolution(len(together), 0, 0, 0)


def _open_item(step: Step, item_id: UUID) -> StoredQuarantineItem:
    item = step.store.uploads.quarantine_item(item_id)
    if item.state != "open":
        raise RuleBroken("already-resolved", state=item.state)
    return item


def _require_code(reader: Reader, kind: str, code: str) -> None:
    known: Mapping[str, object] = {}
    if kind == "product":
        known = products_by_code(reader, [code])
    elif kind == "customer":
        known = parties_by_code(reader, [code])
    elif kind == "person":
        known = persons_by_code(reader, [code])
    elif kind == "location":
        known = places_by_code(reader, [code])
    elif kind == "document":
        known = documents_by_number(reader, [code])
    if code not in known:
        raise NotFound(what=kind, key=code)


def _by_batch(
    items: Sequence[StoredQuarantineItem],
) -> dict[UUID, list[StoredQuarantineItem]]:
    found: defaultdict[UUID, list[StoredQuarantineItem]] = defaultdict(list)
    for item in items:
        found[item.batch_id].append(item)
    return dict(found)


def _judge_again(
    office: Office,
    step: Step,
    chosen: UUID,
    batch_id: UUID,
    items: Sequence[StoredQuarantineItem],
) -> _Judged:
    """Judges the documents of these items anew, and posts what stands now."""
    seqs = {seq for item in items for seq in item.seqs}
    if not seqs:
        return _Judged(0, 0, 0, frozenset())
    batch = step.store.uploads.batch(batch_id)
    read, keys = _read_again(office, batch_id, batch.archive_path, seqs)
    cases = [Case(draft) for draft in assemble(read)]
    bench = set_up(step, cases, batch_id, batch.clock_offset_ms)
    notes = judge(bench, cases)
    known = {question(item) for item in step.store.uploads.items_of(batch_id, seqs)}
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
    _close_answered(step, batch_id, cases, items)
    return _Judged(posted.documents, posted.moves, waiting, frozenset(unfit))


def _close_answered(
    step: Step, batch_id: UUID, cases: Sequence[Case], items: Sequence[StoredQuarantineItem]
) -> None:
    """Closes what else was asked of documents that are posted now: nothing is left to answer."""
    posted = {key.seq for case in cases if case.posted for key in case.draft.keys}
    ours = {item.id for item in items}
    left = [
        item.id
        for item in step.store.uploads.items_of(batch_id, posted)
        if item.id not in ours and item.code != "E_RECORD_CONFLICT"
    ]
    step.store.uploads.resolve_quarantine(left, "fixed", _CONFIRMED_HOW)


def _read_again(
    office: Office, batch_id: UUID, path: str, seqs: set[int]
) -> tuple[list[ReadRecord], dict[int, UUID]]:
    """The records with these numbers, from the sealed batch itself."""
    batch = open_batch(office.archive.read(path))
    header = batch.header
    read, keys = [], {}
    for position, record in enumerate(batch.records):
        if not isinstance(record, Record) or record.seq not in seqs:
            continue
        fields = read_record(record.type, record.body)
        if isinstance(fields, Problem):
            continue
        key = TerminalKey(header.branch, header.terminal, header.epoch, record.seq)
        stamp = (record.ts_ms, record.offset_min, record.person)
        read.append(ReadRecord(key, record.type, *stamp, fields))
        keys[record.seq] = raw_record_key(batch_id, position)
    return read, keys
