"""Reports as PDF: a table on A4 landscape whose head stands on every page."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import IO

from app.domain.money import yuan
from app.i18n import Translator
from app.reports.document import Document
from app.reports.grid import Grid
from app.reports.layout import Column, Layout, load_layout
from app.reports.page import THICK, Page
from app.reports.pagination import paginate
from app.reports.pen import Pen
from app.reports.table import Cell, ColumnKind, Table

_GAP = 40
_SIGNING = 360


def write_pdf(table: Table, stream: IO[bytes], t: Translator) -> None:
    """Write the report with page numbers, its totals below the last row."""
    layout = _with_columns(load_layout("table", "a4-landscape"), table)
    document = Document(
        title=table.title,
        author="",
        subject=", ".join(table.notes),
        language="zh-CN" if t.language == "zh" else "en",
    )
    heads = {c.name: f"{c.title}\n({c.unit})" if c.unit else c.title for c in table.columns}
    pen = Pen(document, layout, heads)
    grid = Grid(pen)
    body = grid.measure([_texts(table, row, t) for row in table.rows])
    top = layout.title_size + (layout.pitch if table.notes else 0) + _GAP
    room = layout.height - layout.top - layout.bottom - top - grid.label_height - layout.pitch
    closing = pen.line_height if table.totals else 0
    closing += _SIGNING + _GAP if table.signatures else 0
    pages = paginate(body.heights, room, room, closing)
    for number, rows in enumerate(pages, start=1):
        page = Page(layout.height)
        _head(page, pen, table, t("Page {page} of {pages}", page=number, pages=len(pages)))
        y = grid.draw(page, layout.top + top, body, rows)
        if table.totals and number == len(pages):
            y = grid.draw_sums(page, y, t("Total"), _texts(table, table.totals, t), bold=True)
        grid.close(page, y)
        if table.signatures and number == len(pages):
            _sign(page, pen, y + _GAP, table.signatures)
        content = document.add_content(page.content())
        document.add_page(layout.width_mm, layout.height_mm, [content])
    document.save(stream)


def _with_columns(layout: Layout, table: Table) -> Layout:
    whole = sum(column.share for column in table.columns)
    columns = tuple(
        Column(
            label=column.name,
            fields=(column.name,),
            width=layout.width * column.share // whole,
            align="right" if column.kind in ("quantity", "money") else "left",
        )
        for column in table.columns
    )
    return replace(layout, columns=columns)


def _head(page: Page, pen: Pen, table: Table, count: str) -> None:
    layout = pen.layout
    y = layout.top + layout.title_size * 86 // 100
    page.fitted(
        pen.bold, layout.title_size, layout.left, y, table.title, width=layout.width, align="center"
    )
    page.right(pen.regular, layout.small_size, pen.right_edge, y, count)
    y = layout.top + layout.title_size + pen.baseline
    notes = "    ".join(table.notes)
    page.fitted(
        pen.regular, layout.body_size, layout.left, y, notes, width=layout.width, align="left"
    )


def _sign(page: Page, pen: Pen, y: int, names: tuple[str, ...]) -> None:
    layout = pen.layout
    width = layout.width // len(names)
    page.box(layout.left, y, layout.width, _SIGNING, THICK)
    for place, name in enumerate(names):
        x = layout.left + place * width
        base = y + pen.baseline + layout.padding
        room = width - 2 * _GAP
        page.fitted(pen.regular, layout.small_size, x + _GAP, base, name, width=room, align="left")
        if place:
            page.upright(x, y, y + _SIGNING)


def _texts(table: Table, row: tuple[Cell, ...], t: Translator) -> Mapping[str, str]:
    return {
        column.name: _shown(cell, column.kind, t)
        for column, cell in zip(table.columns, row, strict=True)
    }


def _shown(cell: Cell, kind: ColumnKind, t: Translator) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, date):
        return cell.isoformat()
    return yuan(cell) if kind == "money" else t.number(cell)
