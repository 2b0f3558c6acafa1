"""Reports as XLSX workbooks; whatever a text says, it stays a text."""

from datetime import date, datetime
from typing import IO, Any

import xlsxwriter

from app.i18n import Translator
from app.reports.csv_file import head_with_unit
from app.reports.table import Cell, ColumnKind, Table

_MAX_TEXT = 32_767
_MAX_SHEET_NAME = 31
_WIDTH_PER_SHARE = 0.62
# A workbook has to name a day of its making; a fixed one keeps equal reports equal.
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - the file format has no time zones
_FORMATS = {"quantity": "#,##0", "money": "#,##0.00", "date": "yyyy-mm-dd"}


def write_xlsx(table: Table, stream: IO[bytes], t: Translator) -> None:
    """Write title, notes, heads (frozen, with filters), rows and totals; money in yuan."""
    workbook = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    workbook.set_properties({"title": table.title, "created": _MADE})
    sheet = workbook.add_worksheet(_sheet_name(table.title))
    bold = workbook.add_format({"bold": True})
    head = workbook.add_format(
        {"bold": True, "bottom": 1, "text_wrap": True, "align": "center", "valign": "vcenter"}
    )
    sheet.write_string(0, 0, table.title, workbook.add_format({"bold": True, "font_size": 14}))
    for row, note in enumerate(table.notes, start=1):
        sheet.write_string(row, 0, _clean(note))
    top = len(table.notes) + 2
    formats, total_formats = _formats(workbook, {}), _formats(workbook, {"bold": True, "top": 1})
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.share * _WIDTH_PER_SHARE)
        sheet.write_string(top, place, head_with_unit(column.title, column.unit, t), head)
    for number, row_cells in enumerate(table.rows, start=top + 1):
        for place, (column, cell) in enumerate(zip(table.columns, row_cells, strict=True)):
            _write(sheet, (number, place), cell, column.kind, formats[column.kind])
    end = top + len(table.rows)
    sheet.freeze_panes(top + 1, 0)
    sheet.autofilter(top, 0, max(end, top + 1), len(table.columns) - 1)
    if table.totals:
        sheet.write_string(end + 1, 0, t("Total"), bold)
        for place, (column, cell) in enumerate(zip(table.columns, table.totals, strict=True)):
            _write(sheet, (end + 1, place), cell, column.kind, total_formats[column.kind])
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    workbook.close()


def _formats(workbook: Any, shared: dict[str, Any]) -> dict[str, Any]:
    made = {k: workbook.add_format({"num_format": v, **shared}) for k, v in _FORMATS.items()}
    made["text"] = workbook.add_format(shared)
    return made


def _write(sheet: Any, place: tuple[int, int], cell: Cell, kind: ColumnKind, shape: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        sheet.write_string(*place, _clean(cell), shape)
    elif isinstance(cell, date):
        sheet.write_datetime(*place, cell, shape)
    else:
        sheet.write_number(*place, cell / 100 if kind == "money" else cell, shape)


def _clean(text: str) -> str:
    return text[:_MAX_TEXT].encode("utf-8", "replace").decode("utf-8")


def _sheet_name(title: str) -> str:
    allowed = "".join(" " if letter in "[]:*?/\\'" else letter for letter in title)
    return allowed.strip()[:_MAX_SHEET_NAME] or "Sheet1"
