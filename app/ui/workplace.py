"""What every part of the window works with, built once and handed on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from app.clock import Clock
from app.domain.rights import Actor
from app.paths import Paths
from app.services.office import Office
from app.storage.reader import Reader
from app.ui.language import Language
from app.ui.tasks import DATABASE, Job, Tasks
from app.ui.theme import Theme

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Workplace:
    """The office, who sits at it, and how the window looks and speaks."""

    office: Office
    actor: Actor
    paths: Paths
    clock: Clock
    tasks: Tasks
    language: Language
    theme: Theme
    paper: str

    def read(
        self,
        question: Callable[[Reader], T],
        done: Callable[[T], None],
        failed: Callable[[BaseException], None],
        title: str = "",
    ) -> Job:
        """Ask the database in its lane; the answer arrives in the GUI thread."""

        def work(_job: Job) -> T:
            with self.office.database.read() as reader:
                return question(reader)

        return self.tasks.start(DATABASE, work, done=done, failed=failed, title=title)
