"""What can be done with a terminal that knows files: set it up, take in a file of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.domain.continuing import Verdict
from app.explain import problem_sentence
from app.services.device_files import FileResult, carried_file, take_file
from app.storage.store.files import FileSetup
from app.ui.dialogs.file_terminal import FileTerminalDialog
from app.ui.dialogs.files import ask_file
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.screen import Screen
from app.ui.tasks import Job


class FileTerminals(QObject):
    """Belongs to the screen of the terminals; `done`: something is other than before."""

    done = Signal()

    def __init__(self, screen: Screen, watcher: DockWatcher) -> None:
        super().__init__(screen)
        self._screen = screen
        self._workplace = screen.workplace
        self._t = screen.workplace.language
        self._watcher = watcher
        self._begun: FileSetup | None = None

    def open_setup(self, number: int) -> None:
        """Set up a terminal; 0 for a new one. What was being written goes on."""
        begun, self._begun = self._begun, None
        dialog = FileTerminalDialog(
            self._workplace, self._watcher, self._screen, number=number, begun=begun
        )
        dialog.set_up.connect(self._tell_set_up)
        dialog.profile_wanted.connect(self._look_at_profile)
        dialog.open()

    def take(self, setup: FileSetup) -> None:
        """Ask for a file that somebody carried here, and take it in."""
        title = self._t("Take in a file of terminal {n}", n=setup.terminal_no)
        file = ask_file(self._screen, title)
        if file is not None:
            self.take_file(setup, file)

    def take_file(self, setup: FileSetup, file: Path, *, again: bool = False) -> None:
        """Take in a file; with `again` all of it, also what came before."""
        office, actor = self._workplace.office, self._workplace.actor

        def work(_job: Job) -> FileResult:
            return take_file(office, actor, setup, carried_file(file), again=again)

        self._workplace.tasks.start(
            f"files {setup.terminal_no}",
            work,
            done=lambda result: self._tell_taken(setup, file, result),
            failed=self._screen.show_error,
            title=self._t("Taking in {file}", file=file.name),
        )

    def _look_at_profile(self, code: str, begun: FileSetup) -> None:
        # whoever comes back from there goes on where they were
        self._begun = begun
        self._screen.wanted.emit("profiles", code)

    def _tell_set_up(self, number: int) -> None:
        self._screen.strip.hide()
        self._screen.news.emit(self._t("Terminal {n} is set up for its files.", n=number))
        self.done.emit()

    def _tell_taken(self, setup: FileSetup, file: Path, result: FileResult) -> None:
        t, strip = self._t, self._screen.strip
        said = [self._what_came(result)]
        said += [problem_sentence(each.code, each.fields, t.translator) for each in result.problems]
        button, answer = "", self.done.emit
        if result.verdict is Verdict.AGAIN and not result.lines:
            button = t("Take it in again")
            answer = partial(self.take_file, setup, file, again=True)
        elif _waiting(result):
            said.append(t("{n} records wait in quarantine.", n=t.number(_waiting(result))))
            button = t("Show quarantine")
            answer = partial(self._screen.wanted.emit, "quarantine", "")
        tone = "warn" if button or result.problems else "ok"
        strip.say(tone, " ".join(said), t("Close"), button, answer)
        self.done.emit()

    def _what_came(self, result: FileResult) -> str:
        t = self._t
        if not result.lines:
            return t("“{file}” has nothing new.", file=result.name)
        documents = sum(each.documents for each in result.results)
        return t(
            "“{file}” is taken in: {lines} new lines, {bad} of them not understood, "
            "{documents} documents.",
            file=result.name,
            lines=t.number(result.lines),
            bad=t.number(result.bad),
            documents=t.number(documents),
        )


def _waiting(result: FileResult) -> int:
    return sum(each.counts.quarantined for each in result.results)
