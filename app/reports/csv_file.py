"""Reports as CSV that spreadsheets open in the right encoding and never run as formulas."""

import csv
import io
from datetime import date
from typing import IO

from app.i18n import Translator
from app.reports.table import Cell, ColumnKind, Table

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(table: Table, stream: IO[bytes], t: Translator) -> None:
    """Write heads, rows and totals; UTF-8 with a mark, money in yuan, days as 2026-06-18."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([head_with_unit(c.title, c.unit, t) for c in table.columns])
    kinds = [column.kind for column in table.columns]
    for row in table.rows:
        writer.writerow([_shown(cell, kind) for cell, kind in zip(row, kinds, strict=True)])
    if table.totals:
        sums = [_shown(cell, kind) for cell, kind in zip(table.totals, kinds, strict=True)]
        writer.writerow([sums[0] or t("Total"), *sums[1:]])
    stream.write(text.getvalue().encode("utf-8-sig", "replace"))


def head_with_unit(title: str, unit: str, t: Translator) -> str:
    """The head of a column, with its unit if it has one."""
    return t("{title} ({unit})", title=title, unit=unit) if unit else title


def _shown(cell: Cell, kind: ColumnKind) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int):
        if kind == "money":
            return f"{'-' if cell < 0 else ''}{abs(cell) // 100}.{abs(cell) % 100:02}"
        return str(cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA_STARTS) else cell
