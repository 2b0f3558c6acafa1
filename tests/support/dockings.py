"""A terminal that has just been docked for real, with a day's orders and a photo."""

from dataclasses import replace
from pathlib import Path

from app.clock import SystemClock
from app.services.docking import DockReport, dock
from app.services.office import Office
from tests.support.credentials import introduce
from tests.support.handhelds import handheld
from tests.support.offices import CLERK, Terminal

TERMINAL = 3
DAY_MS = 86_400_000


def in_real_time(office: Office) -> Office:
    """The office now, where terminal 3 may dock."""
    introduce(office, CLERK, TERMINAL)
    clock = SystemClock()
    return replace(office, clock=clock, database=replace(office.database, clock=clock))


def dock_a_day(desk: Office, folder: Path) -> Office:
    """The same desk, to which terminal 3 brought an order and a photo."""
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 10))
    file = folder / "day.cbor"
    file.write_bytes(terminal.seal())
    report = dock_handheld(desk, folder, "--load", str(file), "--photos", "1")
    assert (report.state, report.photos) == ("done", 1)
    return desk


def dock_handheld(desk: Office, folder: Path, *arguments: str) -> DockReport:
    """Dock the handheld whose store lies in `folder`."""
    with handheld(folder, *arguments) as port:
        return dock(desk, CLERK, port)
