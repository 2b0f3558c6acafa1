"""Reads a table into the books: every bad row named, all good ones taken in, or none."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.domain.rights import Actor, Right
from app.errors import AppError, NotFound, RuleBroken, UsageError
from app.services.importing.catalogue import KINDS
from app.services.importing.columns import BadCell, Column
from app.services.importing.kinds import Kind, Row
from app.services.importing.orders import take_orders
from app.services.importing.sheets import place_columns, read_rows
from app.services.importing.stock import take_stock
from app.services.masters import put_masters
from app.services.office import Office

CHUNK_ROWS = 2_000
_TOLD = 100_000
Table = Iterator[tuple[int, list[str]]]
"""Number of a line and its cells, the headings first."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """`line` as an editor counts; `code` names what is wrong with `value` in `column`."""

    line: int
    column: str
    value: str
    code: str


@dataclass(slots=True)
class Imported:
    """What became of a table: rows read, taken in, there already, and bad ones."""

    kind: str
    rows: int = 0
    imported: int = 0
    unchanged: int = 0
    bad: list[BadRow] = field(default_factory=list)
    bad_rows: int = 0

    def refuse(self, bad: BadRow) -> None:
        self.bad_rows += 1
        if len(self.bad) < _TOLD:
            self.bad.append(bad)


@dataclass(frozen=True, slots=True)
class Headings:
    """Which of their headings stands for which column of ours, and what is always the same."""

    headings: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)


def read_mapping(file: Path | None) -> Headings:
    """A TOML or JSON file: [columns] ours = "theirs", [constants] ours = "value".

    Raises UsageError.
    """
    if file is None:
        return Headings()
    try:
        text = file.read_text("utf-8")
        plain = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
        columns = plain.get("columns", {})
        constants = {name: str(value) for name, value in plain.get("constants", {}).items()}
        return Headings({name: str(value) for name, value in columns.items()}, constants)
    except (OSError, ValueError, AttributeError) as error:
        raise UsageError(argument=str(file), reason=f"cannot be read: {error}") from error


def file_heads(file: Path) -> list[str]:
    """The headings of a table. Raises UsageError for a file that is none."""
    return next(read_rows(file), (0, []))[1]


def find_kind(name: str) -> Kind:
    """Raises UsageError for a kind that there is not."""
    if name not in KINDS:
        raise UsageError(argument="KIND", reason=f"is one of {', '.join(KINDS)}")
    return KINDS[name]


def import_table(
    office: Office,
    actor: Actor,
    name: str,
    file: Path,
    *,
    mapping: Headings | None = None,
    dry_run: bool = False,
    all_or_nothing: bool = False,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Imported:
    """Take a table in, in commands of some thousand rows.

    If the machine dies in between, importing the file again goes on: what is there already is
    unchanged. With `all_or_nothing` the whole file is looked at before anything is written. Raises
    UsageError for a file without the columns that the kind needs, and what writing raises.
    """
    actor.require(Right.MASTERS)
    return _import(
        office,
        actor,
        find_kind(name),
        lambda: read_rows(file),
        mapping or Headings(),
        dry_run=dry_run,
        all_or_nothing=all_or_nothing,
        progress=progress,
    )


def import_typed(
    office: Office,
    actor: Actor,
    name: str,
    rows: Sequence[Sequence[str]],
) -> Imported:
    """Take in the good ones of the rows that somebody typed under the kind's own columns.

    The `line` of a bad row is its place among `rows`, from 0. Raises as `import_table` does.
    """
    actor.require(Right.MASTERS)
    kind = find_kind(name)
    heads = [column.name for column in kind.columns]
    table = [(-1, heads), *((number, list(cells)) for number, cells in enumerate(rows))]
    return _import(office, actor, kind, lambda: iter(table), Headings())


def _import(
    office: Office,
    actor: Actor,
    kind: Kind,
    read: Callable[[], Table],
    mapping: Headings,
    *,
    dry_run: bool = False,
    all_or_nothing: bool = False,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Imported:
    if all_or_nothing and not dry_run:
        first = Imported(kind.name)
        for _chunk in _chunks(kind, read(), mapping, first):
            progress(first.rows)
        if first.bad_rows:
            return first
    result = Imported(kind.name)
    for chunk in _chunks(kind, read(), mapping, result):
        progress(result.rows)
        if dry_run:
            result.imported += len(chunk)
            continue
        _put(office, actor, kind, chunk, result)
    return result


def _chunks(
    kind: Kind, table: Table, mapping: Headings, result: Imported
) -> Iterator[list[tuple[int, Row]]]:
    """Good rows in bundles; rows of one `together` value are never in two."""
    chunk: list[tuple[int, Row]] = []
    for line, row in _good_rows(kind, table, mapping, result):
        full = len(chunk) >= CHUNK_ROWS
        if full and (not kind.together or row[kind.together] != chunk[-1][1][kind.together]):
            yield chunk
            chunk = []
        chunk.append((line, row))
    if chunk:
        yield chunk


def _good_rows(
    kind: Kind, table: Table, mapping: Headings, result: Imported
) -> Iterator[tuple[int, Row]]:
    heads = next(table, (0, []))[1]
    places = _places(kind, heads, mapping)
    seen: dict[tuple[Any, ...], int] = {}
    for line, cells in table:
        result.rows += 1
        row = _row(kind, places, mapping.constants, line, cells, result)
        if row is None:
            continue
        key = tuple(row.get(name) for name in kind.key)
        if key in seen:
            said = " ".join(str(part) for part in key if part is not None)
            result.refuse(BadRow(line, kind.key[0], f"{said} ({seen[key]})", "again"))
            continue
        seen[key] = line
        yield line, row


def _places(kind: Kind, heads: list[str], mapping: Headings) -> list[int]:
    names = [
        (mapping.headings[column.name],)
        if column.name in mapping.headings
        else (column.name, column.title)
        for column in kind.columns
    ]
    places = place_columns(heads, names)
    for column, place in zip(kind.columns, places, strict=True):
        if column.required and place < 0 and column.name not in mapping.constants:
            raise UsageError(
                argument=column.name, reason=f"no column is called so, or “{column.title}”"
            )
    return places


def _row(
    kind: Kind,
    places: list[int],
    constants: Mapping[str, str],
    line: int,
    cells: list[str],
    result: Imported,
) -> Row | None:
    values: dict[str, Any] = {}
    for column, place in zip(kind.columns, places, strict=True):
        text = cells[place] if 0 <= place < len(cells) else constants.get(column.name, "")
        try:
            values[column.name] = column.cell(text)
        except BadCell as bad:
            result.refuse(BadRow(line, column.name, text[:200], bad.code))
            return None
    return values


def _put(
    office: Office,
    actor: Actor,
    kind: Kind,
    chunk: list[tuple[int, Row]],
    result: Imported,
) -> None:
    """One command for the chunk; rows that it is refused for are told and left out.

    What names an unknown code is found at once; for any other reason the chunk is halved until the
    bad row is alone.
    """
    rows = [row for _, row in chunk]
    try:
        if kind.make is not None:
            put_masters(office, actor, kind.make(rows))
            result.imported += len(rows)
        elif kind.name == "orders":
            taken = take_orders(office, actor, rows)
            result.imported += taken
            result.unchanged += len(rows) - taken
        else:
            taken = take_stock(office, actor, kind.name, rows)
            result.imported += taken
            result.unchanged += len(rows) - taken
    except (NotFound, RuleBroken) as error:
        unknown = str(error.fields.get("key", "")) if isinstance(error, NotFound) else ""
        guilty = [each for each in chunk if unknown and unknown in _codes_of(each[1])]
        if guilty and len(guilty) < len(chunk) and not kind.together:
            for line, row in guilty:
                result.refuse(_refused(line, row, kind.columns, error))
            _put(office, actor, kind, [each for each in chunk if each not in guilty], result)
            return
        if len(chunk) == 1 or not _may_be_cut(kind, chunk):
            for line, row in chunk:
                result.refuse(_refused(line, row, kind.columns, error))
            return
        for half in _halves(kind, chunk):
            _put(office, actor, kind, half, result)


def _codes_of(row: Row) -> set[str]:
    """All codes in a row; a packing is named together with its product."""
    found = {value for value in row.values() if isinstance(value, str)}
    found |= {each for value in row.values() if isinstance(value, tuple) for each in value}
    return found | {f"{row.get('product')} {row.get('packing')}"}


def _may_be_cut(kind: Kind, chunk: list[tuple[int, Row]]) -> bool:
    return not kind.together or len({row[kind.together] for _, row in chunk}) > 1


def _halves(kind: Kind, chunk: list[tuple[int, Row]]) -> list[list[tuple[int, Row]]]:
    middle = len(chunk) // 2
    if kind.together:
        names = sorted({row[kind.together] for _, row in chunk})
        first = set(names[: len(names) // 2])
        return [
            [each for each in chunk if (each[1][kind.together] in first) is wanted]
            for wanted in (True, False)
        ]
    return [chunk[:middle], chunk[middle:]]


def _refused(line: int, row: Row, columns: tuple[Column, ...], error: AppError) -> BadRow:
    """The cell that the books refused, as far as the error says which."""
    value = str(error.fields.get("key", error.fields.get("product", "")))
    column = next((c.name for c in columns if value and str(row.get(c.name)) == value), "")
    return BadRow(line, column, value, str(getattr(error, "rule", error.code)))
