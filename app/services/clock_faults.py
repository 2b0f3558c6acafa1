"""Says when a terminal's clock was wrong: order never follows it, but days and times do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from app.domain.problems import Problem, problem
from app.services.sorting import Piece
from drivers.protocols.docking.batch import Record

CLOCK_LIMIT_MS = 5 * 60 * 1000


def clock_problems(pieces: Sequence[Piece], clock_offset_ms: int) -> list[Problem]:
    """W_CLOCK: off by `clock_offset_ms` when it docked, which all its times are corrected by.

    W_CLOCK_SET: a record is earlier than the one numbered before it, so the clock was set in
    between and one correction cannot be right for both.
    """
    found = []
    if abs(clock_offset_ms) > CLOCK_LIMIT_MS:
        found.append(problem("W_CLOCK", "clock", offset_s=clock_offset_ms // 1000))
    records = [piece.record for piece in pieces if isinstance(piece.record, Record)]
    for before, after in pairwise(sorted(records, key=lambda record: record.seq)):
        back_ms = before.ts_ms - after.ts_ms
        if back_ms > CLOCK_LIMIT_MS:
            where = f"record {after.seq}"
            found.append(problem("W_CLOCK_SET", where, seq=after.seq, back_s=back_ms // 1000))
    return found
