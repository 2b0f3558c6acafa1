"""Cases about stock that cannot be: opened by the books, closed by a person who explains them."""

import uuid
from collections.abc import Iterable

from sqlalchemy import select, update

from app.storage.keys import derived_key
from app.storage.store.scope import Scope
from app.storage.tables import stock_case

NEGATIVE = "negative"
"""More left a place than the book had there (INV-06)."""
CONSIGNED = "consigned"
"""More of our goods lie with a customer than were ever laid down there."""


class Cases:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def open(self, kind: str, goods: Iterable[tuple[uuid.UUID, uuid.UUID]]) -> None:
        """A case for each (place, product) that has no open one of this kind."""
        scope = self._scope
        wanted = sorted(set(goods))
        known = {
            (row.location_id, row.product_id)
            for row in scope.connection.execute(
                select(stock_case.c.location_id, stock_case.c.product_id).where(
                    stock_case.c.branch_id == scope.branch_id,
                    stock_case.c.kind == kind,
                    stock_case.c.state == "open",
                )
            )
        }
        scope.insert(
            stock_case,
            [
                {
                    "id": derived_key(scope.branch_id, "case", kind, *pair, scope.now_ms),
                    "kind": kind,
                    "state": "open",
                    "location_id": pair[0],
                    "product_id": pair[1],
                    "document_id": None,
                    "note": "",
                    "opened_ms": scope.now_ms,
                }
                for pair in wanted
                if pair not in known
            ],
        )

    def close(self, key: uuid.UUID, note: str) -> bool:
        """Say how it was explained; False for a case that is not open."""
        scope = self._scope
        done = scope.connection.execute(
            update(stock_case)
            .where(
                stock_case.c.branch_id == scope.branch_id,
                stock_case.c.id == key,
                stock_case.c.state == "open",
            )
            .values(state="closed", note=note, closed_ms=scope.now_ms, closed_by=scope.user)
        )
        return bool(done.rowcount)
