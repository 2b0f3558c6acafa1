"""Whether a terminal worked with masters and prices that were too old."""

from __future__ import annotations

from app.domain.problems import Problem, problem
from drivers.contract import TerminalInfo

STALE_AFTER_DAYS = 3
_DAY_MS = 24 * 3_600_000


def stale_problem(
    info: TerminalInfo, now_ms: int, limit_days: int = STALE_AFTER_DAYS
) -> Problem | None:
    """W_STALE when the data on the terminal are older than `limit_days`; a new one has none yet."""
    if info.masters_ms is None or now_ms - info.masters_ms <= limit_days * _DAY_MS:
        return None
    days = (now_ms - info.masters_ms) // _DAY_MS
    return problem("W_STALE", f"terminal {info.terminal}", days=days, limit=limit_days)
