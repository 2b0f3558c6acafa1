"""What of an upload has to wait for a person, and under which question."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from uuid import UUID

from app.domain.problems import CODES, Problem, Severity
from app.domain.records.drafts import CountDraft
from app.domain.records.held import held_back
from app.services.cases import Case
from app.storage.keys import derived_key
from app.storage.store.uploads import QuarantineItem

NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "E_PROD": ("product", "product"),
        "E_CUST": ("customer", "customer"),
        "E_LOCATION": ("location", "location"),
        "E_SUPPLIER": ("customer", "supplier"),
        "E_LINE": ("line", "text"),
        "E_DN_UNKNOWN": ("document", "note_number"),
        "E_RET_NOTE": ("document", "note_number"),
        "E_EMPTIES": ("product", "product"),
        "E_NO_PRICE": ("price", "product"),
        "E_PERSON": ("person", "person"),
    }
)
"""Problem code -> the kind of thing a wrong value should have named, the field that holds it."""


def items_of_case(
    batch_id: UUID, case: Case, record_keys: Mapping[int, UUID]
) -> list[QuarantineItem]:
    """One item for each different question that a document's problems ask."""
    seqs = tuple(key.seq for key in case.draft.keys)
    held = held_back(case.draft.records)
    items = {}
    for problem in case.problems:
        if problem.severity is Severity.QUARANTINE:
            item = item_for(batch_id, problem, seqs, record_keys.get(seqs[0]), held)
            items[item.id] = item
    return list(items.values())


def items_of_counters(
    batch_id: UUID, cases: Iterable[Case], record_keys: Mapping[int, UUID]
) -> list[QuarantineItem]:
    """One item for each unknown person who counted: until it is answered, nobody may approve.

    The counts themselves are posted, so no record waits with it.
    """
    items = {}
    for case in cases:
        if not (case.posted and isinstance(case.draft, CountDraft) and case.draft.person):
            continue
        for problem in case.problems:
            if problem.code == "E_PERSON":
                item = item_for(batch_id, problem, (), record_keys.get(case.draft.key.seq))
                items[item.id] = item
    return list(items.values())


def question(item: QuarantineItem) -> tuple[str, str, str, int]:
    """What tells two questions of one batch apart."""
    asked = item.raw_value or json.loads(item.detail).get("where", "")
    return item.code, item.kind, asked, item.seqs[0] if item.seqs else 0


def problem_of(item: QuarantineItem) -> Problem:
    """The problem that asked the question of an item."""
    fields = json.loads(item.detail)
    return Problem(item.code, CODES[item.code], fields.pop("where", ""), fields)


def item_for(
    batch_id: UUID,
    problem: Problem,
    seqs: Iterable[int],
    record_id: UUID | None = None,
    held: tuple[int | None, int | None] = (None, None),
) -> QuarantineItem:
    """The question that a problem asks; the same problem of the same records is the same item.

    `held`: base units and fen of the whole document.
    """
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
        qty=held[0],
        amount_fen=held[1],
    )


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int | str) else str(value)
