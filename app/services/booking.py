"""Posts a paper of the desk whose goods all go the same way, such as a receipt or a transfer."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.domain.business_day import business_date, posting_date
from app.domain.numbering import DocumentKind
from app.domain.stock import Location, Move
from app.errors import RuleBroken
from app.services.journal import Step
from app.services.moving import move_goods
from app.storage.queries.directory import find_branch
from app.storage.store.papers import Header, Line, Paper
from app.storage.store.uploads import Link


def book(
    step: Step,
    kind: DocumentKind,
    lines: Sequence[Line],
    source: Location,
    target: Location,
    *,
    reason: str,
    party_id: UUID | None = None,
    note: str = "",
) -> str:
    """Number the paper, move the goods of every line from `source` to `target`, and post it.

    Returns the number. Raises RuleBroken("move") for a quantity below one,
    RuleBroken("negative-stock") for goods that `source` does not have.
    """
    store = step.store
    branch = find_branch(store.reader)
    day = business_date(step.at_ms, step.offset_min, branch.cutoff_min)
    posting = posting_date(day, branch.closed_through)
    number = store.numbers.issue(kind, day)
    document_id = step.key("paper")
    header = Header(
        id=document_id,
        kind=kind,
        state="received",
        number=number,
        event_ms=step.at_ms,
        offset_min=step.offset_min,
        business_date=day,
        party_id=party_id,
        note=note,
        source=step.source,
    )
    moves = [
        Move(
            key=step.key("move", line.line_no),
            product=line.product_id,
            source=source,
            target=target,
            qty=line.qty,
            reason=reason,
            event_ms=step.at_ms,
            business_date=day,
            posting_date=posting,
            lot=line.lot_id,
            line=line.id,
            batch=step.source.batch_id,
            seq=step.source.seq,
        )
        for line in lines
    ]
    store.documents.add([Paper(header=header, lines=tuple(lines))])
    store.uploads.link([Link(record_id=step.record_id, document_id=document_id)])
    for left in move_goods(store, moves):
        raise RuleBroken("negative-stock", shelf=left.location_code, balance=left.qty)
    store.documents.post({document_id: posting})
    store.audit.about(str(number))
    return str(number)
