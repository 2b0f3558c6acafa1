"""Every invariant of the books, each with what contradicts it."""

from __future__ import annotations

from app.domain.rights import Actor, Right
from app.services.office import Office
from app.storage.queries.checks import Check, check_all


def check(office: Office, actor: Actor) -> tuple[Check, ...]:
    """All invariants, looked at in one consistent view of the database."""
    actor.require(Right.CHECK)
    with office.database.read() as reader:
        return check_all(reader)
