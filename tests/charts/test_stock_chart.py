"""The chart of stock over time, as data, and the report of the same numbers."""

from datetime import date, timedelta

import pytest

from app.charts.chart import ChartData
from app.charts.registry import CHARTS
from app.charts.stock_over_time import StockDay
from app.errors import UsageError
from app.i18n import Translator
from app.reports.registry import REPORTS

FIRST = date(2026, 6, 1)


def make_days(count: int) -> list[StockDay]:
    return [
        StockDay(FIRST + timedelta(n), 12 * n, 5, 100 + 12 * n, 98 if n == 3 else None)
        for n in range(count)
    ]


def build(days: list[StockDay], open_from: date | None = None) -> ChartData:
    return CHARTS["stock-over-time"].build(
        days,
        product="P1 雪山啤酒",
        location="主仓",
        unit="瓶",
        open_from=open_from,
        t=Translator("en"),
    )


def test_says_what_it_shows_and_from_when_to_when() -> None:
    chart = build(make_days(10))
    assert chart.title == "Stock of P1 雪山啤酒 at 主仓"
    assert "1 Jun 2026 to 10 Jun 2026" in chart.subtitle
    assert (chart.x_kind, chart.y_unit) == ("date", "瓶")


def test_balance_is_a_step_between_bars_of_in_and_out_and_counts_are_marks() -> None:
    days = make_days(10)
    received, issued, balance, counted = build(days).series
    assert [s.kind for s in (received, issued, balance, counted)] == [
        "bar",
        "bar",
        "step",
        "points",
    ]
    assert balance.ys == tuple(day.balance for day in days)
    assert received.ys[2] == 24
    assert issued.ys == (-5,) * 10
    assert (counted.xs, counted.ys) == ((FIRST + timedelta(3),), (98,))


def test_days_not_closed_yet_are_provisional() -> None:
    assert build(make_days(10)).provisional == ()
    open_from = FIRST + timedelta(8)
    assert build(make_days(10), open_from).provisional == ((open_from, FIRST + timedelta(9)),)
    assert build(make_days(10), FIRST + timedelta(30)).provisional == ()


def test_nothing_to_show_is_refused() -> None:
    with pytest.raises(UsageError):
        build([])


def test_chart_and_report_show_the_same_numbers() -> None:
    days = make_days(10)
    table = REPORTS["stock-over-time"].table(days, Translator("en"))
    assert tuple(row[3] for row in table.rows) == build(days).series[2].ys
    assert set(CHARTS) <= set(REPORTS)
