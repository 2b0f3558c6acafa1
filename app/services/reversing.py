"""Undoes a posted document by a mirror of it; the original stays as it is."""

from __future__ import annotations

from app.domain.business_day import business_date, posting_date
from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.domain.stock import Move, Negative
from app.errors import NotFound, RuleBroken
from app.services.journal import Step, journaled
from app.services.moving import move_goods
from app.services.office import Office
from app.services.ordering.settling import settle_orders
from app.storage.queries.arrivals import reversal_number
from app.storage.queries.directory import find_branch
from app.storage.queries.documents import FoundDocument, FoundLine, documents_by_number
from app.storage.store.papers import Header, Line, Paper
from app.storage.store.uploads import Link

# What was loaded onto a van stays there until it is checked in; only the delivery is undone.
_STAYS = frozenset({"loaded"})


def reverse(office: Office, actor: Actor, number: str, reason: str) -> str:
    """Post the mirror of a posted document and return the reversal's own number.

    Raises NotFound, RuleBroken("not-posted"), RuleBroken("already-reversed"),
    RuleBroken("reason-missing"), and RuleBroken("negative-stock") when the goods are gone.
    """
    actor.require(Right.REVERSE)
    if not reason.strip():
        raise RuleBroken("reason-missing")
    with journaled(office, actor, "reverse", subject=number, number=number, reason=reason) as step:
        original = documents_by_number(step.store.reader, [number]).get(number)
        if original is None:
            raise NotFound(what="document", key=number)
        if original.state != "posted":
            raise RuleBroken("not-posted", number=number, state=original.state)
        before = reversal_number(step.store.reader, original.id)
        if before is not None or original.reversal_of is not None:
            raise RuleBroken("already-reversed", number=number, by=before or number)
        return _mirror(step, original, reason)


def _mirror(step: Step, original: FoundDocument, reason: str) -> str:
    store = step.store
    branch = find_branch(store.reader)
    day = business_date(step.at_ms, step.offset_min, branch.cutoff_min)
    posting = posting_date(day, branch.closed_through)
    number = store.numbers.issue(DocumentKind.RV, day)
    document_id = step.key("reversal")
    lines = {line.id: _mirror_line(step, line) for line in original.lines}
    header = Header(
        id=document_id,
        kind=DocumentKind.RV,
        state="approved",
        number=number,
        event_ms=step.at_ms,
        offset_min=step.offset_min,
        business_date=day,
        party_id=original.party_id,
        reversal_of=original.id,
        note=reason,
        net_fen=-original.net_fen,
        source=step.source,
    )
    store.documents.add([Paper(header=header, lines=tuple(lines.values()))])
    store.uploads.link([Link(record_id=step.record_id, document_id=document_id)])
    moves = [
        Move(
            key=step.key("move", move.key),
            product=move.product,
            source=move.target,
            target=move.source,
            qty=move.qty,
            reason="reversed",
            event_ms=step.at_ms,
            business_date=day,
            posting_date=posting,
            lot=move.lot,
            owner=move.owner,
            line=lines[move.line].id if move.line is not None else None,
            reverses=move.key,
            batch=step.source.batch_id,
            seq=step.source.seq,
        )
        for move in store.stock.moves_of_lines(lines).values()
        if move.reason not in _STAYS
    ]
    for negative in move_goods(store, moves):
        if negative.kind.negative is Negative.REFUSED:
            raise RuleBroken("negative-stock", shelf=negative.location_code, balance=negative.qty)
    store.documents.post({document_id: posting})
    if original.kind is DocumentKind.DN:
        settle_orders(store, [original.parent_id])
    store.audit.about(str(number))
    return str(number)


def _mirror_line(step: Step, line: FoundLine) -> Line:
    return Line(
        id=step.key("line", line.id),
        line_no=line.line_no,
        product_id=line.product_id,
        packing_id=line.packing_id,
        lot_id=line.lot_id,
        qty=line.qty,
        packs=line.packs,
        price_fen=line.price_fen,
        price_source=line.price_source,
        gross_fen=-line.gross_fen,
        discount_fen=-line.discount_fen,
        net_fen=-line.net_fen,
        free=line.free,
        ref_line_id=line.id,
        source=step.source,
    )
