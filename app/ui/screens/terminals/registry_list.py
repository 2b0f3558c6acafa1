"""The rows and columns of the registry: every terminal with what it said of itself last."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from app.explain.families import family_title
from app.i18n import N_
from app.storage.queries.directory import persons_by_code, routes_by_code
from app.storage.queries.files import file_setups
from app.storage.queries.terminals import RegistryRow, registry
from app.storage.reader import Reader
from app.storage.store.files import FileSetup
from app.ui.language import Language
from app.ui.models.columns import Ask, Column, Look
from app.ui.models.listed import narrowed
from app.ui.models.table_model import Page
from app.ui.screens.docking.states import CLOCK_TOLERATED_MS, clock_words, size_words
from drivers.registry import FILE_DRIVERS

STATES: Mapping[str, Look] = {
    "active": Look("ok", "circle-check", N_("in use")),
    "revoked": Look("bad", "ban", N_("locked out")),
    "lost": Look("warn", "circle-help", N_("lost")),
}
_PAIRED = Look("ok", "plug", N_("paired"))
_BY_FILES = Look("ok", "file-text", N_("gives files"))
_UNPAIRED = Look("idle", "circle-dashed", N_("not paired"))
_LOW = Look("bad", "battery-low", "")
_WRONG = Look("warn", "clock", "")
_LOW_BATTERY_PERCENT = 20
# With fewer numbers left than this, a day may end without any.
_FEW_NUMBERS = 20
_SHORT = Look("warn", "triangle-alert", "")


@dataclass(frozen=True, slots=True)
class TerminalRow(RegistryRow):
    """A terminal of the registry, with the names behind its codes."""

    person: str
    route: str
    setup: FileSetup | None = None

    @property
    def numbers_left(self) -> int:
        return self.number_last - self.number_used

    @property
    def seen_ms(self) -> int | None:
        """When it was here last; None for one that is only known by its number."""
        return self.last_seen_ms if self.epoch or self.received_seq else None


def terminals(reader: Reader, ask: Ask, _offset: int, _limit: int) -> Page[TerminalRow]:
    """Return every terminal; one without a route of its own goes that of its person."""
    people, routes = persons_by_code(reader), routes_by_code(reader)
    of_person = {route.person_id: route.code for route in routes.values()}
    names = [field.name for field in fields(RegistryRow)]
    setups = {each.terminal_no: each for each in file_setups(reader)}
    rows = []
    for row in registry(reader):
        person = people.get(row.person_code)
        route = row.route_code or of_person.get(person.id if person else None, "")
        name = routes[route].name if route in routes else ""
        rows.append(
            TerminalRow(
                **{name: getattr(row, name) for name in names},
                person=person.name if person else row.person_code,
                route=f"{route} {name}".strip(),
                setup=setups.get(row.terminal_no),
            )
        )
    return narrowed(rows, ask, _words_of)


def _words_of(row: TerminalRow) -> tuple[str | None, ...]:
    number, status = str(row.terminal_no), row.status
    codes = (row.person_code, row.route_code, row.serial, row.model, row.app_version)
    setup = row.setup
    files = (setup.driver, setup.profile, setup.port) if setup is not None else ()
    return (number, row.person, row.route, status, *codes, *files)


def _number(row: TerminalRow, _t: Language) -> str:
    return str(row.terminal_no)


def _state(row: TerminalRow, t: Language) -> str:
    return t(STATES[row.status].word)


def _state_look(row: TerminalRow) -> Look:
    return STATES[row.status]


def _paired(row: TerminalRow, t: Language) -> str:
    return t(_paired_look(row).word)


def _paired_look(row: TerminalRow) -> Look:
    if row.setup is not None:
        return _BY_FILES
    return _PAIRED if row.paired else _UNPAIRED


def _family(row: TerminalRow, t: Language) -> str:
    if row.setup is None:
        return ""
    titles = {driver.name: driver.title for driver in FILE_DRIVERS}
    name = row.setup.driver
    return family_title(name, titles.get(name, name), t.translator)


def _profile(row: TerminalRow, _t: Language) -> str:
    return row.setup.profile if row.setup is not None else ""


def _person(row: TerminalRow, _t: Language) -> str:
    return row.person or "–"


def _route(row: TerminalRow, _t: Language) -> str:
    return row.route or "–"


def _seen(row: TerminalRow, t: Language) -> str:
    return "–" if row.seen_ms is None else t.time(row.seen_ms)


def _battery(row: TerminalRow, _t: Language) -> str:
    return "–" if row.battery_percent is None else f"{row.battery_percent} %"


def _battery_look(row: TerminalRow) -> Look | None:
    battery = row.battery_percent
    return _LOW if battery is not None and battery < _LOW_BATTERY_PERCENT else None


def _clock(row: TerminalRow, t: Language) -> str:
    return clock_words(row.clock_offset_ms, t)[0] or "–"


def _clock_look(row: TerminalRow) -> Look | None:
    offset_ms = row.clock_offset_ms
    return _WRONG if offset_ms is not None and abs(offset_ms) > CLOCK_TOLERATED_MS else None


def _numbers(row: TerminalRow, t: Language) -> str:
    if not row.number_last:
        return "–"
    return t("{used} of {last}", used=t.number(row.number_used), last=t.number(row.number_last))


def _numbers_look(row: TerminalRow) -> Look | None:
    return _SHORT if row.number_last and row.numbers_left < _FEW_NUMBERS else None


def _received(row: TerminalRow, t: Language) -> str:
    return t.number(row.received_seq)


def _backed_up(row: TerminalRow, t: Language) -> str:
    return t.number(row.backed_up_seq)


def _masters(row: TerminalRow, t: Language) -> str:
    return "–" if row.masters_ms is None else t.time(row.masters_ms)


def _free(row: TerminalRow, t: Language) -> str:
    return "–" if row.free_bytes is None else size_words(row.free_bytes, t)


def _version(row: TerminalRow, _t: Language) -> str:
    return row.app_version or "–"


def _model(row: TerminalRow, _t: Language) -> str:
    return row.model or "–"


def _serial(row: TerminalRow, _t: Language) -> str:
    return row.serial or "–"


OF_FILES = (5, 6)
"""Columns that say something only of terminals that know files."""

COLUMNS: tuple[Column[TerminalRow], ...] = (
    Column("terminal_no", N_("No."), _number, 64, number=True),
    Column("status", N_("State"), _state, 118, look=_state_look),
    Column("paired", N_("Device"), _paired, 118, look=_paired_look),
    Column("person", N_("Person"), _person, 84),
    Column("route", N_("Route"), _route, 104),
    Column("", N_("Family"), _family, 190, hidden=True),
    Column("", N_("Format profile"), _profile, 140, hidden=True),
    Column("seen_ms", N_("Last seen"), _seen, 138),
    Column("battery_percent", N_("Battery"), _battery, 84, number=True, look=_battery_look),
    Column("clock_offset_ms", N_("Clock"), _clock, 124, look=_clock_look),
    Column("numbers_left", N_("Numbers used"), _numbers, 108, number=True, look=_numbers_look),
    Column("received_seq", N_("Received"), _received, 82, number=True),
    Column("backed_up_seq", N_("Backed up"), _backed_up, 84, number=True),
    Column("masters_ms", N_("Data as of"), _masters, 138),
    Column("free_bytes", N_("Room left"), _free, 84, number=True),
    Column("app_version", N_("Version"), _version, 80),
    Column("model", N_("Model"), _model, 96),
    Column("serial", N_("Serial number"), _serial, 130),
)
