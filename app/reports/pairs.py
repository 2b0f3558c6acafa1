"""Rows of labelled values, as in the head of a form and below its table."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.reports.layout import HeadCell
from app.reports.page import THICK, Page
from app.reports.pen import Pen
from app.reports.wrapping import wrap

_MAX_LINES = 4
_NUMBER_SIGNS = frozenset("0123456789,.-¥%")


class _Pair(NamedTuple):
    x: int
    label: str
    value_x: int
    width: int
    lines: tuple[str, ...]


class Pairs:
    """Labelled values laid out in rows; a row without any value takes no room.

    With an inset the rows stand in frames, their values in bold. Amounts stay on one line.
    """

    def __init__(
        self,
        pen: Pen,
        rows: Sequence[Sequence[HeadCell]],
        values: Mapping[str, str],
        inset: int = 0,
    ) -> None:
        self._pen = pen
        self._inset = inset
        self._font = pen.bold if inset else pen.regular
        self._rows = [
            self._place(row, values) for row in rows if any(values.get(cell.field) for cell in row)
        ]
        self._heights = [
            max(len(pair.lines) for pair in row) * pen.layout.pitch + 2 * inset
            for row in self._rows
        ]

    @property
    def height(self) -> int:
        return sum(self._heights)

    def draw(self, page: Page, y: int) -> int:
        """Draw the rows from `y` downwards; returns where they end."""
        pen, size = self._pen, self._pen.layout.body_size
        for row, height in zip(self._rows, self._heights, strict=True):
            if self._inset:
                page.box(pen.layout.left, y, pen.layout.width, height, THICK)
            for pair in row:
                base = y + self._inset + pen.baseline
                page.text(pen.regular, size, pair.x, base, pair.label)
                for line in pair.lines:
                    page.fitted(
                        self._font, size, pair.value_x, base, line, width=pair.width, align="left"
                    )
                    base += pen.layout.pitch
            y += height
        return y

    def _place(self, row: Sequence[HeadCell], values: Mapping[str, str]) -> list[_Pair]:
        layout = self._pen.layout
        whole = sum(cell.share for cell in row)
        pairs = []
        x = layout.left
        for cell in row:
            width = round(layout.width * cell.share / whole)
            if values.get(cell.field):
                label = self._pen.words[cell.field] + self._pen.words["colon"]
                indent = self._pen.regular.run(label).width * layout.body_size // 1000
                start = x + self._inset * 2
                room = width - indent - layout.body_size // 2 - self._inset * 2
                room = max(room, layout.body_size)
                lines = self._lines(values[cell.field], room)
                pairs.append(_Pair(start, label, start + indent, room, lines))
            x += width
        return pairs

    def _lines(self, value: str, width: int) -> tuple[str, ...]:
        if _NUMBER_SIGNS.issuperset(value):
            return (value,)
        return wrap(self._font, self._pen.layout.body_size, width, value, _MAX_LINES)
