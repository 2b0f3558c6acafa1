"""The band at the top of every page: who issues the paper, its title, number and barcode."""

from app.reports.barcodes import code128
from app.reports.page import Page
from app.reports.pen import Pen
from app.reports.sheet import Sheet, Stamp
from app.reports.wrapping import wrap

_LEAST_GAP = 40
_MAX_ISSUER_LINES = 2


class Band:
    """The band of one sheet; later pages leave out the issuer's address lines."""

    def __init__(self, pen: Pen, sheet: Sheet) -> None:
        self._pen = pen
        self._sheet = sheet
        layout = pen.layout
        self._bars = code128(sheet.barcode) if sheet.barcode else ()
        self._code_width = sum(self._bars) * layout.barcode_module
        # The number and the page count stand below the bars and want some width of their own.
        self._right_width = max(self._code_width, layout.width * 29 // 100)
        self._left_width = layout.width * 35 // 100
        self._issuer_pitch = layout.issuer_size * 11 // 10
        self._issuer = wrap(
            pen.bold, layout.issuer_size, self._left_width, sheet.issuer, _MAX_ISSUER_LINES
        )
        self._issuer_lines = [
            line for text in sheet.issuer_lines for line in pen.small(text, self._left_width)
        ]

    def height(self, number: int) -> int:
        """Height on page `number`, counted from 1."""
        layout = self._pen.layout
        lines = len(self._issuer_lines) if number == 1 else 0
        return max(
            self._issuer_pitch * len(self._issuer) + layout.pitch * lines,
            layout.barcode_height + layout.pitch,
            layout.title_size + 2 * layout.pitch,
        )

    def draw(self, page: Page, number: int, pages: int) -> None:
        """Draw it onto page `number` of `pages`."""
        pen, layout, sheet = self._pen, self._pen.layout, self._sheet
        y = layout.top + layout.issuer_size * 86 // 100
        for line in self._issuer:
            page.text(pen.bold, layout.issuer_size, layout.left, y, line)
            y += self._issuer_pitch
        y += layout.pitch - self._issuer_pitch
        for line in self._issuer_lines if number == 1 else ():
            page.text(pen.regular, layout.small_size, layout.left, y, line)
            y += layout.pitch
        x, width = self._middle()
        y = layout.top + layout.title_size * 86 // 100
        page.fitted(
            pen.bold, layout.title_size, x, y, pen.words["title"], width=width, align="center"
        )
        if self._bars:
            page.bars(
                pen.right_edge - self._code_width,
                layout.top,
                layout.barcode_module,
                layout.barcode_height,
                self._bars,
            )
        x = pen.right_edge - self._right_width
        y = layout.top + layout.barcode_height + pen.baseline
        count = pen.words["page"].format(number, pages)
        count_width = pen.regular.run(count).width * layout.body_size // 1000
        count_width = min(count_width, self._right_width * 45 // 100)
        number_width = self._right_width - count_width - _LEAST_GAP
        page.fitted(
            pen.bold, layout.body_size, x, y, sheet.number, width=number_width, align="left"
        )
        x = pen.right_edge - count_width
        page.fitted(pen.regular, layout.body_size, x, y, count, width=count_width, align="right")

    def draw_stamp(self, page: Page, stamp: Stamp) -> None:
        """Draw what one copy says of itself."""
        layout, bold = self._pen.layout, self._pen.bold
        x, width = self._middle()
        y = layout.top + layout.title_size + self._pen.baseline
        page.fitted(bold, layout.small_size, x, y, stamp.copy, width=width, align="center")
        y += layout.pitch
        page.fitted(bold, layout.small_size, x, y, stamp.mark, width=width, align="center")
        if stamp.across:
            page.across(bold, layout.width * 2 // 3, self._pen.sheet_width, stamp.across)

    def _middle(self) -> tuple[int, int]:
        """Left edge and width of the title's room, centred on the sheet as far as it goes."""
        layout = self._pen.layout
        centre = layout.left + layout.width // 2
        half = min(
            centre - layout.left - self._left_width,
            self._pen.right_edge - self._right_width - centre,
        )
        half -= _LEAST_GAP
        return centre - half, 2 * half
