"""What happened to an order, as rows: where is my order?"""

from collections.abc import Callable

from app.explain.happenings import happening_words
from app.i18n import N_
from app.storage.queries.enquiry import Happening, happenings
from app.storage.reader import Reader
from app.ui.language import Language
from app.ui.models.columns import Ask, Column
from app.ui.models.listed import narrowed
from app.ui.models.table_model import Page


def happened_to(number: str) -> Callable[[Reader, Ask, int, int], Page[Happening]]:
    """The timeline of the order that this document belongs to, the oldest first."""

    def source(reader: Reader, ask: Ask, _offset: int, _limit: int) -> Page[Happening]:
        rows = happenings(reader, number) if number else ()
        return narrowed(rows, ask, lambda row: (row.what, row.who, row.number, row.detail))

    return source


def _record(row: Happening, t: Language) -> str:
    if row.terminal_no is None:
        return "–"
    return t("terminal {terminal}, record {seq}", terminal=row.terminal_no, seq=row.seq or 0)


HAPPENED_COLUMNS: tuple[Column[Happening], ...] = (
    Column("at_ms", N_("Time"), lambda row, t: t.time(row.at_ms), 160),
    Column("what", N_("What"), lambda row, t: happening_words(row.what, t.translator), 230),
    Column("number", N_("Document"), lambda row, t: row.number or t("not issued"), 190),
    Column("who", N_("Who"), lambda row, _t: row.who or "–", 110),
    Column("detail", N_("Remark"), lambda row, _t: row.detail or "–", 170),
    Column("seq", N_("Record"), _record, 180),
)
