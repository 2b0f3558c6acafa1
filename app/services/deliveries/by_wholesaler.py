"""What a wholesaler delivered of an order that was handed to him, as his own slip says.

His goods are not ours: they move in the memorandum book, from his stock to the customer, and the
order learns what became of it as it does from our own notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from app.domain.business_day import posting_date
from app.domain.deliveries import (
    DELIVERY_TRANSITIONS,
    DeliveryLine,
    DeliveryState,
    Part,
    account_for,
    result_of,
)
from app.domain.numbering import DocumentKind
from app.domain.orders import OPEN_STATES, OrderState
from app.domain.rights import Actor, Right
from app.domain.stock import Location, LocationKind, Move
from app.errors import NotFound, RuleBroken
from app.services.journal import Step, journaled
from app.services.moving import move_goods
from app.services.office import Office
from app.services.ordering.ending import find_order
from app.services.ordering.settling import settle_orders
from app.storage.queries.deliveries import slip_taken
from app.storage.queries.directory import find_branch
from app.storage.queries.documents import FoundDocument, FoundLine, notes_made
from app.storage.queries.orders import OpenLine, open_lines
from app.storage.store.papers import Delivery, DeliveryResultEntry, Header, Line
from app.storage.store.uploads import Link

# The grade of proof: he says so, or the customer signed his slip.
_HE_SAYS, _SIGNED = 1, 2


@dataclass(frozen=True, slots=True)
class SlipLine:
    """Base units that he delivered of one line of the order."""

    line_no: int
    delivered: int


@dataclass(frozen=True, slots=True)
class Slip:
    """A wholesaler's slip for the order `order`; without lines, all that was open came."""

    order: str
    number: str
    day: date
    lines: tuple[SlipLine, ...] = ()
    signer: str = ""


def take_slip(office: Office, actor: Actor, slip: Slip) -> str:
    """Post what the slip says and return the number it is kept under here.

    What he did not bring stays open. Raises NotFound for an unknown order or line, RuleBroken:
    "not-a-wholesalers", "slip-missing", "slip-told" for one that was entered before, "transition"
    for an order that is at its end, "over-delivered", "no-lines" for nothing at all.
    """
    actor.require(Right.POST_DELIVERIES)
    if not slip.number.strip():
        raise RuleBroken("slip-missing")
    with journaled(office, actor, "take_slip", subject=slip.order, slip=slip) as step:
        return _take(step, actor.user, slip)


def _take(step: Step, clerk: str, slip: Slip) -> str:
    store = step.store
    order = find_order(step, slip.order)
    facts = order.order
    if facts is None or facts.wholesaler_id is None or facts.fulfilment_mode == "own_delivery":
        raise RuleBroken("not-a-wholesalers", number=slip.order)
    if order.state not in OPEN_STATES or order.state == OrderState.HELD:
        raise RuleBroken("transition", state=order.state, event="take_slip")
    source_id = store.masters.places_of_parties(LocationKind.CH_STOCK, [facts.wholesaler_id])[
        facts.wholesaler_id
    ]
    known = slip_taken(store.reader, source_id, slip.number.strip())
    if known is not None:
        raise RuleBroken("slip-told", slip=slip.number.strip(), number=known)
    told = _delivered(slip, open_lines(store.reader, [order.id]))
    number = store.numbers.issue(DocumentKind.DN, slip.day)
    behind = [line for line in order.lines if line.line_no in told]
    lines = tuple(
        _line(step, place, line, told[line.line_no]) for place, line in enumerate(behind, start=1)
    )
    note = _note(step, clerk, slip, order, lines, source_id)
    posting = posting_date(slip.day, find_branch(store.reader).closed_through)
    store.documents.add([replace(note, lines=())])
    open_of = [(line, told[each.line_no].open) for line, each in zip(lines, behind, strict=True)]
    store.documents.replace_lines(note.header.id, open_of, note.header.net_fen)
    store.documents.number({note.header.id: number}, DeliveryState.LOADED)
    store.uploads.link([Link(record_id=step.record_id, document_id=note.header.id)])
    parts = [
        account_for(
            line.line_no,
            each.product_code,
            told[each.line_no].open,
            line.qty,
            0,
            back_order=True,
        )
        for line, each in zip(lines, behind, strict=True)
    ]
    store.documents.record_results([_result(step, slip, note, parts)])
    if order.party_id is not None:
        outlet = store.masters.places_of_parties(LocationKind.CH_OUTLET, [order.party_id])
        place = Location(outlet[order.party_id], LocationKind.CH_OUTLET)
        move_goods(store, _moves(step, slip, note, place, posting))
    store.documents.post({note.header.id: posting})
    settle_orders(store, [order.id])
    store.audit.about(str(number))
    return str(number)


@dataclass(frozen=True, slots=True)
class _Told:
    """Base units of one line: what was delivered before, what was open, what came now."""

    before: int
    open: int
    delivered: int


def _delivered(slip: Slip, lines: Sequence[OpenLine]) -> Mapping[int, _Told]:
    told = {each.line_no: each.delivered for each in slip.lines}
    if unknown := told.keys() - {line.line_no for line in lines}:
        raise NotFound(what="line", key=f"{slip.order} {min(unknown)}")
    found = {}
    for line in lines:
        came = told.get(line.line_no, 0) if slip.lines else line.remaining
        if not 0 <= came <= line.remaining:
            raise RuleBroken("over-delivered", number=slip.order, line=line.line_no)
        if line.remaining:
            found[line.line_no] = _Told(line.delivered, line.remaining, came)
    if not any(each.delivered for each in found.values()):
        raise RuleBroken("no-lines")
    return found


def _line(step: Step, line_no: int, line: FoundLine, told: _Told) -> Line:
    part = Part(told.before, told.delivered)
    gross_fen = part.of(line.gross_fen, line.qty)
    discount_fen = part.of(line.discount_fen, line.qty)
    return Line(
        id=step.key("line", line.id),
        line_no=line_no,
        product_id=line.product_id,
        packing_id=line.packing_id,
        qty=told.delivered,
        packs=told.delivered // line.factor,
        price_fen=line.price_fen,
        price_source=line.price_source,
        gross_fen=gross_fen,
        discount_fen=discount_fen,
        net_fen=gross_fen - discount_fen,
        free=line.free,
        ref_line_id=line.id,
        source=step.source,
    )


def _note(
    step: Step,
    clerk: str,
    slip: Slip,
    order: FoundDocument,
    lines: tuple[Line, ...],
    source_id: UUID,
) -> Delivery:
    return Delivery(
        header=Header(
            id=step.key("slip", order.id),
            kind=DocumentKind.DN,
            state=DeliveryState.DRAFT,
            event_ms=step.at_ms,
            offset_min=step.offset_min,
            business_date=slip.day,
            party_id=order.party_id,
            person_id=order.person_id,
            parent_id=order.id,
            note=slip.number.strip(),
            net_fen=sum(line.net_fen for line in lines),
            source=step.source,
        ),
        lines=lines,
        source_id=source_id,
        prepared_by=clerk,
        attempt=notes_made(step.store.reader, [order.id]).get(order.id, 0) + 1,
    )


def _result(
    step: Step, slip: Slip, note: Delivery, parts: Sequence[DeliveryLine]
) -> DeliveryResultEntry:
    how = result_of(parts)
    return DeliveryResultEntry(
        document_id=note.header.id,
        state=DELIVERY_TRANSITIONS.after(DeliveryState.LOADED, how.event),
        result=how,
        lines=tuple((line.id, part) for line, part in zip(note.lines, parts, strict=True)),
        receiver_name=slip.signer.strip(),
        delivered_ms=step.at_ms,
    )


def _moves(step: Step, slip: Slip, note: Delivery, outlet: Location, posting: date) -> list[Move]:
    return [
        Move(
            key=step.key("move", line.id),
            product=line.product_id,
            source=Location(note.source_id, LocationKind.CH_STOCK),
            target=outlet,
            qty=line.qty,
            reason="delivered",
            event_ms=step.at_ms,
            business_date=slip.day,
            posting_date=posting,
            line=line.id,
            evidence=_SIGNED if slip.signer.strip() else _HE_SAYS,
            batch=step.source.batch_id,
            seq=step.source.seq,
        )
        for line in note.lines
        if line.qty
    ]
