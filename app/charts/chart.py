"""The shape of every chart: titled series over days, free of any drawing library."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

SeriesKind = Literal["step", "bar", "points"]


@dataclass(frozen=True, slots=True)
class Series:
    """One line, set of bars or set of marks; `ys[i]` belongs to day `xs[i]`.

    A step holds its value until the next day given. Bars may be negative.
    """

    name: str
    kind: SeriesKind
    xs: tuple[date, ...]
    ys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChartData:
    """A chart ready to draw; `provisional` holds first and last days that may still change."""

    title: str
    subtitle: str
    series: tuple[Series, ...]
    y_unit: str
    provisional: tuple[tuple[date, date], ...] = ()
    x_kind: Literal["date"] = "date"


@dataclass(frozen=True, slots=True)
class ChartDefinition:
    """A chart by name: its title, the parameters it asks for and what makes its data."""

    name: str
    title: str
    parameters: tuple[str, ...]
    build: Callable[..., ChartData]
