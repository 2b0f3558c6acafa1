"""Writes what a return has beyond a plain document."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import update

from app.storage.store.scope import Scope
from app.storage.tables import document, document_line, goods_return, goods_return_line


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """`no_reference`: nobody knows by which delivery it came; `collected` units are on a van."""

    line_id: uuid.UUID
    condition: str
    no_reference: bool
    collected: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What came of one line: units taken back, where they go, and fen credited."""

    line_id: uuid.UUID
    qty: int
    disposition: str
    credit_fen: int


class Returns:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(
        self,
        document_id: uuid.UUID,
        mode: str,
        lines: Sequence[ReturnLine],
        *,
        delivery_id: uuid.UUID | None = None,
        exchange_id: uuid.UUID | None = None,
        van_id: uuid.UUID | None = None,
        collected_ms: int | None = None,
    ) -> None:
        """What belongs to a document that was just added."""
        self._scope.insert(
            goods_return,
            [
                {
                    "document_id": document_id,
                    "mode": mode,
                    "delivery_id": delivery_id,
                    "exchange_id": exchange_id,
                    "van_id": van_id,
                    "collected_ms": collected_ms,
                }
            ],
        )
        self._scope.insert(
            goods_return_line,
            [
                {
                    "line_id": line.line_id,
                    "condition": line.condition,
                    "disposition": "",
                    "collected": line.collected,
                    "no_reference": line.no_reference,
                }
                for line in lines
            ],
        )

    def approve(self, document_id: uuid.UUID) -> None:
        self._change(document_id, approved_by=self._scope.user)

    def receive(
        self, document_id: uuid.UUID, place_id: uuid.UUID, received: Mapping[uuid.UUID, int]
    ) -> None:
        """The goods are here; units by line."""
        self._change(document_id, place_id=place_id, received_ms=self._scope.now_ms)
        for line_id, qty in received.items():
            self._change_line(line_id, collected=qty, received=qty)

    def give_back(self, document_id: uuid.UUID) -> None:
        """What a van had collected is with the customer again."""
        self._change(document_id, van_id=None)

    def settle(self, document_id: uuid.UUID, accepted: Sequence[Accepted]) -> None:
        """What was accepted; the lines and the document say what is credited from now on."""
        self._change(document_id, inspected_ms=self._scope.now_ms)
        branch_id = self._scope.branch_id
        for each in accepted:
            self._change_line(each.line_id, accepted=each.qty, disposition=each.disposition)
            self._scope.connection.execute(
                update(document_line)
                .where(document_line.c.branch_id == branch_id, document_line.c.id == each.line_id)
                .values(gross_fen=each.credit_fen, discount_fen=0, net_fen=each.credit_fen)
            )
        self._scope.connection.execute(
            update(document)
            .where(document.c.branch_id == branch_id, document.c.id == document_id)
            .values(net_fen=sum(each.credit_fen for each in accepted))
        )

    def _change(self, document_id: uuid.UUID, **values: object) -> None:
        self._scope.connection.execute(
            update(goods_return)
            .where(
                goods_return.c.branch_id == self._scope.branch_id,
                goods_return.c.document_id == document_id,
            )
            .values(**values)
        )

    def _change_line(self, line_id: uuid.UUID, **values: object) -> None:
        self._scope.connection.execute(
            update(goods_return_line)
            .where(
                goods_return_line.c.branch_id == self._scope.branch_id,
                goods_return_line.c.line_id == line_id,
            )
            .values(**values)
        )
