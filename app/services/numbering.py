"""Numbers for many documents of many days at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from app.domain.numbering import DocumentKind, DocumentNumber, month_of
from app.storage.store import Store


def issue(store: Store, kind: DocumentKind, days: Sequence[date]) -> list[DocumentNumber]:
    """One number for each day, in the given order; one statement per month."""
    first_days = {month_of(day): day for day in reversed(days)}
    counts = Counter(month_of(day) for day in days)
    issued = {
        month: iter(store.numbers.issue_many(kind, first_days[month], count))
        for month, count in sorted(counts.items())
    }
    return [next(issued[month_of(day)]) for day in days]
