"""Finding and sorting in a list that is short enough to be read whole, such as one day's notes."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from app.ui.models.columns import Ask
from app.ui.models.table_model import Page

Row = TypeVar("Row")


def narrowed(
    rows: Iterable[Row],
    ask: Ask,
    words_of: Callable[[Row], Sequence[str | None]],
    value_of: Callable[[Row, str], Any] = getattr,
) -> Page[Row]:
    """Return the rows that hold every word of `ask` in `words_of(row)`, sorted as asked.

    `value_of(row, ask.sort)` is what a row is sorted by; rows that have none there come last.
    """
    wanted = ask.words.casefold().split()

    def matches(row: Row) -> bool:
        text = " ".join(filter(None, words_of(row))).casefold()
        return all(word in text for word in wanted)

    found = [row for row in rows if matches(row)]
    if ask.sort:
        empty = [row for row in found if value_of(row, ask.sort) is None]
        full = [row for row in found if value_of(row, ask.sort) is not None]
        found = sorted(full, key=lambda row: value_of(row, ask.sort), reverse=ask.descending)
        found += empty
    return Page(found, len(found))
