"""Stock of one product at one place over time, with what went in and out and what was counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.charts.chart import ChartData, Series
from app.errors import UsageError
from app.i18n import Translator


@dataclass(frozen=True, slots=True)
class StockDay:
    """One business day in base units; `balance` is at its end, `counted` None without a count."""

    day: date
    received: int
    issued: int
    balance: int
    counted: int | None = None


def stock_over_time(
    days: Sequence[StockDay],
    *,
    product: str,
    location: str,
    unit: str,
    open_from: date | None,
    t: Translator,
) -> ChartData:
    """Return the chart of `days` (ascending, not empty).

    Days from `open_from` on are not closed yet and drawn as provisional. `unit` names the base
    unit. Raises UsageError if there is no day to show.
    """
    if not days:
        raise UsageError(reason="no days to show", argument="days")
    dates = tuple(day.day for day in days)
    counts = [(day.day, day.counted) for day in days if day.counted is not None]
    first_open = next((day for day in dates if open_from is not None and day >= open_from), None)
    return ChartData(
        title=t("Stock of {product} at {location}", product=product, location=location),
        subtitle=t(
            "{first} to {last}, end of each business day",
            first=t.date(dates[0]),
            last=t.date(dates[-1]),
        ),
        series=(
            Series(t("In"), "bar", dates, tuple(day.received for day in days)),
            Series(t("Out"), "bar", dates, tuple(-day.issued for day in days)),
            Series(t("Balance"), "step", dates, tuple(day.balance for day in days)),
            Series(
                t("Counted"),
                "points",
                tuple(day for day, _ in counts),
                tuple(counted for _, counted in counts),
            ),
        ),
        y_unit=unit,
        provisional=((first_open, dates[-1]),) if first_open else (),
    )
