"""The chart of one product at one place over the last days."""

from collections import defaultdict
from datetime import date, timedelta

from app.charts.chart import ChartData
from app.charts.stock_over_time import StockDay, stock_over_time
from app.storage.database import Reader
from app.storage.queries.directory import find_branch
from app.storage.queries.stock import moves_behind, over_time
from app.ui.language import Language
from app.ui.screens.stock.on_hand import StockRow


def chart_of(
    reader: Reader, row: StockRow, first: date, last: date, t: Language
) -> ChartData:
    """Return balances, what came and went, and what was counted, for each day of the span."""
    found = over_time(reader, row.product_code, row.place_code, first, last)
    came: dict[date, int] = defaultdict(int)
    went: dict[date, int] = defaultdict(int)
    for move in moves_behind(
        reader, row.place_code, row.product_code, d_from=first, d_to=last
    ):
        if move.qty > 0:
            came[move.posting_date] += move.qty
        else:
            went[move.posting_date] -= move.qty
    counted = {point.business_date: point.counted for point in found.counts}
    closed = find_branch(reader).closed_through
    return stock_over_time(
        [
            StockDay(day, came[day], went[day], balance, counted.get(day))
            for day, balance in found.days
        ],
        product=found.product_name,
        location=row.where,
        unit=found.base_unit_name,
        open_from=closed + timedelta(days=1) if closed else first,
        t=t.translator,
    )
