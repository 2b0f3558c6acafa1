"""500 delivery notes of 20 lines as one PDF, beside the plain reportlab canvas and Qt."""

import io
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from unittest.mock import patch

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QGuiApplication,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
)
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

import resources
from app.domain.papers import DeliveryNote
from app.reports import delivery_note, form
from app.reports.document import Document
from app.reports.fonts import EmbeddedFont
from app.reports.page import THIN, Page
from tests.bench.harness import Report
from tests.support.notes import make_note

NOTES = 500
LINES = 20
ROUNDS = 3
SIZES_MM = {"a4": (210.0, 297.0), "241x140": (241.0, 140.0)}
_UNITS_PER_MM = 720 / 25.4
_FILES = {"F0": "NotoSansSC-Regular.ttf", "F1": "NotoSansSC-Bold.ttf"}


class _Text(NamedTuple):
    font: str
    size: int
    x: int
    y: int
    text: str


class _Line(NamedTuple):
    x1: int
    y1: int
    x2: int
    y2: int
    weight: int


class _Bars(NamedTuple):
    x: int
    y: int
    module: int
    height: int
    widths: tuple[int, ...]

    def places(self) -> Iterator[tuple[int, int]]:
        """Left edge and width of each bar."""
        x = self.x
        for place, modules in enumerate(self.widths):
            if not place % 2:
                yield x, modules * self.module
            x += modules * self.module


class Drawing(Page):
    """A page that also remembers what was drawn on it, ready laid out, for the others to draw."""

    pages: list["Drawing"]

    def __init__(self, height: int) -> None:
        super().__init__(height)
        self.texts: list[_Text] = []
        self.lines: list[_Line] = []
        self.barcodes: list[_Bars] = []
        self.pages.append(self)

    def text(self, font: EmbeddedFont, size: int, x: int, y: int, text: str) -> None:
        if text:
            self.texts.append(_Text(font.name, size, x, y, text))

    def fitted(
        self, font: EmbeddedFont, size: int, x: int, y: int, text: str, *, width: int, align: str
    ) -> None:
        spare = width - min(width, font.run(text).width * size // 1000)
        self.text(font, size, x + {"left": 0, "center": spare // 2, "right": spare}[align], y, text)

    def level(self, x1: int, x2: int, y: int, weight: int = THIN) -> None:
        self.lines.append(_Line(x1, y, x2, y, weight))

    def upright(self, x: int, y1: int, y2: int, weight: int = THIN) -> None:
        self.lines.append(_Line(x, y1, x, y2, weight))

    def box(self, x: int, y: int, width: int, height: int, weight: int = THIN) -> None:
        for edge in (y, y + height):
            self.level(x, x + width, edge, weight)
        for edge in (x, x + width):
            self.upright(edge, y, y + height, weight)

    def bars(self, x: int, y: int, module: int, height: int, widths: tuple[int, ...]) -> None:
        self.barcodes.append(_Bars(x, y, module, height, widths))


def laid_out(notes: Sequence[DeliveryNote], paper: str) -> list[Drawing]:
    """Every page of the notes as places and texts: the work the others need not do."""
    Drawing.pages = []
    with patch.object(form, "Page", Drawing):
        delivery_note.write(notes, io.BytesIO(), paper)
    return Drawing.pages


def with_ours(notes: Sequence[DeliveryNote], paper: str) -> int:
    stream = io.BytesIO()
    delivery_note.write(notes, stream, paper)
    return len(stream.getvalue())


def with_our_pages_only(pages: Sequence[Drawing], paper: str) -> int:
    document = Document(title="", author="", subject="", language="zh-CN")
    width, height = SIZES_MM[paper]
    fonts = {"F0": document.regular, "F1": document.bold}
    for drawing in pages:
        page = Page(round(height * _UNITS_PER_MM))
        for line in drawing.lines:
            if line.y1 == line.y2:
                page.level(line.x1, line.x2, line.y1, line.weight)
            else:
                page.upright(line.x1, line.y1, line.y2, line.weight)
        for code in drawing.barcodes:
            page.bars(*code)
        for font, size, x, y, text in drawing.texts:
            page.text(fonts[font], size, x, y, text)
        document.add_page(width, height, [document.add_content(page.content())])
    stream = io.BytesIO()
    document.save(stream)
    return len(stream.getvalue())


def with_canvas(pages: Sequence[Drawing], paper: str) -> int:
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(resources.path("fonts", file))))
    width, height = (side * _UNITS_PER_MM / 10 for side in SIZES_MM[paper])
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(width, height), pageCompression=1)
    for page in pages:
        for weight in (5, 10):
            canvas.setLineWidth(weight / 10)
            canvas.lines(
                [
                    (line.x1 / 10, height - line.y1 / 10, line.x2 / 10, height - line.y2 / 10)
                    for line in page.lines
                    if line.weight == weight
                ]
            )
        for code in page.barcodes:
            foot = height - (code.y + code.height) / 10
            for x, width in code.places():
                canvas.rect(x / 10, foot, width / 10, code.height / 10, 0, 1)
        for font, size, x, y, text in page.texts:
            canvas.setFont(font, size / 10)
            canvas.drawString(x / 10, height - y / 10, text)
        canvas.showPage()
    canvas.save()
    return len(stream.getvalue())


def with_qt(pages: Sequence[Drawing], paper: str) -> int:
    families = {
        name: QFontDatabase.applicationFontFamilies(
            QFontDatabase.addApplicationFont(str(resources.path("fonts", file)))
        )[0]
        for name, file in _FILES.items()
    }
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    size = QPageSize(QSizeF(*SIZES_MM[paper]), QPageSize.Unit.Millimeter)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF()))
    writer.setResolution(720)
    painter = QPainter(writer)
    fonts: dict[tuple[str, int], QFont] = {}
    pens = {weight: QPen(Qt.GlobalColor.black, weight) for weight in (5, 10)}
    for number, page in enumerate(pages):
        if number:
            writer.newPage()
        for line in page.lines:
            painter.setPen(pens[line.weight])
            painter.drawLine(line.x1, line.y1, line.x2, line.y2)
        for code in page.barcodes:
            for x, width in code.places():
                painter.fillRect(QRectF(x, code.y, width, code.height), Qt.GlobalColor.black)
        for name, size_units, x, y, text in page.texts:
            font = fonts.get((name, size_units))
            if font is None:
                font = fonts[name, size_units] = QFont(families[name])
                font.setPixelSize(size_units)
                font.setBold(name == "F1")
            painter.setFont(font)
            painter.drawText(QPointF(x, y), text)
    painter.end()
    return buffer.size()


def run(report: Report) -> None:
    """Add one section to `report`; takes about a minute."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication.instance() or QGuiApplication([])
    notes = [make_note(LINES, seq=seq) for seq in range(1, NOTES + 1)]
    section = report.section(
        f"{NOTES} delivery notes of {LINES} lines",
        ["paper", "pages", "with", "notes/CPU s", "ratio", "kB"],
        "Ratio: notes per CPU second of ours to this one's. Ours does everything from the note on: "
        "wording, sums, wrapping, pages, barcode. The others are handed texts with their places "
        "and barcodes with their widths, and only draw. 'Our pages only' does the same with our "
        "own text path: the difference to ours is what the layout costs. Canvas: reportlab "
        "drawString with rl_accel. cairo is not measured: it installs only where its headers are.",
    )
    for paper in SIZES_MM:
        pages = laid_out(notes, paper)
        # Each sheet has two drawings, its body and its stamp; the others draw both as one page.
        sheets = _merged(pages)
        works: dict[str, Callable[[], int]] = {
            "ours": lambda paper=paper: with_ours(notes, paper),
            "our pages only": lambda paper=paper, sheets=sheets: with_our_pages_only(sheets, paper),
            "reportlab canvas": lambda paper=paper, sheets=sheets: with_canvas(sheets, paper),
            "Qt QPdfWriter": lambda paper=paper, sheets=sheets: with_qt(sheets, paper),
        }
        figures = _by_turns(works)
        ours_s, _ = figures["ours"]
        for name, (cpu_s, size) in figures.items():
            section.row(
                paper, len(sheets), name, f"{NOTES / cpu_s:.0f}", cpu_s / ours_s, size // 1000
            )
    del application


def _merged(drawings: Sequence[Drawing]) -> list[Drawing]:
    """One drawing a page: a stamp (which has no lines) goes onto the pages before it."""
    sheets: list[Drawing] = []
    fresh: list[Drawing] = []
    for drawing in drawings:
        if drawing.lines:
            fresh.append(drawing)
            continue
        for sheet in fresh:
            sheet.texts += drawing.texts
        sheets += fresh
        fresh = []
    return sheets


def _by_turns(works: dict[str, Callable[[], int]]) -> dict[str, tuple[float, int]]:
    """Median CPU seconds and bytes of each, after one round that fills caches."""
    times: dict[str, list[float]] = {name: [] for name in works}
    sizes: dict[str, int] = {}
    for number in range(ROUNDS + 1):
        for name, work in works.items():
            began_s = time.process_time()
            sizes[name] = work()
            if number:
                times[name].append(time.process_time() - began_s)
    return {name: (statistics.median(times[name]), sizes[name]) for name in works}
