"""Docks one terminal: who is it, take its batches in, give it its data sets, let it go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from app.clock import Clock
from app.domain.business_day import business_date
from app.domain.problems import Problem
from app.domain.rights import Actor, Right
from app.errors import AppError, ArchiveFull, DiskFull, NotFound, PortError, RuleBroken
from app.services.admission import admit, warnings_for
from app.services.archive import Origin
from app.services.datasets.packaging import packages_for
from app.services.desk_key import credentials
from app.services.docking_files import FileCourse, dock_files
from app.services.file_terminals import list_setups, setup_at
from app.services.intake import IntakeResult, RecordCounts, take_in
from app.services.number_blocks import provide_numbers
from app.services.office import Office
from app.services.photos import PhotoIntake
from app.services.session_log import SessionLog, session_row
from app.services.staleness import stale_problem
from app.storage.queries.arrivals import watermarks
from app.storage.queries.directory import find_branch
from drivers.contract import Driver, Session, TerminalInfo, Watermarks
from drivers.discovery import FoundPort
from drivers.errors import DriverError
from drivers.file_contract import AnyFileDriver, FileDriver
from drivers.protocols.docking.codes import Code
from drivers.registry import (
    FILE_FAMILIES,
    driver_by_name,
    file_driver_by_name,
    identify,
    open_link,
)

Progress = Callable[[str, int, int], None]
"""(stage, done, total): connect, identified, upload, check, commit, download, photos, finish."""

Met = Callable[[TerminalInfo], None]
Seen = Callable[[TerminalInfo], bool]

# Three sessions as large as a batch may be, raw and in the database.
SPACE_BYTES = 3 * 8 * 1024 * 1024
TICKET_BITS = 128


@dataclass(frozen=True, slots=True)
class DockReport:
    """One docking. `state`: done, idle, refused, failed; `lost` is said to be sent but not
    accounted for.

    `error` is set unless the state is done or idle; what came in before it stays in.
    """

    port: str
    state: str
    terminal: int | None = None
    epoch: int | None = None
    person: str = ""
    model: str = ""
    battery_percent: int | None = None
    clock_offset_ms: int | None = None
    batches: int = 0
    photos: int = 0
    files: int = 0
    counts: RecordCounts = field(default_factory=RecordCounts)
    documents: int = 0
    moves: int = 0
    lost: int = 0
    problems: tuple[Problem, ...] = ()
    dock_ms: int = 0
    post_ms: int = 0
    error: AppError | None = None

    @property
    def unmet(self) -> str:
        """Code of the error that kept anybody from being met; empty if somebody was."""
        if self.error is None or self.terminal is not None:
            return ""
        return str(self.error.fields.get("driver_code") or self.error.code)


@dataclass(slots=True)
class _Course:
    """What has happened so far in a docking; `watch` measures how long the desk itself takes."""

    log: SessionLog
    watch: Clock
    results: list[IntakeResult] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    photos: int = 0
    files: int = 0
    received_seq: int = 0
    post_ms: int = 0
    seen: Seen = lambda _info: False
    refused: bool = False
    finished: bool = False
    idle: bool = False


def dock(
    office: Office,
    actor: Actor,
    port: str,
    *,
    driver: str | None = None,
    progress: Progress = lambda _stage, _done, _total: None,
    met: Met = lambda _info: None,
    unmet: str = "",
    seen: Seen = lambda _info: False,
) -> DockReport:
    """Dock the terminal at `port`; everything it brought is durable when this returns.

    `met` is called once, as soon as the terminal has said who it is. If nobody does and the error
    has the code `unmet`, no session is left behind: for ports that are asked again and again. The
    same for a terminal that was `seen` just now and brings nothing: then the state is idle.
    What goes wrong on the way is in the report. Raises PermissionDenied, and DatabaseError when
    not even the attempt can be written down.
    """
    actor.require(Right.DOCK)
    course = _Course(SessionLog(office.clock), office.clock)
    started_ms = office.clock.now_ms()
    error: AppError | None = None
    course.seen = seen
    try:
        chosen = _driver(office, actor, port, driver)
        with session_row(office, actor, port, chosen.name, course.log, unmet):
            _run(office, actor, port, chosen, progress, met, course)
    except AppError as caught:
        error = caught
    return _report(port, course, error, office.clock.now_ms() - started_ms)


def _run(
    office: Office,
    actor: Actor,
    port: str,
    driver: Driver | AnyFileDriver,
    progress: Progress,
    met: Met,
    course: _Course,
) -> None:
    office.archive.require_space(SPACE_BYTES)
    if isinstance(driver, FileDriver):
        files = FileCourse()
        try:
            with _port_errors(port):
                course.idle = not dock_files(
                    office, actor, port, driver, progress, met, course.seen, course.log, files
                )
            course.finished = True
        except (RuleBroken, NotFound):
            course.refused = True
            raise
        finally:
            course.results += files.results
            course.warnings += files.problems
            course.files = files.files
        return
    with (
        _port_errors(port),
        course.log.recorded(open_link(port, driver.serial)) as link,
        driver.connect(link, course.log.clock.now_ms, progress) as session,
    ):
        office = office.with_clock(course.log.clock)
        try:
            info = session.info()
            if course.seen(info) and _let_go(office, session, info):
                course.idle = True
                return
            course.log.meet(info)
            met(info)
            progress("identified", 0, 0)
            with _refusing(session, course):
                course.log.terminal_id = admit(office, actor, info)
                course.warnings += warnings_for(office, info)
                _pull(office, actor, session, progress, course)
                _push(office, actor, session, info, course)
                _pull_photos(office, actor, session, course)
                _finish(office, actor, session, info, course)
            course.finished = True
        finally:
            course.log.note_traffic(session.traffic())


def _let_go(office: Office, session: Session, info: TerminalInfo) -> bool:
    """Part from a terminal that was docked just before, if it brings nothing new."""
    with office.database.read() as reader:
        marks = Watermarks(*watermarks(reader, info.terminal, info.epoch))
    if info.last_seq > marks.received_seq:
        return False
    for _ in session.pull(marks):
        return True  # broken off: what it has after all comes next time
    session.finish()
    return True


def _pull(
    office: Office, actor: Actor, session: Session, progress: Progress, course: _Course
) -> None:
    info = session.info()
    with office.database.read() as reader:
        marks = Watermarks(*watermarks(reader, info.terminal, info.epoch))
    course.received_seq = marks.received_seq
    course.log.add("resumed", received=marks.received_seq, backed_up=marks.backed_up_seq)
    for upload in session.pull(marks):
        progress("check", 0, 0)
        began_ms = course.watch.now_ms()
        origin = Origin(info.branch, info.terminal, info.epoch, upload.batch_no)
        offset_ms = info.clock_offset_ms or 0
        result = take_in(office, actor, origin, upload.data, clock_offset_ms=offset_ms)
        course.post_ms += course.watch.now_ms() - began_ms
        course.results.append(result)
        progress("commit", 0, 0)
        session.acknowledge(result.receipt)
        course.log.add_batch(upload.batch_no, len(upload.data), result)


def _push(
    office: Office, actor: Actor, session: Session, info: TerminalInfo, course: _Course
) -> None:
    with office.database.read() as reader:
        branch = find_branch(reader)
    now_ms = office.clock.now_ms()
    day = business_date(now_ms, branch.tz_offset_min, branch.cutoff_min)
    if stale := stale_problem(info, now_ms):
        course.warnings.append(stale)
    course.warnings += provide_numbers(office, actor, info, day)
    packages = packages_for(office, actor, info, day)
    session.push(packages)
    course.log.add_packages(packages)


def _pull_photos(office: Office, actor: Actor, session: Session, course: _Course) -> None:
    photos = PhotoIntake(office, actor, session.info())
    try:
        photos.take_in(session)
    finally:
        course.photos = course.log.photos = photos.count
        course.warnings += photos.close()
        if photos.count:
            course.log.add("photos", photos=photos.count, bytes=photos.size_bytes)


def _finish(
    office: Office, actor: Actor, session: Session, info: TerminalInfo, course: _Course
) -> None:
    """The ticket is written down before it is given: then only a copy can show an older one."""
    ticket = b""
    if info.device_id:
        ticket = course.log.random_bits(TICKET_BITS).to_bytes(TICKET_BITS // 8, "big")
        course.log.give_ticket(office, actor, info, ticket)
    session.finish(ticket)
    course.log.add("finished")


@contextmanager
def _port_errors(port: str) -> Iterator[None]:
    try:
        yield
    except DriverError as error:
        fields = {"port": port} | error.fields
        raise PortError(error.code, retry_helps=error.retry_helps, **fields) from error


@contextmanager
def _refusing(session: Session, course: _Course) -> Iterator[None]:
    """Tells the terminal why the desk stops, so that its user reads more than a broken line."""
    try:
        yield
    except AppError as error:
        course.refused = isinstance(error, RuleBroken | NotFound)
        with suppress(DriverError):
            session.refuse(_refusal(error), "")
        raise


def _refusal(error: AppError) -> Code:
    if isinstance(error, ArchiveFull | DiskFull):
        return Code.DESK_FULL
    rule = error.rule if isinstance(error, RuleBroken) else ""
    codes = {
        "wrong-branch": Code.WRONG_BRANCH,
        "terminal-revoked": Code.CERTIFICATE_REVOKED,
        "terminal-lost": Code.CERTIFICATE_REVOKED,
        "terminal-replaced": Code.CERTIFICATE_REVOKED,
        "terminal-serial": Code.TERMINAL_UNKNOWN,
        "device-elsewhere": Code.TERMINAL_UNKNOWN,
        "terminal-outdated": Code.EPOCH_OUTDATED,
        "terminal-copied": Code.TERMINAL_COPIED,
    }
    if isinstance(error, NotFound):
        return Code.TERMINAL_UNKNOWN
    return codes.get(rule, Code.DESK_FAULT)


def _driver(office: Office, actor: Actor, port: str, name: str | None) -> Driver | AnyFileDriver:
    """The one that was named, or that the terminal was set up with, or that claims the port."""
    scratch = office.paths.data / "scratch"
    keys = credentials(office)
    if name is None:
        setup = setup_at(list_setups(office, actor), port)
        name = None if setup is None else setup.driver
    with _port_errors(port):
        if name is None:
            return identify(FoundPort(port, "", None, None), scratch, keys)
        if name in FILE_FAMILIES:
            return file_driver_by_name(name, scratch)
        return driver_by_name(name, scratch, keys)


def _report(port: str, course: _Course, error: AppError | None, took_ms: int) -> DockReport:
    info, results = course.log.info, course.results
    counts = sum((result.counts for result in results), RecordCounts())
    received = max((course.received_seq, *(each.receipt.received_seq for each in results)))
    turned_down = any(result.receipt.state == "rejected" for result in results)
    lost = 0
    if info is not None and course.finished and not turned_down:
        lost = max(0, info.last_seq - received)
    state = "done" if error is None else "refused" if course.refused else "failed"
    state = "idle" if course.idle else state
    found = [problem for result in results for problem in result.problems]
    return DockReport(
        port=port,
        state=state,
        terminal=None if info is None else info.terminal,
        epoch=None if info is None else info.epoch,
        person="" if info is None else info.person,
        model="" if info is None else info.model,
        battery_percent=None if info is None else info.battery_percent,
        clock_offset_ms=None if info is None else info.clock_offset_ms,
        batches=len(results),
        photos=course.photos,
        files=course.files,
        counts=counts,
        documents=sum(result.documents for result in results),
        moves=sum(result.moves for result in results),
        lost=lost,
        problems=(*course.warnings, *found),
        dock_ms=took_ms - course.post_ms,
        post_ms=course.post_ms,
        error=error,
    )
