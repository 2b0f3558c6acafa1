"""Runs reports by name: rows from the ledger, figures as a table, a file or a chart."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.charts.chart import ChartData
from app.charts.registry import CHARTS
from app.charts.stock_over_time import StockDay
from app.domain.business_day import business_date
from app.domain.rights import Actor, Right
from app.errors import NotFound, UsageError
from app.i18n import Translator
from app.reports.registry import REPORTS, WRITERS
from app.reports.stock_statement import StatementLine
from app.reports.table import Table
from app.services.files import new_file
from app.services.office import Office
from app.storage.keys import new_key
from app.storage.queries.directory import find_branch, places_by_code, products_by_code
from app.storage.queries.flows import flows_of_product
from app.storage.queries.held import held_totals
from app.storage.queries.stock import over_time, statement
from app.storage.reader import Reader

DrawChart = Callable[[ChartData, Path, Translator], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report is asked for; each report names the parameters it takes."""

    d_from: date
    d_to: date
    location: str | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True)
class ReportRun:
    """One run; `sha256` of the rows in hex, `chart` where the report has one."""

    run_id: str
    name: str
    version: int
    asked: Asked
    as_of_ms: int
    offset_min: int
    table: Table
    sha256: str
    chart: ChartData | None


@dataclass(frozen=True, slots=True)
class _Filled:
    lines: Sequence[Any]
    chart: ChartData | None


def run_report(office: Office, actor: Actor, name: str, asked: Asked, t: Translator) -> ReportRun:
    """Raises NotFound for an unknown report, product or location, UsageError for a parameter."""
    actor.require(Right.REPORT)
    definition = REPORTS.get(name)
    if definition is None or name not in _FILLERS:
        raise NotFound(what="report", key=name)
    if asked.d_from > asked.d_to:
        raise UsageError(argument="--from", reason="the first day is after the last")
    with office.database.read() as reader:
        branch = find_branch(reader)
        filled = _FILLERS[name](reader, asked, t)
        held = held_totals(reader)
    notes = [branch.name, f"{asked.d_from.isoformat()} – {asked.d_to.isoformat()}"]
    notes += [each for each in (asked.product, asked.location) if each]
    if held.documents:
        notes.append(
            t(
                "{n} documents wait: {qty} units worth {amount} are in no figure yet",
                n=t.number(held.documents),
                qty=t.number(held.qty),
                amount=t.money(held.amount_fen),
            )
        )
    table = definition.table(filled.lines, t, notes)
    rows = json.dumps(table.rows, ensure_ascii=False, default=str)
    return ReportRun(
        run_id=str(new_key()),
        name=name,
        version=definition.version,
        asked=asked,
        as_of_ms=office.clock.now_ms(),
        offset_min=branch.tz_offset_min,
        table=table,
        sha256=hashlib.sha256(rows.encode()).hexdigest(),
        chart=filled.chart,
    )


def today(office: Office) -> date:
    """The business day of this moment."""
    with office.database.read() as reader:
        branch = find_branch(reader)
    return business_date(office.clock.now_ms(), branch.tz_offset_min, branch.cutoff_min)


def save_report(run: ReportRun, out: Path, kind: str, t: Translator, draw: DrawChart) -> Path:
    """Write a run as csv, xlsx, pdf, or its chart as png.

    Raises UsageError for another kind or a report without chart, OutputError.
    """
    if kind == "png":
        if run.chart is None:
            raise UsageError(argument="--format", reason=f"{run.name} has no chart")
        draw(run.chart, out, t)
        return out
    if kind not in WRITERS:
        raise UsageError(argument="--format", reason=f"no format {kind}")
    with new_file(out) as stream:
        WRITERS[kind](run.table, stream, t)
    return out


def _stock_statement(reader: Reader, asked: Asked, t: Translator) -> _Filled:  # noqa: ARG001
    products = products_by_code(reader)
    lines = []
    for row in statement(reader, asked.d_from, asked.d_to, asked.location):
        packings = products[row.product_code].packings
        lines.append(
            StatementLine(
                product_code=row.product_code,
                product_name=row.product_name,
                packing_name=packings.default.name,
                packing_factor=packings.default.factor,
                base_name=packings.base.name,
                opening=row.opening,
                receipts=row.received,
                returns=row.returned,
                issues=row.issued,
                transfers=row.transferred,
                adjustments=row.adjusted,
                closing=row.closing,
            )
        )
    return _Filled(lines, None)


def _stock_over_time(reader: Reader, asked: Asked, t: Translator) -> _Filled:
    if asked.product is None:
        raise UsageError(argument="--product", reason="this report is about one product")
    found = over_time(reader, asked.product, asked.location, asked.d_from, asked.d_to)
    came: defaultdict[date, int] = defaultdict(int)
    went: defaultdict[date, int] = defaultdict(int)
    for flow in flows_of_product(reader, asked.product, asked.location, asked.d_from, asked.d_to):
        (came if flow.change > 0 else went)[flow.posting_date] += abs(flow.change)
    counted = {point.business_date: point.counted + point.uncounted for point in found.counts}
    days = [
        StockDay(day, came[day], went[day], balance, counted.get(day))
        for day, balance in found.days
    ]
    closed = find_branch(reader).closed_through
    place = places_by_code(reader, [asked.location]) if asked.location else {}
    where = place[asked.location].name if asked.location in place else find_branch(reader).name
    chart = CHARTS["stock-over-time"].build(
        days,
        product=found.product_name,
        location=where,
        unit=found.base_unit_name,
        open_from=closed + timedelta(days=1) if closed else asked.d_from,
        t=t,
    )
    return _Filled(days, chart)


_FILLERS: Mapping[str, Callable[[Reader, Asked, Translator], _Filled]] = MappingProxyType(
    {"stock-statement": _stock_statement, "stock-over-time": _stock_over_time}
)
