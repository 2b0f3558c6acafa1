"""Every chart there is, by the name used on the command line."""

from collections.abc import Mapping
from types import MappingProxyType

from app.charts.chart import ChartDefinition
from app.charts.stock_over_time import stock_over_time
from app.i18n import N_

CHARTS: Mapping[str, ChartDefinition] = MappingProxyType(
    {
        chart.name: chart
        for chart in (
            ChartDefinition(
                name="stock-over-time",
                title=N_("Stock over time"),
                parameters=("product", "location", "from", "to"),
                build=stock_over_time,
            ),
        )
    }
)
