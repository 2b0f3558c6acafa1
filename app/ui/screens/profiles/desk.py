"""The profile that lies open with the file that it is tried on; the work is done in lanes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.profiles.profile import Sample
from app.domain.profiles.reading import MAX_FILE_BYTES
from app.errors import UsageError
from app.i18n import N_
from app.services import profile_drafts
from app.services.profile_drafts import Draft, sample_bytes
from app.services.profiles import export_profile, import_profile
from app.ui.screens.profiles.plain_text import Plain, text_at, text_from
from app.ui.screens.profiles.samples import (
    free_code,
    free_sample,
    renamed,
    renewed,
    sample_of,
    with_samples,
)
from app.ui.screens.profiles.shelf import ProfileRow, load_shelf, open_row, with_draft
from app.ui.screens.profiles.understanding import (
    Reading,
    Step,
    Understood,
    read_first,
    read_through,
    understand,
)
from app.ui.tasks import Job
from app.ui.workplace import Workplace

T = TypeVar("T")

FILES = "profiles"
"""The lane in which profiles are loaded and written."""
READING = "profile preview"
"""The lane in which files are read for being shown."""

TOO_LARGE = N_("too large for a sample")
_KEEP_AFTER_MS = 600
_REST_S = 0.01


class Desk(QObject):
    """`listed`: `rows` are new. `opened`: another profile lies open. `understood`: a change of it
    was understood. `read`: `reading` is new. `failed` carries an error."""

    listed = Signal()
    opened = Signal(object)
    understood = Signal(object)
    read = Signal()
    failed = Signal(object)

    def __init__(self, workplace: Workplace, parent: QObject) -> None:
        super().__init__(parent)
        self._workplace = workplace
        self._paths = workplace.paths
        self._actor = workplace.actor
        self.rows: tuple[ProfileRow, ...] = ()
        self.row: ProfileRow | None = None
        self.now: Understood | None = None
        self.reading: Reading | None = None
        self.file_name = ""
        self.is_users_file = False
        self._draft = Draft("", "")
        self._data: bytes | None = None
        self._opening: Job | None = None
        self._job: Job | None = None
        self._keep = QTimer(self, singleShot=True, interval=_KEEP_AFTER_MS)
        self._keep.timeout.connect(self._keep_now)

    @property
    def is_changed(self) -> bool:
        """Whether the open profile has something that is not saved."""
        return self.row is not None and self.row.draft is not None

    @property
    def has_sample(self) -> bool:
        profile = self.now.profile if self.now is not None else None
        return profile is not None and bool(profile.samples)

    def load(self) -> None:
        """Look again which profiles there are."""
        self._flush()
        self._start(lambda: load_shelf(self._paths), self._list)

    def open(self, row: ProfileRow) -> None:
        """Lay a profile open; the file that somebody opened stays, else its sample is shown."""
        self._flush()
        self.row = row
        self.now = None
        if self._job is not None:
            self._job.cancel()
        if self._opening is not None:
            self._opening.cancel()

        def work() -> tuple[Draft, Understood]:
            draft = open_row(row)
            return draft, understand(draft, None)

        self._opening = self._start(work, lambda found: self._open(*found))

    def change(self, plain: Plain | None, text: str) -> None:
        """Understand what is written now; only the newest change is."""
        row, draft = self.row, self._draft
        if row is None or not row.own:
            return
        draft, data = (draft if plain is not None else replace(draft, text=text)), self._data
        if self._job is not None:
            self._job.cancel()

        def work(job: Job) -> Understood:
            return read_first(understand(draft, plain), data, job.step)

        def done(understood: Understood) -> None:
            self._draft = replace(self._draft, text=understood.text)
            self.row = with_draft(row, self._draft)
            self._keep.start()
            self.now = understood
            self._take_reading(understood)
            self.understood.emit(understood)

        self._job = self._workplace.tasks.start(READING, work, done=done, failed=self.failed.emit)

    def open_file(self, file: Path) -> None:
        """Try the profile on a file of the user's."""

        def work() -> bytes:
            try:
                with file.open("rb") as stream:
                    data = stream.read(MAX_FILE_BYTES + 1)
            except OSError as error:
                raise UsageError(argument=str(file), reason=error.strerror or "") from error
            return data

        self._start(work, lambda data: self._show_data(file.name, data, is_users=True))

    def show_sample(self) -> None:
        """Try the profile on its first sample again."""
        profile = self.now.profile if self.now is not None else None
        samples = profile.samples if profile is not None else ()
        data = sample_bytes(self._draft, samples[0]) if samples else None
        name = PurePosixPath(samples[0].file).name if samples else ""
        self._show_data(name, data, is_users=False)

    def duplicate(self) -> str:
        """Begin an own profile with the open one; returns its code."""
        row, now = self.row, self.now
        if row is None or now is None or now.plain is None:
            return ""
        code = free_code(row.key, {each.key for each in self.rows})
        t = self._workplace.language
        title = t("{title} (own)", title=text_at(now.plain, ("title",)))
        plain, samples = renamed(now.plain | {"code": code, "title": title}, code, self._draft)
        draft = Draft(code, text_from(plain), samples, is_new=True)

        def work() -> None:
            profile_drafts.keep_draft(self._paths, self._actor, draft)

        self._start(work, lambda _none: self.load())
        return code

    def save(self, done: Callable[[str], None]) -> None:
        """Save what is written; `done` is called with its code."""
        self._keep.stop()
        draft = self._draft

        def work() -> str:
            return profile_drafts.save_draft(self._paths, self._actor, draft).code

        self._start(work, lambda code: self._after(lambda: done(code)))

    def discard(self) -> None:
        """Throw away what is not saved."""
        self._keep.stop()
        key = self._draft.key

        def work() -> None:
            profile_drafts.drop_draft(self._paths, self._actor, key)

        self._start(work, lambda _none: self._after(lambda: None))

    def take_in(self, file: Path, done: Callable[[str], None]) -> None:
        def work() -> str:
            return import_profile(self._paths, self._actor, file).code

        self._start(work, lambda code: self._after(lambda: done(code)))

    def give(self, code: str, file: Path, done: Callable[[list[str]], None]) -> None:
        def work() -> list[str]:
            return [str(each) for each in export_profile(self._paths, code, file)]

        self._start(work, done)

    def delete(self, done: Callable[[], None]) -> None:
        """Take the open profile away."""
        row, office, actor = self.row, self._workplace.office, self._actor
        if row is None:
            return

        def work() -> None:
            if row.stored is not None:
                profile_drafts.delete_profile(office, actor, row.key)
            elif row.file is not None:
                profile_drafts.delete_broken(self._paths, actor, row.file)

        self._keep.stop()
        self._start(work, lambda _none: self._after(done))

    def keep_sample(self, take: Callable[[Plain], None]) -> None:
        """Make the user's file, and what comes out of it now, a sample of the profile."""
        profile = self.now.profile if self.now is not None else None
        data = self._data
        if profile is None or data is None or not self.is_users_file:
            return
        suffix = PurePosixPath(self.file_name).suffix or ".txt"
        taken = {*self._draft.samples, *(each.file for each in profile.samples)}
        name = free_sample(profile.code, suffix, taken)

        def work() -> Sample:
            sample = None
            if len(data) <= profile_drafts.MAX_SAMPLE_BYTES:
                sample = sample_of(profile, name, data)
            if sample is None:
                raise UsageError(argument=self.file_name, reason=TOO_LARGE)
            return sample

        def done(sample: Sample) -> None:
            self._draft = replace(self._draft, samples={**self._draft.samples, name: data})
            self._take_samples(take, (*profile.samples, sample))

        self._start(work, done)

    def renew_samples(self, take: Callable[[Plain], None]) -> None:
        """Make what comes out of the samples now what should come out of them."""
        profile, draft = self.now.profile if self.now is not None else None, self._draft
        if profile is None:
            return

        def work() -> tuple[Sample, ...]:
            return renewed(profile, draft)

        self._start(work, lambda samples: self._take_samples(take, samples))

    def _take_samples(self, take: Callable[[Plain], None], samples: tuple[Sample, ...]) -> None:
        if self.now is not None and self.now.plain is not None:
            take(with_samples(self.now.plain, samples))

    def _list(self, rows: tuple[ProfileRow, ...]) -> None:
        self.rows = rows
        self.listed.emit()

    def _open(self, draft: Draft, understood: Understood) -> None:
        self._draft = draft
        self.now = understood
        self.opened.emit(understood)
        if self.is_users_file:
            self._read_again()
        else:
            self.show_sample()

    def _show_data(self, name: str, data: bytes | None, *, is_users: bool) -> None:
        self.file_name, self._data, self.is_users_file = name, data, is_users
        self._read_again()

    def _read_again(self) -> None:
        """Read the file by the profile as it was understood last."""
        understood, data = self.now, self._data
        if self._job is not None:
            self._job.cancel()
        if understood is None:
            return
        if understood.profile is None or data is None:
            self.reading = None
            self.read.emit()
            return

        def work(job: Job) -> Understood:
            return read_first(understood, data, job.step)

        self._job = self._workplace.tasks.start(
            READING, work, done=self._take_reading, failed=self.failed.emit
        )

    def _take_reading(self, understood: Understood) -> None:
        reading, profile, data = understood.reading, understood.profile, self._data
        if reading is None or profile is None or data is None:
            return
        self.reading = reading
        self.read.emit()
        if reading.whole:
            return
        t = self._workplace.language
        self._job = self._workplace.tasks.start(
            READING,
            lambda job: read_through(profile, data, _gently(job)),
            done=self._take_whole,
            failed=self.failed.emit,
            title=t("Reading {file}", file=self.file_name),
        )

    def _take_whole(self, reading: Reading) -> None:
        self.reading = reading
        self.read.emit()

    def _keep_now(self) -> None:
        draft = self._draft

        def work() -> None:
            profile_drafts.keep_draft(self._paths, self._actor, draft)

        self._start(work, lambda _none: None)

    def _flush(self) -> None:
        if self._keep.isActive():
            self._keep.stop()
            self._keep_now()
        row = self.row
        if row is not None and row.draft is not None:
            # the list may be older than what was written since
            self.rows = tuple(row if each.key == row.key else each for each in self.rows)

    def _after(self, then: Callable[[], None]) -> None:
        """What lies open is no more as it was."""
        self.row = None
        then()
        self.load()

    def _start(self, work: Callable[[], T], done: Callable[[T], None]) -> Job:
        def run(_job: Job) -> T:
            return work()

        return self._workplace.tasks.start(FILES, run, done=done, failed=self.failed.emit)


def _gently(job: Job) -> Step:
    """Report progress and rest each time: the window paints with the same interpreter."""

    def step(done: int, total: int) -> None:
        job.step(done, total)
        time.sleep(_REST_S)

    return step
