"""What waits for a person: answered once for all equal lines, confirmed by two, or turned down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.domain.evidence import NEEDS_TWO, Proposal, check_author, check_second
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.gaps import ARRIVED, close_gaps, filled_gaps
from app.services.journal import Step, journaled
from app.services.judgement import ALIAS_KINDS
from app.services.office import Office
from app.services.rejudging import ASKED_ONCE, RETRIED, Judged, by_batch, judge_again
from app.storage.queries.directory import (
    parties_by_code,
    persons_by_code,
    places_by_code,
    products_by_code,
)
from app.storage.queries.documents import documents_by_number
from app.storage.queries.held import HeldTotals
from app.storage.queries.held import held_totals as read_held
from app.storage.queries.quarantine import Candidate, OpenItem, candidates, open_items
from app.storage.reader import Reader
from app.storage.store.uploads import StoredQuarantineItem


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open item with the codes that it may have meant, the likeliest first."""

    item: OpenItem
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """How many items an answer closed, and what was posted because of it.

    `proposed` items stay open until a second person confirms what was answered.
    """

    items: int
    documents: int
    moves: int
    still_waiting: int
    proposed: int = 0


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


def held_totals(office: Office, actor: Actor) -> HeldTotals:
    """What waits and is in no figure yet, in all and by code."""
    actor.require(Right.RESOLVE)
    with office.database.read() as reader:
        return read_held(reader)


def fix(office: Office, actor: Actor, item_id: UUID, code: str) -> Resolution:
    """Say that the item's value means `code`: remembered, and applied to all equal open items.

    An item that asks for no code is judged again as things are now; `code` is then empty. Equal
    items whose document the answer does not fit stay open. What decides about evidence is only
    proposed, until a second person says the same.

    Raises NotFound for an unknown item or code, RuleBroken("already-resolved"),
    RuleBroken("fix-does-not-fit") for this item's document, RuleBroken("proposer-confirms",
    "resolver-is-author") for what needs somebody else.
    """
    actor.require(Right.RESOLVE)
    with journaled(office, actor, "fix", subject=str(item_id), item_id=item_id, code=code) as step:
        item = _open_item(step, item_id)
        if item.code == "E_RECORD_CONFLICT":
            # what came first counts; the other content is evidence and can only be put aside
            raise RuleBroken("fix-does-not-fit", code=item.code)
        if item.code in NEEDS_TWO:
            return _decide_together(step, actor.user, item, Proposal("fix", code))
        if item.kind in ALIAS_KINDS:
            _require_code(step.store.reader, item.kind, code)
            step.store.uploads.add_alias(item.kind, item.raw_value, code)
            equal = step.store.uploads.equal_items(item)
        else:
            equal = [item]
        judged = [
            judge_again(office.archive, step, batch_id, items, item.id)
            for batch_id, items in by_batch(equal).items()
        ]
        return _settle(step, equal, judged, code or RETRIED)


def reject(office: Office, actor: Actor, item_id: UUID, reason: str) -> Resolution:
    """Turn the item's document down for good, with everything else that waited for it.

    What decides about evidence is only proposed, until a second person says the same: the record
    that came first counts, and the other content stays in the archive.

    Raises NotFound, RuleBroken("already-resolved"), RuleBroken("reason-missing"),
    RuleBroken("proposer-confirms", "resolver-is-author") for what needs somebody else.
    """
    actor.require(Right.RESOLVE)
    if not reason.strip():
        raise RuleBroken("reason-missing")
    with journaled(
        office, actor, "reject", subject=str(item_id), item_id=item_id, reason=reason
    ) as step:
        item = _open_item(step, item_id)
        if item.code in NEEDS_TWO:
            return _decide_together(step, actor.user, item, Proposal("reject", reason))
        together = {item.id}
        if item.seqs:
            others = step.store.uploads.items_of(item.batch_id, item.seqs)
            together |= {each.id for each in others if each.code not in NEEDS_TWO}
        step.store.uploads.resolve_quarantine(sorted(together), "rejected", reason)
        return Resolution(len(together), 0, 0, 0)


def judge_all_again(office: Office, actor: Actor) -> Resolution:
    """Judge everything that waits again as things are now, and post what stands.

    A code that was unknown counts as answered once it is known. Questions about missing records
    close when these have come. What only a person or only two can answer stays.
    """
    actor.require(Right.RESOLVE)
    with journaled(office, actor, "judge_all_again") as step:
        gaps = close_gaps(step.store)
        waiting = [
            item
            for item in step.store.uploads.open_items()
            if item.code not in NEEDS_TWO and item.code not in ASKED_ONCE
        ]
        counters = [item.id for item in waiting if not item.seqs and _is_known(step, item)]
        step.store.uploads.resolve_quarantine(counters, "fixed", RETRIED)
        again = [item for item in waiting if item.seqs]
        judged = [
            judge_again(office.archive, step, batch_id, items)
            for batch_id, items in by_batch(again).items()
        ]
        done = _settle(step, again, judged, RETRIED)
        items = done.items + gaps + len(counters)
        return Resolution(items, done.documents, done.moves, done.still_waiting)


def _settle(
    step: Step, items: list[StoredQuarantineItem], judged: list[Judged], how: str
) -> Resolution:
    unfit = frozenset[UUID]().union(*(each.unfit for each in judged))
    settled = [each.id for each in items if each.id not in unfit]
    step.store.uploads.resolve_quarantine(settled, "fixed", how)
    return Resolution(
        len(settled),
        sum(each.documents for each in judged),
        sum(each.moves for each in judged),
        sum(each.waiting for each in judged),
    )


def _decide_together(
    step: Step, user: str, item: StoredQuarantineItem, said: Proposal
) -> Resolution:
    """The first person's answer is kept, the second person's closes the item."""
    uploads = step.store.uploads
    if filled_gaps(step.store, [item]):
        uploads.resolve_quarantine([item.id], "fixed", ARRIVED)
        return Resolution(1, 0, 0, 0)
    check_author(uploads.batch(item.batch_id).person_code, user)
    before = None if item.proposal is None else Proposal.read(item.proposal)
    if before is None or before.verb != said.verb:
        uploads.propose(item.id, said.text)
        return Resolution(0, 0, 0, 0, proposed=1)
    check_second(item.proposed_by or "", user)
    state = "fixed" if said.verb == "fix" else "rejected"
    uploads.resolve_quarantine([item.id], state, before.confirmed_by(said) or RETRIED)
    return Resolution(1, 0, 0, 0)


def _is_known(step: Step, item: StoredQuarantineItem) -> bool:
    try:
        _require_code(step.store.reader, item.kind, item.raw_value)
    except NotFound:
        return False
    return True


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
