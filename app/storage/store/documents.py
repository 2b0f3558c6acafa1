"""Writes documents: new ones in bulk, their next states, their frozen copies and prints."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, select, update

from app.domain.numbering import DocumentNumber
from app.storage.keys import new_key
from app.storage.store.papers import (
    Count,
    CountedLine,
    Delivery,
    DeliveryResultEntry,
    Header,
    Line,
    Order,
    Paper,
    Print,
    Snapshot,
)
from app.storage.store.scope import Scope, source_columns
from app.storage.tables import (
    count_line,
    delivery,
    delivery_line,
    document,
    document_line,
    document_snapshot,
    print_log,
    sales_order,
    stock_count,
)


class Documents:
    """A document becomes final by `post`; from then on the database refuses any change to it."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, papers: Sequence[Paper | Count]) -> None:
        """Any mix of kinds, one statement per table; the state must not be "posted" yet."""
        rows: dict[Table, list[dict[str, Any]]] = {
            document: [],
            document_line: [],
            sales_order: [],
            delivery: [],
            delivery_line: [],
            stock_count: [],
            count_line: [],
        }
        for paper in papers:
            rows[document].append(self._header(paper.header))
            if isinstance(paper, Count):
                _add_count(paper, rows)
                continue
            key = paper.header.id
            rows[document_line].extend(_line(key, line) for line in paper.lines)
            if isinstance(paper, Order):
                rows[sales_order].append(_order(paper))
            elif isinstance(paper, Delivery):
                rows[delivery].append(_delivery(paper))
                rows[delivery_line].extend(
                    {"line_id": line.id, "ordered": line.qty} for line in paper.lines
                )
        for table, found in rows.items():
            self._scope.insert(table, found)

    def number(self, numbers: Mapping[uuid.UUID, DocumentNumber], state: str) -> None:
        """Gives documents their numbers together with the state that makes the paper official."""
        self._update(
            [
                {"key": key, "state": state, **_number_columns(number)}
                for key, number in numbers.items()
            ]
        )

    def set_state(self, ids: Iterable[uuid.UUID], state: str) -> None:
        self._update([{"key": key, "state": state} for key in ids])

    def documents_of_lines(self, line_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
        """The documents that these lines stand on."""
        query = select(document_line.c.document_id).where(
            document_line.c.branch_id == self._scope.branch_id,
            document_line.c.id.in_(list(line_ids)),
        )
        return set(self._scope.connection.scalars(query))

    def end_order(self, order_id: uuid.UUID, state: str, because: str) -> None:
        """Puts an order into a state that it does not leave again, with the reason."""
        self.set_state([order_id], state)
        self._scope.connection.execute(
            update(sales_order)
            .where(
                sales_order.c.branch_id == self._scope.branch_id,
                sales_order.c.document_id == order_id,
            )
            .values(ended_because=because)
        )

    def replace_lines(
        self, document_id: uuid.UUID, lines: Sequence[tuple[Line, int]], net_fen: int
    ) -> None:
        """Gives a delivery other lines, each with what it answers for (`ordered`).

        At loading an ordered quantity is split over lots, and what is not there stands apart.
        """
        branch_id = self._scope.branch_id
        of_document = select(document_line.c.id).where(
            document_line.c.branch_id == branch_id, document_line.c.document_id == document_id
        )
        self._scope.connection.execute(
            delete(delivery_line).where(
                delivery_line.c.branch_id == branch_id, delivery_line.c.line_id.in_(of_document)
            )
        )
        self._scope.connection.execute(
            delete(document_line).where(
                document_line.c.branch_id == branch_id, document_line.c.document_id == document_id
            )
        )
        self._scope.insert(document_line, [_line(document_id, line) for line, _ in lines])
        self._scope.insert(
            delivery_line, [{"line_id": line.id, "ordered": ordered} for line, ordered in lines]
        )
        self._update([{"key": document_id, "net_fen": net_fen}])

    def load(
        self, ids: Iterable[uuid.UUID], *, load_no: str, van_id: uuid.UUID | None = None
    ) -> None:
        """Says on which load, and into which van's location, deliveries went."""
        fields: dict[str, Any] = {"load_no": load_no}
        if van_id is not None:
            fields["van_id"] = van_id
        self._scope.connection.execute(
            update(delivery)
            .where(
                delivery.c.branch_id == self._scope.branch_id,
                delivery.c.document_id.in_(list(ids)),
            )
            .values(**fields)
        )

    def route(self, stops: Mapping[uuid.UUID, int]) -> None:
        """At which place of the round each delivery is."""
        self._scope.connection.execute(
            update(delivery)
            .where(
                delivery.c.branch_id == self._scope.branch_id,
                delivery.c.document_id == bindparam("key"),
            )
            .values(stop_seq=bindparam("place")),
            [{"key": key, "place": place} for key, place in stops.items()],
        )

    def send(self, ids: Iterable[uuid.UUID], values: Mapping[str, object]) -> None:
        """With which vehicle, van and driver deliveries go."""
        self._scope.connection.execute(
            update(delivery)
            .where(
                delivery.c.branch_id == self._scope.branch_id,
                delivery.c.document_id.in_(list(ids)),
            )
            .values(**values)
        )

    def record_results(self, entries: Sequence[DeliveryResultEntry]) -> None:
        """What was delivered, refused, short and back-ordered, line by line."""
        if not entries:
            return
        self._update([{"key": entry.document_id, "state": entry.state} for entry in entries])
        branch_id = self._scope.branch_id
        self._scope.connection.execute(
            update(delivery).where(
                delivery.c.branch_id == branch_id, delivery.c.document_id == bindparam("key")
            ),
            [
                {
                    "key": entry.document_id,
                    "result": entry.result.value,
                    "receiver_name": entry.receiver_name,
                    "delivered_ms": entry.delivered_ms,
                }
                for entry in entries
            ],
        )
        lines = [
            {
                "key": line_id,
                "delivered": line.delivered,
                "refused": line.refused,
                "short": line.short,
                "back_ordered": line.back_ordered,
            }
            for entry in entries
            for line_id, line in entry.lines
        ]
        if lines:
            self._scope.connection.execute(
                update(delivery_line).where(
                    delivery_line.c.branch_id == branch_id,
                    delivery_line.c.line_id == bindparam("key"),
                ),
                lines,
            )

    def add_counted(self, document_id: uuid.UUID, lines: Sequence[CountedLine]) -> None:
        """Goods that were found and do not stand on the sheet of a count."""
        self._scope.insert(document_line, [_line(document_id, entry.line) for entry in lines])
        self._scope.insert(count_line, [_counted(entry) for entry in lines])

    def post(self, posting_dates: Mapping[uuid.UUID, date]) -> None:
        """Makes numbered documents final, each on its posting date."""
        self._update(
            [
                {
                    "key": key,
                    "state": "posted",
                    "posting_date": day,
                    "posted_ms": self._scope.now_ms,
                    "posted_by": self._scope.user,
                }
                for key, day in posting_dates.items()
            ]
        )

    def freeze(self, snapshots: Sequence[Snapshot]) -> None:
        """Keeps what a paper says, once and for all."""
        self._scope.insert(
            document_snapshot,
            [
                {
                    "document_id": snapshot.document_id,
                    "template_version": snapshot.template_version,
                    "content": snapshot.content,
                    "sha256": snapshot.sha256,
                    "created_ms": self._scope.now_ms,
                }
                for snapshot in snapshots
            ],
        )

    def copies_printed(self, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
        """The highest copy number so far; documents never printed are missing."""
        query = (
            select(print_log.c.document_id, func.max(print_log.c.copy_no).label("copies"))
            .where(
                print_log.c.branch_id == self._scope.branch_id,
                print_log.c.document_id.in_(list(ids)),
            )
            .group_by(print_log.c.document_id)
        )
        return {row.document_id: row.copies for row in self._scope.connection.execute(query)}

    def log_prints(self, prints: Sequence[Print]) -> None:
        self._scope.insert(
            print_log,
            [
                {
                    "id": new_key(),
                    "document_id": entry.document_id,
                    "copy_no": entry.copy_no,
                    "mark": entry.mark,
                    "device": entry.device,
                    "printed_by": self._scope.user,
                    "printed_ms": self._scope.now_ms,
                }
                for entry in prints
            ],
        )

    def _update(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._scope.connection.execute(
                update(document)
                .where(
                    document.c.branch_id == self._scope.branch_id,
                    document.c.id == bindparam("key"),
                )
                .values(rev=document.c.rev + 1),
                rows,
            )

    def _header(self, header: Header) -> dict[str, Any]:
        raw_ms = header.event_ms if header.event_raw_ms is None else header.event_raw_ms
        return {
            "id": header.id,
            "kind": header.kind.value,
            "state": header.state,
            "rev": 1,
            **_number_columns(header.number),
            "party_id": header.party_id,
            "person_id": header.person_id,
            "parent_id": header.parent_id,
            "reversal_of": header.reversal_of,
            "note": header.note,
            "net_fen": header.net_fen,
            "event_raw_ms": raw_ms,
            "event_ms": header.event_ms,
            "offset_min": header.offset_min,
            "business_date": header.business_date,
            **source_columns(header.source),
            "created_by": self._scope.user,
            "created_ms": self._scope.now_ms,
        }


def _number_columns(number: DocumentNumber | None) -> dict[str, Any]:
    if number is None:
        return {"number": None, "number_yymm": None, "number_seq": None}
    return {"number": str(number), "number_yymm": number.yymm, "number_seq": number.seq}


def _line(document_id: uuid.UUID, line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "document_id": document_id,
        "line_no": line.line_no,
        "product_id": line.product_id,
        "packing_id": line.packing_id,
        "lot_id": line.lot_id,
        "packs": line.packs,
        "qty": line.qty,
        "price_fen": line.price_fen,
        "price_source": line.price_source,
        "gross_fen": line.gross_fen,
        "discount_fen": line.discount_fen,
        "net_fen": line.net_fen,
        "free": line.free,
        "reason_code": line.reason_code,
        "remark": line.remark,
        "ref_line_id": line.ref_line_id,
        "promotions": line.promotions,
        **source_columns(line.source),
    }


def _order(order: Order) -> dict[str, Any]:
    return {
        "document_id": order.header.id,
        "origin": order.origin,
        "fulfilment_mode": order.fulfilment_mode,
        "payment_mode": order.payment_mode,
        "wanted_date": order.wanted_date,
        "wholesaler_id": order.wholesaler_id,
        "hold_codes": ",".join(order.hold_codes),
        "order_class": order.order_class,
    }


def _delivery(paper: Delivery) -> dict[str, Any]:
    return {
        "document_id": paper.header.id,
        "route_id": paper.route_id,
        "stop_seq": paper.stop_seq,
        "vehicle_id": paper.vehicle_id,
        "driver_id": paper.driver_id,
        "load_no": paper.load_no,
        "source_id": paper.source_id,
        "van_id": paper.van_id,
        "prepared_by": paper.prepared_by,
        "attempt": paper.attempt,
        "receiver_name": "",
    }


def _add_count(paper: Count, rows: dict[Table, list[dict[str, Any]]]) -> None:
    rows[stock_count].append(
        {
            "document_id": paper.header.id,
            "location_id": paper.location_id,
            "counted_ms": paper.counted_ms,
            "blind": paper.blind,
            "counter_id": paper.counter_id,
            "approved_by": paper.approved_by,
            "planned_by": paper.planned_by,
            "scope": paper.scope,
        }
    )
    for entry in paper.lines:
        rows[document_line].append(_line(paper.header.id, entry.line))
        rows[count_line].append(_counted(entry))


def _counted(entry: CountedLine) -> dict[str, Any]:
    return {
        "line_id": entry.line.id,
        "state": entry.state.value,
        "loose": entry.loose,
        "counted": entry.counted,
        "book_at_count": entry.book_at_count,
    }
