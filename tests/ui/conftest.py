"""Widgets without a screen, dressed and worded as the window does it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.rights import Actor
from app.errors import NotFound
from app.i18n import Translator
from app.services.docking import DockReport, Met, Progress
from app.services.office import Office
from app.ui.dock_watcher import DockWatcher
from app.ui.language import Language
from app.ui.tasks import Tasks
from app.ui.theme import Theme
from app.ui.workplace import Workplace
from tests.support.sample_office import (
    CLERK,
    SAMPLE_DAY,
    HandClock,
    empty_office,
    make_sample_office,
    moment_ms,
    open_office,
)

os.environ["QT_QPA_PLATFORM"] = "offscreen"


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme(qapp, "light")
    yield theme
    theme.deleteLater()


@pytest.fixture
def language(qapp: QApplication) -> Iterator[Language]:
    language = Language(Translator("en"), qapp, 480)
    yield language
    language.deleteLater()


@pytest.fixture(scope="session")
def sample_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a day of business in it, to copy."""
    folder = tmp_path_factory.mktemp("office") / "data"
    make_sample_office(folder).office.database.close()
    return folder


@pytest.fixture
def clock() -> HandClock:
    """The evening of the sample office's day."""
    return HandClock(moment_ms(SAMPLE_DAY, 19))


@pytest.fixture
def office(sample_template: Path, tmp_path: Path, clock: HandClock) -> Iterator[Office]:
    shutil.copytree(sample_template, tmp_path / "data")
    office = open_office(tmp_path / "data", clock)
    yield office
    office.database.close()


@pytest.fixture
def bare_office(tmp_path: Path, clock: HandClock) -> Iterator[Office]:
    """A branch in which nothing has happened yet."""
    office = empty_office(tmp_path / "bare", clock)
    yield office
    office.database.close()


@pytest.fixture
def workplaces(
    qtbot: QtBot, theme: Theme, language: Language
) -> Iterator[Callable[[Office], Workplace]]:
    """Makes the workplace of an office; its lanes are stopped when the test ends."""
    made: list[Workplace] = []

    def make(office: Office, actor: Actor = CLERK) -> Workplace:
        tasks = Tasks()
        tasks.broken.connect(lambda error: pytest.fail(f"{error!r}"))
        workplace = Workplace(
            office, actor, office.paths, office.clock, tasks, language, theme, "a4"
        )
        made.append(workplace)
        return workplace

    yield make
    for workplace in made:
        workplace.tasks.close()


@pytest.fixture
def workplace(office: Office, workplaces: Callable[[Office], Workplace]) -> Workplace:
    return workplaces(office)


@pytest.fixture
def still_watcher(workplace: Workplace) -> DockWatcher:
    """A watcher to whom nothing is ever plugged in."""

    def refuse(port: str, _progress: Progress, _met: Met) -> DockReport:
        raise NotFound(what="port", key=port)

    return DockWatcher(workplace.tasks, lambda: (), refuse)
