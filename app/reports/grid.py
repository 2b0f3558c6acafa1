"""The table of a form: labels on top, wrapped cells, and rows of sums that span columns."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.reports.page import THICK, Page
from app.reports.pen import Pen

_SIDE = 20


class _Cell(NamedTuple):
    x: int
    width: int
    align: str
    lines: tuple[str, ...]


class Body(NamedTuple):
    """The wrapped rows of one table and their heights."""

    rows: Sequence[Sequence[_Cell]]
    heights: Sequence[int]


class Grid:
    """Draws the tables of one form; the columns are worked out once."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        layout = pen.layout
        self._edges = [layout.left]
        for column in layout.columns:
            self._edges.append(self._edges[-1] + column.width)
        self._edges[-1] = pen.right_edge
        self._rooms = [
            (edge + _SIDE, column.width - 2 * _SIDE, column.align, column.fields)
            for edge, column in zip(self._edges, layout.columns, strict=False)
        ]
        self._labels = [
            _Cell(x, width, "center", tuple(pen.words[column.label].split("\n")))
            for (x, width, _, _), column in zip(self._rooms, layout.columns, strict=True)
        ]
        self.label_height = self._height(self._labels)

    def measure(self, rows: Sequence[Mapping[str, str]]) -> Body:
        """Wrap the texts of all rows; only texts set to the left may take more than one line."""
        cells = [self._cells(row) for row in rows]
        return Body(cells, [self._height(row) for row in cells])

    def _cells(self, row: Mapping[str, str]) -> list[_Cell]:
        cells = []
        for x, width, align, fields in self._rooms:
            lines: tuple[str, ...] = ()
            for field in fields:
                text = row.get(field)
                if text:
                    lines += self._pen.body(text, width) if align == "left" else (text,)
            if lines:
                cells.append(_Cell(x, width, align, lines))
        return cells

    def _height(self, cells: Sequence[_Cell]) -> int:
        lines = max((len(cell.lines) for cell in cells), default=1)
        return lines * self._pen.layout.pitch + 2 * self._pen.layout.padding

    def draw(self, page: Page, y: int, body: Body, shown: range) -> int:
        """Draw labels and the `shown` rows from `y` downwards; returns where they end."""
        pen = self._pen
        left, right = pen.layout.left, pen.right_edge
        start = y
        page.level(left, right, y, THICK)
        self._row(page, y, self._labels, self.label_height, bold=True)
        y += self.label_height
        page.level(left, right, y)
        for place in shown:
            self._row(page, y, body.rows[place], body.heights[place])
            y += body.heights[place]
            page.level(left, right, y)
        for edge in self._edges[1:-1]:
            page.upright(edge, start, y)
        self._sides(page, start, y)
        return y

    def draw_sums(
        self, page: Page, y: int, label: str, sums: Mapping[str, str], *, bold: bool = False
    ) -> int:
        """Draw one row of sums; the first sum may spread over the columns before it."""
        pen, layout = self._pen, self._pen.layout
        font = pen.bold if bold else pen.regular
        base = y + layout.padding + pen.baseline
        end = y + pen.line_height
        x = layout.left + _SIDE
        page.text(font, layout.body_size, x, base, label)
        x += font.run(label).width * layout.body_size // 1000 + 2 * _SIDE
        for column, edge in zip(layout.columns, self._edges[1:], strict=True):
            for field in column.fields:
                if sums.get(field):
                    width = edge - _SIDE - x
                    page.fitted(
                        font, layout.body_size, x, base, sums[field], width=width, align="right"
                    )
                    page.upright(edge, y, end)
                    x = edge + _SIDE
        page.level(layout.left, pen.right_edge, end)
        self._sides(page, y, end)
        return end

    def close(self, page: Page, y: int) -> None:
        """Draw the thick line that ends the table."""
        page.level(self._pen.layout.left, self._pen.right_edge, y, THICK)

    def _row(
        self, page: Page, y: int, cells: Sequence[_Cell], height: int, *, bold: bool = False
    ) -> None:
        pen, layout = self._pen, self._pen.layout
        font = pen.bold if bold else pen.regular
        for x, width, align, lines in cells:
            base = y + layout.padding + pen.baseline
            if bold:
                base = y + (height - len(lines) * layout.pitch) // 2 + pen.baseline
            for line in lines:
                if align == "left":
                    page.text(font, layout.body_size, x, base, line)
                else:
                    page.fitted(font, layout.body_size, x, base, line, width=width, align=align)
                base += layout.pitch

    def _sides(self, page: Page, y1: int, y2: int) -> None:
        page.upright(self._pen.layout.left, y1, y2, THICK)
        page.upright(self._pen.right_edge, y1, y2, THICK)
