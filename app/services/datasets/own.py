"""Data sets about the terminal itself: whose it is, its numbers, what was said of its records."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.numbering import terminal_series
from app.domain.problems import CODES
from app.services.datasets.dataset import Context, Row
from app.storage.queries.number_blocks import blocks_of
from app.storage.queries.terminal_data import told_lately
from app.storage.reader import Reader

TOLD_MS = 7 * 24 * 3_600_000
TOLD_RECORDS = 500


def control(reader: Reader, context: Context) -> Iterable[Row]:
    """as of (ms), price date, business day, branch, terminal, person or "", route or ""."""
    route = "" if context.route is None else context.route.code
    day = str(context.day)
    yield (
        context.as_of_ms,
        day,
        day,
        reader.branch_id,
        context.terminal_no,
        context.person,
        route,
    )


def numbers(reader: Reader, context: Context) -> Iterable[Row]:
    """year, first number, last number, last one used or 0, what stands before the five digits."""
    for block in blocks_of(reader, context.terminal_no, context.epoch):
        if block.state == "issued":
            series = terminal_series(reader.branch_id, context.terminal_no, block.year)
            yield block.year, block.first_no, block.last_no, block.used_no, series


def verdicts(reader: Reader, context: Context) -> Iterable[Row]:
    """record, type, problem code, severity, what has become of it by now."""
    since_ms = context.as_of_ms - TOLD_MS
    for seq, type_no, code, disposition in told_lately(
        reader, context.terminal_no, context.epoch, since_ms, TOLD_RECORDS
    ):
        if code in CODES:
            yield seq, type_no, code, CODES[code].value, disposition
