"""The icon beside the clock: docking goes on with the window closed, and says when it is over."""

import os
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from app.services.autostart import is_offered, start_of, start_with_pc, starts_with_pc
from app.ui.dock_watcher import DockWatcher, Live
from app.ui.messages import in_words
from app.ui.remembering import SETTINGS, remember
from app.ui.workplace import Workplace


class Tray(QObject):
    """`told` carries heading and words of a notification; `quit_wanted` ends the program.

    `is_there` says whether this desktop shows such icons at all.
    """

    told = Signal(str, str)
    quit_wanted = Signal()

    def __init__(
        self,
        workplace: Workplace,
        watcher: DockWatcher,
        window: QWidget,
        keep_docking: bool,
        is_there: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ) -> None:
        super().__init__(window)
        self._workplace = workplace
        self._t = workplace.language
        self._watcher = watcher
        self._window = window
        self._is_there = is_there
        self._told: dict[str, str] = {}
        self._stays_told = False
        self.menu = QMenu(window)
        self.open_action = QAction(self)
        self.state_action = QAction(self, enabled=False)
        self.keep_action = QAction(self, checkable=True, checked=keep_docking)
        self.start_action = QAction(self, checkable=True, visible=_can_start(workplace))
        self.quit_action = QAction(self)
        self.menu.addAction(self.open_action)
        self.menu.addAction(self.state_action)
        self.menu.addSeparator()
        self.menu.addAction(self.keep_action)
        self.menu.addAction(self.start_action)
        self.menu.addSeparator()
        self.menu.addAction(self.quit_action)
        self.icon = QSystemTrayIcon(workplace.theme.icon("tallydock"), self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._open_on_click)
        self.icon.messageClicked.connect(self.open_window)
        self.open_action.triggered.connect(self.open_window)
        self.quit_action.triggered.connect(self.quit_wanted)
        self.keep_action.toggled.connect(lambda on: remember(workplace, keep_docking=on))
        self.start_action.triggered.connect(self._start_with_pc)
        watcher.changed.connect(self._show_state)
        watcher.ended.connect(self._tell_of)
        workplace.language.changed.connect(self.retranslate)
        self.retranslate()
        self._look_at_start()

    @property
    def keeps(self) -> bool:
        """Whether docking goes on when the window is closed: wanted, and somewhere to be found."""
        return self.keep_action.isChecked() and self._is_there()

    def open_window(self) -> None:
        self._window.show()
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()

    def tell_that_it_stays(self) -> None:
        """Say, the first time, where the program has gone."""
        if not self._stays_told:
            self._stays_told = True
            t = self._t
            self._tell(t("Docking goes on"), t("Tallydock is here when you need it."), False)

    def retranslate(self) -> None:
        t = self._t
        self.open_action.setText(t("Open Tallydock"))
        self.keep_action.setText(t("Keep docking when the window is closed"))
        self.start_action.setText(t("Start with the PC"))
        self.quit_action.setText(t("Quit"))
        self._show_state()

    def _show_state(self) -> None:
        t, live = self._t, self._watcher.live.values()
        busy = sum(not each.over and each.info is not None for each in live)
        connected, trouble = self._watcher.connected, sum(_needs_you(each) for each in live)
        if busy:
            words = t.translator.plural("Docking {n} terminal", "Docking {n} terminals", busy)
        elif connected:
            words = t.translator.plural(
                "{n} terminal connected", "{n} terminals connected", connected
            )
        else:
            words = t("No terminal connected")
        if trouble:
            words += t.translator.plural(", {n} needs you", ", {n} need you", trouble)
        self.state_action.setText(words)
        self.icon.setToolTip(f"Tallydock · {words}")
        gone = [port for port in self._told if port not in self._watcher.live]
        for port in gone:
            del self._told[port]

    def _tell_of(self, port: str) -> None:
        t, live = self._t, self._watcher.live.get(port)
        if live is None or not live.over:
            return
        name = port if live.terminal_no is None else t("Terminal {n}", n=live.terminal_no)
        heading, words, counts = "", "", live.report.counts if live.report is not None else None
        if live.trouble is not None:
            heading, words = t("{name} needs you", name=name), in_words(live.trouble, t)
        elif counts is not None and counts.quarantined:
            heading = t("{name} needs you", name=name)
            words = t("Safe to remove · {n} waiting in quarantine", n=counts.quarantined)
        elif counts is not None and (counts.uploaded or port not in self._told):
            heading = t("{name} is done", name=name)
            words = t("Safe to remove")
        # The same terminal is looked at again and again while it stays; nobody wants to hear it.
        if words and self._told.get(port) != words:
            self._told[port] = words
            self._tell(heading, words, _needs_you(live))

    def _tell(self, heading: str, words: str, is_warning: bool) -> None:
        if self._window.isActiveWindow():
            return
        self.told.emit(heading, words)
        if self._is_there() and self.icon.supportsMessages():
            signs = QSystemTrayIcon.MessageIcon
            self.icon.showMessage(
                heading, words, signs.Warning if is_warning else signs.Information
            )

    def _open_on_click(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.open_window()

    def _start_with_pc(self, wanted: bool) -> None:
        actor, start = self._workplace.actor, start_of(self._workplace.paths)
        self._workplace.tasks.start(
            SETTINGS,
            lambda _job: start_with_pc(actor, start, wanted),
            done=lambda _none: self._look_at_start(),
            failed=self._fail_to_start,
        )

    def _fail_to_start(self, error: BaseException) -> None:
        self._look_at_start()
        self._workplace.tasks.broken.emit(error)

    def _look_at_start(self) -> None:
        if self.start_action.isVisible():
            self._workplace.tasks.start(
                SETTINGS, lambda _job: starts_with_pc(), done=self.start_action.setChecked
            )


def _needs_you(live: Live) -> bool:
    waiting = live.report is not None and live.report.counts.quarantined > 0
    return live.trouble is not None or waiting


def _can_start(workplace: Workplace) -> bool:
    """Only what stands in the folder or in the environment is found again at the next log-in."""
    own = workplace.office.database.place == str(workplace.paths.database)
    return is_offered() and (own or "TALLYDOCK_DB" in os.environ)
