"""Goods that are promised to orders: they stay where they are, but nobody else may be told so."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import func, select, update

from app.storage.keys import derived_key
from app.storage.queries.availability import free_goods
from app.storage.store.scope import Scope
from app.storage.tables import document_line, reservation


@dataclass(frozen=True, slots=True)
class Promise:
    """`qty` base units of a product at a place, for one line of an order."""

    order_line_id: uuid.UUID
    location_id: uuid.UUID
    product_id: uuid.UUID
    qty: int


class Reservations:
    """pending until the goods are loaded (posted) or the order ends (void)."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def free(
        self, location_id: uuid.UUID, product_ids: Collection[uuid.UUID]
    ) -> dict[uuid.UUID, int]:
        """Base units on hand that are promised to nobody; a product that is not there is at 0."""
        return free_goods(self._scope.reader, location_id, product_ids)

    def reserve(self, promises: Iterable[Promise]) -> dict[uuid.UUID, int]:
        """Promise as much of each as is free; what each line of an order got, by its key."""
        by_place: dict[uuid.UUID, list[Promise]] = defaultdict(list)
        for promise in promises:
            by_place[promise.location_id].append(promise)
        got: dict[uuid.UUID, int] = {}
        rows = []
        for place, wanted in by_place.items():
            free = self.free(place, {each.product_id for each in wanted})
            for each in wanted:
                qty = max(0, min(each.qty, free[each.product_id]))
                got[each.order_line_id] = qty
                free[each.product_id] -= qty
                if qty:
                    rows.append(self._row(each, qty))
        self._scope.insert(reservation, rows)
        return got

    def void(self, order_ids: Iterable[uuid.UUID]) -> None:
        """Take back what was promised to these orders."""
        lines = select(document_line.c.id).where(
            document_line.c.branch_id == self._scope.branch_id,
            document_line.c.document_id.in_(list(order_ids)),
        )
        self._end(reservation.c.order_line_id.in_(lines), "void")

    def consume(self, order_line_ids: Iterable[uuid.UUID]) -> None:
        """What was promised to these lines goes out now."""
        wanted = list(order_line_ids)
        if wanted:
            self._end(reservation.c.order_line_id.in_(wanted), "posted")

    def give_way(self, location_ids: Collection[uuid.UUID]) -> None:
        """Where less is there than was promised, the newest promises are made smaller.

        To be called when goods left these places, so that no promise is ever for goods that are
        not there (INV-05).
        """
        held = reservation.c
        query = (
            select(reservation)
            .where(
                held.branch_id == self._scope.branch_id,
                held.location_id.in_(sorted(location_ids)),
                held.state == "pending",
            )
            .order_by(held.made_ms.desc(), held.id.desc())
        )
        pending: dict[tuple[uuid.UUID, uuid.UUID], list[tuple[uuid.UUID, int]]] = defaultdict(list)
        for row in self._scope.connection.execute(query):
            pending[row.location_id, row.product_id].append((row.id, row.qty))
        for (place, product_id), rows in pending.items():
            missing = -self.free(place, [product_id])[product_id]
            for key, qty in rows:
                if missing <= 0:
                    break
                self._shrink(key, qty, min(qty, missing))
                missing -= qty

    def _shrink(self, key: uuid.UUID, qty: int, by: int) -> None:
        values = {"state": "void"} if by == qty else {"qty": qty - by}
        self._scope.connection.execute(
            update(reservation)
            .where(reservation.c.branch_id == self._scope.branch_id, reservation.c.id == key)
            .values(**values)
        )

    def _end(self, condition: object, state: str) -> None:
        self._scope.connection.execute(
            update(reservation)
            .where(
                reservation.c.branch_id == self._scope.branch_id,
                reservation.c.state == "pending",
                condition,  # type: ignore[arg-type]
            )
            .values(state=state)
        )

    def _row(self, promise: Promise, qty: int) -> dict[str, object]:
        before = self._scope.connection.scalar(
            select(func.count()).where(
                reservation.c.branch_id == self._scope.branch_id,
                reservation.c.order_line_id == promise.order_line_id,
            )
        )
        key = derived_key(self._scope.branch_id, "reservation", promise.order_line_id, before)
        return {
            "id": key,
            "order_line_id": promise.order_line_id,
            "location_id": promise.location_id,
            "product_id": promise.product_id,
            "lot_id": None,
            "qty": qty,
            "state": "pending",
            "made_ms": self._scope.now_ms,
            "expires_ms": None,
        }
