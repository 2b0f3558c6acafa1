"""The work behind the pairing dialog: it runs in the lane of the port and asks the person."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.services.pairing import VALID_MS, Code, Seat, make_code, pair
from app.ui.dock_watcher import lane_of
from app.ui.tasks import Job
from app.ui.workplace import Workplace
from drivers.contract import Place

_LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be paired where; without `by_code` digits are compared."""

    seat: Seat
    port: str
    by_code: bool


class Talk(QObject):
    """What the work says to the dialog, whether or not that is still open.

    `begun` carries the code (None if digits are compared) and until when it is worth something.
    `asked` carries eight digits and the future that the person's answer is put into.
    """

    begun = Signal(object, object)
    asked = Signal(str, object)


def start_pairing(
    workplace: Workplace,
    wish: Wish,
    talk: Talk,
    *,
    done: Callable[[Place], None],
    failed: Callable[[BaseException], None],
    progress: Callable[[int, int, str], None],
) -> Job:
    """Pair in the lane of the port, behind a docking that goes on there."""
    office, actor = workplace.office, workplace.actor

    def work(job: Job) -> Place:
        code: Code | None = make_code(office, actor) if wish.by_code else None
        until_ms = code.until_ms if code else office.clock.now_ms() + VALID_MS
        talk.begun.emit(code, until_ms)

        def confirm(digits: str) -> bool:
            answer: Future[bool] = Future()
            talk.asked.emit(digits, answer)
            # Nobody answers any more once the dialog is closed or the program ends.
            while not job.cancelled:
                try:
                    return answer.result(_LOOK_S)
                except TimeoutError:
                    continue
            return False

        return pair(
            office,
            actor,
            wish.port,
            wish.seat,
            code=code,
            confirm=confirm,
            progress=lambda stage, done, total: job.step(done, total, stage),
        )

    return workplace.tasks.start(
        lane_of(wish.port), work, done=done, failed=failed, progress=progress
    )
