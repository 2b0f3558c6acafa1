"""Keeps balances at the ends of months, for questions about days long ago."""

from __future__ import annotations

from datetime import timedelta

from app.domain.business_day import business_date
from app.domain.rights import Actor, Right
from app.services.office import Office
from app.storage.queries.balances import last_period
from app.storage.queries.directory import find_branch
from app.storage.store.periods import month_end


def keep_periods(office: Office, actor: Actor) -> int:
    """Make the months that are missing before this one; returns how many.

    A cache and no business: nothing of it is in the journal, and a replay does without.
    """
    actor.require(Right.DOCK)
    with office.database.read() as reader:
        cutoff_min = find_branch(reader).cutoff_min
        today = business_date(office.clock.now_ms(), office.clock.offset_min(), cutoff_min)
        last = last_period(reader)
    if last is not None and month_end(last + timedelta(days=1)) >= today:
        return 0
    with office.database.transaction(actor, "keep_periods") as store:
        store.lock()
        return store.periods.keep(today)
