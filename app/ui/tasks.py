"""Work beside the GUI thread: lanes of one worker each, with progress, cancelling and results."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import structlog
from PySide6.QtCore import QObject, Qt, Signal

from app.errors import Cancelled

T = TypeVar("T")

DATABASE = "database"
REPORTS = "reports"
_QUIET_S = 0.05


class Job:
    """One piece of work: its lane's worker calls `step`, the GUI thread may `cancel`."""

    def __init__(self, lane: str, title: str, report: Callable[["Job", int, int, str], None]):
        self.lane = lane
        self.title = title
        self.done_units = 0
        self.total_units = 0
        self._report = report
        self._cancelled = threading.Event()
        self._reported_s = 0.0
        self._note = ""

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the work to stop; none of its callbacks is called any more."""
        self._cancelled.set()

    def step(self, done: int, total: int, note: str = "") -> None:
        """Report progress from inside the work.

        Raises Cancelled when somebody asked the work to stop.
        """
        if self.cancelled:
            raise Cancelled(what=self.title)
        now_s = time.monotonic()
        if done == total or note != self._note or now_s - self._reported_s >= _QUIET_S:
            self._reported_s = now_s
            self._note = note
            self._report(self, done, total, note)


class Tasks(QObject):
    """Starts work in lanes and brings everything that it says back into the GUI thread.

    `changed` tells that the list of `running` jobs, or how far one is, is not as it was.
    """

    changed = Signal()
    broken = Signal(object)
    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._running: list[Job] = []
        self._closed = False
        self._log = structlog.get_logger(__name__)
        self._arrived.connect(self._receive, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> tuple[Job, ...]:
        """The jobs that have a title to show, oldest first."""
        return tuple(job for job in self._running if job.title)

    @property
    def idle(self) -> bool:
        return not self._running

    def start(
        self,
        lane: str,
        work: Callable[[Job], T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
        progress: Callable[[int, int, str], None] | None = None,
        title: str = "",
    ) -> Job:
        """Run `work(job)` on the lane's one worker, after what the lane already has to do.

        The callbacks run in the GUI thread. Without `failed`, an error goes out as `broken`.
        """

        def report(job: Job, units: int, total: int, note: str) -> None:
            self._arrived.emit(lambda: self._show_progress(job, units, total, note, progress))

        def finish(future: Future[T]) -> None:
            self._arrived.emit(lambda: self._finish(job, future, done, failed))

        job = Job(lane, title, report)
        if self._closed:
            job.cancel()
            return job
        self._running.append(job)
        executor = self._lanes.get(lane)
        if executor is None:
            executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=lane)
            self._lanes[lane] = executor
        executor.submit(_run, work, job).add_done_callback(finish)
        self.changed.emit()
        return job

    def close(self) -> None:
        """Cancel everything, and wait until no worker is at work any more."""
        self._closed = True
        for job in self._running:
            job.cancel()
        for executor in self._lanes.values():
            executor.shutdown(wait=True, cancel_futures=True)
        self._lanes.clear()

    def _receive(self, message: Callable[[], None]) -> None:
        if not self._closed:
            message()

    def _show_progress(
        self,
        job: Job,
        done: int,
        total: int,
        note: str,
        progress: Callable[[int, int, str], None] | None,
    ) -> None:
        if job.cancelled:
            return
        job.done_units, job.total_units = done, total
        if progress is not None:
            progress(done, total, note)
        self.changed.emit()

    def _finish(
        self,
        job: Job,
        future: "Future[Any]",
        done: Callable[[Any], None] | None,
        failed: Callable[[BaseException], None] | None,
    ) -> None:
        self._running.remove(job)
        self.changed.emit()
        if job.cancelled or future.cancelled():
            return
        error = future.exception()
        if error is None:
            if done is not None:
                done(future.result())
        elif not isinstance(error, Cancelled):
            self._log.warning("work failed", lane=job.lane, title=job.title, exc_info=error)
            if failed is None:
                self.broken.emit(error)
            else:
                failed(error)


def _run(work: Callable[[Job], T], job: Job) -> T:
    if job.cancelled:
        raise Cancelled(what=job.title)
    return work(job)
