"""What the cards and the session panel show, put together from the database and the watcher."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.clock import Clock
from app.domain.records.catalogue import RECORD_TYPES
from app.errors import ArchiveError, NotFound, PortError, RuleBroken
from app.explain import driver_sentence, event_sentence, word
from app.i18n import N_
from app.services.office import Office
from app.services.sessions import events_of
from app.storage.queries.directory import persons_by_code, routes_by_code
from app.storage.queries.docking import BoardRow, SessionRow, board, sessions
from app.storage.queries.latest import KindCount, last_upload_path, records_by_kind
from app.storage.queries.quarantine import OpenItem, open_items
from app.storage.reader import Reader
from app.ui.dock_watcher import Live
from app.ui.language import Language
from app.ui.messages import in_words
from app.ui.screens.day import day_span_ms
from app.ui.screens.docking.session_panel import SessionFacts, Tale, Told
from app.ui.screens.docking.states import CardFacts
from app.ui.screens.quarantine_list import reason_of

KIND_WORDS: Mapping[str, str] = {
    "ORD": N_("Orders"),
    "ORL": N_("Order lines"),
    "DLV": N_("Deliveries"),
    "DLL": N_("Delivery lines"),
    "CNT": N_("Stock counts"),
    "CNL": N_("Count lines"),
    "VIS": N_("Visits"),
    "PHO": N_("Photos"),
    "EVT": N_("Events of the terminal"),
    "DEL": N_("Deletions"),
    "EOD": N_("End of day"),
}
_RAW_BYTES = 16_384
_TOLD_SESSIONS = 20
# Events that a person should see among the others.
_TONES: Mapping[str, str] = {
    "failed": "bad",
    "interrupted": "bad",
    "line": "warn",
    "unrecorded": "warn",
}
# What only a person can settle, and whether pairing the device is what settles it.
_NEEDS_YOU: Mapping[str, bool] = {
    "not_paired": True,
    "terminal_unknown": True,
    "desk_unknown": True,
    "no terminal": True,
    "terminal-lost": True,
    "terminal-revoked": True,
    "terminal-replaced": True,
    "terminal-copied": True,
    "terminal-serial": False,
    "terminal-outdated": False,
    "device-elsewhere": False,
    "wrong-branch": False,
}


@dataclass(frozen=True, slots=True)
class Board:
    """Terminals due today, the last session of each, and who carries them on which route."""

    rows: tuple[BoardRow, ...]
    last: Mapping[int, SessionRow]
    persons: Mapping[str, str]
    routes: Mapping[str, str]
    since_ms: int


@dataclass(frozen=True, slots=True)
class Story:
    """What the database knows about one terminal: what it brought today, its last dockings."""

    terminal_no: int
    kinds: tuple[KindCount, ...]
    waiting: tuple[OpenItem, ...]
    sessions: tuple[SessionRow, ...]
    raw: bytes


def read_board(reader: Reader, clock: Clock) -> Board:
    first_ms, last_ms = day_span_ms(clock)
    last: dict[int, SessionRow] = {}
    for session in reversed(sessions(reader, since_ms=first_ms, with_log=False, limit=300)):
        if session.terminal_no is not None:
            last[session.terminal_no] = session
    persons = persons_by_code(reader)
    codes = {person.id: person.code for person in persons.values()}
    return Board(
        board(reader, first_ms, last_ms),
        last,
        {person.code: person.name for person in persons.values()},
        {
            codes[route.person_id]: route.code
            for route in routes_by_code(reader).values()
            if route.person_id in codes
        },
        first_ms,
    )


def read_story(reader: Reader, office: Office, terminal_no: int, since_ms: int) -> Story:
    """Read what one terminal brought today; an archive that cannot be read gives no bytes."""
    path = last_upload_path(reader, terminal_no)
    try:
        raw = office.archive.read(path)[:_RAW_BYTES] if path else b""
    except ArchiveError:
        raw = b""
    return Story(
        terminal_no,
        records_by_kind(reader, terminal_no, since_ms),
        tuple(item for item in open_items(reader) if item.terminal_no == terminal_no),
        sessions(reader, terminal_no=terminal_no, limit=_TOLD_SESSIONS),
        raw,
    )


def card_facts(found: Board, live: Mapping[str, Live], t: Language) -> list[CardFacts]:
    """Return the facts of every card: by slot what hangs on a hub, then by number, then by port."""
    cards = {str(row.terminal_no): _card_of_row(found, row, t) for row in found.rows}
    for port, docking in sorted(live.items()):
        place = str(docking.terminal_no) if docking.terminal_no is not None else port
        known = cards.get(place)
        if docking.over and docking.trouble is None and known and known.state != "expected":
            # the database tells it better
            cards[place] = replace(known, port=port, slot=docking.slot)
            continue
        cards[place] = _card_of_live(known or _newcomer(found, docking, place), docking, t)
    return sorted(cards.values(), key=_order)


def _order(card: CardFacts) -> tuple[bool, tuple[int, ...], bool, int]:
    by_slot = card.slot.order if card.slot is not None else ()
    return (card.slot is None, by_slot, card.terminal_no is None, card.terminal_no or 0)


def session_facts(story: Story | None, docking: Live | None, t: Language) -> SessionFacts:
    """Return a terminal's session in words."""
    if story is None:
        told = () if docking is None else _tell_live(docking, t)
        return SessionFacts(tales=(Tale("", "", told),) if told else ())
    counts: Counter[str] = Counter()
    for kind in story.kinds:
        counts[_kind_words(kind.type, t)] += kind.records
    return SessionFacts(
        tuple(counts.items()),
        tuple(f"{item.raw_value}: {reason_of(item, t)}" for item in story.waiting),
        tuple(_tale_of(session, t) for session in story.sessions),
        story.raw,
    )


def _card_of_row(found: Board, row: BoardRow, t: Language) -> CardFacts:
    session = found.last.get(row.terminal_no)
    state, trouble = "expected", ""
    # One that was only paired today has brought nothing yet.
    docked = row.docked_today and (row.batches > 0 or session is not None)
    if session is not None and session.state == "failed":
        state = "failed"
        trouble = driver_sentence(session.error_code, {"port": session.port_url}, t.translator)
    elif docked and row.held:
        state = "needs_you"
    elif docked:
        state = "safe" if session is None or session.records else "duplicate"
    return CardFacts(
        str(row.terminal_no),
        state,
        row.terminal_no,
        found.persons.get(row.person_code, row.person_code),
        found.routes.get(row.person_code, ""),
        battery_percent=session.battery_percent if session else None,
        clock_offset_ms=session.clock_offset_ms if session else None,
        waiting=row.held,
        new_records=row.records if docked else None,
        trouble=trouble,
        last_seen=t.time(row.last_seen_ms) if row.received_seq else "",
    )


def _newcomer(found: Board, docking: Live, place: str) -> CardFacts:
    person = docking.info.person if docking.info else ""
    return CardFacts(
        place,
        terminal_no=docking.terminal_no,
        person=found.persons.get(person, person),
        port=docking.port,
    )


def _card_of_live(card: CardFacts, docking: Live, t: Language) -> CardFacts:
    state = docking.state
    trouble = docking.trouble
    named = _name_of(trouble)
    if named in _NEEDS_YOU:
        state = "needs_you"
    elif trouble is not None:
        state = "failed"
    elif docking.over:
        state = "safe"
    return replace(
        card,
        state=state,
        port=docking.port,
        battery_percent=docking.info.battery_percent if docking.info else card.battery_percent,
        clock_offset_ms=docking.info.clock_offset_ms if docking.info else card.clock_offset_ms,
        app_version=docking.info.app_version if docking.info else card.app_version,
        done_bytes=docking.done_bytes,
        total_bytes=docking.total_bytes,
        bytes_per_s=docking.bytes_per_s,
        left_s=docking.left_s,
        trouble=in_words(trouble, t) if trouble is not None else "",
        slot=docking.slot,
        needs_pairing=_NEEDS_YOU.get(named, False),
    )


def _name_of(trouble: BaseException | None) -> str:
    """The stable name of what stopped a docking; empty for all that has none."""
    if isinstance(trouble, PortError):
        return trouble.driver_code
    if isinstance(trouble, RuleBroken):
        return trouble.rule
    return f"no {trouble.fields['what']}" if isinstance(trouble, NotFound) else ""


def _kind_words(type_no: int | None, t: Language) -> str:
    known = RECORD_TYPES.get(type_no) if type_no is not None else None
    if known is None:
        return t("Unreadable or unknown")
    return t(KIND_WORDS[known.name]) if known.name in KIND_WORDS else known.name


def _tell_live(docking: Live, t: Language) -> tuple[Told, ...]:
    return () if docking.trouble is None else (Told("", "bad", in_words(docking.trouble, t)),)


def _tale_of(session: SessionRow, t: Language) -> Tale:
    title = f"{t.time(session.started_ms)} · {word(session.state, t.translator)}"
    told = [
        Told(
            _clock_time(event.at_ms, t),
            _TONES.get(event.code, ""),
            event_sentence(event.code, event.fields, t.translator),
        )
        for event in events_of(session)
    ]
    return Tale(str(session.id), title, tuple(told or _tell_unlogged(session, t)))


def _clock_time(ms: int, t: Language) -> str:
    """Hours, minutes and seconds; clocks are whole minutes apart."""
    return f"{t.time(ms)[-5:]}:{ms // 1000 % 60:02}"


def _tell_unlogged(session: SessionRow, t: Language) -> Iterable[Told]:
    """One that runs, was killed, or is older than the log."""
    started = _clock_time(session.started_ms, t)
    if session.state == "failed":
        words = driver_sentence(session.error_code, {"port": session.port_url}, t.translator)
        yield Told(started, "bad", words)
    elif session.state == "running":
        yield Told(started, "", t("Connected at {port}.", port=session.port_url))
    else:
        words = t(
            "Docked at {port}: {batches} batches with {records} records.",
            port=session.port_url,
            batches=session.batches,
            records=t.number(session.records),
        )
        if session.problems:
            words += " " + t("{n} problems were found.", n=t.number(session.problems))
        yield Told(started, "", words + " " + t("Safe to remove."))
