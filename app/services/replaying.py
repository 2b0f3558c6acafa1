"""Makes the database again from the archive alone, and compares it with this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, get_type_hints

from app.clock import FixedClock
from app.domain.rights import Actor, Right
from app.errors import RuleBroken
from app.paths import Paths
from app.services import (
    blobs,
    counting,
    delivering,
    device_files,
    file_terminals,
    intake,
    masters,
    number_blocks,
    pairing,
    paper_entry,
    planning,
    quarantine,
    receiving,
    reversing,
    routing,
    terminals,
    transferring,
)
from app.services.archive import HOST, Archive, ArchivedFile, origin_of
from app.services.consigning import counting as consigned_counts
from app.services.consigning import placing as consigned_goods
from app.services.deliveries import by_wholesaler, confirming
from app.services.importing import stock as importing_stock
from app.services.journal import Entry, read_entry
from app.services.office import Office
from app.services.ordering import ending, entering, releasing
from app.services.plain import from_plain
from app.services.returning import receiving as returned_goods
from app.services.returning import requesting
from app.services.stock_taking import planning as count_planning
from app.services.stock_taking import taking
from app.services.stocking import explaining, receipts, transfers, write_offs
from app.storage import migrate
from app.storage.database import Database
from app.storage.queries.arrivals import archive_paths
from app.storage.queries.fingerprint import fingerprint

VERBS: Mapping[str, Callable[..., Any]] = {
    "found_branch": masters.found_branch,
    "change_branch": masters.change_branch,
    "put_masters": masters.put_masters,
    "enrol": terminals.enrol,
    "note_terminal": terminals.note_terminal,
    "trust": pairing.trust,
    "withdraw": pairing.withdraw,
    "assign": terminals.assign,
    "revoke": terminals.revoke,
    "report_lost": terminals.report_lost,
    "issue_block": number_blocks.issue_block,
    "note_used": number_blocks.note_used,
    "fill_numbers": paper_entry.fill_numbers,
    "enter_setup": file_terminals.enter_setup,
    "note_state": device_files.note_state,
    "note_blobs": blobs.note_blobs,
    "give_up_blobs": blobs.give_up_blobs,
    "take_in": intake.take_in_kept,
    "fix": quarantine.fix,
    "reject": quarantine.reject,
    "judge_all_again": quarantine.judge_all_again,
    "import_stock": importing_stock.import_stock,
    "request_return": requesting.request_return,
    "approve_return": requesting.approve_return,
    "reject_return": requesting.reject_return,
    "receive_return": returned_goods.receive_return,
    "inspect_return": returned_goods.inspect_return,
    "receive_arrival": receipts.receive_arrival,
    "close_claim": receipts.close_claim,
    "close_case": explaining.close_case,
    "ship_transfer": transfers.ship_transfer,
    "receive_transfer": transfers.receive_transfer,
    "write_off": write_offs.write_off,
    "approve_write_off": write_offs.approve_write_off,
    "receive_goods": receiving.receive_goods,
    "transfer_goods": transferring.transfer_goods,
    "place_goods": consigned_goods.place_goods,
    "take_goods_back": consigned_goods.take_goods_back,
    "count_goods": consigned_counts.count_goods,
    "take_slip": by_wholesaler.take_slip,
    "plan_route_day": planning.plan_route_day,
    "deliver_again": planning.deliver_again,
    "drop_delivery": planning.drop_delivery,
    "order_stops": routing.order_stops,
    "send_with": routing.send_with,
    "load": delivering.load,
    "confirm_deliveries": confirming.confirm_deliveries,
    "plan_count": count_planning.plan_count,
    "enter_found": taking.enter_found,
    "hand_in": taking.hand_in,
    "approve_count": counting.approve_count,
    "enter_order": entering.enter_order,
    "release_order": releasing.release_order,
    "reject_order": ending.reject_order,
    "cancel_order": ending.cancel_order,
    "close_short": ending.close_short,
    "reverse": reversing.reverse,
}
"""Journal verb -> the service that a replay calls again."""


@dataclass(frozen=True, slots=True)
class Replay:
    """`commands` were repeated; `differing` names the tables that came out different."""

    commands: int
    uploads: int
    differing: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        return not self.differing


def replay(
    office: Office,
    actor: Actor,
    into: str,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Replay:
    """Repeat the whole journal in the empty database at the URL `into`, then compare.

    Raises RuleBroken("database-not-empty"), ArchiveError when a file is missing or another one
    would have to be written, SchemaError and DatabaseError.
    """
    actor.require(Right.REPLAY)
    with _empty_database(into) as target:
        with office.database.read() as reader:
            paths = sorted(archive_paths(reader), key=origin_of)
            expected = fingerprint(reader)
        again = replace(office, database=target, archive=replace(office.archive, closed=True))
        again, commands = _repeat_all(again, paths, progress)
        with again.database.read() as reader:
            found = fingerprint(reader)
    differing = tuple(name for name in expected if expected[name] != found.get(name))
    return Replay(commands, len(paths) - commands, differing)


def rebuild(
    actor: Actor,
    archive: Archive,
    branch: int,
    into: str,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Make the database of a branch at the URL `into` when nothing but its archive is left.

    Returns how many commands the journal held; uploads that it does not speak of are left for
    recovery. Raises as `replay` does.
    """
    actor.require(Right.REPLAY)
    with _empty_database(into) as target:
        paths = sorted(archive.paths(), key=origin_of)
        ours = [path for path in paths if origin_of(path).branch == branch]
        closed = replace(archive, closed=True)
        office = Office(target, Paths(archive.root.parent), target.clock, closed)
        return _repeat_all(office, ours, progress)[1]


@contextmanager
def _empty_database(url: str) -> Iterator[Database]:
    migrate.upgrade(url)
    target = Database.open(url)
    try:
        if target.branches():
            raise RuleBroken("database-not-empty", url=target.place)
        yield target
    finally:
        target.close()


def _repeat_all(
    office: Office, paths: Sequence[str], progress: Callable[[int, int], None]
) -> tuple[Office, int]:
    """Repeats the commands among these files in their order."""
    files = [
        ArchivedFile(origin_of(path), path, b"", 0)
        for path in paths
        if origin_of(path).terminal == HOST
    ]
    for done, file in enumerate(files, start=1):
        office = _repeat(office, read_entry(office, file))
        progress(done, len(files))
    return office, len(files)


def _repeat(office: Office, entry: Entry) -> Office:
    """Calls one command again as its user, at its time; returns the office to go on with."""
    clock = FixedClock(entry.at_ms, entry.offset_min)
    office = replace(office, clock=clock, database=replace(office.database, clock=clock))
    verb = VERBS[entry.verb]
    hints = get_type_hints(verb)
    arguments = {name: from_plain(hints[name], value) for name, value in entry.arguments.items()}
    result = verb(office, Actor.everything(entry.user), **arguments)
    return result if isinstance(result, Office) else office
