"""Opens the window and runs it until it is closed."""

import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import TracebackType

import structlog
from PySide6.QtWidgets import QApplication, QMessageBox, QSystemTrayIcon

from app.clock import Clock
from app.domain.rights import Actor
from app.errors import WindowOpen
from app.explain import sentence
from app.i18n import Translator
from app.paths import Paths
from app.services.office import Office
from app.services.watching import patient_dock, port_finder
from app.settings import Settings
from app.ui.dock_watcher import DockWatcher
from app.ui.language import Language
from app.ui.main_window import MainWindow
from app.ui.one_window import only_window
from app.ui.tasks import REPORTS, Tasks
from app.ui.theme import Theme
from app.ui.tray import Tray
from app.ui.workplace import Workplace


def run(
    office: Office,
    settings: Settings,
    paths: Paths,
    clock: Clock,
    translator: Translator,
    actor: Actor,
    ports: Sequence[str] = (),
) -> int:
    """Show the window until the user closes it, docking whatever is plugged in meanwhile.

    `ports` are watched beside the ports of this machine and those of the settings. Raises
    WindowOpen, after having said so, while another window shows the same data folder.
    """
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Tallydock")
    application.setDesktopFileName("tallydock")
    theme = Theme(application, settings.theme)
    application.setWindowIcon(theme.icon("tallydock"))
    language = Language(translator, application, clock.offset_min())
    try:
        with only_window(paths.data):
            return _run(application, theme, language, office, settings, paths, clock, actor, ports)
    except WindowOpen as error:
        QMessageBox.information(None, "Tallydock", sentence(error, translator))
        raise


def _run(
    application: QApplication,
    theme: Theme,
    language: Language,
    office: Office,
    settings: Settings,
    paths: Paths,
    clock: Clock,
    actor: Actor,
    ports: Sequence[str],
) -> int:
    tasks = Tasks(application)
    workplace = Workplace(office, actor, paths, clock, tasks, language, theme, settings.paper)
    extra = (*settings.ports, *ports)
    watcher = DockWatcher(
        tasks,
        port_finder(office, actor, extra),
        patient_dock(office, actor),
    )
    window = MainWindow(workplace, watcher)
    tray = None
    if QSystemTrayIcon.isSystemTrayAvailable():
        tray = Tray(workplace, watcher, window, settings.keep_docking)
        tray.quit_wanted.connect(application.quit)
        tray.icon.show()
        application.setQuitOnLastWindowClosed(False)
    window.closed.connect(lambda: _leave(application, watcher, tray))
    # A mistake inside a slot ends neither the program nor its work; somebody has to see it.
    sys.excepthook = lambda kind, error, trace: _report_bug(window, kind, error, trace)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    window.show()
    # Half a second of imports, done before somebody opens the first chart.
    tasks.start(REPORTS, lambda _job: import_module("app.ui.widgets.chart_plot"))
    if office.database.branch_id:
        watcher.start()
    code = application.exec()
    tasks.close()
    sys.excepthook = sys.__excepthook__
    return code


def _leave(application: QApplication, watcher: DockWatcher, tray: Tray | None) -> None:
    """The window was closed: go on from the tray, or end."""
    if tray is not None and tray.keeps:
        tray.tell_that_it_stays()
        return
    watcher.stop()
    application.quit()


def _report_bug(
    window: MainWindow,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    structlog.get_logger(__name__).error("bug in the window", exc_info=(kind, error, trace))
    window.workplace.tasks.broken.emit(error)
