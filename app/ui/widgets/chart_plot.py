"""The drawing surface of a chart; the only module that needs pyqtgraph at once."""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics
from PySide6.QtWidgets import QWidget

from app.charts.chart import ChartData, Series
from app.ui.theme import families, size

_DAY_STEPS = (1, 2, 7, 14, 28, 91, 182, 365)
_NEAR_PX = 14


class _DayAxis(pg.AxisItem):
    """Days as the reader writes them; an axis position is a proleptic day number."""

    def __init__(self, show_day: Callable[[date], str]) -> None:
        super().__init__("bottom")
        self._show_day = show_day
        self.setHeight(26)

    def tickValues(  # noqa: N802
        self, low: float, high: float, length_px: float
    ) -> list[tuple[float, list[float]]]:
        room = max(2, int(length_px // 110))
        span = max(1.0, high - low)
        step = next((days for days in _DAY_STEPS if span / days <= room), _DAY_STEPS[-1])
        first = int(np.ceil(low / step)) * step
        return [(float(step), [float(day) for day in range(first, int(high) + 1, step)])]

    def tickStrings(  # noqa: N802
        self, values: Sequence[float], _scale: float, _spacing: float
    ) -> list[str]:
        return [self._show_day(date.fromordinal(max(1, int(value)))) for value in values]


class _NumberAxis(pg.AxisItem):
    """Whole numbers with their thousands grouped."""

    def __init__(self, show_number: Callable[[int], str]) -> None:
        super().__init__("left")
        self.enableAutoSIPrefix(enable=False)
        self._show_number = show_number

    def tickStrings(  # noqa: N802
        self, values: Sequence[float], scale: float, _spacing: float
    ) -> list[str]:
        return [
            self._show_number(round(value * scale)) if float(value * scale).is_integer() else ""
            for value in values
        ]


class Plot(pg.PlotWidget):
    """Steps, bars and points over days; `pointed` and `picked` carry (day number, series)."""

    pointed = Signal(object)
    picked = Signal(object)

    def __init__(
        self,
        colour: Callable[[str], QColor],
        show_day: Callable[[date], str],
        show_number: Callable[[int], str],
        parent: QWidget | None = None,
    ) -> None:
        day_axis, number_axis = _DayAxis(show_day), _NumberAxis(show_number)
        super().__init__(parent, axisItems={"bottom": day_axis, "left": number_axis})
        self._colour = colour
        self._show_number = show_number
        self._chart: ChartData | None = None
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=True, y=False)
        self.plotItem.getViewBox().setDefaultPadding(0.02)
        self.scene().sigMouseMoved.connect(self._point)
        self.scene().sigMouseClicked.connect(self._pick)
        self._font = QFont()
        self._font.setFamilies(families())
        self._font.setPixelSize(size("font_small"))
        for axis in (day_axis, number_axis):
            axis.setStyle(tickFont=self._font, tickLength=-4)
            axis.setZValue(-1000)  # its grid lies behind the bars

    def show_chart(self, chart: ChartData) -> None:
        self._chart = chart
        self.plotItem.clear()
        self.paint_frame()
        for low, high in chart.provisional:
            hatch = pg.LinearRegionItem(
                (low.toordinal() - 0.5, high.toordinal() + 0.5),
                movable=False,
                brush=QBrush(self._colour("outline"), Qt.BrushStyle.BDiagPattern),
                pen=pg.mkPen(None),
            )
            hatch.setOpacity(0.28)
            self.plotItem.addItem(hatch)
        for number, series in enumerate(chart.series):
            self._add(series, self._colour(f"series_{number % 4 + 1}"))
        self._make_room_for_numbers(chart)
        self.plotItem.enableAutoRange()

    def paint_frame(self) -> None:
        self.setBackground(self._colour("surface"))
        for name in ("left", "bottom"):
            axis = self.plotItem.getAxis(name)
            axis.setPen(self._colour("border"))
            axis.setTextPen(self._colour("muted"))
        self.plotItem.showGrid(y=True, alpha=0.25)

    def _make_room_for_numbers(self, chart: ChartData) -> None:
        extremes = [f(each.ys) for each in chart.series if each.ys for f in (min, max)]
        widths = [
            QFontMetrics(self._font).horizontalAdvance(self._show_number(value))
            for value in extremes
        ]
        self.plotItem.getAxis("left").setWidth(max(widths, default=24) + 14)

    def _add(self, series: Series, colour: QColor) -> None:
        days = np.array([day.toordinal() for day in series.xs], dtype=float)
        values = np.array(series.ys, dtype=float)
        if series.kind == "points":
            item = pg.ScatterPlotItem(
                days,
                values,
                symbol="d",
                size=12,
                brush=pg.mkBrush(colour),
                pen=pg.mkPen(self._colour("surface"), width=1.5),
            )
            item.setZValue(10)
        elif series.kind == "bar":
            item = pg.BarGraphItem(
                x=days, height=values, width=0.7, brush=pg.mkBrush(colour), pen=pg.mkPen(None)
            )
        else:
            # A day is drawn from midnight to midnight around its mark on the axis.
            item = pg.PlotDataItem(
                np.append(days - 0.5, days[-1:] + 0.5),
                np.append(values, values[-1:]),
                stepMode="right",
                pen=pg.mkPen(colour, width=2),
            )
            item.setZValue(5)
        self.plotItem.addItem(item)
        if series.kind == "step":
            # Only an item that knows its view can be clipped to it.
            item.setDownsampling(auto=True, method="peak")
            item.setClipToView(True)

    def _nearest(self, place: QPointF) -> tuple[date, Series, int] | None:
        """Return the day, series and position nearest to a place in the scene."""
        if self._chart is None or not self.plotItem.sceneBoundingRect().contains(place):
            return None
        box = self.plotItem.getViewBox()
        best: tuple[float, date, Series, int] | None = None
        # Points lie on top of lines, so they win when both are near.
        for series in sorted(self._chart.series, key=lambda each: each.kind != "points"):
            if not series.xs:
                continue
            wanted = box.mapSceneToView(place).x()
            days = np.array([day.toordinal() for day in series.xs])
            at = int(np.abs(days - wanted).argmin())
            spot = box.mapViewToScene(QPointF(float(days[at]), float(series.ys[at])))
            far = abs(spot.x() - place.x()) + (
                abs(spot.y() - place.y()) if series.kind == "points" else _NEAR_PX
            )
            if best is None or far < best[0]:
                best = (far, series.xs[at], series, at)
        return None if best is None else best[1:]

    def _point(self, place: QPointF) -> None:
        self.pointed.emit(self._nearest(place))

    def _pick(self, event: object) -> None:
        found = self._nearest(event.scenePos())  # type: ignore[attr-defined]
        if found is not None:
            self.picked.emit(found)
