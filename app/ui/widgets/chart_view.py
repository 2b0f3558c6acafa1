"""A chart that says what it compares, names what the mouse points at, and can be taken along."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPageSize, QPainter, QPdfWriter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from app.charts.chart import ChartData, Series
from app.errors import OutputError
from app.i18n import Translator
from app.ui.language import Language
from app.ui.theme import Theme
from app.ui.widgets.text import CutText, Text

if TYPE_CHECKING:
    from app.ui.widgets.chart_plot import Plot

_PDF_DPI = 96


class ChartView(QFrame):
    """Shows a `ChartData`; `opened` carries the day and the name of the series that was clicked."""

    opened = Signal(object, str)

    def __init__(self, theme: Theme, t: Language, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._theme = theme
        self._t = t
        self._chart: ChartData | None = None
        self._plot: Plot | None = None
        self._title = Text("strong", wrap=True)
        self._subtitle = Text("small", wrap=True)
        self._legend = QHBoxLayout()
        self._legend.setSpacing(6)
        self._note = CutText("small")
        self._value = ""
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 10, 12, 8)
        self._layout.setSpacing(4)
        self._layout.addWidget(self._title)
        self._layout.addWidget(self._subtitle)
        self._layout.addLayout(self._legend)
        self._layout.addWidget(self._note)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._offer)
        theme.changed.connect(self._repaint)

    def show_chart(self, chart: ChartData) -> None:
        self._chart = chart
        self._title.setText(chart.title)
        self._subtitle.setText(" · ".join(filter(None, (chart.subtitle, chart.y_unit))))
        self.setAccessibleName(chart.title)
        self.setAccessibleDescription(chart.subtitle)
        self._surface().show_chart(chart)
        self._show_legend()

    @property
    def value_text(self) -> str:
        """What is said about the value under the mouse."""
        return self._value

    def point_at(self, series: int, position: int) -> None:
        """Do as if the mouse had pointed at one value and clicked."""
        if self._chart is not None:
            found = self._chart.series[series]
            self._say_value((found.xs[position], found, position))
            self.opened.emit(found.xs[position], found.name)

    def save(self, file: Path) -> None:
        """Write what is seen; the ending picks PNG, SVG or PDF.

        Raises OutputError when the file cannot be written.
        """
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        except OSError as error:
            raise OutputError(path=str(file), reason=error.strerror or "") from error
        if file.suffix.lower() == ".svg":
            drawing = QSvgGenerator()
            drawing.setFileName(str(file))
            drawing.setViewBox(QRect(QPoint(0, 0), self.size()))
            self._draw(QPainter(drawing))
        elif file.suffix.lower() == ".pdf":
            paper = QPdfWriter(str(file))
            paper.setResolution(_PDF_DPI)
            paper.setPageSize(QPageSize(self.size() * 72 / _PDF_DPI))
            paper.setPageMargins(paper.pageLayout().margins() * 0)
            self._draw(QPainter(paper))
        elif not self.grab().save(str(file), "PNG"):
            raise OutputError(path=str(file), reason="PNG")

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(480, 280)

    def _surface(self) -> "Plot":
        if self._plot is None:
            # Half a second of imports that only those who look at a chart should wait for.
            from app.ui.widgets.chart_plot import Plot  # noqa: PLC0415

            self._plot = Plot(self._theme.colour, self._t.date, self._t.number)
            self._plot.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
            self._plot.pointed.connect(self._say_value)
            self._plot.picked.connect(lambda found: self.opened.emit(found[0], found[1].name))
            self._layout.insertWidget(2, self._plot, 1)
        return self._plot

    def _repaint(self) -> None:
        if self._chart is not None:
            self.show_chart(self._chart)

    def _show_legend(self) -> None:
        while self._legend.count():
            item = self._legend.takeAt(0)
            part = item.widget() if item is not None else None
            if part is not None:
                part.deleteLater()
        series = self._chart.series if self._chart else ()
        for number, each in enumerate(series):
            colour = self._theme.colour(f"series_{number % 4 + 1}")
            key = Text()
            key.setPixmap(_key(colour, diamond=each.kind == "points"))
            name = Text("small")
            name.setText(each.name)
            self._legend.addWidget(key)
            self._legend.addWidget(name)
            self._legend.addSpacing(10)
        self._legend.addStretch(1)
        self._say_value(None)

    def _say_value(self, found: tuple[date, Series, int] | None) -> None:
        """Name the value under the mouse; without one, explain the hatched days."""
        self._value = ""
        provisional = self._chart is not None and bool(self._chart.provisional)
        note = self._t("Hatched: not closed yet, may change") if provisional else ""
        if found is not None:
            day, series, at = found
            value = self._t.number(series.ys[at])
            note = self._value = f"{self._t.date(day)}   {series.name}: {value}"
        self._note.setText(note)

    def _offer(self, where: QPoint) -> None:
        t = self._t
        menu = QMenu(self)
        menu.addAction(
            t("Copy the chart"), lambda: QGuiApplication.clipboard().setPixmap(self.grab())
        )
        menu.addAction(t("Save the chart …"), self._choose_file)
        menu.exec(self.mapToGlobal(where))

    def _choose_file(self) -> None:
        name, _kind = QFileDialog.getSaveFileName(
            self, self._t("Save the chart"), "chart.png", "PNG (*.png);;SVG (*.svg);;PDF (*.pdf)"
        )
        if name:
            self.save(Path(name))

    def _draw(self, painter: QPainter) -> None:
        self.render(painter, QPoint(0, 0))
        painter.end()


def _key(colour: QColor, *, diamond: bool) -> QPixmap:
    pixmap = QPixmap(12, 12)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if diamond:
        painter.translate(6, 6)
        painter.rotate(45)
        painter.drawRect(-4, -4, 8, 8)
    else:
        painter.drawRoundedRect(0, 4, 12, 4, 2, 2)
    painter.end()
    return pixmap


def render_chart_png(
    chart: ChartData, path: Path, translator: Translator, size: tuple[int, int] = (1200, 700)
) -> None:
    """Draw a chart into a PNG of `size` pixels without a window, for the command line.

    Raises OutputError when the file cannot be written.
    """
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(["tallydock", "-platform", "offscreen"])
    view = ChartView(Theme(application, "light"), Language(translator, application, 0))
    view.resize(*size)
    view.show_chart(chart)
    view.ensurePolished()
    view.save(path)
    view.deleteLater()
