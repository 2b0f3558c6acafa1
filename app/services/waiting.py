"""What of an upload has to wait for a person, and under which question."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from uuid import UUID

from app.domain.problems import Problem, Severity
from app.services.cases import Case
from app.storage.keys import derived_key
from app.storage.store.uploads import QuarantineItem

NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "E_PROD": ("product", "product"),
        "E_CUST": ("customer", "customer"),
        "E_LOCATION": ("location", "location"),
        "E_DN_UNKNOWN": ("document", "note_number"),
        "E_NO_PRICE": ("price", "product"),
    }
)
"""Problem code -> the kind of thing a wrong value should have named, the field that holds it."""


def items_of_case(
    batch_id: UUID, case: Case, record_keys: Mapping[int, UUID]
) -> list[QuarantineItem]:
    """One item for each different question that a document's problems ask."""
    seqs = tuple(key.seq for key in case.draft.keys)
    items = {}
    for problem in case.problems:
        if problem.severity is Severity.QUARANTINE:
            item = item_for(batch_id, problem, seqs, record_keys.get(seqs[0]))
            items[item.id] = item
    return list(items.values())


def question(item: QuarantineItem) -> tuple[str, str, str, int]:
    """What tells two questions of one batch apart."""
    asked = item.raw_value or json.loads(item.detail).get("where", "")
    return item.code, item.kind, asked, item.seqs[0] if item.seqs else 0


def item_for(
    batch_id: UUID, problem: Problem, seqs: Iterable[int], record_id: UUID | None = None
) -> QuarantineItem:
    """The question that a problem asks; the same problem of the same records is the same item."""
    listed = tuple(seqs)
    kind, field = NAMES.get(problem.code, ("", ""))
    value = str(problem.fields.get(field, "")) if field else ""
    detail = {name: _plain(each) for name, each in problem.fields.items()}
    return QuarantineItem(
        # without a value to name, the place tells two questions of one batch apart
        id=derived_key("waits", batch_id, problem.code, kind, value or problem.where, *listed[:1]),
        batch_id=batch_id,
        seqs=listed,
        code=problem.code,
        kind=kind,
        field=field,
        raw_value=value,
        detail=json.dumps({"where": problem.where, **detail}, ensure_ascii=False, sort_keys=True),
        record_id=record_id,
    )


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int | str) else str(value)
