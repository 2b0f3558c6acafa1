"""The docking board and the sessions behind it."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, null, select

from app.storage.reader import Reader
from app.storage.tables import dock_session, quarantine_item, terminal, upload_batch


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One terminal today; `batches` and `records` since the start of the day, `held` still open."""

    terminal_no: int
    person_code: str
    model: str
    serial: str
    epoch: int
    received_seq: int
    backed_up_seq: int
    last_seen_ms: int
    docked_today: bool
    batches: int
    records: int
    held: int


@dataclass(frozen=True, slots=True)
class SessionRow:
    """`state`: running, done, failed (with `error_code`). `log`: its events as a JSON list;
    `traffic_path`: its recording, relative to the folder of sessions."""

    id: uuid.UUID
    terminal_no: int | None
    port_url: str
    driver: str
    operator: str
    state: str
    error_code: str
    started_ms: int
    ended_ms: int | None
    clock_offset_ms: int | None
    battery_percent: int | None
    batches: int
    records: int
    problems: int
    epoch: int | None
    blobs: int | None
    received_bytes: int | None
    sent_bytes: int | None
    log: str | None
    traffic_path: str | None


def board(reader: Reader, day_from_ms: int, day_to_ms: int) -> tuple[BoardRow, ...]:
    """Every active terminal by number; the day is given as UTC milliseconds, end exclusive."""
    batch = upload_batch.c
    today = (
        select(
            batch.terminal_no,
            func.count().label("batches"),
            func.sum(batch.record_count).label("records"),
        )
        .where(
            batch.branch_id == reader.branch_id,
            batch.received_ms >= day_from_ms,
            batch.received_ms < day_to_ms,
            batch.variant == 0,
        )
        .group_by(batch.terminal_no)
        .subquery()
    )
    held = (
        select(batch.terminal_no, func.count().label("held"))
        .join(
            quarantine_item,
            and_(
                quarantine_item.c.branch_id == batch.branch_id,
                quarantine_item.c.batch_id == batch.id,
            ),
        )
        .where(batch.branch_id == reader.branch_id, quarantine_item.c.state == "open")
        .group_by(batch.terminal_no)
        .subquery()
    )
    query = (
        select(
            terminal,
            func.coalesce(today.c.batches, 0).label("batches"),
            func.coalesce(today.c.records, 0).label("records"),
            func.coalesce(held.c.held, 0).label("held"),
        )
        .outerjoin(today, today.c.terminal_no == terminal.c.terminal_no)
        .outerjoin(held, held.c.terminal_no == terminal.c.terminal_no)
        .where(terminal.c.branch_id == reader.branch_id, terminal.c.status == "active")
        .order_by(terminal.c.terminal_no)
    )
    return tuple(
        BoardRow(
            terminal_no=row.terminal_no,
            person_code=row.person_code,
            model=row.model,
            serial=row.serial,
            epoch=row.epoch,
            received_seq=row.received_seq,
            backed_up_seq=row.backed_up_seq,
            last_seen_ms=row.last_seen_ms,
            docked_today=day_from_ms <= row.last_seen_ms < day_to_ms,
            batches=row.batches,
            records=int(row.records),
            held=row.held,
        )
        for row in reader.rows(query)
    )


def sessions(
    reader: Reader,
    *,
    terminal_no: int | None = None,
    session_id: uuid.UUID | None = None,
    since_ms: int | None = None,
    with_log: bool = True,
    limit: int = 100,
) -> tuple[SessionRow, ...]:
    """Newest first; of one terminal, of those begun since, or only the one of this key, where that
    is given. A log may be long; without it `log` is None."""
    session = dock_session.c
    columns: list[Any] = [
        terminal.c.terminal_no
        if name == "terminal_no"
        else null().label("log")
        if name == "log" and not with_log
        else session[name]
        for name in SessionRow.__dataclass_fields__
    ]
    query = (
        select(*columns)
        .outerjoin(
            terminal,
            and_(terminal.c.branch_id == session.branch_id, terminal.c.id == session.terminal_id),
        )
        .where(session.branch_id == reader.branch_id)
        .order_by(session.started_ms.desc(), session.id.desc())
        .limit(limit)
    )
    if terminal_no is not None:
        query = query.where(terminal.c.terminal_no == terminal_no)
    if since_ms is not None:
        query = query.where(session.started_ms >= since_ms)
    if session_id is not None:
        query = query.where(session.id == session_id)
    return tuple(SessionRow(*row) for row in reader.rows(query))
