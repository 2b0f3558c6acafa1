"""Unattended docking: whatever is plugged in is docked, each port in a lane of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

from app.domain.rights import Actor, Right
from app.errors import PortError
from app.services.docking import DockReport, dock
from app.services.office import Office
from drivers.discovery import list_ports

POLL_S = 1.0
LANES = 32
# A terminal may be put on the same cradle without the port going away.
AGAIN_AFTER_POLLS = 15

FindPorts = Callable[[], Sequence[str]]
LaneProgress = Callable[[str, str, int, int], None]
"""(port, stage, done, total)."""


@dataclass(slots=True)
class _Lane:
    work: Future[DockReport]
    polls_since: int = 0
    told: bool = False


@dataclass(slots=True)
class _Watch:
    lanes: dict[str, _Lane] = field(default_factory=dict)
    reports: list[DockReport] = field(default_factory=list)


def found_ports() -> tuple[str, ...]:
    """Addresses of the serial ports of this machine, none of them opened."""
    return tuple(port.url for port in list_ports())


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
    each docking that is over; a port on which nobody answers is not told. A failing lane never
    disturbs another.
    """
    actor.require(Right.DOCK)
    stop = stop or Event()
    state = _Watch()
    with ThreadPoolExecutor(LANES, thread_name_prefix="dock") as pool:
        while not stop.is_set():
            here = dict.fromkeys((*ports, *find_ports()))
            for port in here:
                if _is_due(state, port):
                    state.lanes[port] = _Lane(pool.submit(_dock, office, actor, port, progress))
            _forget_absent(state, here)
            _collect(state, told)
            if once and all(lane.told for lane in state.lanes.values()):
                break
            _wait(state, stop)
        for lane in state.lanes.values():
            lane.work.result()
        _collect(state, told)
    return tuple(state.reports)


def _dock(office: Office, actor: Actor, port: str, progress: LaneProgress) -> DockReport:
    return dock(
        office,
        actor,
        port,
        progress=lambda stage, done, total: progress(port, stage, done, total),
    )


def _is_due(state: _Watch, port: str) -> bool:
    lane = state.lanes.get(port)
    if lane is None:
        return True
    if not lane.told:
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
            report = lane.work.result()
            if not _is_nobody(report):
                state.reports.append(report)
                told(report)


def _is_nobody(report: DockReport) -> bool:
    error = report.error
    return isinstance(error, PortError) and error.driver_code == "peer_silent"


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
