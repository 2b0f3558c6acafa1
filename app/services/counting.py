"""Counts beyond tolerance, approved by somebody who did not count."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from app.domain.business_day import business_date, posting_date
from app.domain.counts import COUNT_TRANSITIONS, CountEvent, CountState, check_approver
from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.differences import Found, adjust, by_lot_and_product, not_counted_since
from app.services.journal import Step, journaled
from app.services.office import Office
from app.storage.queries import documents
from app.storage.queries.counts import SheetLine, count_rows, sheet_lines
from app.storage.queries.directory import find_branch, persons_by_code, places_by_code
from app.storage.queries.documents import FoundDocument, documents_by_id
from app.storage.store.scope import Source


def counts_to_approve(office: Office, actor: Actor) -> tuple[FoundDocument, ...]:
    """Counts that were further off than their tolerance."""
    actor.require(Right.POST_COUNTS)
    with office.database.read() as reader:
        return documents.counts_to_approve(reader)


def approve_count(office: Office, actor: Actor, count_id: UUID) -> str:
    """Post a submitted count and return its number.

    Raises NotFound, RuleBroken("approver-is-counter") for the own count, one that the approver
    counted again or typed, RuleBroken("counter-unknown") while nobody knows who counted,
    RuleBroken("transition") for one that is not submitted, RuleBroken("negative-stock") when what
    is to be written off has left meanwhile.
    """
    actor.require(Right.APPROVE_COUNTS)
    with journaled(
        office, actor, "approve_count", subject=str(count_id), count_id=count_id
    ) as step:
        count = find_count(step, count_id)
        planned = count_rows(step.store.reader, key=count_id)[0]
        if planned.planned_by:
            for name in (planned.counter, planned.checker, *planned.scope.get("typed_by", ())):
                check_approver(name or "", actor.user)
        else:
            check_approver(_counter(step, count), actor.user)
            check_approver(_typist(step, count), actor.user)
        COUNT_TRANSITIONS.after(CountState(count.state), CountEvent.APPROVE)
        step.store.counts.change(count_id, {"approved_by": actor.user})
        return post_count(step, count)


def find_count(step: Step, count_id: UUID) -> FoundDocument:
    """Raises NotFound."""
    count = documents_by_id(step.store.reader, [count_id]).get(count_id)
    if count is None or count.count is None:
        raise NotFound(what="count", key=str(count_id))
    return count


def post_count(step: Step, count: FoundDocument) -> str:
    """Give a count that stands its number and book its differences; returns the number.

    Raises RuleBroken("negative-stock").
    """
    store = step.store
    branch = find_branch(store.reader)
    state = COUNT_TRANSITIONS.after(CountState.SUBMITTED, CountEvent.APPROVE)
    number = store.numbers.issue(DocumentKind.CT, count.business_date)
    store.documents.number({count.id: number}, state)
    day = business_date(_counted_ms(count), count.offset_min, branch.cutoff_min)
    posting = posting_date(day, branch.closed_through)
    adjust(store, differences_of(step, count), {count.id: posting})
    store.documents.post({count.id: posting})
    store.audit.about(str(number))
    return str(number)


def _counted_ms(count: FoundDocument) -> int:
    return count.event_ms if count.count is None else count.count.counted_ms


def _counter(step: Step, count: FoundDocument) -> str:
    """Who counted; a code that nobody knew may have been answered since."""
    people = persons_by_code(step.store.reader)
    counter_id = None if count.count is None else count.count.counter_id
    known = next((person.code for person in people.values() if person.id == counter_id), "")
    if known:
        return known
    written = _written_person(step, count)
    code = step.store.uploads.aliases("person").get(written, written)
    if code not in people:
        raise RuleBroken("counter-unknown", person=written or "–")
    return code


def _written_person(step: Step, count: FoundDocument) -> str:
    """The code of the counter as the terminal wrote it."""
    if count.src_batch_id is None or count.src_seq is None:
        return ""
    records = step.store.uploads.records_of(count.src_batch_id, [count.src_seq])
    return next((record.person_code or "" for record in records), "")


def _typist(step: Step, count: FoundDocument) -> str:
    """Who typed it from paper, if that is how it came."""
    if count.src_batch_id is None:
        return ""
    return step.store.uploads.batch(count.src_batch_id).typed_by or ""


def differences_of(step: Step, count: FoundDocument) -> list[Found]:
    """What the lines differ from the book, each at the moment it was found.

    The book of that moment is as it is known by now: other counts may have been posted since. What
    a later count found again is left out.
    """
    facts = count.count
    if facts is None:
        return []
    store = step.store
    places = {place.id: place.location for place in places_by_code(store.reader).values()}
    location = places[facts.location_id]
    source = None
    if count.src_batch_id is not None and count.src_seq is not None:
        source = Source(count.src_batch_id, count.src_seq)
    branch = find_branch(store.reader)
    found = []
    for event_ms, lines in _by_moment(step, count, facts.counted_ms).items():
        products = {line.product_id for line in lines}
        books = by_lot_and_product(store.stock.balances_at(location.key, event_ms, products))
        for line in lines:
            # a second line of the same goods adds to the first: the book is compared once
            difference = (line.counted or 0) - books.pop((line.product_id, line.lot_id), 0)
            if difference:
                found.append(
                    Found(
                        document_id=count.id,
                        line_id=line.id,
                        location=location,
                        product_id=line.product_id,
                        lot_id=line.lot_id,
                        difference=difference,
                        event_ms=event_ms,
                        business_date=business_date(event_ms, count.offset_min, branch.cutoff_min),
                        source=source,
                    )
                )
    return not_counted_since(store, found)


def _by_moment(step: Step, count: FoundDocument, counted_ms: int) -> dict[int, list[SheetLine]]:
    """The lines that were counted, by the time of each."""
    moments: defaultdict[int, list[SheetLine]] = defaultdict(list)
    for line in sheet_lines(step.store.reader, count.id):
        if line.counted is not None:
            moments[line.scanned_ms or counted_ms].append(line)
    return dict(sorted(moments.items()))
