"""One page as drawing orders; lengths are tenths of a point, y grows downwards from the top."""

import math

from app.reports.fonts import EmbeddedFont

THIN = 5
THICK = 10
_MM = 720 / 25.4
_RISE = math.radians(20)


def from_mm(length_mm: float) -> int:
    """Millimetres in tenths of a point."""
    return round(length_mm * _MM)


class Page:
    """Collects lines and texts; `content()` is a finished, balanced content stream.

    Whole tenths of a point keep the numbers short and exact on any platform.
    """

    def __init__(self, height: int) -> None:
        self._height = height
        self._thin: list[str] = []
        self._thick: list[str] = []
        self._texts: list[str] = []
        self._marks: list[str] = []
        self._set_in: tuple[str, int] = ("", 0)
        self._x = 0
        self._y = 0

    def text(self, font: EmbeddedFont, size: int, x: int, y: int, text: str) -> None:
        """Set `text` with its baseline at `y`, starting at `x`."""
        if text:
            self._show(font, size, x, y, font.run(text).encoded)

    def right(self, font: EmbeddedFont, size: int, x: int, y: int, text: str) -> None:
        """Set `text` so that it ends at `x`."""
        if text:
            run = font.run(text)
            self._show(font, size, x - run.width * size // 1000, y, run.encoded)

    def fitted(
        self, font: EmbeddedFont, size: int, x: int, y: int, text: str, *, width: int, align: str
    ) -> None:
        """Set `text` into a box; a number too long for it gets narrower letters, never lower ones.

        `align` is "left", "right" or "center".
        """
        if not text:
            return
        run = font.run(text)
        long = run.width * size // 1000
        narrowed = long > width
        if narrowed:
            self._texts.append(f"{width * 100 // long} Tz")
            long = width
        if align == "right":
            x += width - long
        elif align == "center":
            x += (width - long) // 2
        self._show(font, size, x, y, run.encoded)
        if narrowed:
            self._texts.append("100 Tz")

    def _show(self, font: EmbeddedFont, size: int, x: int, y: int, encoded: str) -> None:
        texts = self._texts
        if self._set_in != (font.name, size):
            self._set_in = (font.name, size)
            texts.append(f"/{font.name} {size} Tf")
        y = self._height - y
        texts.append(f"{x - self._x} {y - self._y} Td({encoded})Tj")
        self._x = x
        self._y = y

    def level(self, x1: int, x2: int, y: int, weight: int = THIN) -> None:
        """Draw a horizontal line."""
        self._stroke(f"{x1} {self._height - y} m {x2} {self._height - y} l", weight)

    def upright(self, x: int, y1: int, y2: int, weight: int = THIN) -> None:
        """Draw a vertical line."""
        self._stroke(f"{x} {self._height - y1} m {x} {self._height - y2} l", weight)

    def box(self, x: int, y: int, width: int, height: int, weight: int = THIN) -> None:
        """Draw the outline of a box whose upper left corner is given."""
        self._stroke(f"{x} {self._height - y - height} {width} {height} re", weight)

    def _stroke(self, path: str, weight: int) -> None:
        # Lines of one weight share one path that is stroked at the end.
        (self._thin if weight == THIN else self._thick).append(path)

    def bars(self, x: int, y: int, module: int, height: int, widths: tuple[int, ...]) -> None:
        """Fill a barcode: `widths` are bars and gaps in turn, in modules, a bar first."""
        foot = self._height - y - height
        places = []
        for place, width in enumerate(widths):
            if not place % 2:
                places.append(f"{x} {foot} {width * module} {height} re")
            x += width * module
        self._marks.append("\n".join(places) + " f")

    def across(self, font: EmbeddedFont, length: int, width: int, text: str) -> None:
        """Write hollow letters, `length` long, over the middle of a sheet of this width.

        They rise gently and cover nothing they cross.
        """
        run = font.run(text)
        size = length * 1000 // run.width
        cos, sin = math.cos(_RISE), math.sin(_RISE)
        x = round(width / 2 - length / 2 * cos + size * 0.35 * sin)
        y = round(self._height / 2 - length / 2 * sin - size * 0.35 * cos)
        self._marks.append(
            f"q BT 1 Tr /{font.name} {size} Tf "
            f"{cos:.4f} {sin:.4f} {-sin:.4f} {cos:.4f} {x} {y} Tm({run.encoded})Tj ET Q"
        )

    def content(self) -> bytes:
        """Return the orders as a content stream of its own."""
        parts = [f"q .1 0 0 .1 0 0 cm {THIN} w 2 J"]
        if self._thin:
            parts += [*self._thin, "S"]
        if self._thick:
            parts += [f"{THICK} w", *self._thick, "S"]
        parts += self._marks
        if self._texts:
            parts += ["BT", *self._texts, "ET"]
        parts.append("Q\n")
        return "\n".join(parts).encode("latin-1")
