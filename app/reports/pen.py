"""The fonts, sizes and words that all parts of one form share."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.reports.document import Document
from app.reports.fonts import EmbeddedFont
from app.reports.layout import Layout
from app.reports.page import from_mm
from app.reports.wrapping import wrap


@dataclass(frozen=True, slots=True)
class Pen:
    """Knows how the form writes; lengths are tenths of a point."""

    document: Document
    layout: Layout
    words: Mapping[str, str]

    @property
    def regular(self) -> EmbeddedFont:
        return self.document.regular

    @property
    def bold(self) -> EmbeddedFont:
        return self.document.bold

    @property
    def right_edge(self) -> int:
        return self.layout.left + self.layout.width

    @property
    def sheet_width(self) -> int:
        return from_mm(self.layout.width_mm)

    @property
    def line_height(self) -> int:
        """Height of a table row with one line of text."""
        return self.layout.pitch + 2 * self.layout.padding

    @property
    def baseline(self) -> int:
        """Distance from the top of a line to its baseline."""
        # Half the leading lies above the letters; 0.86 of the size is above the baseline.
        layout = self.layout
        return (layout.pitch - layout.body_size) // 2 + layout.body_size * 86 // 100

    def body(self, text: str, width: int) -> tuple[str, ...]:
        """Wrap a text in the body size."""
        return wrap(self.regular, self.layout.body_size, width, text)

    def small(self, text: str, width: int) -> tuple[str, ...]:
        """Wrap a text in the small size."""
        return wrap(self.regular, self.layout.small_size, width, text)
