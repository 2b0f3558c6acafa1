"""A chart says what it compares, opens what is clicked, and leaves as PNG, SVG or PDF."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.charts.chart import ChartData
from app.charts.stock_over_time import StockDay, stock_over_time
from app.errors import OutputError
from app.i18n import Translator
from app.ui.language import Language
from app.ui.theme import Theme
from app.ui.widgets.chart_view import ChartView, render_chart_png

FIRST = date(2026, 6, 1)


def make_chart(days: int = 30) -> ChartData:
    rows = [
        StockDay(FIRST + timedelta(n), 120, 100, 1000 + 20 * n, 1010 if n == 9 else None)
        for n in range(days)
    ]
    return stock_over_time(
        rows,
        product="啤酒",
        location="中心仓库",
        unit="瓶",
        open_from=FIRST + timedelta(days - 2),
        t=Translator("en"),
    )


@pytest.fixture
def view(qtbot: QtBot, theme: Theme, language: Language) -> ChartView:
    view = ChartView(theme, language)
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show_chart(make_chart())
    view.show()
    return view


def test_title_names_what_is_compared_and_when(view: ChartView) -> None:
    assert view.accessibleName() == "Stock of 啤酒 at 中心仓库"
    assert "1 Jun 2026 to 30 Jun 2026" in view.accessibleDescription()


def test_pointing_names_the_nearest_value_and_clicking_opens_it(
    qtbot: QtBot, view: ChartView
) -> None:
    chart = make_chart()
    counted = next(series for series in chart.series if series.kind == "points")
    with qtbot.waitSignal(view.opened) as opened:
        view.point_at(chart.series.index(counted), 0)
    assert opened.args == [counted.xs[0], counted.name]
    assert "1,010" in view.value_text


@pytest.mark.parametrize(
    ("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_chart_can_be_taken_along(
    view: ChartView, tmp_path: Path, ending: str, start: bytes
) -> None:
    file = tmp_path / f"chart.{ending}"
    view.save(file)
    assert file.read_bytes().startswith(start)
    assert file.stat().st_size > 4000


def test_a_place_that_cannot_be_written_is_said(view: ChartView, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        view.save(tmp_path / "file" / "chart.png")


def test_chart_of_no_movement_is_drawn(view: ChartView) -> None:
    view.show_chart(make_chart(days=2))
    assert not view.grab().isNull()


def test_picture_for_the_command_line_has_its_size(qapp: object, tmp_path: Path) -> None:
    render_chart_png(make_chart(), tmp_path / "chart.png", Translator("zh"), (900, 500))
    picture = QImage(str(tmp_path / "chart.png"))
    assert (picture.width(), picture.height()) == (900, 500)


def test_pictures_are_drawn_without_any_window(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path\n"
        "from app.i18n import Translator\n"
        "from app.ui.widgets.chart_view import render_chart_png\n"
        "from tests.ui.test_chart_view import make_chart\n"
        "for name in ('one.png', 'two.png'):\n"
        f"    render_chart_png(make_chart(), Path({str(tmp_path)!r}) / name, Translator('en'))\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
