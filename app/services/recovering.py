"""After a crash: uploads archived but not taken in, journal entries that never counted."""

from __future__ import annotations

from contextlib import suppress

from app.domain.rights import Actor, Right
from app.errors import ArchiveError
from app.services.archive import HOST, origin_of
from app.services.blobs import note_found_blobs
from app.services.intake import IntakeResult, take_in_kept
from app.services.office import Office
from app.services.paper_entry import typist_of
from app.services.periods import keep_periods
from app.services.session_log import sweep_traffic
from app.storage.queries.arrivals import archive_paths, last_clock_offset_ms
from drivers.protocols.docking.batch import BatchError


def recover(office: Office, actor: Actor) -> tuple[IntakeResult, ...]:
    """Take in every archived upload that the database does not know; cheap when there is none.

    The clock offset is the one measured at the terminal's last docking. A damaged upload is left
    where it is: its terminal was never told that it is safe, and brings it again.
    """
    actor.require(Right.DOCK)
    office.archive.sweep()
    note_found_blobs(office, actor)
    sweep_traffic(office)
    keep_periods(office, actor)
    branch = office.database.branch_id
    with office.database.read() as reader:
        missing = sorted(office.archive.paths() - archive_paths(reader), key=origin_of)
        ours = [path for path in missing if origin_of(path).branch == branch]
        offsets = {path: last_clock_offset_ms(reader, origin_of(path).terminal) for path in ours}
    if any(origin_of(path).terminal == HOST for path in ours):
        _drop_entries(office, actor)
    return tuple(
        take_in_kept(office, actor, path, offsets[path], _typist(office, path))
        for path in ours
        if origin_of(path).terminal != HOST and _is_whole(office, path)
    )


def _typist(office: Office, path: str) -> str:
    """Who typed it from paper, if that is how it came."""
    with office.database.read() as reader, suppress(BatchError):
        return typist_of(reader, office.archive.read(path))
    return ""


def _is_whole(office: Office, path: str) -> bool:
    try:
        office.archive.read(path)
    except ArchiveError:
        return False
    return True


def _drop_entries(office: Office, actor: Actor) -> None:
    """Sets aside journal entries that the database does not know."""
    with office.database.transaction(actor, "recover") as store:
        store.lock()  # an entry that is being written right now is not left over
        known = archive_paths(store.reader)
        for path in office.archive.paths() - known:
            if origin_of(path).terminal == HOST:
                office.archive.set_aside(path)
