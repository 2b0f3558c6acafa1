"""A digest of the books that two databases share when they hold the same business."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.storage.reader import Reader
from app.storage.tables import metadata

# Not business: who was logged in when, what was printed, how often a row was touched.
# Balances kept by month are worked out of the moves at any time.
_LEFT_OUT_TABLES = frozenset(
    {
        "audit_event",
        "backup_run",
        "data_set",
        "dock_session",
        "master_change",
        "period_balance",
        "print_log",
        "stock_period",
    }
)
_LEFT_OUT_COLUMNS = frozenset(
    {
        "archive_path",
        "backed_up_seq",
        "created_by",
        "created_ms",
        "last_seen_ms",
        "operator",
        "posted_ms",
        "received_ms",
        "record_ms",
        "resolved_ms",
        "rev",
        "session_id",
        # what a terminal said of itself when it was last there
        "terminal.battery_percent",
        "terminal.clock_offset_ms",
        "terminal.free_bytes",
        "terminal.masters_ms",
        "terminal.ticket",
        "terminal.ticket_before",
    }
)
_MODULUS = 1 << 256


def fingerprint(reader: Reader) -> dict[str, str]:
    """Digest in hex by table name.

    The order of rows does not matter, nor when and by whom they were written. Equal digests mean
    equal rows: the digest of a table is its number of rows and the sum of the rows' digests.
    """
    return {
        table.name: _digest(reader, table)
        for table in sorted(metadata.tables.values(), key=lambda table: table.name)
        if table.name not in _LEFT_OUT_TABLES
    }


def overall(digests: Mapping[str, str]) -> str:
    """One digest in hex for all tables."""
    return hashlib.sha256(json.dumps(dict(digests), sort_keys=True).encode()).hexdigest()


def _digest(reader: Reader, table: Any) -> str:
    columns = sorted(
        (
            column
            for column in table.c
            if _LEFT_OUT_COLUMNS.isdisjoint({column.name, f"{table.name}.{column.name}"})
        ),
        key=lambda column: str(column.name),
    )
    branch = table.c.id if table.name == "branch" else table.c.branch_id
    rows = 0
    total = 0
    query = select(*columns).where(branch == reader.branch_id)
    for row in reader.connection.execute(query.execution_options(yield_per=5_000)):
        rows += 1
        line = json.dumps([_plain(value) for value in row], ensure_ascii=False)
        total += int.from_bytes(hashlib.sha256(line.encode()).digest(), "big")
    return f"{rows}:{total % _MODULUS:064x}"


def _plain(value: object) -> object:
    if value is None or isinstance(value, (int, str)):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)
