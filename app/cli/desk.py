"""What every command shares: the options before it, the office it works in, how it answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import typer

from app.cli.screen import say
from app.domain.problems import Problem, Severity
from app.domain.rights import Actor
from app.errors import AppError, NotFound, UsageError
from app.explain import problem_sentence, sentence
from app.i18n import Translator
from app.services.files import new_file
from app.services.office import Office
from app.services.reporting import DrawChart
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Options:
    """The options that stand before the command; `db` is a database URL."""

    data: Path
    db: str
    language: str
    json: bool
    user: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class House:
    """What the composition root gives the command line."""

    read_options: Callable[[Path | None, str | None, str | None, bool, str | None], Options]
    open_office: Callable[[Options], AbstractContextManager[Office]]
    show_window: Callable[[Options, Office], int]
    draw_chart: DrawChart


@dataclass(slots=True)
class Desk:
    """One call of the command line; its options are known once they have been read."""

    house: House
    chosen: Options | None = None
    t: Translator = field(default_factory=Translator)

    def choose(self, options: Options) -> None:
        self.chosen = options
        self.t.language = options.language

    @property
    def options(self) -> Options:
        if self.chosen is None:
            raise LookupError("the options are read before any command runs")
        return self.chosen

    @property
    def actor(self) -> Actor:
        """The person at the keyboard; until people log in, everybody has all rights."""
        return Actor.everything(self.options.user)

    @contextmanager
    def office(self) -> Iterator[Office]:
        """The office of one branch. Raises NotFound while there is none."""
        with self.house.open_office(self.options) as office:
            if not office.database.branch_id:
                raise NotFound(what="branch", key=str(self.options.data))
            yield office

    def answer(
        self,
        document: Mapping[str, Any],
        lines: Iterable[str] = (),
        error: AppError | None = None,
    ) -> None:
        """One JSON object, or `lines` for people; then the exit code that fits.

        That is the one of `error`, else 1 when the document lists problems, else 0.
        """
        if self.options.json:
            typer.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))
        else:
            for line in lines:
                say(line)
            for problem in document.get("problems", ()):
                if error is None:
                    words = " ".join((problem["code"], problem["where"]))
                    say(f"{words}: {problem['message']}", err=True)
        if error is not None:
            say(self.sentence(error), err=True)
            raise typer.Exit(error.exit_code)
        if document.get("problems"):
            raise typer.Exit(1)

    def fail(self, error: AppError) -> int:
        """Says in one line what went wrong and what to do next; returns the exit code."""
        say(self.sentence(error), err=True)
        if self.chosen is not None and self.chosen.json:
            problems = [self.problem_of(error)]
            typer.echo(json.dumps({"problems": problems}, ensure_ascii=False, indent=2))
        return error.exit_code

    def sentence(self, error: AppError) -> str:
        return " ".join(sentence(error, self.t).split())

    def problem_of(self, error: AppError) -> dict[str, str]:
        """An error as an entry of `problems`."""
        named = (error.fields.get(name) for name in ("port", "path", "argument", "key", "file"))
        where = next((str(each) for each in named if each is not None), "")
        code = error.fields.get("driver_code") or error.fields.get("rule") or error.code
        return {"code": str(code), "where": where, "message": self.sentence(error)}

    def problems_of(self, problems: Sequence[Problem], where: str) -> list[dict[str, str]]:
        """What has to be looked at; mere warnings are left out."""
        return [
            {
                "code": each.code,
                "where": " ".join(filter(None, (where, each.where))),
                "message": " ".join(problem_sentence(each.code, each.fields, self.t).split()),
            }
            for each in problems
            if each.severity is not Severity.WARN
        ]

    def write_json(self, document: Mapping[str, Any], file: Path) -> None:
        """Raises OutputError when the file cannot be written."""
        text = json.dumps(document, ensure_ascii=False, indent=2, default=str)
        with new_file(file) as stream:
            stream.write(f"{text}\n".encode())

    def show_progress(self, stage: str, done: int, total: int) -> None:
        """A moving line on stderr when that is a screen; nothing otherwise."""
        if sys.stderr.isatty():
            share = f"{100 * done // total:3} %" if total else ""
            typer.echo(f"\r{stage:<12}{share:>6}", nl=stage == "finish", err=True)


def desk_of(context: typer.Context) -> Desk:
    """The Desk that the composition root put into the context."""
    desk = context.obj
    if not isinstance(desk, Desk):
        raise TypeError("the command line is started by app.main")
    return desk


def read_day(text: str | None, argument: str) -> date | None:
    """A day as YYYY-MM-DD; raises UsageError for any other text."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(argument=argument, reason=f"“{text}” is not a day (YYYY-MM-DD)") from None
