"""One line of the menu."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.rights import Right
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.screen import Screen
from app.ui.workplace import Workplace


@dataclass(frozen=True, slots=True)
class ScreenEntry:
    """`title` is an English word to be translated; `right` is what a person needs to see it."""

    name: str
    title: str
    icon: str
    right: Right
    make: Callable[[Workplace, DockWatcher], Screen]
