"""What was changed in a row of master data: when, by whom, and what it said before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.i18n import N_
from app.storage.queries.history import Change, changes
from app.storage.reader import Reader
from app.ui.language import Language
from app.ui.models.columns import Column

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class PastRow:
    """One field that one change touched."""

    changed_ms: int
    changed_by: str
    field: str
    before: str
    after: str


def past_of(reader: Reader, kind: str, code: str, names: Mapping[str, str]) -> list[PastRow]:
    """The newest first, fields by their `names`; of a row that was made only what is filled in."""
    found = changes(reader, kind, code, limit=50)
    return [row for change in found for row in _fields(change, names)]


def _fields(change: Change, names: Mapping[str, str]) -> Sequence[PastRow]:
    return [
        PastRow(
            change.changed_ms,
            change.changed_by,
            names.get(name, name.removesuffix("_id").replace("_", " ")),
            _words(change.before.get(name)),
            _words(value),
        )
        for name, value in change.after.items()
        if (change.before or value not in ("", None, [])) and name != "initials"
    ]


def _words(value: Any) -> str:
    words = "" if value is None else str(int(value) if isinstance(value, bool) else value)
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def _when(row: PastRow, t: Language) -> str:
    return t.time(row.changed_ms)


def _who(row: PastRow, _t: Language) -> str:
    return row.changed_by


def _field(row: PastRow, _t: Language) -> str:
    return row.field


def _before(row: PastRow, _t: Language) -> str:
    return row.before or "–"


def _after(row: PastRow, _t: Language) -> str:
    return row.after or "–"


COLUMNS: tuple[Column[PastRow], ...] = (
    Column("changed_ms", N_("Changed"), _when, 150),
    Column("changed_by", N_("By"), _who, 100),
    Column("field", N_("What"), _field, 160),
    Column("before", N_("Before"), _before, 210),
    Column("after", N_("After"), _after, 210),
)


def past_words(row: PastRow) -> tuple[str, ...]:
    return (row.changed_by, row.field, row.before, row.after)
