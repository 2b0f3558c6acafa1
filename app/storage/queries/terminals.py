"""What the registry knows of terminals: their keys, their tickets, what they carry."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_

from app.storage.reader import Reader
from app.storage.store.blobs import STRAY, Announced
from app.storage.store.terminal_keys import TerminalKey
from app.storage.tables import blob, dock_session, number_block, terminal, terminal_key


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """One terminal as the registry shows it; `status`: active, revoked, lost.

    `paired` says whether a device is trusted under the number; `number_used` and `number_last`
    are of its newest block of numbers, 0 where it has none.
    """

    terminal_no: int
    status: str
    person_code: str
    route_code: str
    serial: str
    model: str
    app_version: str
    epoch: int
    received_seq: int
    backed_up_seq: int
    last_seen_ms: int
    battery_percent: int | None
    free_bytes: int | None
    clock_offset_ms: int | None
    masters_ms: int | None
    paired: bool
    number_used: int
    number_last: int


def registry(reader: Reader) -> tuple[RegistryRow, ...]:
    """Every terminal by number, whatever its status."""
    paired = set(
        reader.connection.scalars(
            select(terminal_key.c.terminal_no).where(
                terminal_key.c.branch_id == reader.branch_id, terminal_key.c.state == "trusted"
            )
        )
    )
    blocks = {
        row.terminal_no: (row.used, row.last)
        for row in reader.rows(
            select(
                number_block.c.terminal_no,
                func.max(number_block.c.used_no).label("used"),
                func.max(number_block.c.last_no).label("last"),
            )
            .where(number_block.c.branch_id == reader.branch_id)
            .group_by(number_block.c.terminal_no)
        )
    }
    rows = reader.rows(
        select(terminal)
        .where(terminal.c.branch_id == reader.branch_id)
        .order_by(terminal.c.terminal_no)
    )
    return tuple(
        RegistryRow(
            terminal_no=row.terminal_no,
            status=row.status,
            person_code=row.person_code,
            route_code=row.route_code or "",
            serial=row.serial,
            model=row.model,
            app_version=row.app_version,
            epoch=row.epoch,
            received_seq=row.received_seq,
            backed_up_seq=row.backed_up_seq,
            last_seen_ms=row.last_seen_ms,
            battery_percent=row.battery_percent,
            free_bytes=row.free_bytes,
            clock_offset_ms=row.clock_offset_ms,
            masters_ms=row.masters_ms,
            paired=row.terminal_no in paired,
            number_used=blocks.get(row.terminal_no, (0, 0))[0],
            number_last=blocks.get(row.terminal_no, (0, 0))[1],
        )
        for row in rows
    )


def certificates(reader: Reader) -> tuple[bytes, ...]:
    """Every certificate (DER) that was ever paired here, revoked ones too."""
    query = select(terminal_key.c.certificate).where(terminal_key.c.branch_id == reader.branch_id)
    return tuple(reader.connection.scalars(query))


def find_key(reader: Reader, device_id: str) -> TerminalKey | None:
    """The key of a device (SHA-256 in hex), whatever its state."""
    columns = [terminal_key.c[name] for name in TerminalKey.__dataclass_fields__]
    rows = reader.rows(
        select(*columns).where(
            terminal_key.c.branch_id == reader.branch_id, terminal_key.c.device_id == device_id
        )
    )
    return TerminalKey(**rows[0]._asdict()) if rows else None


def keys_of(reader: Reader, terminal_no: int) -> tuple[TerminalKey, ...]:
    """Every device that was paired under this number, oldest first."""
    columns = [terminal_key.c[name] for name in TerminalKey.__dataclass_fields__]
    rows = reader.rows(
        select(*columns)
        .where(
            terminal_key.c.branch_id == reader.branch_id, terminal_key.c.terminal_no == terminal_no
        )
        .order_by(terminal_key.c.paired_ms, terminal_key.c.device_id)
    )
    return tuple(TerminalKey(**row._asdict()) for row in rows)


def was_given(reader: Reader, terminal_id: uuid.UUID, epoch: int, ticket: str) -> bool:
    """Whether some docking of this terminal in this epoch ended with that ticket."""
    query = select(dock_session.c.id).where(
        dock_session.c.branch_id == reader.branch_id,
        dock_session.c.terminal_id == terminal_id,
        dock_session.c.epoch == epoch,
        dock_session.c.ticket == ticket,
    )
    return bool(reader.rows(query.limit(1)))


@dataclass(frozen=True, slots=True)
class FoundBlob:
    """A photo or signature; `state` is awaited, held or gone."""

    purpose: str
    sha256: str
    state: str


def blobs_spoken_of(
    reader: Reader, records: Iterable[tuple[int, int, int]]
) -> tuple[FoundBlob, ...]:
    """The blobs that these records (terminal, epoch, number) told of first."""
    wanted = sorted(set(records))
    query = (
        select(blob.c.purpose, blob.c.sha256, blob.c.state)
        .where(
            blob.c.branch_id == reader.branch_id,
            tuple_(blob.c.terminal_no, blob.c.epoch, blob.c.seq).in_(wanted),
        )
        .order_by(blob.c.terminal_no, blob.c.epoch, blob.c.seq)
    )
    return tuple(FoundBlob(*row) for row in reader.rows(query)) if wanted else ()


def awaited_blobs(reader: Reader) -> tuple[Announced, ...]:
    """The photos that records speak of and that have not come."""
    columns = [blob.c[name] for name in Announced.__dataclass_fields__]
    query = (
        select(*columns)
        .where(blob.c.branch_id == reader.branch_id, blob.c.state == "awaited")
        .order_by(blob.c.terminal_no, blob.c.seq)
    )
    return tuple(Announced(*row) for row in reader.rows(query))


def stray_bytes(reader: Reader, terminal_no: int) -> int:
    """How much of what no record speaks of is kept for this terminal."""
    query = select(func.coalesce(func.sum(blob.c.size_bytes), 0)).where(
        blob.c.branch_id == reader.branch_id,
        blob.c.terminal_no == terminal_no,
        blob.c.purpose == STRAY,
    )
    return int(reader.connection.scalar(query) or 0)
