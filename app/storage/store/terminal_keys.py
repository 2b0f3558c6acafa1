"""The certificates that terminals were paired with."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select, update

from app.storage.keys import derived_key
from app.storage.store.scope import Scope, columns_of
from app.storage.tables import terminal_key


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalKey:
    """`device_id`: SHA-256 of the certificate (DER) in hex; `epoch`: the one that it was paired
    for; `method`: qr, code, file; `state`: trusted, revoked."""

    id: uuid.UUID
    terminal_no: int
    device_id: str
    certificate: bytes
    epoch: int
    method: str
    state: str
    paired_ms: int
    paired_by: str
    revoked_ms: int | None = None
    revoked_by: str | None = None
    reason: str | None = None


class TerminalKeys:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def find(self, device_id: str) -> TerminalKey | None:
        """The key of a device, whatever its state."""
        columns = [terminal_key.c[name] for name in TerminalKey.__dataclass_fields__]
        rows = self._scope.connection.execute(
            select(*columns).where(
                terminal_key.c.branch_id == self._scope.branch_id,
                terminal_key.c.device_id == device_id,
            )
        ).all()
        return TerminalKey(**rows[0]._asdict()) if rows else None

    def has_any(self, terminal_no: int) -> bool:
        """Whether a device was ever paired under this number."""
        query = select(terminal_key.c.id).where(
            terminal_key.c.branch_id == self._scope.branch_id,
            terminal_key.c.terminal_no == terminal_no,
        )
        return self._scope.connection.execute(query.limit(1)).first() is not None

    def trust(
        self, terminal_no: int, device_id: str, certificate: bytes, epoch: int, method: str
    ) -> None:
        """From now on the device is the terminal; one that was known is trusted again."""
        row = columns_of(
            TerminalKey(
                id=derived_key(self._scope.branch_id, "terminal key", device_id),
                terminal_no=terminal_no,
                device_id=device_id,
                certificate=certificate,
                epoch=epoch,
                method=method,
                state="trusted",
                paired_ms=self._scope.now_ms,
                paired_by=self._scope.user,
            )
        )
        known = self._scope.connection.execute(
            update(terminal_key)
            .where(
                terminal_key.c.branch_id == self._scope.branch_id,
                terminal_key.c.device_id == device_id,
            )
            .values(**row)
        )
        if known.rowcount == 0:
            self._scope.insert(terminal_key, [row])

    def revoke(self, terminal_no: int, reason: str, but: str = "") -> int:
        """Trust no device of this number any more, except `but`; returns how many there were."""
        done = self._scope.connection.execute(
            update(terminal_key)
            .where(
                terminal_key.c.branch_id == self._scope.branch_id,
                terminal_key.c.terminal_no == terminal_no,
                terminal_key.c.state == "trusted",
                terminal_key.c.device_id != but,
            )
            .values(
                state="revoked",
                revoked_ms=self._scope.now_ms,
                revoked_by=self._scope.user,
                reason=reason,
            )
        )
        return done.rowcount
