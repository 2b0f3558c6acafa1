"""A day of goods in a real window, with nothing but the keyboard: from the docking to the count.

Not in the daily run: about once in five a key is lost, and a step waits in vain. Seen once: Enter
chose the customer of an order and left the focus there. Another time F8 did nothing in the plan of
a count; why is not known.
It runs by `python -m pytest -n0 tests/soak/test_goods_day_in_the_window.py`.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from sqlite3 import connect

import pytest

from app.clock import SystemClock
from app.paths import Paths
from app.services.demo.days import moment_ms, write_order
from app.services.demo.demand import Wish
from app.services.demo.names import BRANCH_NO
from app.services.demo.recorder import Recorder
from app.services.demo.seeds import Streams
from app.services.demo.world import build_world
from app.settings import Settings, save_settings
from tests.support.credentials import introduce
from tests.support.sample_office import CLERK, SAMPLE_DAY, make_sample_office
from tests.support.terminals import Handheld, start_handheld
from tests.support.window import Display, display, wait_until

NEW = 9
TOMORROW = SAMPLE_DAY + timedelta(days=1)
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Desk:
    """A screen with the program on it, and its database."""

    screen: Display
    window: str
    program: subprocess.Popen[bytes]
    data: Path

    def go(self, *keys: str) -> None:
        """Press keys in the main window: nobody else gives it the focus back after a dialog."""
        wait_until(self._focused, "the main window takes the focus")
        self.screen.press(*keys)

    def _focused(self) -> bool:
        """X refuses the focus to a window for as long as its dialog is on its way."""
        assert self.program.poll() is None, "the program has ended"
        try:
            self.screen.focus(self.window)
        except AssertionError:
            return False
        return True

    def open(self, *keys: str, title: str) -> None:
        """Open a dialog: one that closes takes the focus with it, keys too."""
        self._insist(keys, lambda: self.screen.shows(title), title)
        self.screen.focus(self.screen.wait_for_window(title))

    def one(self, sql: str, *values: object) -> int:
        with closing(connect(Paths(self.data).database)) as books:
            return int(books.execute(sql, values).fetchone()[0])

    def wait(self, sql: str, count: int, what: str, *values: object) -> None:
        wait_until(lambda: self.one(sql, *values) >= count, what, PATIENCE_S)

    def press_until(self, keys: tuple[str, ...], sql: str, count: int, what: str) -> None:
        """Press keys: a list may still be on its way."""
        self._insist(keys, lambda: self.one(sql) >= count, what)

    def _insist(self, keys: tuple[str, ...], holds: Callable[[], bool], what: str) -> None:
        """Press keys, again if need be, until it holds."""

        def done() -> bool:
            if not holds():
                self.go(*keys)
                with suppress(AssertionError):
                    wait_until(holds, what, 6)
            return holds()

        wait_until(done, what, PATIENCE_S)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder on whose desk it is the evening of the sample day."""
    folder = tmp_path / "data"
    office = make_sample_office(folder).office
    introduce(office, CLERK, NEW, f"terminal-{NEW}", "S01")
    office.database.close()
    return folder


@pytest.fixture
def handheld(data: Path, tmp_path: Path) -> Iterator[Handheld]:
    """A terminal with one order of two customers each, for tomorrow."""
    shift_s = (moment_ms(SAMPLE_DAY, 19) - SystemClock().now_ms()) // 1000
    product = build_world(6, Streams()).products[0]
    memory = Recorder(BRANCH_NO, NEW, "S01")
    for hour, customer in ((9, "C01"), (10, "C02")):
        wishes = [Wish(product, product.case, 3)]
        write_order(memory, customer, wishes, moment_ms(SAMPLE_DAY, hour), SAMPLE_DAY)
    memory.end_of_day(moment_ms(SAMPLE_DAY, 18))
    file = tmp_path / f"terminal-{NEW}.cbor"
    file.write_bytes(memory.seal(moment_ms(SAMPLE_DAY, 18, 5)))
    found = start_handheld(
        tmp_path, device=f"terminal-{NEW}", load=file, faults=[f"clock={shift_s}"]
    )
    settings = Settings(language="zh", theme="light", clock_shift_s=shift_s, ports=(found.port,))
    save_settings(data / "settings.toml", settings)
    yield found
    found.stop()


@pytest.fixture
def desk(data: Path, handheld: Handheld) -> Iterator[Desk]:
    """The program, started on a screen of its own, with its window in front."""
    with display() as screen:
        program = subprocess.Popen(
            [sys.executable, "-m", "app", "--data", str(data), "--user", "clerk"],
            env=screen.environment(),
        )
        window = screen.wait_for_window("Tallydock")
        screen.focus(window)
        yield Desk(screen, window, program, data)
        program.terminate()
        program.wait(30)


ORDERS = "SELECT count(*) FROM sales_order WHERE origin = 'phone'"
NOTES = "SELECT count(*) FROM document WHERE kind = 'DN' AND business_date = '{}' AND state = '{}'"


@pytest.mark.timeout(600)
def test_dock_order_plan_load_deliver_return_and_count(desk: Desk, tmp_path: Path) -> None:
    screen = desk.screen
    docked = "SELECT count(*) FROM upload_batch WHERE terminal_no = ?"
    desk.wait(docked, 1, "the terminal docks by itself", NEW)

    taken = desk.one(ORDERS)
    desk.open("ctrl+2", "ctrl+n", title="新订单")
    screen.type("C03")
    screen.press("Return")
    for goods in ("HX500", "5"):
        screen.type(goods)
        screen.press("Return")
    screen.photograph(tmp_path / "order.png")
    screen.press("F8")
    desk.wait(ORDERS, taken + 1, "F8 takes the order")

    planned, loaded, posted = (NOTES.format(TOMORROW, s) for s in ("draft", "loaded", "posted"))
    desk.go("ctrl+3", "alt+Right")
    desk.press_until(("ctrl+p",), planned, 3, "Ctrl+P plans the day")
    count = desk.one(planned)
    desk.press_until(("ctrl+l",), loaded, count, "Ctrl+L loads the vans")
    wait_until(lambda: _delivered(desk, posted) >= count, "F8 says delivered", PATIENCE_S)
    screen.photograph(tmp_path / "delivered.png")

    number = "SELECT number FROM document WHERE kind = 'DN' AND business_date = ? LIMIT 1"
    with closing(connect(Paths(desk.data).database)) as books:
        (note,) = books.execute(number, (TOMORROW.isoformat(),)).fetchone()
    returns = "SELECT count(*) FROM document WHERE kind = 'RN'"
    desk.open("ctrl+4", "ctrl+n", title="新退货")
    screen.press("Tab")
    screen.type(note)
    screen.press("Tab")
    time.sleep(3)  # what came by the note is on its way
    screen.type("0+3")
    screen.press("Return", "Return")
    screen.type("DMG1")
    screen.press("Return", "F8")
    screen.photograph(tmp_path / "return.png")
    desk.wait(returns, 1, "F8 takes the return")
    received = "SELECT count(*) FROM goods_return WHERE received_ms IS NOT NULL"
    desk.press_until(("F8",), received, 1, "F8 receives the goods")
    credited = "SELECT count(*) FROM document WHERE kind = 'RN' AND state = 'posted'"
    wait_until(lambda: _credited(desk, credited) >= 1, "F8 credits what was looked at", PATIENCE_S)

    counts = "SELECT count(*) FROM stock_count WHERE planned_by <> ''"
    desk.open("ctrl+5", "ctrl+p", title="安排盘点")
    screen.press("F8")
    desk.wait(counts, 1, "F8 makes the sheet")
    screen.photograph(tmp_path / "planned.png")
    check = subprocess.run(
        [sys.executable, "-m", "app", "--data", str(desk.data), "check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert check.returncode == 0, check.stdout


def _delivered(desk: Desk, sql: str) -> int:
    """All notes of the day, and the answer to the question whether that is meant."""
    if not desk.one(sql):
        desk.go("ctrl+3", "ctrl+f", "Return", "ctrl+a", "F8")
        time.sleep(1)
        desk.screen.press("Tab", "space")
        time.sleep(2)
    return desk.one(sql)


def _credited(desk: Desk, sql: str) -> int:
    """What came back is looked at, and everything taken as it was said."""
    if not desk.one(sql):
        desk.go("F8")
        time.sleep(1.5)
        desk.screen.press("F8")
        time.sleep(1.5)
    return desk.one(sql)
