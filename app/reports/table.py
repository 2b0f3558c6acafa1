"""Reports as tables: what a report is, and one filled with rows in the reader's language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from app.i18n import Translator

Cell = str | int | date | None
ColumnKind = Literal["text", "date", "quantity", "money"]


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column; `name` is stable, `share` its part of the width, quantities count base units."""

    name: str
    title: str
    kind: ColumnKind
    share: int
    unit: str = ""
    summed: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A report filled in; quantities are base units, money is fen, `totals` is as wide as a row.

    `notes` say what was asked for: branch, place, dates. `signatures` are who signs the paper.
    """

    name: str
    title: str
    notes: tuple[str, ...]
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...]
    signatures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportDefinition:
    """A report by name; `row` turns one line of its own kind into cells, in column order.

    `version` rises with every change of what the numbers mean.
    """

    name: str
    title: str
    version: int
    parameters: tuple[str, ...]
    columns: tuple[TableColumn, ...]
    row: Callable[[Any], tuple[Cell, ...]]
    signatures: tuple[str, ...] = ()

    def table(self, lines: Sequence[Any], t: Translator, notes: Sequence[str] = ()) -> Table:
        """Fill the report; raises whatever `row` refuses a line with."""
        rows = tuple(self.row(line) for line in lines)
        totals: list[Cell] = [None] * len(self.columns)
        for place, column in enumerate(self.columns):
            if column.summed:
                totals[place] = sum(cell for row in rows if isinstance(cell := row[place], int))
        return Table(
            name=self.name,
            title=t(self.title),
            notes=tuple(notes),
            columns=tuple(_worded(column, t) for column in self.columns),
            rows=rows,
            totals=tuple(totals) if any(column.summed for column in self.columns) else (),
            signatures=tuple(map(t, self.signatures)),
        )


def _worded(column: TableColumn, t: Translator) -> TableColumn:
    return TableColumn(
        column.name,
        t(column.title),
        column.kind,
        column.share,
        t(column.unit) if column.unit else "",
        column.summed,
    )
