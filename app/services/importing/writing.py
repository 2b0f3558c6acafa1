"""Writes the books out as tables that can be read in again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.clock import Clock
from app.domain.business_day import business_date
from app.domain.rights import Actor, Right
from app.reports.table_file import write_texts
from app.services.files import new_file
from app.services.importing.columns import shown, yuan
from app.services.importing.kinds import Kind
from app.services.importing.reading import BadRow, find_kind
from app.services.importing.sheets import guarded
from app.services.office import Office
from app.storage.queries.directory import find_branch
from app.storage.queries.exports import rows_of
from app.storage.reader import Reader


@dataclass(frozen=True, slots=True)
class Written:
    """A row as it would be imported again, a cell for each column of its kind; `initials` are the
    first letters of its name as pinyin, where it has one."""

    cells: list[str]
    initials: str


def export_table(office: Office, actor: Actor, name: str, file: Path) -> int:
    """Write a kind into a CSV or XLSX file, by its name; returns how many rows.

    Raises UsageError for a kind that there is not, OutputError.
    """
    actor.require(Right.REPORT)
    kind = find_kind(name)
    with office.database.read() as reader:
        rows = [row.cells for row in written_rows(reader, kind, office.clock)]
    _write(file, kind, rows)
    return len(rows)


def written_rows(reader: Reader, kind: Kind, clock: Clock) -> list[Written]:
    """All rows of a kind, by their codes; what holds from a day on, as it holds today."""
    cutoff_min = find_branch(reader).cutoff_min
    today = business_date(clock.now_ms(), clock.offset_min(), cutoff_min)
    return [
        Written(_cells(kind, row), row.get("initials") or "")
        for row in rows_of(reader, kind.name, today)
    ]


def write_template(name: str, file: Path) -> None:
    """An empty table with every column, and below it what each means."""
    kind = find_kind(name)
    _write(file, kind, [[column.meaning for column in kind.columns]])


def write_bad_rows(file: Path, bad: Sequence[BadRow]) -> None:
    """The bad rows as a CSV: line, column, value and code."""
    rows = [[str(each.line), each.column, each.value, each.code] for each in bad]
    _write_csv(file, ["line", "column", "value", "code"], rows)


def _cells(kind: Kind, row: dict[str, Any]) -> list[str]:
    scope = json.loads(row["scope"] or "{}") if kind.name == "promotions" else {}
    values = row | {name: tuple(codes) for name, codes in scope.items()}
    return [
        yuan(values.get(column.name))
        if column.name.endswith("_fen")
        else shown(values.get(column.name))
        for column in kind.columns
    ]


def _write(file: Path, kind: Kind, rows: Iterable[Sequence[str]]) -> None:
    heads = [column.name for column in kind.columns]
    if file.suffix.lower() == ".xlsx":
        with new_file(file) as stream:
            write_texts(stream, kind.name, heads, rows)
        return
    _write_csv(file, heads, rows)


def _write_csv(file: Path, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    with new_file(file) as stream:
        stream.write(text.getvalue().encode("utf-8-sig"))
