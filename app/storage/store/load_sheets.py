"""Writes what a load sheet has beyond a plain document."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from app.storage.store.scope import Scope
from app.storage.tables import load_line, load_sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSheet:
    """One load of a route's day; `checker_id` and `checked_ms` only where somebody counted it."""

    route_id: uuid.UUID
    van_id: uuid.UUID
    day: date
    driver_id: uuid.UUID | None = None
    checker_id: uuid.UUID | None = None
    seal_no: str = ""
    checked_ms: int | None = None


class LoadSheets:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(
        self,
        document_id: uuid.UUID,
        sheet: LoadSheet,
        lines: Mapping[uuid.UUID, tuple[int, int | None]],
    ) -> None:
        """`lines`: base units picked by the list and found by the check, by line of the paper."""
        self._scope.insert(
            load_sheet, [{"document_id": document_id, "float_fen": 0, **asdict(sheet)}]
        )
        self._scope.insert(
            load_line,
            [
                {"line_id": key, "picked": picked, "checked": checked}
                for key, (picked, checked) in lines.items()
            ],
        )
