"""Pictures of every screen in both languages and both themes, for whoever changes one."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.domain.rights import Actor
from app.errors import NotFound
from app.i18n import Translator, languages
from app.services.docking import DockReport, Met, Progress
from app.services.office import Office
from app.ui.dock_watcher import DockWatcher
from app.ui.language import Language
from app.ui.main_window import MainWindow
from app.ui.screens.stock.screen import StockScreen
from app.ui.tasks import Tasks
from app.ui.theme import THEMES, Theme
from app.ui.workplace import Workplace

SIZE = (1366, 768)
_SETTLED_MS = 1200


def take_screenshots(office: Office, actor: Actor, folder: Path) -> list[Path]:
    """Write `<screen>-<language>-<theme>.png` for every combination and return the files."""
    application = QApplication(["tallydock", "-platform", "offscreen"])
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for language, theme in product(languages(), THEMES):
        with _window(application, office, actor, language, theme) as window:
            for name in _visit(window):
                files.append(folder / f"{name}-{language}-{theme}.png")
                window.grab().save(str(files[-1]))
    return files


@contextmanager
def _window(
    application: QApplication, office: Office, actor: Actor, language: str, theme: str
) -> Iterator[MainWindow]:
    tasks = Tasks()
    workplace = Workplace(
        office,
        actor,
        office.paths,
        office.clock,
        tasks,
        Language(Translator(language), application, office.clock.offset_min()),
        Theme(application, theme),
        "a4",
    )
    window = MainWindow(workplace, DockWatcher(tasks, tuple, _nobody))
    window.resize(*SIZE)
    window.show()
    yield window
    window.close()
    tasks.close()


def _visit(window: MainWindow) -> Iterator[str]:
    """Go to each screen, and one step deeper where there is one; yield what is seen."""
    for number, entry in enumerate(window.entries):
        window.show_screen(number)
        _settle(window.workplace.tasks)
        yield entry.name
        screen = window.screen_now
        if isinstance(screen, StockScreen):
            yield from _go_deeper(window, screen)


def _go_deeper(window: MainWindow, screen: StockScreen) -> Iterator[str]:
    stock = screen.stock_table.current()
    if stock is None:
        return
    screen.show_moves(stock)
    _settle(window.workplace.tasks)
    yield "stock-moves"
    move = screen.move_table.current()
    if move is not None:
        screen.show_proof(move)
        _settle(window.workplace.tasks)
        yield "stock-proof"


def _settle(tasks: Tasks) -> None:
    """Let everything arrive that was asked for, and what follows from it."""
    waiting = QEventLoop()
    poll = QTimer(interval=_SETTLED_MS)
    poll.timeout.connect(lambda: waiting.quit() if tasks.idle else None)
    poll.start()
    waiting.exec()


def _nobody(port: str, _progress: Progress, _met: Met) -> DockReport:
    raise NotFound(what="port", key=port)
