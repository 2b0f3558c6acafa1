"""A return is asked for, and approved where nobody knows by which delivery the goods came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from app.domain.business_day import business_date
from app.domain.numbering import DocumentKind
from app.domain.returns import RETURN_TRANSITIONS, ReturnEvent, ReturnState, credit_fen
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.journal import Step, journaled
from app.services.moving import move_goods
from app.services.office import Office
from app.services.stocking.papers import day_of
from app.storage.queries.directory import (
    find_branch,
    lots_by_code,
    parties_by_code,
    products_by_code,
)
from app.storage.queries.documents import FoundDocument, FoundLine, documents_by_number
from app.storage.queries.returns import ReturnRow, came_back, return_lines, return_rows
from app.storage.store.papers import Header, Line, Paper
from app.storage.store.returns import ReturnLine
from app.storage.store.uploads import Link

CONDITIONS = ("good", "near", "damaged", "expired")
MODES = ("return", "exchange", "swap")


@dataclass(frozen=True, slots=True)
class AskedLine:
    """`qty` base units; `note_line` is the line of the delivery note, 0 where nobody knows."""

    product: str
    qty: int
    reason: str
    note_line: int = 0
    lot: str = ""
    condition: str = "good"


@dataclass(frozen=True, slots=True)
class AskedReturn:
    """What `customer` gives back of the delivery note `note`, if that is known."""

    customer: str
    lines: tuple[AskedLine, ...]
    note: str = ""
    mode: str = "return"
    remark: str = ""


def request_return(office: Office, actor: Actor, asked: AskedReturn) -> UUID:
    """Enter a return and give its key; it is approved at once if every line refers to a delivery.

    Raises NotFound for a code that is nowhere, RuleBroken: "no-lines", "move", "reason-missing",
    "returned-too-much" for more than was delivered and is not back yet (INV-14),
    "wholesalers-goods" for a note that a wholesaler delivered.
    """
    actor.require(Right.POST_RETURNS)
    if not asked.lines:
        raise RuleBroken("no-lines")
    for line in asked.lines:
        if line.qty < 1:
            raise RuleBroken("move", qty=line.qty)
        if not line.reason.strip():
            raise RuleBroken("reason-missing")
        if line.condition not in CONDITIONS:
            raise NotFound(what="condition", key=line.condition)
    if asked.mode not in MODES:
        raise NotFound(what="mode", key=asked.mode)
    with journaled(office, actor, "request_return", subject=asked.customer, asked=asked) as step:
        return _request(step, asked)


def approve_return(office: Office, actor: Actor, key: UUID, reason: str) -> None:
    """Allow a return without a delivery; somebody else than who entered it (INV-19).

    Raises NotFound, RuleBroken("approver-is-author"), RuleBroken("transition").
    """
    actor.require(Right.APPROVE_RETURNS)
    _decide(office, actor, "approve_return", key, reason)


def reject_return(office: Office, actor: Actor, key: UUID, reason: str) -> None:
    """Refuse a return whose goods are not here yet. Raises as `approve_return` does."""
    actor.require(Right.APPROVE_RETURNS)
    _decide(office, actor, "reject_return", key, reason)


def find_return(step: Step, key: UUID) -> ReturnRow:
    """Raises NotFound."""
    found = return_rows(step.store.reader, key=key)
    if not found:
        raise NotFound(what="return", key=str(key))
    return found[0]


def _decide(office: Office, actor: Actor, verb: str, key: UUID, reason: str) -> None:
    if not reason.strip():
        raise RuleBroken("reason-missing")
    with journaled(office, actor, verb, subject=str(key), key=key, reason=reason) as step:
        found = find_return(step, key)
        if found.created_by.casefold() == actor.user.casefold():
            raise RuleBroken("approver-is-author", user=actor.user)
        event = ReturnEvent.APPROVE if verb == "approve_return" else ReturnEvent.REJECT
        state = RETURN_TRANSITIONS.after(ReturnState(found.state), event)
        step.store.documents.set_state([key], state)
        if event is ReturnEvent.APPROVE:
            step.store.returns.approve(key)
        elif found.van_id is not None:
            _give_back(step, found)
        step.store.audit.note(reason=reason)


def is_swapped(found: ReturnRow) -> bool:
    """Whether fresh goods were handed over for them at once, so that no money is owed."""
    return found.mode == "swap" and found.van_id is not None


def _give_back(step: Step, found: ReturnRow) -> None:
    """What is on a van goes back to the customer; fresh goods that he got for it cannot."""
    if is_swapped(found):
        raise RuleBroken("swapped")
    store = step.store
    lines = return_lines(store.reader, found.id)
    moves = store.stock.moves_of_lines([line.line_id for line in lines])
    day, posting = day_of(step)
    move_goods(
        store,
        [
            replace(
                move,
                key=step.key("given back", move.key),
                source=move.target,
                target=move.source,
                reason="given back",
                event_ms=step.at_ms,
                business_date=day,
                posting_date=posting,
                batch=step.source.batch_id,
                seq=step.source.seq,
            )
            for move in moves.values()
            if move.reason == "collected"
        ],
    )
    store.returns.give_back(found.id)


def _request(step: Step, asked: AskedReturn) -> UUID:
    store = step.store
    branch = find_branch(store.reader)
    day = business_date(step.at_ms, step.offset_min, branch.cutoff_min)
    customer = parties_by_code(store.reader, [asked.customer]).get(asked.customer)
    if customer is None:
        raise NotFound(what="customer", key=asked.customer)
    note = _note(step, asked, customer)
    delivered = {line.line_no: line for line in note.lines} if note is not None else {}
    back = came_back(store.reader, [line.id for line in delivered.values()])
    products = products_by_code(store.reader, {line.product for line in asked.lines})
    key = step.key("return")
    lines, parts = [], []
    for line_no, each in enumerate(asked.lines, start=1):
        product = products.get(each.product)
        if product is None:
            raise NotFound(what="product", key=each.product)
        origin = _origin(asked, each, delivered)
        before = back.get(origin.id, 0) if origin is not None else 0
        if origin is not None:
            if before + each.qty > (origin.delivered or 0):
                left = (origin.delivered or 0) - before
                raise RuleBroken("returned-too-much", product=each.product, left=left)
            back[origin.id] = before + each.qty
        lot_id = origin.lot_id if origin is not None else _lot(step, product.id, each.lot)
        fen = 0
        if origin is not None:
            cost_fen = origin.net_fen
            fen = credit_fen(cost_fen, origin.qty, before, each.qty)
        packing = product.packings.default
        lines.append(
            Line(
                id=step.key("line", line_no),
                line_no=line_no,
                product_id=product.id,
                packing_id=product.packing_ids[packing.code],
                qty=each.qty,
                packs=each.qty // packing.factor,
                lot_id=lot_id,
                gross_fen=fen,
                net_fen=fen,
                reason_code=each.reason,
                ref_line_id=None if origin is None else origin.id,
                source=step.source,
            )
        )
        parts.append(
            ReturnLine(line_id=lines[-1].id, condition=each.condition, no_reference=origin is None)
        )
    known = not any(part.no_reference for part in parts)
    header = Header(
        id=key,
        kind=DocumentKind.RN,
        state=ReturnState.APPROVED if known else ReturnState.REQUESTED,
        event_ms=step.at_ms,
        offset_min=step.offset_min,
        business_date=day,
        party_id=customer,
        note=asked.remark,
        net_fen=sum(line.net_fen for line in lines),
        source=step.source,
    )
    store.documents.add([Paper(header=header, lines=tuple(lines))])
    store.returns.add(key, asked.mode, parts, delivery_id=None if note is None else note.id)
    store.uploads.link([Link(record_id=step.record_id, document_id=key)])
    return key


def _note(step: Step, asked: AskedReturn, customer: UUID) -> FoundDocument | None:
    if not asked.note:
        return None
    note = documents_by_number(step.store.reader, [asked.note]).get(asked.note)
    if note is None or note.delivery is None or note.party_id != customer:
        raise NotFound(what="delivery note", key=asked.note)
    if note.state != "posted":
        raise RuleBroken("not-posted", number=asked.note, state=note.state)
    if note.delivery.by_wholesaler:
        raise RuleBroken("wholesalers-goods", number=asked.note)
    return note


def _origin(
    asked: AskedReturn, line: AskedLine, delivered: dict[int, FoundLine]
) -> FoundLine | None:
    """The line of the note that they came by: the one named, or the only one of the product."""
    if not asked.note:
        return None
    if line.note_line:
        found = delivered.get(line.note_line)
        if found is None or found.product_code != line.product:
            raise NotFound(what="line", key=f"{asked.note} {line.note_line}")
        return found
    own = [each for each in delivered.values() if each.product_code == line.product]
    if len(own) != 1:
        raise NotFound(what="line", key=f"{asked.note} {line.product}")
    return own[0]


def _lot(step: Step, product_id: UUID, code: str) -> UUID | None:
    if not code:
        return None
    found = lots_by_code(step.store.reader, [(product_id, code)]).get((product_id, code))
    if found is None:
        raise NotFound(what="lot", key=code)
    return found[0]
