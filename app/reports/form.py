"""Sets sheets on forms: band, head, table with sums on every page, closing block and foot."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.reports.band import Band
from app.reports.document import Document
from app.reports.grid import Body, Grid
from app.reports.layout import Layout
from app.reports.page import THICK, Page
from app.reports.pagination import paginate
from app.reports.pairs import Pairs
from app.reports.pen import Pen
from app.reports.sheet import Sheet, Stamp

_GAP = 30
_BETWEEN_STATEMENTS = "  "
_CLOSING_INSET = 15


class Form:
    """Sets any number of sheets of one kind into a document; lengths are tenths of a point."""

    def __init__(self, document: Document, layout: Layout, words: Mapping[str, str]) -> None:
        self._document = document
        self._layout = layout
        self._pen = Pen(document, layout, words)
        self._grid = Grid(self._pen)

    def add(self, sheet: Sheet, stamps: Sequence[Stamp]) -> int:
        """Set a sheet once per stamp, its pages in order; returns the pages of one copy."""
        layout, pen, grid = self._layout, self._pen, self._grid
        band = Band(pen, sheet)
        heads = [
            Pairs(pen, layout.head, sheet.head),
            Pairs(pen, layout.repeated_head, sheet.head),
        ]
        closing = Pairs(pen, layout.closing, sheet.closing, _CLOSING_INSET)
        statement = pen.small(_BETWEEN_STATEMENTS.join(sheet.statements), layout.width)
        body = grid.measure(sheet.rows)

        # On every page: page subtotal, and a row carried forward or the total.
        fixed = 2 * _GAP + grid.label_height + 2 * pen.line_height + self._foot_height()
        room = layout.height - layout.top - layout.bottom - fixed
        pages = paginate(
            body.heights,
            room - band.height(1) - heads[0].height,
            room - band.height(2) - heads[1].height - pen.line_height,
            closing.height + layout.signature_height + len(statement) * layout.pitch + 2 * _GAP,
        )
        contents = []
        for number, rows in enumerate(pages, start=1):
            page = Page(layout.height)
            band.draw(page, number, len(pages))
            y = layout.top + band.height(number) + _GAP
            y = heads[min(number, 2) - 1].draw(page, y) + _GAP
            y = self._table(page, y, sheet, body, rows)
            if number == len(pages):
                y = closing.draw(page, y)
                self._close(page, y, sheet, statement)
            page.text(
                pen.regular, layout.small_size, layout.left, self._foot_baseline(), sheet.check
            )
            contents.append(self._document.add_content(page.content()))
        for stamp in stamps:
            self._lay(sheet, band, contents, stamp)
        return len(pages)

    def _table(self, page: Page, y: int, sheet: Sheet, body: Body, rows: range) -> int:
        grid, words = self._grid, self._pen.words
        start, stop = rows.start, rows.stop
        if start:
            page.level(self._layout.left, self._pen.right_edge, y, THICK)
            y = grid.draw_sums(page, y, words["brought_forward"], sheet.sums(0, start))
        y = grid.draw(page, y, body, rows)
        y = grid.draw_sums(page, y, words["page_subtotal"], sheet.sums(start, stop))
        last = stop == len(sheet.rows)
        label = words["total" if last else "carried_forward"]
        y = grid.draw_sums(page, y, label, sheet.sums(0, stop), bold=last)
        grid.close(page, y)
        return y

    def _close(self, page: Page, y: int, sheet: Sheet, statement: Sequence[str]) -> None:
        layout, pen = self._layout, self._pen
        count = len(layout.signatures)
        edges = [layout.left + layout.width * i // count for i in range(count + 1)]
        page.box(layout.left, y, layout.width, layout.signature_height, THICK)
        for key, x, end in zip(layout.signatures, edges, edges[1:], strict=False):
            text = " ".join(filter(None, (pen.words[key], sheet.signed.get(key))))
            base = y + pen.baseline + layout.padding
            page.fitted(
                pen.regular,
                layout.small_size,
                x + _GAP,
                base,
                text,
                width=end - x - 2 * _GAP,
                align="left",
            )
            if x > layout.left:
                page.upright(x, y, y + layout.signature_height)
        y += layout.signature_height + _GAP
        for line in statement:
            page.text(pen.regular, layout.small_size, layout.left, y + pen.baseline, line)
            y += layout.pitch

    def _lay(self, sheet: Sheet, band: Band, contents: Sequence[Any], stamp: Stamp) -> None:
        page = Page(self._layout.height)
        band.draw_stamp(page, stamp)
        over = self._document.add_content(page.content())
        for number, content in enumerate(contents):
            title = "" if number else f"{sheet.number or stamp.mark} {stamp.copy}"
            self._document.add_page(
                self._layout.width_mm, self._layout.height_mm, [content, over], bookmark=title
            )

    def _foot_height(self) -> int:
        return self._layout.pitch

    def _foot_baseline(self) -> int:
        return self._layout.height - self._layout.bottom - self._layout.small_size * 14 // 100
