"""Unattended docking: whatever is plugged in is docked, each port in a lane of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import structlog

from app.domain.rights import Actor, Right
from app.errors import AppError
from app.services.docking import DockReport, Met, Progress, dock
from app.services.file_terminals import list_setups
from app.services.office import Office
from drivers.contract import TerminalInfo
from drivers.discovery import FoundPort, list_ports
from drivers.registry import FOLDER

# Listing the ports takes a millisecond; people expect an answer within two seconds.
POLL_S = 0.5
LANES = 256
# A terminal may be put on the same cradle without the port going away.
AGAIN_AFTER_POLLS = 20
# A terminal that stays in its cradle gets new prices so often, though it brings nothing.
REST_MS = 15 * 60 * 1000
# Code of a port on which nothing answers.
NOBODY = "peer_silent"
# Whoever watches for months must not grow for months.
KEPT_REPORTS = 1000

FindPorts = Callable[[], Sequence[FoundPort]]
DockPort = Callable[[str, Progress, Met], DockReport]
LaneProgress = Callable[[str, str, int, int], None]
"""(port, stage, done, total)."""


@dataclass(slots=True)
class _Lane:
    port: str
    work: Future[DockReport]
    unmet: str
    polls_since: int = 0
    told: bool = False


@dataclass(slots=True)
class _Watch:
    lanes: dict[str, _Lane] = field(default_factory=dict)
    reports: deque[DockReport] = field(default_factory=lambda: deque(maxlen=KEPT_REPORTS))


def found_ports(named: Sequence[str] = ()) -> tuple[FoundPort, ...]:
    """The serial ports of this machine behind those that are `named`, none of them opened.

    A named file that is not there is no port yet: it comes when its terminal is plugged in.
    """
    found = {port.url: port for port in list_ports()}
    first = {url: found.get(url) or FoundPort(url) for url in named if not _is_absent(url)}
    return tuple((first | found).values())


def port_finder(office: Office, actor: Actor, named: Sequence[str] = ()) -> FindPorts:
    """`found_ports` of those that are `named` and of those where terminals with files are known.

    Who is set up while the desk watches is seen within ten seconds.
    """
    actor.require(Right.DOCK)
    known: list[str] = []
    polls = 0

    def find() -> Sequence[FoundPort]:
        nonlocal polls
        if polls % AGAIN_AFTER_POLLS == 0 and office.database.branch_id:
            known[:] = [each.port for each in list_setups(office, actor) if each.port]
        polls += 1
        return found_ports(tuple(dict.fromkeys((*named, *known))))

    return find


def _is_absent(url: str) -> bool:
    """Whether that is a file or a folder that is not there now."""
    scheme, _, path = url.partition(":")
    if scheme == FOLDER:
        return not Path(path).is_dir()
    return url.startswith("/") and not Path(url).exists()


def is_nobody(report: DockReport) -> bool:
    """Whether nothing at that port ever answered; one that fell silent later is somebody."""
    return report.unmet == NOBODY


def patient_dock(office: Office, actor: Actor) -> DockPort:
    """`dock` for ports that are asked again and again; each may be in a thread of its own.

    A port that fails as it did before, without anybody having been met, leaves no session behind,
    nor does a terminal that stays there and brings nothing new.
    """
    actor.require(Right.DOCK)
    unmet: dict[str, str] = {}
    last: dict[str, tuple[int, int]] = {}

    def dock_again(port: str, progress: Progress, met: Met) -> DockReport:
        def was_seen(info: TerminalInfo) -> bool:
            terminal, at_ms = last.get(port, (0, 0))
            return info.terminal == terminal and office.clock.now_ms() - at_ms < REST_MS

        before = unmet.get(port, NOBODY)
        report = dock(office, actor, port, progress=progress, met=met, unmet=before, seen=was_seen)
        unmet[port] = report.unmet or NOBODY
        if report.state == "done" and report.terminal is not None:
            last[port] = (report.terminal, office.clock.now_ms())
        elif report.state != "idle":
            last.pop(port, None)
        return report

    return dock_again


def watch(
    office: Office,
    actor: Actor,
    *,
    ports: Sequence[str] = (),
    find_ports: FindPorts = found_ports,
    stop: Event | None = None,
    once: bool = False,
    told: Callable[[DockReport], None] = lambda _report: None,
    progress: LaneProgress = lambda _port, _stage, _done, _total: None,
) -> tuple[DockReport, ...]:
    """Dock what appears on `ports` and on those that `find_ports` names, until `stop` is set.

    With `once` every port that is there now is docked once. `told` is called in this thread with
    each docking that is over; a port on which nobody answers is not told, and one that fails again
    and again in the same way before it says who it is, once. A failing lane never
    disturbs another, and dockings that run are finished before this returns the newest 1000.
    """
    actor.require(Right.DOCK)
    stop = stop or Event()
    state = _Watch()
    docked = patient_dock(office, actor)
    named = tuple(ports)  # the first time with those that are missing: one may be mistyped
    with ThreadPoolExecutor(LANES, thread_name_prefix="dock") as pool:
        while not stop.is_set():
            here = dict.fromkeys((*named, *(port.url for port in find_ports())))
            named = tuple(port for port in ports if not _is_absent(port))
            for port in here:
                if _is_due(state, port, once):
                    before = state.lanes.get(port)
                    work = pool.submit(_dock, docked, port, progress)
                    state.lanes[port] = _Lane(port, work, before.unmet if before else NOBODY)
            _forget_absent(state, here)
            _collect(state, told)
            if once and all(lane.told for lane in state.lanes.values()):
                break
            _wait(state, stop)
        wait(lane.work for lane in state.lanes.values())
        _collect(state, told)
    return tuple(state.reports)


def _dock(dock_port: DockPort, port: str, progress: LaneProgress) -> DockReport:
    return dock_port(
        port,
        lambda stage, done, total: progress(port, stage, done, total),
        lambda _info: None,
    )


def _is_due(state: _Watch, port: str, once: bool) -> bool:
    lane = state.lanes.get(port)
    if lane is None:
        return True
    if once or not lane.told:
        return False
    lane.polls_since += 1
    return lane.polls_since > AGAIN_AFTER_POLLS


def _forget_absent(state: _Watch, here: dict[str, None]) -> None:
    for port in [port for port, lane in state.lanes.items() if lane.told and port not in here]:
        del state.lanes[port]


def _collect(state: _Watch, told: Callable[[DockReport], None]) -> None:
    for lane in state.lanes.values():
        if lane.work.done() and not lane.told:
            lane.told = True
            report = _report_of(lane)
            is_news = report.state != "idle" and (not report.unmet or report.unmet != lane.unmet)
            lane.unmet = report.unmet or NOBODY
            if is_news:
                state.reports.append(report)
                told(report)


def _report_of(lane: _Lane) -> DockReport:
    """What came of a docking; one that broke down tells of itself and of no other."""
    error = lane.work.exception()
    if error is None:
        return lane.work.result()
    if isinstance(error, AppError):
        return DockReport(lane.port, "failed", error=error)
    structlog.get_logger(__name__).error("docking broke down", port=lane.port, exc_info=error)
    return DockReport(lane.port, "failed", error=AppError())


def _wait(state: _Watch, stop: Event) -> None:
    """Until the next poll, or until a lane has news."""
    ready = Event()
    for lane in state.lanes.values():
        if not lane.told:
            lane.work.add_done_callback(lambda _future: ready.set())
    if any(not lane.told for lane in state.lanes.values()):
        ready.wait(POLL_S)
    else:
        stop.wait(POLL_S)
