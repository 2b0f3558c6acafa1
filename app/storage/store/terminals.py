"""Terminals, and the sessions in which they were docked."""

import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update

from app.errors import NotFound
from app.storage.keys import derived_key
from app.storage.store.scope import Scope
from app.storage.tables import dock_session, terminal


@dataclass(frozen=True, slots=True)
class StoredTerminal:
    """`received_seq`, `backed_up_seq`: the two watermarks within `epoch`.

    `status`: active, revoked, lost.
    """

    id: uuid.UUID
    terminal_no: int
    epoch: int
    serial: str
    model: str
    app_version: str
    person_code: str
    route_code: str | None
    status: str
    received_seq: int
    backed_up_seq: int
    last_seen_ms: int
    ticket: str | None
    ticket_before: str | None


class Terminals:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def find(self, terminal_no: int) -> StoredTerminal | None:
        columns = [terminal.c[name] for name in StoredTerminal.__dataclass_fields__]
        row = self._scope.connection.execute(
            select(*columns).where(
                terminal.c.branch_id == self._scope.branch_id,
                terminal.c.terminal_no == terminal_no,
            )
        ).one_or_none()
        return None if row is None else StoredTerminal(*row)

    def seen(
        self,
        terminal_no: int,
        *,
        epoch: int,
        serial: str = "",
        model: str = "",
        app_version: str = "",
        person_code: str = "",
    ) -> StoredTerminal:
        """Enters the terminal, or renews what is known; a new epoch starts at watermark 0."""
        known = self.find(terminal_no)
        fields = {
            "epoch": epoch,
            "serial": serial,
            "model": model,
            "app_version": app_version,
            "person_code": person_code,
            "last_seen_ms": self._scope.now_ms,
        }
        same_epoch = known is not None and known.epoch == epoch
        if not same_epoch:
            fields |= {
                "received_seq": 0,
                "backed_up_seq": 0,
                "ticket": None,
                "ticket_before": None,
            }
        if known is None:
            row = fields | {
                "id": derived_key(self._scope.branch_id, "terminal", terminal_no),
                "terminal_no": terminal_no,
                "status": "active",
            }
            self._scope.insert(terminal, [row])
        else:
            self._update(terminal_no, fields)
        return self._get(terminal_no)

    def change(
        self,
        terminal_no: int,
        *,
        status: str | None = None,
        person_code: str | None = None,
        route_code: str | None = None,
    ) -> None:
        """Sets what is given; None leaves as it is."""
        given = {"status": status, "person_code": person_code, "route_code": route_code}
        fields: dict[str, object] = {
            name: value for name, value in given.items() if value is not None
        }
        if fields:
            self._update(terminal_no, fields)

    def note_state(
        self,
        terminal_no: int,
        *,
        battery_percent: int | None,
        free_bytes: int | None,
        clock_offset_ms: int | None,
        masters_ms: int | None,
    ) -> None:
        """What it said of itself just now."""
        fields: dict[str, object] = {
            "battery_percent": battery_percent,
            "free_bytes": free_bytes,
            "clock_offset_ms": clock_offset_ms,
            "masters_ms": masters_ms,
            "last_seen_ms": self._scope.now_ms,
        }
        self._update(terminal_no, fields)

    def give_ticket(self, terminal_no: int, ticket: str, shown: str) -> None:
        """What it has to show next time; `shown` stays good in case this one does not arrive."""
        self._update(terminal_no, {"ticket": ticket, "ticket_before": shown})

    def advance(
        self,
        terminal_no: int,
        *,
        epoch: int,
        received_seq: int | None = None,
        backed_up_seq: int | None = None,
    ) -> None:
        """Moves the watermarks to these sequence numbers, unless the terminal left the epoch."""
        fields: dict[str, object] = {}
        if received_seq is not None:
            fields["received_seq"] = received_seq
        if backed_up_seq is not None:
            fields["backed_up_seq"] = backed_up_seq
        if fields:
            self._update(terminal_no, fields, terminal.c.epoch == epoch)

    def start_session(self, session_id: uuid.UUID, *, port_url: str, driver: str) -> None:
        row = {
            "id": session_id,
            "terminal_id": None,
            "port_url": port_url,
            "driver": driver,
            "operator": self._scope.user,
            "state": "running",
            "error_code": "",
            "started_ms": self._scope.now_ms,
            "batches": 0,
            "records": 0,
            "problems": 0,
        }
        self._scope.insert(dock_session, [row])

    def end_session(
        self,
        session_id: uuid.UUID,
        *,
        terminal_id: uuid.UUID | None,
        error_code: str = "",
        batches: int = 0,
        records: int = 0,
        problems: int = 0,
        clock_offset_ms: int | None = None,
        battery_percent: int | None = None,
        epoch: int | None = None,
        blobs: int = 0,
        received_bytes: int = 0,
        sent_bytes: int = 0,
        log: str = "[]",
        traffic_path: str | None = None,
    ) -> None:
        """An error code makes the session a failed one."""
        self._set_session(
            session_id,
            terminal_id=terminal_id,
            state="failed" if error_code else "done",
            error_code=error_code,
            ended_ms=self._scope.now_ms,
            batches=batches,
            records=records,
            problems=problems,
            clock_offset_ms=clock_offset_ms,
            battery_percent=battery_percent,
            epoch=epoch,
            blobs=blobs,
            received_bytes=received_bytes,
            sent_bytes=sent_bytes,
            log=log,
            traffic_path=traffic_path,
        )

    def note_ticket(
        self, session_id: uuid.UUID, terminal_id: uuid.UUID, epoch: int, ticket: str
    ) -> None:
        """The ticket that this session is about to give."""
        self._set_session(session_id, terminal_id=terminal_id, epoch=epoch, ticket=ticket)

    def _set_session(self, session_id: uuid.UUID, **fields: object) -> None:
        self._scope.connection.execute(
            update(dock_session)
            .where(
                dock_session.c.branch_id == self._scope.branch_id,
                dock_session.c.id == session_id,
            )
            .values(**fields)
        )

    def _get(self, terminal_no: int) -> StoredTerminal:
        found = self.find(terminal_no)
        if found is None:
            raise NotFound(what="terminal", key=terminal_no)
        return found

    def _update(
        self, terminal_no: int, fields: dict[str, object], *conditions: ColumnElement[bool]
    ) -> None:
        self._scope.connection.execute(
            update(terminal)
            .where(
                terminal.c.branch_id == self._scope.branch_id,
                terminal.c.terminal_no == terminal_no,
                *conditions,
            )
            .values(**fields)
        )
