"""A terminal's whole day, photos and all, from the first byte to safe to remove; one and many."""

import resource
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from app.clock import SystemClock
from app.services.demo.names import BRANCH_NO
from app.services.demo.recorder import Recorder
from app.services.docking import DockReport, dock
from app.services.office import Office
from app.storage.queries.docking import sessions
from tests.bench.harness import Report
from tests.bench.intake import ACTOR, FIRST_DAY, bring, make_day, make_office, plan_and_load
from tests.support.credentials import introduce
from tests.support.relay import BITS_PER_BYTE, Line, running_relay
from tests.support.terminals import start_handheld

PHOTOS, PHOTO_BYTES = 20, 100_000
TURN_AROUND_MS = 2


@dataclass(frozen=True, slots=True)
class Case:
    """So many terminals at once, each on a line of its own at this speed."""

    terminals: int
    photos: int
    baud: int


CASES = (
    Case(1, 0, 115_200), Case(10, 0, 115_200), Case(20, 0, 115_200),
    Case(1, PHOTOS, 921_600), Case(10, PHOTOS, 921_600), Case(20, PHOTOS, 921_600),
)  # fmt: skip


def run(report: Report) -> None:
    """Add a section; takes about five minutes."""
    section = report.section(
        "A terminal's day, and twenty at once",
        ["terminals", "photos", "baud", "s in all", "slowest s", "wire s", "wire %", "times one",
         "MB each"],
        "Per terminal 60 orders of 20 lines, 60 deliveries, 500 counted lines, 60 visits and so "
        "many photos of 100 kB, docked by the real services into one SQLite file; a process for "
        "every handheld and every line. Wire: the bytes that came up the line at its speed, of the "
        "slowest session. Times one: against one terminal of the same kind. MB: growth of the "
        "desk's process by session, at its highest.",
    )  # fmt: skip
    alone: dict[int, float] = {}
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            took_s, reports, received, grown_mb = _dock(Path(folder), case)
        slowest_s = max(each.dock_ms + each.post_ms for each in reports) / 1000
        wire_s = max(received) * BITS_PER_BYTE / case.baud
        alone.setdefault(case.photos, took_s)
        section.row(
            case.terminals, case.photos, case.baud, took_s, slowest_s, wire_s,
            f"{100 * wire_s / slowest_s:.0f}", took_s / alone[case.photos],
            grown_mb / case.terminals,
        )  # fmt: skip


def _dock(folder: Path, case: Case) -> tuple[float, Sequence[DockReport], Sequence[int], float]:
    """Seconds in all, the reports, bytes received by session, growth in MB."""
    office, files = _prepare(folder, case.terminals)
    with ExitStack() as stack:
        ports = []
        for number, file in enumerate(files, start=1):
            arguments = ("--photos", str(case.photos), "--photo-bytes", str(PHOTO_BYTES))
            handheld = start_handheld(
                folder, name=f"terminal-{number}", load=file, device=f"terminal-{number}",
                seed=number, arguments=arguments,
            )  # fmt: skip
            stack.callback(handheld.stop)
            line = Line(baud=case.baud, delay_ms=TURN_AROUND_MS / 2)
            ports.append(stack.enter_context(running_relay(handheld.port, line)))
        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began_s = time.monotonic()
        with ThreadPoolExecutor(len(ports)) as lanes:
            reports = list(lanes.map(lambda port: dock(office, ACTOR, port), ports))
        took_s = time.monotonic() - began_s
        grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
    for each in reports:
        if each.state != "done" or each.lost or each.photos != case.photos:
            raise ValueError(f"the bench's own terminal was not docked: {each}")
    with office.database.read() as reader:
        received = [row.received_bytes or 0 for row in sessions(reader)]
    office.database.close()
    return took_s, reports, received, grown_mb


def _prepare(folder: Path, terminals: int) -> tuple[Office, list[Path]]:
    """A branch on the second evening, and what each terminal brings then."""
    office, world = make_office(folder / "office")
    memories = [Recorder(BRANCH_NO, number, "S01") for number in range(1, terminals + 1)]
    for memory in memories:
        bring(office, memory, make_day(world, memory, FIRST_DAY, ()), FIRST_DAY)
        introduce(office, ACTOR, memory.terminal, f"terminal-{memory.terminal}", "S01")
    second = FIRST_DAY + timedelta(days=1)
    notes = plan_and_load(office, second)
    files = []
    for place, memory in enumerate(memories):
        file = folder / f"terminal-{memory.terminal}.cbor"
        file.write_bytes(make_day(world, memory, second, notes[place::terminals]))
        files.append(file)
    return office.with_clock(SystemClock()), files
