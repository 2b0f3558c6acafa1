"""The sheet of a planned count on paper."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from app.domain.rights import Actor, Right
from app.errors import NotFound
from app.i18n import Translator
from app.reports.count_sheet import BLIND, WITH_BOOK, CountSheetLine
from app.reports.table import Table
from app.reports.table_pdf import write_pdf
from app.services.files import new_file
from app.services.office import Office
from app.storage.queries.counts import blinded, count_rows, sheet_lines
from app.storage.queries.directory import find_branch, products_by_code
from app.storage.queries.stock import on_hand


def print_count_sheet(office: Office, actor: Actor, out: Path, t: Translator, key: UUID) -> Table:
    """Write the sheet with empty fields for what is found; no book figure on a blind one.

    Raises NotFound for a count that there is not, OutputError when `out` cannot be written.
    """
    actor.require(Right.POST_COUNTS)
    with office.database.read() as reader:
        rows = count_rows(reader, key=key)
        if not rows:
            raise NotFound(what="count", key=str(key))
        (row,) = rows
        lines = blinded(row, sheet_lines(reader, row.id))
        products = products_by_code(reader, {line.product_code for line in lines})
        there = {
            (each.product_code, each.lot_code): each.qty
            for each in on_hand(reader)
            if each.location_code == row.place_code and not row.blind
        }
        notes = (
            find_branch(reader).name,
            f"{row.place_code} {row.place_name}",
            t.date(row.business_date),
        )
    made = [
        CountSheetLine(
            line.line_no,
            line.product_code,
            line.product_name,
            line.lot_code or "",
            line.packing_code,
            products[line.product_code].packings.usual.show(
                there.get((line.product_code, line.lot_code), 0)
            ),
        )
        for line in lines
    ]
    table = (BLIND if row.blind else WITH_BOOK).table(made, t, notes)
    with new_file(out) as stream:
        write_pdf(table, stream, t)
    return table
