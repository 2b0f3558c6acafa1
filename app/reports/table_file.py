"""Bare tables as workbooks: one row of heads, and below it texts that stay texts."""

from collections.abc import Iterable, Sequence
from typing import IO

import xlsxwriter


def write_texts(
    stream: IO[bytes], title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Every cell is written as text, so that codes keep their zeros and nothing is a formula."""
    workbook = xlsxwriter.Workbook(stream, {"constant_memory": True, "in_memory": False})
    sheet = workbook.add_worksheet(title[:31])
    bold = workbook.add_format({"bold": True})
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head, bold)
    for number, cells in enumerate(rows, start=1):
        for place, cell in enumerate(cells):
            if cell:
                sheet.write_string(number, place, cell)
    sheet.freeze_panes(1, 0)
    workbook.close()
