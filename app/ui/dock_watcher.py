"""Watches the ports and docks what is plugged in, each terminal in a lane of its own."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from app.services.docking import DockReport
from app.services.watching import AGAIN_AFTER_POLLS, POLL_S, DockPort, FindPorts, is_nobody
from app.ui.tasks import Job, Tasks
from drivers.contract import TerminalInfo
from drivers.discovery import FoundPort, Slot

_PORTS = "ports"
_SPEED_SPAN_S = 3.0
_STATE_OF_STAGE = {
    "connect": "detected",
    "identified": "identified",
    "upload": "pulling",
    "check": "checking",
    "commit": "committed",
    "download": "pushing",
    "photos": "photos",
    "finish": "pushing",
}


@dataclass(frozen=True, slots=True)
class Live:
    """How far the docking on one port is; `report` or `error` once it is over."""

    port: str
    state: str = "detected"
    info: TerminalInfo | None = None
    done_bytes: int = 0
    total_bytes: int = 0
    bytes_per_s: int = 0
    left_s: int | None = None
    report: DockReport | None = None
    error: BaseException | None = None
    slot: Slot | None = None

    @property
    def over(self) -> bool:
        return self.report is not None or self.error is not None

    @property
    def terminal_no(self) -> int | None:
        return self.info.terminal if self.info is not None else None

    @property
    def trouble(self) -> BaseException | None:
        """What stopped it, if something did."""
        return self.error or (self.report.error if self.report is not None else None)


def lane_of(port: str) -> str:
    """The lane in which everything happens that opens this port."""
    return f"dock {port}"


class DockWatcher(QObject):
    """Docks whatever `find_ports` names by `dock_port`, both of them called in lanes.

    `changed`: some docking is further than before. `ended`: the docking on a port is over.
    `listed`: other ports are there than before.

    A port is docked when it appears, when it comes back, and now and then while it
    stays; a port on which nobody answers is not spoken of.
    """

    changed = Signal()
    ended = Signal(str)
    listed = Signal()
    _met = Signal(str, object)

    def __init__(self, tasks: Tasks, find_ports: FindPorts, dock_port: DockPort) -> None:
        super().__init__()
        self._tasks = tasks
        self._find_ports = find_ports
        self._dock_port = dock_port
        self._live: dict[str, Live] = {}
        self._samples: dict[str, list[tuple[float, int]]] = {}
        self._polls: dict[str, int] = {}
        self._ports: dict[str, FoundPort] = {}
        self._busy: set[str] = set()
        self._held: set[str] = set()
        self._silent: set[str] = set()
        self._asking = False
        self._looked = False
        self._timer = QTimer(self, interval=round(POLL_S * 1000))
        self._timer.timeout.connect(self._ask)
        self._met.connect(self._meet)

    @property
    def live(self) -> Mapping[str, Live]:
        """What goes on, or ended last, by port."""
        return self._live

    @property
    def ports(self) -> tuple[FoundPort, ...]:
        """The ports that are there now."""
        return tuple(self._ports.values())

    @property
    def looked(self) -> bool:
        """Whether the ports have been listed once."""
        return self._looked

    @property
    def connected(self) -> int:
        """How many terminals are at the desk now, docked or being docked."""
        here = (live for port, live in self._live.items() if port in self._polls)
        return sum(live.info is not None and live.trouble is None for live in here)

    def start(self) -> None:
        self._ask()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def hold(self, port: str) -> None:
        """Leave a port to somebody who works in its lane, until it is freed."""
        self._held.add(port)

    def free(self, port: str) -> None:
        """Watch a port again that was held, and see who is there now."""
        self._held.discard(port)
        if port in self._polls:
            self.dock(port)

    def dock(self, port: str) -> None:
        """Dock one port now, unless that is going on already or the port is held."""
        if port in self._busy or port in self._held:
            return
        self._busy.add(port)
        self._polls[port] = 0
        self._samples[port] = []
        if port not in self._live and port not in self._silent:
            self._keep(Live(port))
        dock_port, met = self._dock_port, self._met

        def work(job: Job) -> DockReport:
            return dock_port(
                port,
                lambda stage, done, total: job.step(done, total, stage),
                lambda info: met.emit(port, info),
            )

        self._tasks.start(
            lane_of(port),
            work,
            done=lambda report: self._finish(port, report=report),
            failed=lambda error: self._finish(port, error=error),
            progress=lambda done, total, stage: self._advance(port, stage, done, total),
        )

    def _ask(self) -> None:
        if self._asking:
            return
        self._asking = True
        self._tasks.start(
            _PORTS, lambda _job: self._find_ports(), done=self._compare, failed=self._fail_to_ask
        )

    def _compare(self, found: Sequence[FoundPort]) -> None:
        self._asking = False
        before, self._ports = self._ports, {port.url: port for port in found}
        ports = set(self._ports)
        if not self._looked:
            # What was there before the program is spoken of only once it answers: a desk has
            # ports of its own on which nothing ever hangs.
            self._looked = True
            self._silent.update(ports)
        for port in sorted(ports):
            polls = self._polls.get(port)
            self._polls[port] = 0 if polls is None else polls + 1
            if polls is None or polls >= AGAIN_AFTER_POLLS:
                self.dock(port)
        gone = [port for port in self._polls if port not in ports and port not in self._busy]
        for port in gone:
            del self._polls[port]
            self._live.pop(port, None)
            self._silent.discard(port)
        if gone:
            self.changed.emit()
        if self._ports != before:
            self.listed.emit()

    def _fail_to_ask(self, error: BaseException) -> None:
        self._asking = False
        self._tasks.broken.emit(error)

    def _meet(self, port: str, info: TerminalInfo) -> None:
        self._keep(Live(port, "identified", info))

    def _advance(self, port: str, stage: str, done: int, total: int) -> None:
        live = self._live.get(port)
        if live is None or live.over:
            return  # the last docking is shown until somebody answers again
        state = _STATE_OF_STAGE.get(stage, live.state)
        if state == "detected" and live.info is not None:
            state = live.state
        speed = self._speed(port, done) if state in ("pulling", "photos") else 0
        left_s = -(-(total - done) // speed) if speed and total else None
        self._keep(
            replace(
                live,
                state=state,
                done_bytes=done,
                total_bytes=total,
                bytes_per_s=speed,
                left_s=left_s,
            )
        )

    def _speed(self, port: str, done: int) -> int:
        """Return bytes a second over the last few seconds, 0 while that cannot be told."""
        now_s = time.monotonic()
        samples = self._samples[port]
        if samples and done < samples[-1][1]:
            samples.clear()  # the next batch or photo begins
        samples.append((now_s, done))
        while now_s - samples[0][0] > _SPEED_SPAN_S:
            samples.pop(0)
        first_s, first_bytes = samples[0]
        return round((done - first_bytes) / (now_s - first_s)) if now_s - first_s > 0.2 else 0

    def _finish(
        self,
        port: str,
        report: DockReport | None = None,
        error: BaseException | None = None,
    ) -> None:
        self._busy.discard(port)
        live = self._live.get(port)
        if report is not None and report.state == "idle":
            return
        if report is not None and is_nobody(report):
            self._silent.add(port)
            if live is not None and not live.over:
                del self._live[port]
                self.changed.emit()
            return
        self._silent.discard(port)
        self._keep(replace(live or Live(port), report=report, error=error))
        self.ended.emit(port)

    def _keep(self, live: Live) -> None:
        found = self._ports.get(live.port)
        self._live[live.port] = replace(live, slot=found.slot if found else None)
        self.changed.emit()
