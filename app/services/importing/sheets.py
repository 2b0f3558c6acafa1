"""Rows of a CSV or XLSX file as texts, whoever wrote it."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from app.errors import UsageError

_PROBE_BYTES = 1 << 20
_DELIMITERS = ",;\t"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
"""A text that begins like this gets a quote in front of it in a CSV, and loses it when read."""


def read_rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Number of the line (from 1, as an editor shows it) and its cells, empty lines left out.

    CSV in UTF-8, UTF-16 or GB18030, with commas, semicolons or tabs; XLSX, its first sheet. Raises
    UsageError for a file that is neither.
    """
    if not file.is_file():
        raise UsageError(argument=str(file), reason="there is no such file")
    if file.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods"):
        yield from _read_workbook(file)
    else:
        yield from _read_csv(file)


def unguarded(text: str) -> str:
    """The text without the quote that keeps spreadsheets from running it."""
    return (
        text[1:]
        if text.startswith("'") and text[1:].lstrip(" ").startswith(FORMULA_STARTS)
        else text
    )


def guarded(text: str) -> str:
    """The text as it is safe in a CSV."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def _read_csv(file: Path) -> Iterator[tuple[int, list[str]]]:
    encoding = _encoding(file)
    try:
        with file.open(encoding=encoding, newline="") as stream:
            first = stream.readline()
            delimiter = max(_DELIMITERS, key=first.count)
            stream.seek(0)
            reader = csv.reader(stream, delimiter=delimiter)
            line = 1
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield line, [unguarded(cell) for cell in cells]
                line = reader.line_num + 1
    except (csv.Error, UnicodeError, OSError) as error:
        raise UsageError(argument=str(file), reason=f"cannot be read: {error}") from error


def _encoding(file: Path) -> str:
    """By its mark; else UTF-8 where all of it is, else GB18030."""
    try:
        with file.open("rb") as stream:
            start = stream.read(4)
            if start.startswith(codecs.BOM_UTF8):
                return "utf-8-sig"
            if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16"
            decoder = codecs.getincrementaldecoder("utf-8")()
            decoder.decode(start)
            while part := stream.read(_PROBE_BYTES):
                decoder.decode(part)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "gb18030"
    except OSError as error:
        raise UsageError(argument=str(file), reason=error.strerror or str(error)) from error
    return "utf-8"


def _read_workbook(file: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        workbook = CalamineWorkbook.from_path(file)
        sheet = workbook.get_sheet_by_index(0)
        start = sheet.start
        first = 1 if start is None else start[0] + 1
        for line, cells in enumerate(sheet.iter_rows(), start=first):
            texts = [_text(cell) for cell in cells]
            if any(text.strip() for text in texts):
                yield line, texts
    except (CalamineError, OSError, IndexError) as error:
        raise UsageError(argument=str(file), reason=f"cannot be read: {error}") from error


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def place_columns(heads: Sequence[str], wanted: Sequence[tuple[str, ...]]) -> list[int]:
    """For each of the wanted columns (all names it goes by), its place among the heads, or -1."""
    plain = [head.strip().casefold() for head in heads]
    return [
        next((plain.index(name.casefold()) for name in names if name.casefold() in plain), -1)
        for names in wanted
    ]
