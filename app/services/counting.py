"""Counts beyond tolerance, approved by somebody who did not count."""

from __future__ import annotations

from uuid import UUID

from app.domain.business_day import posting_date
from app.domain.counts import COUNT_TRANSITIONS, CountEvent, CountState, check_approver
from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.differences import Found, adjust, by_lot_and_product, not_counted_since
from app.services.journal import Step, journaled
from app.services.office import Office
from app.storage.queries import documents
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

    Raises NotFound, RuleBroken("approver-is-counter") for the own count or one that the approver
    typed from paper, RuleBroken("counter-unknown") while nobody knows who counted,
    RuleBroken("transition") for one that is not submitted, RuleBroken("negative-stock") when what
    is to be written off has left meanwhile.
    """
    actor.require(Right.APPROVE_COUNTS)
    with journaled(
        office, actor, "approve_count", subject=str(count_id), count_id=count_id
    ) as step:
        reader = step.store.reader
        count = documents_by_id(reader, [count_id]).get(count_id)
        if count is None or count.count is None:
            raise NotFound(what="count", key=str(count_id))
        check_approver(_counter(step, count), actor.user)
        check_approver(_typist(step, count), actor.user)
        state = COUNT_TRANSITIONS.after(CountState(count.state), CountEvent.APPROVE)
        number = step.store.numbers.issue(DocumentKind.CT, count.business_date)
        step.store.documents.approve_count(count_id)
        step.store.documents.number({count_id: number}, state)
        posting = posting_date(count.business_date, find_branch(reader).closed_through)
        adjust(step.store, _differences(step, count), {count_id: posting})
        step.store.documents.post({count_id: posting})
        step.store.audit.about(str(number))
        return str(number)


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


def _differences(step: Step, count: FoundDocument) -> list[Found]:
    places = {place.id: place.location for place in places_by_code(step.store.reader).values()}
    facts = count.count
    if facts is None:
        return []
    source = None
    if count.src_batch_id is not None and count.src_seq is not None:
        source = Source(count.src_batch_id, count.src_seq)
    location = places[facts.location_id]
    # the book of that moment as it is known by now: other counts may have been posted since
    products = {line.product_id for line in count.lines}
    balances = step.store.stock.balances_at(location.key, facts.counted_ms, products)
    books = by_lot_and_product(balances)
    found = []
    for line in count.lines:
        if line.counted is None:
            continue
        # a second line of the same goods adds to the first: the book is compared once
        difference = line.counted - books.pop((line.product_id, line.lot_id), 0)
        if difference:
            found.append(
                Found(
                    document_id=count.id,
                    line_id=line.id,
                    location=location,
                    product_id=line.product_id,
                    lot_id=line.lot_id,
                    difference=difference,
                    event_ms=facts.counted_ms,
                    business_date=count.business_date,
                    source=source,
                )
            )
    return not_counted_since(step.store, found)
