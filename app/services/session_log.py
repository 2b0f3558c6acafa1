"""What a docking leaves behind: its course in plain events, and the traffic of its line."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from app.clock import Clock
from app.domain.rights import Actor
from app.errors import AppError
from app.services.intake import IntakeResult
from app.services.office import Office
from app.storage.keys import new_key
from drivers.contract import Link, Package, TerminalInfo, Traffic
from drivers.links.recording import RecordingLink
from drivers.links.replay import ReplayLink

KEPT_DAYS = 30
KEPT_BYTES = 1 << 30

_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class LineClock:
    """The time of a docking: that of its line, so that a replay is told the same times again.

    Between two calls of a recorded line it stands still.
    """

    link: Link
    began_ms: int
    minutes_east: int

    def now_ms(self) -> int:
        return self.began_ms + round(self.link.now_s() * 1000)

    def offset_min(self) -> int:
        return self.minutes_east


class SessionLog:
    """Grows while a docking runs. Events are codes with fields; `app.explain` has the words."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events: list[dict[str, object]] = []
        self._file: Path | None = None
        self._link: Link | None = None
        self._enter: Callable[[UUID], None] | None = None
        self.session_id = new_key()
        self.terminal_id: UUID | None = None
        self.info: TerminalInfo | None = None
        self.traffic = Traffic(0, 0, 0, 0, 0)
        self.results: list[IntakeResult] = []
        self.photos = 0

    @property
    def traffic_path(self) -> str | None:
        """Day and name of the recording; None while nothing is recorded."""
        return None if self._file is None else f"{self._file.parent.name}/{self._file.name}"

    @property
    def clock(self) -> Clock:
        """The desk's, until a line is open that keeps its own time."""
        return self._clock

    def add(self, code: str, /, **fields: object) -> None:
        """One event, now."""
        self._events.append({"at_ms": self._clock.now_ms(), "code": code, "fields": fields})

    def as_json(self) -> str:
        return json.dumps(self._events, ensure_ascii=False, separators=(",", ":"))

    def recorded(self, link: Link) -> Link:
        """The same link, with whatever passes over it written down if the disk allows it.

        From here on `clock` is that of the line, where it is recorded or replayed.
        """
        self._link = link
        self.add("opened", port=link.name)
        if self._file is not None:
            try:
                file = _private_file(self._file)
            except OSError as error:
                self._file = None
                self.add("unrecorded", reason=error.strerror)
            else:
                self._link = RecordingLink(link, file, self._clock.now_ms())
        if isinstance(self._link, RecordingLink | ReplayLink) and self._link.began_ms is not None:
            east = self._clock.offset_min()
            self._clock = LineClock(self._link, self._link.began_ms, east)
        return self._link

    def note_recording(self) -> None:
        """Say so if the recording is not whole; the line is closed by now."""
        if isinstance(self._link, RecordingLink) and self._link.refusal:
            self.add("unrecorded", reason=self._link.refusal)

    def prepare(self, enter: Callable[[UUID], None], folder: Path | None) -> None:
        """How a row is entered for it, and the folder that `recorded` writes to."""
        self._enter = enter
        if folder is not None:
            self._file = folder / f"{self.session_id}.traffic"

    def enter(self) -> None:
        """From now on the books know of this docking; a second call does nothing."""
        enter, self._enter = self._enter, None
        if enter is not None:
            enter(self.session_id)

    def forget(self) -> None:
        """Nobody was there: no recording is kept either."""
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink(missing_ok=True)
            self._file = None

    def random_bits(self, bits: int) -> int:
        """Drawn through the link, so that a replay draws the same."""
        if self._link is None:
            raise LookupError("no link is open")
        return self._link.random_bits(bits)

    def meet(self, info: TerminalInfo) -> None:
        self.enter()
        self.info = info
        self.add(
            "met",
            terminal=info.terminal,
            epoch=info.epoch,
            person=info.person,
            serial=info.serial,
            model=info.model,
            app_version=info.app_version,
            battery_percent=info.battery_percent,
            clock_offset_ms=info.clock_offset_ms,
            last_seq=info.last_seq,
        )

    def add_batch(self, batch_no: int, size_bytes: int, result: IntakeResult) -> None:
        self.results.append(result)
        counts = result.counts
        self.add(
            "batch",
            batch=batch_no,
            bytes=size_bytes,
            state=result.receipt.state,
            records=counts.uploaded,
            waiting=counts.quarantined,
            rejected=counts.rejected,
            repeated=counts.already_received,
            conflicts=counts.conflicts,
            received=result.receipt.received_seq,
        )

    def add_packages(self, packages: Sequence[Package]) -> None:
        self.add(
            "packages",
            sets=len(packages),
            deltas=sum(package.base_revision > 0 for package in packages),
            bytes=sum(len(package.data) for package in packages),
        )

    def note_traffic(self, traffic: Traffic) -> None:
        self.traffic = traffic
        if traffic.damaged_frames or traffic.resent_bytes:
            self.add("line", damaged=traffic.damaged_frames, resent=traffic.resent_bytes)

    def give_ticket(self, office: Office, actor: Actor, info: TerminalInfo, ticket: bytes) -> None:
        """Write down what the terminal has to show next time, durably."""
        if self.terminal_id is None:
            raise LookupError("no terminal was met")
        with office.database.transaction(
            actor, "give ticket", f"terminal {info.terminal}"
        ) as store:
            shown = info.ticket.hex()
            store.terminals.give_ticket(info.terminal, ticket.hex(), shown)
            store.terminals.note_ticket(self.session_id, self.terminal_id, info.epoch, ticket.hex())


@contextmanager
def session_row(
    office: Office, actor: Actor, port: str, driver: str, log: SessionLog, unmet: str = ""
) -> Iterator[None]:
    """A row that says how the docking went, however it ends.

    It is entered when somebody answers. Where nobody does and the error is `unmet`, nothing is
    left behind: an idle port is asked several times a minute. Nor is where all went well without
    anybody having been met, because the terminal had been docked just before.
    """
    day = datetime.fromtimestamp(office.clock.now_ms() / 1000, UTC).date().isoformat()
    folder = office.paths.sessions / day
    if not folder.exists():
        sweep_traffic(office)
    log.prepare(
        lambda session_id: _enter(office, actor, port, driver, session_id),
        None if port.startswith("replay:") else folder,
    )
    code = "interrupted"
    try:
        yield
        code = ""
    except AppError as error:
        code = str(error.fields.get("driver_code") or error.fields.get("rule") or error.code)
        log.add("failed", **_plain(error.fields) | {"error": code})
        raise
    finally:
        if code == "interrupted":
            log.add("interrupted")
        log.note_recording()
        if log.info is None and code in (unmet, ""):
            log.forget()
        else:
            log.enter()
            _end(office, actor, port, log, code)


def _enter(office: Office, actor: Actor, port: str, driver: str, session_id: UUID) -> None:
    with office.database.transaction(actor, "start docking", port) as store:
        store.terminals.start_session(session_id, port_url=port, driver=driver)


def _end(office: Office, actor: Actor, port: str, log: SessionLog, code: str) -> None:
    info, results = log.info, log.results
    with office.database.transaction(actor, "end docking", port) as store:
        store.terminals.end_session(
            log.session_id,
            terminal_id=log.terminal_id,
            error_code=code,
            batches=len(results),
            records=sum(result.counts.uploaded for result in results),
            problems=sum(len(result.problems) for result in results),
            clock_offset_ms=None if info is None else info.clock_offset_ms,
            battery_percent=None if info is None else info.battery_percent,
            epoch=None if info is None else info.epoch,
            blobs=log.photos,
            received_bytes=log.traffic.received_bytes,
            sent_bytes=log.traffic.sent_bytes,
            log=log.as_json(),
            traffic_path=log.traffic_path,
        )
        if info is not None and log.terminal_id is not None:
            store.terminals.note_state(
                info.terminal,
                battery_percent=info.battery_percent,
                free_bytes=info.free_bytes,
                clock_offset_ms=info.clock_offset_ms,
                masters_ms=info.masters_ms,
            )


def sweep_traffic(
    office: Office, older_than_days: int = KEPT_DAYS, kept_bytes: int = KEPT_BYTES
) -> int:
    """Remove recordings that nobody will ask for any more, and the oldest of too many.

    Age is counted by the desk's calendar, as the folders are named. Returns how many files went;
    what the disk does not let go stays for the next time.
    """
    today = datetime.fromtimestamp(office.clock.now_ms() / 1000, UTC).date()
    oldest = (today - timedelta(days=older_than_days)).isoformat()
    left_bytes, swept = kept_bytes, 0
    for file, size_bytes in reversed(_recordings(office.paths.sessions)):
        left_bytes -= size_bytes
        if left_bytes < 0 or file.parent.name < oldest:
            with suppress(OSError):
                file.unlink()
                swept += 1
    for folder in office.paths.sessions.glob("*/"):
        if folder.name < today.isoformat():
            with suppress(OSError):  # some recordings of that day are still there
                folder.rmdir()
    return swept


def _recordings(root: Path) -> list[tuple[Path, int]]:
    """Every recording with its size, oldest first."""
    found = []
    for file in root.glob("*/*.traffic"):
        with suppress(OSError):
            seen = file.stat()
            found.append((file.parent.name, seen.st_mtime_ns, file, seen.st_size))
    return [(file, size_bytes) for _, _, file, size_bytes in sorted(found)]


def _private_file(path: Path) -> BinaryIO:
    """Nobody else may read it: it holds what the line encrypts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return open(descriptor, "wb")  # noqa: PTH123 - a descriptor that nobody else can read


def _plain(fields: dict[str, object]) -> dict[str, object]:
    """As JSON can hold it; an error may carry a whole upload along."""
    simple = (int, float, bool, type(None))
    return {
        name: value if isinstance(value, simple) else str(value)[:_LONGEST_TEXT]
        for name, value in fields.items()
    }
