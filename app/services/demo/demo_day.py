"""The demo day itself: real handhelds are docked, and what they bring becomes tomorrow's papers."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from app.domain.problems import Severity
from app.domain.rights import Actor
from app.services.demo.days import moment_ms
from app.services.demo.handhelds import SampleHandheld
from app.services.demo.history import SampleBranch, notes_of, open_day, plan_and_load, write_day
from app.services.demo.history import unload as unload_van
from app.services.demo.planted import Planted, plant, totals_error
from app.services.demo.recorder import Recorder
from app.services.demo.world import SamplePerson, World
from app.services.docking import DockReport, dock
from app.services.office import Office
from app.services.pairing import Code, Seat, make_code, pair

DOCK_HOUR, DOCK_MINUTE = 18, 30
PHOTOS = 2
HELD = (Severity.QUARANTINE, Severity.REJECT)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Caught:
    """A planted mistake and how many documents the desk held back for it."""

    planted: Planted
    found: int

    @property
    def is_right(self) -> bool:
        return self.found == self.planted.documents


def docking_time_ms(day: date) -> int:
    """When the terminals of the demo day come home."""
    return moment_ms(day, DOCK_HOUR, DOCK_MINUTE)


def fill_terminals(
    branch: SampleBranch, day: date, folder: Path
) -> tuple[list[SampleHandheld], list[Planted]]:
    """Live through the demo day and put each terminal's sealed records into a file of `folder`."""
    open_day(branch, day)
    folder.mkdir(parents=True, exist_ok=True)
    handhelds, planted = [], []
    for person in branch.world.terminals:
        memory = branch.memory(person)
        planted += _write_with_mistakes(branch, person, day, memory)
        memory.end_of_day(moment_ms(day, 18), totals_error(person.role))
        number = person.terminal or 0
        records = folder / f"terminal-{number:03}.cbor"
        records.write_bytes(memory.seal(moment_ms(day, 18, 5)))
        store = folder / f"terminal-{number:03}.sqlite"
        photos = 0 if person.role == "driver" else PHOTOS
        handhelds.append(SampleHandheld(number, records, store, photos))
    return handhelds, planted


def _write_with_mistakes(
    branch: SampleBranch, person: SamplePerson, day: date, memory: Recorder
) -> list[Planted]:
    if person.role != "driver":
        write_day(branch, person, day, memory)
        return plant(branch.world, day, memory, person.role)
    notes = notes_of(branch, person, day)
    kept_back = 1 if person.terminal == 2 and notes else 0
    write_day(branch, person, day, memory, kept_back)
    return plant(branch.world, day, memory, person.role, notes[len(notes) - kept_back :])


def with_codes(
    office: Office, actor: Actor, handhelds: Sequence[SampleHandheld]
) -> tuple[list[SampleHandheld], dict[int, Code]]:
    """Each handheld with a code to be paired by, and the codes by terminal."""
    codes = {each.terminal: make_code(office, actor) for each in handhelds}
    read = [replace(each, code=codes[each.terminal].text) for each in handhelds]
    return read, codes


def pair_all(
    office: Office, actor: Actor, ports: Mapping[int, str], codes: Mapping[int, Code]
) -> None:
    """Pair every handheld with the desk, as a supervisor does once for each."""
    for terminal, port in ports.items():
        pair(office, actor, port, Seat(terminal), code=codes[terminal])


def dock_all(
    office: Office, actor: Actor, ports: Mapping[int, str], progress: Progress
) -> list[DockReport]:
    """Dock every port at once, each in a lane of its own; in the order of the terminals."""
    done = 0

    def one(port: str) -> DockReport:
        nonlocal done
        report = dock(office, actor, port, driver="tallydock")
        done += 1
        progress("dock", done, len(ports))
        return report

    with ThreadPoolExecutor(max(len(ports), 1), thread_name_prefix="dock") as lanes:
        return list(lanes.map(one, ports.values()))


def caught(planted: list[Planted], reports: list[DockReport]) -> list[Caught]:
    """What the desk found, mistake by mistake."""
    found = Counter(
        (report.terminal, problem.code)
        for report in reports
        for problem in report.problems
        if problem.severity in HELD
    )
    return [Caught(each, found[each.terminal, each.code]) for each in planted]


def unexpected(planted: list[Planted], reports: list[DockReport]) -> list[tuple[int, str]]:
    """(terminal, code) of everything held back that nobody planted."""
    known = {(each.terminal, each.code) for each in planted}
    return sorted(
        {
            (report.terminal or 0, problem.code)
            for report in reports
            for problem in report.problems
            if problem.severity in HELD and (report.terminal, problem.code) not in known
        }
    )


def prepare_tomorrow(office: Office, actor: Actor, world: World, tomorrow: date) -> None:
    """What the docked orders lead to: vans unloaded, tomorrow planned, loaded and numbered."""
    for route in world.routes:
        unload_van(office, actor, route.van)
    plan_and_load(office, actor, world, tomorrow)
