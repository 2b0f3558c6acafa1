"""A clerk's evening in a real window, done from outside with nothing but the keyboard."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.services.demo.days import moment_ms
from app.settings import Settings, load_settings, save_settings
from app.storage.queries.quarantine import open_items
from tests.support.sample_office import SAMPLE_DAY, HandClock, make_sample_office, open_office
from tests.support.window import Display, display, wait_until


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder on whose desk it is the evening of the sample day."""
    folder = tmp_path / "data"
    make_sample_office(folder).office.database.close()
    evening_ms = moment_ms(SAMPLE_DAY, 19)
    shift_s = (evening_ms - SystemClock().now_ms()) // 1000
    settings = Settings(language="zh", theme="light", clock_shift_s=shift_s)
    save_settings(folder / "settings.toml", settings)
    return folder


@pytest.fixture
def desk(data: Path) -> Iterator[Display]:
    """The program, started on a screen of its own, with its window in front."""
    with display() as screen:
        program = subprocess.Popen(
            [sys.executable, "-m", "app", "--data", str(data), "--user", "梅琳"],
            env=screen.environment(),
        )
        screen.focus(screen.wait_for_window("Tallydock"))
        yield screen
        program.terminate()
        program.wait(30)


def open_lines(data: Path) -> int:
    office = open_office(data, HandClock(moment_ms(SAMPLE_DAY, 19)))
    with office.database.read() as reader:
        found = len(open_items(reader))
    office.database.close()
    return found


def test_a_clerk_prints_settles_and_changes_the_language(
    desk: Display, data: Path, tmp_path: Path
) -> None:
    first = desk.photograph(tmp_path / "docking.png")

    desk.press("ctrl+3")
    wait_until(lambda: desk.photograph(tmp_path / "deliveries.png") != first, "the screen changes")
    wait_until(lambda: bool(press_print(desk, data)), "F9 writes the notes of the day")

    before = open_lines(data)
    desk.press("ctrl+8", "ctrl+f")
    desk.type("HX50O")
    desk.press("Return")
    wait_until(lambda: settle(desk, data) < before, "1 answers with the nearest code")

    desk.press("ctrl+k")
    desk.type("English")
    desk.press("Return")
    settings = data / "settings.toml"
    wait_until(lambda: load_settings(settings).language == "en", "the language is remembered")


def press_print(desk: Display, data: Path) -> list[Path]:
    """Ask for the papers until there are some: the list may still be on its way."""
    found = list((data / "output").glob("delivery-notes-*.pdf"))
    if not found:
        desk.press("F9")
    return found


def settle(desk: Display, data: Path) -> int:
    """Answer with the first proposal, which may still be on its way."""
    desk.press("1")
    return open_lines(data)
