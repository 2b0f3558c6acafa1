"""Watches the ports and docks what is plugged in, each terminal in a lane of its own."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from app.errors import PortError
from app.services.docking import DockReport, Met, Progress
from app.ui.tasks import Job, Tasks
from drivers.contract import TerminalInfo

POLL_MS = 700
# A terminal may be put on the same cradle without the port going away.
AGAIN_AFTER_POLLS = 15
_PORTS = "ports"
_SPEED_SPAN_S = 3.0
_STATE_OF_STAGE = {
    "connect": "detected",
    "identified": "identified",
    "upload": "pulling",
    "check": "checking",
    "commit": "committed",
    "download": "pushing",
    "finish": "pushing",
}

FindPorts = Callable[[], Sequence[str]]
DockPort = Callable[[str, Progress, Met], DockReport]


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


class DockWatcher(QObject):
    """`changed`: some docking is further than before; `ended`: the docking on a port is over.

    `find_ports` names the ports that are there now, `dock_port` docks one of them; both are called
    in lanes. A port is docked when it appears, when it comes back, and now and then while it
    stays; a port on which nobody answers is not spoken of.
    """

    changed = Signal()
    ended = Signal(str)
    _met = Signal(str, object)

    def __init__(self, tasks: Tasks, find_ports: FindPorts, dock_port: DockPort) -> None:
        super().__init__()
        self._tasks = tasks
        self._find_ports = find_ports
        self._dock_port = dock_port
        self._live: dict[str, Live] = {}
        self._samples: dict[str, list[tuple[float, int]]] = {}
        self._polls: dict[str, int] = {}
        self._busy: set[str] = set()
        self._silent: set[str] = set()
        self._asking = False
        self._looked = False
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._ask)
        self._met.connect(self._meet)

    @property
    def live(self) -> Mapping[str, Live]:
        """What goes on, or ended last, by port."""
        return self._live

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

    def dock(self, port: str) -> None:
        """Dock one port now, unless that is going on already."""
        if port in self._busy:
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
            f"dock {port}",
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

    def _compare(self, ports: Sequence[str]) -> None:
        self._asking = False
        if not self._looked:
            # What was there before the program is spoken of only once it answers: a desk has
            # ports of its own on which nothing ever hangs.
            self._looked = True
            self._silent.update(ports)
        for port in sorted(set(ports)):
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
        speed = self._speed(port, done) if state == "pulling" else 0
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
        if report is not None and _is_nobody(report):
            self._silent.add(port)
            if live is not None and not live.over:
                del self._live[port]
                self.changed.emit()
            return
        self._silent.discard(port)
        self._keep(replace(live or Live(port), report=report, error=error))
        self.ended.emit(port)

    def _keep(self, live: Live) -> None:
        self._live[live.port] = live
        self.changed.emit()


def _is_nobody(report: DockReport) -> bool:
    return isinstance(report.error, PortError) and report.error.driver_code == "peer_silent"
