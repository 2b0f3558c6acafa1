"""Where an order is: everything that happened to it, its notes and what came back of them."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from app.domain.numbering import DocumentKind
from app.errors import NotFound
from app.storage.queries.evidence import records_behind
from app.storage.queries.joins import meets
from app.storage.reader import Reader
from app.storage.tables import (
    audit_event,
    delivery,
    document,
    goods_return,
    print_log,
    sales_order,
)

DECISIONS = (
    "release_order",
    "reject_order",
    "cancel_order",
    "close_short",
    "drop_delivery",
    "load",
)
"""What people decide about an order or a note, as the audit calls it."""


@dataclass(frozen=True, slots=True)
class Happening:
    """`what` is a code, `detail` somebody's own words or the codes of an order's holds.

    `terminal_no` and `seq` name the record that says so, None for what was done at the desk.
    """

    at_ms: int
    what: str
    who: str
    kind: str
    number: str
    detail: str
    document_id: uuid.UUID
    terminal_no: int | None = None
    seq: int | None = None


def happenings(reader: Reader, number: str) -> tuple[Happening, ...]:
    """What happened to the order of this number, or of this note or return, the oldest first.

    Raises NotFound.
    """
    found = _documents(reader, document.c.number == number)
    if not found:
        raise NotFound(what="document", key=number)
    chain = _chain(reader, found[0])
    ids = [row.id for row in chain]
    told = [each for row in chain for each in _of_document(row)]
    told += _results(reader, chain)
    told += _prints(reader, ids)
    told += _decisions(reader, chain)
    return tuple(sorted(told, key=lambda each: (each.at_ms, each.number)))


def _chain(reader: Reader, start: Any) -> list[Any]:
    """The order, its notes, their returns, and what was reversed of them."""
    root = start
    while True:
        key = root.reversal_of or root.parent_id or root.delivery_id
        upper = _documents(reader, document.c.id == key) if key is not None else ()
        if not upper:
            break
        root = upper[0]
    found = {root.id: root}
    while True:
        ids = list(found)
        below = _documents(
            reader,
            or_(
                document.c.parent_id.in_(ids),
                document.c.reversal_of.in_(ids),
                goods_return.c.delivery_id.in_(ids),
            ),
        )
        new = {row.id: row for row in below if row.id not in found}
        if not new:
            return list(found.values())
        found |= new


def _documents(reader: Reader, condition: Any) -> Sequence[Any]:
    query = (
        select(
            document,
            sales_order.c.hold_codes,
            sales_order.c.ended_because,
            delivery.c.load_no,
            delivery.c.result,
            delivery.c.receiver_name,
            delivery.c.delivered_ms,
            goods_return.c.delivery_id,
            goods_return.c.approved_by,
            goods_return.c.collected_ms,
            goods_return.c.received_ms,
            goods_return.c.inspected_ms,
        )
        .outerjoin(sales_order, meets(sales_order.c.document_id, document))
        .outerjoin(delivery, meets(delivery.c.document_id, document))
        .outerjoin(goods_return, meets(goods_return.c.document_id, document))
        .where(document.c.branch_id == reader.branch_id, condition)
        .order_by(document.c.created_ms, document.c.id)
    )
    return reader.rows(query)


def _of_document(row: Any) -> Iterator[Happening]:
    """What the document itself says: how it began, and what became of it."""
    if row.kind == DocumentKind.DN.value:
        yield _happening(row, row.created_ms, "planned", row.created_by)
        if row.posted_ms is not None:
            yield _happening(row, row.posted_ms, "posted", row.posted_by or "")
    elif row.kind == DocumentKind.RN.value:
        yield _happening(row, row.event_ms, "return_asked", row.created_by, row.note)
        for what, at_ms in (
            ("return_collected", row.collected_ms),
            ("return_received", row.received_ms),
            ("return_credited", row.inspected_ms),
        ):
            if at_ms is not None:
                yield _happening(row, at_ms, what, row.posted_by or row.created_by)
    elif row.kind == DocumentKind.RV.value:
        yield _happening(row, row.event_ms, "reversed", row.created_by, row.note)
    else:
        yield _happening(row, row.event_ms, "ordered", row.created_by, row.hold_codes)


def _happening(row: Any, at_ms: int, what: str, who: str, detail: str | None = "") -> Happening:
    return Happening(at_ms, what, who, row.kind, row.number or "", detail or "", row.id)


def _results(reader: Reader, chain: Sequence[Any]) -> Iterator[Happening]:
    """What became of the notes at the door, with the record that says so."""
    for row in chain:
        if row.delivered_ms is None or row.result is None:
            continue
        said = [each.evidence for each in records_behind(reader, row.id) if each.role == "confirms"]
        record = said[0] if said else None
        yield Happening(
            row.delivered_ms,
            f"delivery_{row.result}",
            record.typed_by or "" if record is not None else row.posted_by or "",
            row.kind,
            row.number or "",
            row.receiver_name,
            row.id,
            None if record is None else record.terminal_no,
            None if record is None else record.seq,
        )


def _prints(reader: Reader, ids: Sequence[uuid.UUID]) -> list[Happening]:
    query = (
        select(print_log, document.c.number, document.c.kind)
        .join(document, meets(print_log.c.document_id, document))
        .where(print_log.c.branch_id == reader.branch_id, print_log.c.document_id.in_(ids))
    )
    return [
        Happening(
            row.printed_ms, "printed", row.printed_by, row.kind, row.number or "",
            f"{row.copy_no} {row.device}", row.document_id,
        )
        for row in reader.rows(query)
    ]  # fmt: skip


def _decisions(reader: Reader, chain: Sequence[Any]) -> list[Happening]:
    """What the audit knows of the numbers of these documents and of their loads."""
    subjects = {row.number: row for row in chain if row.number}
    subjects |= {row.load_no: row for row in chain if row.load_no}
    subjects |= {str(row.id): row for row in chain}
    query = select(audit_event).where(
        audit_event.c.branch_id == reader.branch_id,
        audit_event.c.at_ms >= min(row.created_ms for row in chain),
        audit_event.c.action.in_(DECISIONS),
        audit_event.c.subject.in_(list(subjects)),
    )
    return [
        Happening(
            event.at_ms, event.action, event.actor, subjects[event.subject].kind,
            subjects[event.subject].number or "", "", subjects[event.subject].id,
        )
        for event in reader.rows(query)
    ]  # fmt: skip
