"""The main job on the sample branch, from founding it to the printed papers."""

import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from app.clock import FixedClock, ShiftedClock
from app.domain.rights import Actor
from app.errors import UsageError
from app.i18n import Translator
from app.services.checking import check
from app.services.demo import names
from app.services.demo.days import moment_ms, next_route_day
from app.services.demo.demo_day import (
    Caught,
    Progress,
    caught,
    dock_all,
    docking_time_ms,
    fill_terminals,
    pair_all,
    prepare_tomorrow,
    unexpected,
    with_codes,
)
from app.services.demo.handhelds import running
from app.services.demo.history import SampleBranch, live_until
from app.services.demo.opening import WAREHOUSE, masters_of, sample_branch, stops_of
from app.services.demo.seeds import Streams
from app.services.demo.world import MAX_TERMINALS, build_world
from app.services.docking import DockReport
from app.services.masters import found_branch, put_masters
from app.services.office import Office
from app.services.printing import PrintReport, print_delivery_notes
from app.services.reporting import Asked, DrawChart, run_report, save_report
from app.services.terminals import enrol
from app.storage.queries.deliveries import listing

DEMO_DAY = date(2026, 6, 30)
DAYS_BEFORE = 29
CHARTED_PRODUCT = "HX500"


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """`days_before` calendar days are lived through before the demo `day`."""

    day: date = DEMO_DAY
    terminals: int = 6
    days_before: int = DAYS_BEFORE
    paper: str = "a4"


@dataclass(slots=True)
class DemoReport:
    """What happened, and how long each part took in seconds."""

    expected: int
    clock_shift_s: int = 0
    docks: list[DockReport] = field(default_factory=list)
    caught: list[Caught] = field(default_factory=list)
    unexpected: list[tuple[int, str]] = field(default_factory=list)
    failed_invariants: list[str] = field(default_factory=list)
    printed: list[PrintReport] = field(default_factory=list)
    charts: list[Path] = field(default_factory=list)
    reports: list[Path] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def docked(self) -> int:
        return sum(report.state == "done" for report in self.docks)


@dataclass(frozen=True, slots=True)
class Tools:
    """What the demo needs from outside: words, a hand that draws charts, an eye on progress."""

    t: Translator
    draw: DrawChart
    progress: Progress


def run_demo(
    office: Office, actor: Actor, options: DemoOptions, tools: Tools
) -> tuple[Office, DemoReport]:
    """Found the sample branch in an empty database and do one evening's work.

    Returns the office on the demo day's own clock. Raises RuleBroken("branch-exists") for a
    database that has the branch, UsageError for a Sunday or an impossible number of terminals.
    """
    _check(options)
    report = DemoReport(options.terminals)
    watch = _Watch(report.seconds)
    branch = found_sample_branch(office, options)
    _live(branch, options, tools.progress)
    folder = office.paths.data / "handhelds"
    handhelds, planted = fill_terminals(branch, options.day, folder)
    shift_ms = docking_time_ms(options.day) - office.clock.now_ms()
    report.clock_shift_s = shift_ms // 1000
    evening = branch.office.with_clock(ShiftedClock(report.clock_shift_s * 1000))
    handhelds, codes = with_codes(evening, actor, handhelds)
    with running(handhelds, report.clock_shift_s) as ports:
        pair_all(evening, actor, ports, codes)
        watch.lap("setup")
        report.docks = dock_all(evening, actor, ports, tools.progress)
    watch.lap("dock")
    tomorrow = next_route_day(options.day)
    prepare_tomorrow(evening, branch.actor, branch.world, tomorrow)
    report.caught = caught(planted, report.docks)
    report.unexpected = unexpected(planted, report.docks)
    found = check(evening, actor)
    report.failed_invariants = [each.id for each in found if not each.holds]
    watch.lap("post")
    _print(evening, actor, options, tools, report)
    watch.lap("print")
    report.seconds["total"] = round(sum(report.seconds.values()), 3)
    return evening, report


def _check(options: DemoOptions) -> None:
    if not 1 <= options.terminals <= MAX_TERMINALS:
        reason = f"between 1 and {MAX_TERMINALS} terminals"
        raise UsageError(argument="--terminals", reason=reason)
    if options.day.weekday() == 6:
        raise UsageError(argument="--day", reason="no van drives on a Sunday")


def found_sample_branch(office: Office, options: DemoOptions) -> SampleBranch:
    """The branch on its first morning, with its people, goods and prices."""
    streams = Streams()
    world = build_world(options.terminals, streams)
    first = options.day - timedelta(days=options.days_before)
    early = office.with_clock(FixedClock(moment_ms(first, 5)))
    clerk = Actor.everything(names.CLERK)
    founded = found_branch(early, clerk, names.BRANCH_NO, sample_branch())
    put_masters(founded, clerk, masters_of(world, first))
    put_masters(founded, clerk, stops_of(world))
    for person in world.terminals:
        enrol(founded, clerk, person.terminal or 0, person.code)
    return SampleBranch(founded, clerk, world, streams)


def _live(branch: SampleBranch, options: DemoOptions, progress: Progress) -> None:
    first = options.day - timedelta(days=options.days_before)
    for day in live_until(branch, _route_day(first), options.day):
        progress("history", (day - first).days + 1, options.days_before)


def _route_day(day: date) -> date:
    return next_route_day(day - timedelta(days=1))


def _print(
    office: Office, actor: Actor, options: DemoOptions, tools: Tools, report: DemoReport
) -> None:
    out = office.paths.output
    tomorrow = next_route_day(options.day)
    for day in (options.day, tomorrow):
        file = out / f"delivery-notes-{day}.pdf"
        with office.database.read() as reader:
            has_notes = any(row.number for row in listing(reader, day=day))
        if has_notes:
            report.printed.append(
                print_delivery_notes(office, actor, file, day=day, paper=options.paper)
            )
    first = options.day - timedelta(days=options.days_before)
    asked = Asked(d_from=first, d_to=options.day)
    statement = run_report(office, actor, "stock-statement", asked, tools.t)
    for kind in ("pdf", "xlsx"):
        target = out / f"stock-statement-{options.day}.{kind}"
        report.reports.append(save_report(statement, target, kind, tools.t, tools.draw))
    asked = Asked(d_from=first, d_to=options.day, location=WAREHOUSE, product=CHARTED_PRODUCT)
    stock = run_report(office, actor, "stock-over-time", asked, tools.t)
    target = out / f"stock-over-time-{CHARTED_PRODUCT}-{options.day}.png"
    report.charts.append(save_report(stock, target, "png", tools.t, tools.draw))


class _Watch:
    """Seconds between laps."""

    def __init__(self, laps: dict[str, float]) -> None:
        self._laps = laps
        self._since = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = round(now - self._since, 3)
        self._since = now
