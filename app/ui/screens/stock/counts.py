"""Counts that are under way: planned, being counted, to be counted again, to be approved."""

from collections.abc import Mapping

from app.i18n import N_
from app.storage.queries.counts import CountRow, count_rows
from app.storage.reader import Reader
from app.ui.language import Language
from app.ui.models.columns import Ask, Column, Look
from app.ui.models.listed import narrowed
from app.ui.models.table_model import Page

LOOKS: Mapping[str, Look] = {
    "planned": Look("idle", "circle-dashed", N_("Planned")),
    "open": Look("busy", "clipboard-list", N_("Being counted")),
    "recount": Look("warn", "refresh-cw", N_("To be counted again")),
    "submitted": Look("warn", "hourglass", N_("Waits for approval")),
}


def open_counts(reader: Reader, ask: Ask, _offset: int, _limit: int) -> Page[CountRow]:
    """The counts that somebody has to do something about, the newest first."""
    rows = count_rows(reader, states=LOOKS)
    return narrowed(
        rows, ask, lambda row: (row.number, row.place_code, row.place_name, row.counter)
    )


def _place(row: CountRow, _t: Language) -> str:
    return f"{row.place_code}  {row.place_name}".strip()


def _counted(row: CountRow, t: Language) -> str:
    return t("{n} of {all}", n=t.number(row.counted), all=t.number(row.lines))


def _kind(row: CountRow, t: Language) -> str:
    if not row.planned_by:
        return t("by a terminal")
    return t("blind") if row.blind else t("with the book")


COLUMNS: tuple[Column[CountRow], ...] = (
    Column("place_code", N_("Place"), _place, 220),
    Column(
        "state",
        N_("State"),
        lambda row, t: t(LOOKS[row.state].word),
        180,
        look=lambda row: LOOKS[row.state],
    ),
    Column("business_date", N_("Day"), lambda row, t: t.date(row.business_date), 110),
    Column("counted", N_("Lines counted"), _counted, 110, number=True),
    Column("blind", N_("Kind"), _kind, 120),
    Column("planned_by", N_("Planned by"), lambda row, _t: row.planned_by or "–", 110),
    Column("counter", N_("Counter"), lambda row, _t: row.counter or "–", 90),
    Column("checker", N_("Second counter"), lambda row, _t: row.checker or "–", 110),
)
