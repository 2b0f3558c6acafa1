"""Stock counts that wait for approval, and what approving them would book."""

import uuid
from dataclasses import dataclass
from datetime import date

from app.i18n import N_
from app.storage.queries.directory import places_by_code
from app.storage.queries.documents import FoundDocument, counts_to_approve
from app.storage.reader import Reader
from app.ui.language import Language
from app.ui.models.columns import Ask, Column, Look
from app.ui.models.listed import narrowed
from app.ui.models.table_model import Page

_WAITING = Look("warn", "hourglass", N_("Waits for approval"))


@dataclass(frozen=True, slots=True)
class CountRow:
    """A submitted count; `gain` and `loss` in base units, against the book as it was counted."""

    id: uuid.UUID
    number: str | None
    place: str
    business_date: date
    counted: int
    skipped: int
    gain: int
    loss: int
    created_by: str


def waiting_counts(reader: Reader, ask: Ask, _offset: int, _limit: int) -> Page[CountRow]:
    places = {place.id: place.name or place.code for place in places_by_code(reader).values()}
    documents = counts_to_approve(reader)
    rows = [_row(document, places) for document in documents]
    return narrowed(rows, ask, lambda row: (row.number, row.place, row.created_by))


def _row(document: FoundDocument, places: dict[uuid.UUID, str]) -> CountRow:
    found = [line for line in document.lines if line.counted is not None]
    differences = [(line.counted or 0) - (line.book_at_count or 0) for line in found]
    place = places.get(document.count.location_id, "") if document.count is not None else ""
    return CountRow(
        document.id,
        document.number,
        place,
        document.business_date,
        len(found),
        len(document.lines) - len(found),
        sum(each for each in differences if each > 0),
        -sum(each for each in differences if each < 0),
        document.created_by,
    )


def _number(row: CountRow, t: Language) -> str:
    return row.number or t("not issued")


def _place(row: CountRow, _t: Language) -> str:
    return row.place


def _day(row: CountRow, t: Language) -> str:
    return t.date(row.business_date)


def _counted(row: CountRow, t: Language) -> str:
    return t.number(row.counted)


def _skipped(row: CountRow, t: Language) -> str:
    return t.number(row.skipped)


def _gain(row: CountRow, t: Language) -> str:
    return f"+{t.number(row.gain)}"


def _loss(row: CountRow, t: Language) -> str:
    return t.number(-row.loss)


def _state(_row: CountRow, t: Language) -> str:
    return t(_WAITING.word)


COLUMNS: tuple[Column[CountRow], ...] = (
    Column("place", N_("Place"), _place, 220),
    Column("business_date", N_("Counted on"), _day, 120),
    Column("", N_("State"), _state, 160, look=lambda _row: _WAITING),
    Column("counted", N_("Lines counted"), _counted, 110, number=True),
    Column("skipped", N_("Left blank"), _skipped, 100, number=True),
    Column("gain", N_("More than booked"), _gain, 140, number=True),
    Column("loss", N_("Less than booked"), _loss, 140, number=True),
    Column("number", N_("Number"), _number, 160),
)
