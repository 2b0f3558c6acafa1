"""Writes what receipts, transfers and write-offs have beyond a plain document."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import update

from app.domain.receipts import Tally
from app.storage.keys import derived_key
from app.storage.store.scope import Scope
from app.storage.tables import (
    goods_receipt,
    goods_receipt_line,
    supplier_claim,
    transfer,
    transfer_line,
    write_off,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a supplier owes us, or we him: `kind` is short, damaged, oversupply or returned."""

    line_id: uuid.UUID
    party_id: uuid.UUID
    kind: str
    qty: int


class StockPapers:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add_receipt(
        self,
        document_id: uuid.UUID,
        place_id: uuid.UUID,
        lines: Mapping[uuid.UUID, Tally],
        *,
        asn_no: str,
        truck: str,
    ) -> None:
        row = {"document_id": document_id, "place_id": place_id, "asn_no": asn_no, "truck": truck}
        self._scope.insert(goods_receipt, [row])
        self._scope.insert(
            goods_receipt_line,
            [
                {
                    "line_id": line_id,
                    "expected": each.expected,
                    "received": each.received,
                    "short": each.short,
                    "rejected": each.rejected,
                    "oversupply": each.oversupply,
                }
                for line_id, each in lines.items()
            ],
        )

    def open_claims(self, claims: Sequence[Claim]) -> None:
        self._scope.insert(
            supplier_claim,
            [
                {
                    "id": derived_key(self._scope.branch_id, "claim", each.line_id, each.kind),
                    "line_id": each.line_id,
                    "party_id": each.party_id,
                    "kind": each.kind,
                    "qty": each.qty,
                    "state": "open",
                    "note": "",
                    "opened_ms": self._scope.now_ms,
                }
                for each in claims
            ],
        )

    def close_claim(self, claim_id: uuid.UUID, note: str) -> bool:
        """False when it is not open."""
        done = self._scope.connection.execute(
            update(supplier_claim)
            .where(
                supplier_claim.c.branch_id == self._scope.branch_id,
                supplier_claim.c.id == claim_id,
                supplier_claim.c.state == "open",
            )
            .values(
                state="closed",
                note=note,
                closed_ms=self._scope.now_ms,
                closed_by=self._scope.user,
            )
        )
        return bool(done.rowcount)

    def add_transfer(
        self,
        document_id: uuid.UUID,
        source_id: uuid.UUID,
        target_id: uuid.UUID,
        shipped: Mapping[uuid.UUID, int],
    ) -> None:
        self._scope.insert(
            transfer,
            [
                {
                    "document_id": document_id,
                    "source_id": source_id,
                    "target_id": target_id,
                    "shipped_ms": self._scope.now_ms,
                }
            ],
        )
        self._scope.insert(
            transfer_line, [{"line_id": key, "shipped": qty} for key, qty in shipped.items()]
        )

    def receive_transfer(
        self, document_id: uuid.UUID, received: Mapping[uuid.UUID, tuple[int, int]]
    ) -> None:
        """Received and short base units by line."""
        branch_id = self._scope.branch_id
        self._scope.connection.execute(
            update(transfer)
            .where(transfer.c.branch_id == branch_id, transfer.c.document_id == document_id)
            .values(received_ms=self._scope.now_ms)
        )
        for line_id, (qty, short) in received.items():
            self._scope.connection.execute(
                update(transfer_line)
                .where(transfer_line.c.branch_id == branch_id, transfer_line.c.line_id == line_id)
                .values(received=qty, short=short)
            )

    def add_write_off(
        self,
        document_id: uuid.UUID,
        place_id: uuid.UUID,
        target: str,
        approved_by: str | None,
    ) -> None:
        row = {"document_id": document_id, "place_id": place_id, "target": target}
        self._scope.insert(write_off, [row | {"approved_by": approved_by}])

    def approve_write_off(self, document_id: uuid.UUID) -> None:
        self._scope.connection.execute(
            update(write_off)
            .where(
                write_off.c.branch_id == self._scope.branch_id,
                write_off.c.document_id == document_id,
            )
            .values(approved_by=self._scope.user)
        )
