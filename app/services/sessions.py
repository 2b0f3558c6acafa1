"""What dockings left behind: their course in events, and where their traffic lies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from app.domain.rights import Actor, Right
from app.errors import NotFound
from app.services.office import Office
from app.storage.queries.docking import SessionRow, sessions

_LATEST = 1000


@dataclass(frozen=True, slots=True)
class Event:
    """One point of a docking; `app.explain` has the sentence of `code`."""

    at_ms: int
    code: str
    fields: Mapping[str, Any]


def list_sessions(
    office: Office, actor: Actor, terminal: int | None = None, limit: int = 100
) -> tuple[SessionRow, ...]:
    """The latest dockings, newest first."""
    actor.require(Right.DOCK)
    with office.database.read() as reader:
        return sessions(reader, terminal_no=terminal, limit=limit)


def find_session(office: Office, actor: Actor, key: str) -> SessionRow:
    """The docking of this key; of the latest ones how it begins is enough.

    Raises NotFound for none, and for several.
    """
    actor.require(Right.DOCK)
    with office.database.read() as reader:
        found = [row for row in sessions(reader, limit=_LATEST) if str(row.id).startswith(key)]
        with suppress(ValueError):
            found = list(sessions(reader, session_id=UUID(key)))
    if len(found) != 1:
        raise NotFound(what="session", key=key)
    return found[0]


def events_of(row: SessionRow) -> tuple[Event, ...]:
    """Its course, in order; none while it runs, and none if the program ended meanwhile."""
    told = json.loads(row.log or "[]")
    return tuple(Event(each["at_ms"], each["code"], each["fields"]) for each in told)


def traffic_of(office: Office, actor: Actor, row: SessionRow) -> Path:
    """The recording of its line, which `replay:` plays. Raises NotFound when it is gone."""
    actor.require(Right.DOCK)
    path = office.paths.sessions / (row.traffic_path or "-")
    if not path.is_file():
        raise NotFound(what="recording", key=str(row.id))
    return path
