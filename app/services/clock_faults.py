"""Says when a terminal's clock was wrong: order never follows it, but days and times do."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.business_day import correct
from app.domain.problems import Problem, problem
from app.domain.records.drafts import ReadRecord
from app.services.sorting import Piece
from app.storage.queries.arrivals import time_before
from app.storage.store import Store
from drivers.protocols.docking.batch import BatchHeader

CLOCK_LIMIT_MS = 5 * 60 * 1000
DEVICE_EVENT = 60


def clock_problems(
    store: Store, pieces: Sequence[Piece], header: BatchHeader, clock_offset_ms: int
) -> list[Problem]:
    """W_CLOCK: off by `clock_offset_ms` when it docked, which all its times are corrected by.

    W_CLOCK_SET: it was set between two records, so that one correction cannot be right for both.
    The terminal says so, or a record is earlier than the one numbered before it.
    """
    found = []
    if abs(clock_offset_ms) > CLOCK_LIMIT_MS:
        found.append(problem("W_CLOCK", "clock", offset_s=clock_offset_ms // 1000))
    last_ms = time_before(store.reader, header.terminal, header.epoch, header.batch_no) or 0
    records = [piece.read for piece in pieces if piece.read is not None]
    for record in sorted(records, key=lambda each: each.key.seq):
        event_ms = correct(record.ts_ms, clock_offset_ms)
        if last_ms - event_ms > CLOCK_LIMIT_MS or _says_so(record):
            seq = record.key.seq
            found.append(problem("W_CLOCK_SET", f"record {seq}", seq=seq))
        last_ms = event_ms
    return found


def _says_so(record: ReadRecord) -> bool:
    return record.type == DEVICE_EVENT and record.fields["kind"] == "clock_set"
