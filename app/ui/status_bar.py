"""The bar at the bottom: connected terminals, work in the background, database, backup."""

from pathlib import PurePath

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QToolButton, QWidget

from app.storage.queries.backups import BackupRun, last_backup
from app.ui.widgets.text import CutText, Text, set_tip
from app.ui.workplace import Workplace

_BACKUP_MS = 60_000


class StatusBar(QFrame):
    """Tells what goes on without being asked."""

    def __init__(self, workplace: Workplace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setFixedHeight(32)
        self._workplace = workplace
        self._t = workplace.language
        self._connected = 0
        self._last: BackupRun | None = None
        self._icons = {name: Text() for name in ("plug", "database", "save")}
        self._terminals = Text()
        self._work = CutText()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(120)
        self._cancel = QToolButton()
        self._cancel.clicked.connect(self._cancel_work)
        self._database = Text()
        self._backup = Text()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(6)
        layout.addWidget(self._icons["plug"])
        layout.addWidget(self._terminals)
        layout.addSpacing(18)
        layout.addWidget(self._work, 1)
        layout.addWidget(self._bar)
        layout.addWidget(self._cancel)
        layout.addSpacing(12)
        layout.addWidget(self._icons["database"])
        layout.addWidget(self._database)
        layout.addSpacing(18)
        layout.addWidget(self._icons["save"])
        layout.addWidget(self._backup)
        workplace.tasks.changed.connect(self._show_work)
        workplace.language.changed.connect(self.retranslate)
        workplace.theme.changed.connect(self.retranslate)
        # a backup is made by another process, often one that nobody watches
        self._clock = QTimer(self)
        self._clock.setInterval(_BACKUP_MS)
        self._clock.timeout.connect(self.look_for_backup)
        self._clock.start()
        self.retranslate()
        self.look_for_backup()

    @property
    def backup_words(self) -> str:
        return self._backup.text()

    def look_for_backup(self) -> None:
        """Show when the last backup was made; what cannot be found out now is asked later."""
        self._workplace.read(last_backup, self._show_backup, lambda _error: None)

    def show_connected(self, count: int) -> None:
        self._connected = count
        self.retranslate()

    def retranslate(self) -> None:
        t = self._t
        for name, label in self._icons.items():
            label.setPixmap(self._workplace.theme.pixmap(name, "muted", 14))
        if self._connected == 0:
            self._terminals.setText(t("No terminal connected"))
        elif self._connected == 1:
            self._terminals.setText(t("1 terminal connected"))
        else:
            self._terminals.setText(t("{n} terminals connected", n=self._connected))
        place = self._workplace.office.database.place
        self._database.setText(PurePath(place).name)
        set_tip(self._database, place)
        self._database.setAccessibleName(t("Database"))
        self._show_last()
        self._cancel.setAccessibleName(t("Stop this work"))
        self._cancel.setToolTip(t("Stop this work"))
        self._cancel.setIcon(self._workplace.theme.icon("x", "muted"))
        self._show_work()

    def _show_backup(self, last: BackupRun | None) -> None:
        self._last = last
        self._show_last()

    def _show_last(self) -> None:
        t, last = self._t, self._last
        if last is None:
            self._backup.setText(t("No backup yet"))
            return
        made = t.time(last.made_ms)
        self._backup.setText(t("Last backup {time}", time=made))
        set_tip(self._backup, last.file)

    def _show_work(self) -> None:
        t, jobs = self._t, self._workplace.tasks.running
        for part in (self._bar, self._cancel):
            part.setVisible(bool(jobs))
        if not jobs:
            self._work.setText("")
            return
        job = jobs[0]
        more = t("  (and {n} more)", n=len(jobs) - 1) if len(jobs) > 1 else ""
        self._work.setText(job.title + more)
        self._bar.setRange(0, job.total_units)
        self._bar.setValue(job.done_units)
        self._bar.setAccessibleName(job.title)

    def _cancel_work(self) -> None:
        for job in self._workplace.tasks.running[:1]:
            job.cancel()
