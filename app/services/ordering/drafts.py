"""An order that is being taken down, kept beside the books until it is one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.domain.rights import Actor, Right
from app.errors import OutputError
from app.services.durable import write_durably
from app.services.office import Office


def keep_draft(office: Office, actor: Actor, draft: Mapping[str, Any]) -> None:
    """Keep what this person has written so far; plain values only. Raises OutputError."""
    actor.require(Right.POST_ORDERS)
    text = json.dumps(draft, ensure_ascii=False)
    file = _file(office, actor)
    try:
        write_durably(file, text.encode())
    except OSError as error:
        raise OutputError(path=str(file), reason=error.strerror or "") from error


def kept_draft(office: Office, actor: Actor) -> dict[str, Any]:
    """What this person had written when the program ended; empty when there is nothing."""
    actor.require(Right.POST_ORDERS)
    with suppress(OSError, ValueError):
        found = json.loads(_file(office, actor).read_text("utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def drop_draft(office: Office, actor: Actor) -> None:
    """The order is taken, or nobody wants it any more."""
    actor.require(Right.POST_ORDERS)
    _file(office, actor).unlink(missing_ok=True)


def _file(office: Office, actor: Actor) -> Path:
    name = sha256(actor.user.casefold().encode()).hexdigest()[:16]
    return office.paths.data / "drafts" / f"order-{name}.json"
