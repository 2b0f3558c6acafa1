"""Cases about stock that cannot be are closed by whoever can explain them."""

from __future__ import annotations

from uuid import UUID

from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.journal import journaled
from app.services.office import Office


def close_case(office: Office, actor: Actor, case_id: UUID, note: str) -> None:
    """Say what was the matter. Raises NotFound for one that is not open, "reason-missing"."""
    actor.require(Right.POST_STOCK)
    if not note.strip():
        raise RuleBroken("reason-missing")
    with journaled(
        office, actor, "close_case", subject=str(case_id), case_id=case_id, note=note
    ) as step:
        if not step.store.cases.close(case_id, note.strip()):
            raise NotFound(what="case", key=str(case_id))
