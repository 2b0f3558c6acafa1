"""Docks a terminal that knows files: fetch, take in, clear only then, write lists back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.domain.problems import Problem, problem
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.device_files import FileResult, note_state, take_file
from app.services.file_batches import kept_name
from app.services.file_terminals import setup_for
from app.services.intake import IntakeResult
from app.services.list_files import SentLists, list_files
from app.services.office import Office
from app.services.session_log import SessionLog
from app.storage.queries.arrivals import find_terminal
from app.storage.queries.directory import find_branch
from app.storage.queries.files import file_setups
from app.storage.store.files import FileSetup
from app.storage.store.terminals import StoredTerminal
from drivers.contract import Capability, Link, TerminalInfo
from drivers.errors import DeviceError, PeerSilent
from drivers.file_contract import AnyFileDriver, FileSession, FileTerminalInfo, TerminalFile
from drivers.registry import FOLDER, open_folder, open_link

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class FileCourse:
    """What came of the files of a docking so far."""

    results: list[IntakeResult] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: int = 0


def dock_files(
    office: Office,
    actor: Actor,
    port: str,
    driver: AnyFileDriver,
    progress: Progress,
    met: Callable[[TerminalInfo], None],
    seen: Callable[[TerminalInfo], bool],
    log: SessionLog,
    course: FileCourse,
) -> bool:
    """Everything that a docking of such a terminal does; `course` grows while it runs.

    False for one that was `seen` just now: nothing is done with it.

    A file is durable and in the books before the terminal is told, and is compared once more
    before it is cleared there. Raises NotFound for a terminal that nobody set up, what `take_file`
    raises, and `DriverError`.
    """
    actor.require(Right.DOCK)
    before = _known_at(office, driver, port)
    with (
        _carrier(port, driver, before, log) as carrier,
        driver.connect(carrier, log.clock.now_ms, progress) as session,
    ):
        office = office.with_clock(log.clock)
        told = session.info()
        setup, terminal = _who(office, driver, told, port)
        info = _as_terminal(office, setup, terminal, told, driver)
        if seen(info):
            session.finish()
            return False
        log.meet(info)
        log.terminal_id = terminal.id
        met(info)
        progress("identified", 0, 0)
        offset_ms = told.clock_offset_ms or 0
        kept: DeviceError | RuleBroken | None = None
        for file in session.pull():
            progress("check", 0, 0)
            try:
                result = take_file(office, actor, setup, file, clock_offset_ms=offset_ms)
            except RuleBroken as error:
                # where files lie side by side, one that means nothing stays and hides no other
                if error.rule != "profile-unfit" or Capability.CLEAR not in driver.capabilities:
                    raise
                kept = kept or error
                continue
            progress("commit", 0, 0)
            _note(log, course, file, result)
            try:
                _settle(office, actor, session, setup, terminal.epoch, driver, file)
            except DeviceError as error:
                # it stays on the terminal, and that must not hide the files behind it
                kept = kept or error
        _set_clock(office, session, driver)
        _send(office, actor, session, setup, driver, log, course)
        session.finish()
        if kept is not None:
            raise kept
        log.add("finished")
        return True


def _known_at(office: Office, driver: AnyFileDriver, port: str) -> FileSetup | None:
    """Who is known to hang there, as far as the address tells.

    A telephone that somebody charges here, or a folder, is not opened before it was set up.
    """
    scheme, _, serial = port.partition(":")
    with office.database.read() as reader:
        setup = setup_for(file_setups(reader), driver.name, serial, port)
    if scheme in driver.schemes and setup is None:
        raise NotFound(what="file terminal", key=serial)
    return setup


@contextmanager
def _carrier(
    port: str, driver: AnyFileDriver, setup: FileSetup | None, log: SessionLog
) -> Iterator[Link | Path]:
    if FOLDER in driver.schemes:
        log.add("opened", port=port)
        yield open_folder(port)
    else:
        baud = 0 if setup is None else setup.baud
        settings = replace(driver.serial, baud=baud) if baud else driver.serial
        with log.recorded(open_link(port, settings)) as link:
            yield link


def _who(
    office: Office, driver: AnyFileDriver, told: FileTerminalInfo, port: str
) -> tuple[FileSetup, StoredTerminal]:
    """Which terminal that is; one that nobody set up is named, and never taken in by guess."""
    with office.database.read() as reader:
        setup = setup_for(file_setups(reader), driver.name, told.serial, port)
        terminal = None if setup is None else find_terminal(reader, setup.terminal_no)
    if setup is None or terminal is None:
        raise NotFound(what="file terminal", key=told.serial or port)
    if terminal.status != "active":
        raise RuleBroken(f"terminal-{terminal.status}", terminal=terminal.terminal_no)
    return setup, terminal


def _as_terminal(
    office: Office,
    setup: FileSetup,
    terminal: StoredTerminal,
    told: FileTerminalInfo,
    driver: AnyFileDriver,
) -> TerminalInfo:
    """As the board shows it: what the family does not tell comes from the registry."""
    return TerminalInfo(
        branch=office.database.branch_id,
        terminal=setup.terminal_no,
        epoch=terminal.epoch,
        serial=told.serial or terminal.serial,
        model=told.model or driver.title,
        app_version=told.version,
        protocol_version=0,
        person=terminal.person_code,
        battery_percent=None,
        free_bytes=told.free_bytes,
        clock_offset_ms=told.clock_offset_ms,
        last_seq=terminal.received_seq,
        schema_version=0,
    )


def _note(log: SessionLog, course: FileCourse, file: TerminalFile, result: FileResult) -> None:
    course.files += 1
    course.problems += result.problems
    course.results += result.results
    log.results += result.results
    log.add(
        "file",
        file=file.name,
        bytes=len(file.data),
        verdict=result.verdict.value,
        lines=result.lines,
        bad=result.bad,
    )


def _settle(
    office: Office,
    actor: Actor,
    session: FileSession,
    setup: FileSetup,
    epoch: int,
    driver: AnyFileDriver,
    file: TerminalFile,
) -> None:
    """The books know that the file is about to go before it goes, and that it went after."""
    clears = setup.clears and Capability.CLEAR in driver.capabilities
    about = (setup.terminal_no, epoch, kept_name(file.name))
    if clears:
        note_state(office, actor, *about, "clearing")
    session.settle(file, clears)
    if clears:
        note_state(office, actor, *about, "cleared")


def _set_clock(office: Office, session: FileSession, driver: AnyFileDriver) -> None:
    if Capability.SET_CLOCK in driver.capabilities:
        with office.database.read() as reader:
            offset_min = find_branch(reader).tz_offset_min
        session.set_clock(office.clock.now_ms(), offset_min)


def _send(
    office: Office,
    actor: Actor,
    session: FileSession,
    setup: FileSetup,
    driver: AnyFileDriver,
    log: SessionLog,
    course: FileCourse,
) -> None:
    """Lists that the terminal does not have yet; one that takes none now gets them next time."""
    if not setup.sends or Capability.DOWNLOAD not in driver.capabilities:
        return
    files, left_out = list_files(office, actor, setup)
    course.problems += left_out
    sent = SentLists(office.paths.data / "scratch", setup.terminal_no)
    if not files or sent.are(files):
        return
    try:
        session.push(files)
    except PeerSilent:
        where = f"terminal {setup.terminal_no}"
        course.problems.append(problem("W_LIST_WAITS", where, files=len(files)))
        return
    sent.keep(files)
    log.add("lists", files=len(files), bytes=sum(len(each.data) for each in files))
