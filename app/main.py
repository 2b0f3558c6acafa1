"""Composition root: the only place that builds everything and hands it on."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

import typer
from typer.exceptions import Abort, Exit, TyperException

from app.charts.chart import ChartData
from app.cli.arguments import global_first
from app.cli.desk import Desk, House, Options
from app.cli.program import program
from app.clock import ShiftedClock, SystemClock
from app.domain.rights import Actor
from app.errors import AppError, Cancelled, OutputError, ScreenMissing, UsageError
from app.i18n import Translator, languages
from app.log import open_log
from app.paths import Paths, default_data_folder
from app.services.archive import Archive
from app.services.office import Office
from app.services.recovering import recover
from app.settings import load_settings
from app.storage import migrate
from app.storage.database import Database

BUSY_TIMEOUT_S = 30.0
INTERRUPTED = 130  # what typer makes of Ctrl+C


def command_line() -> None:
    """The `tallydock` script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say and return the exit code: 0, 1, 2, 3 or 4 as in the manual."""
    desk = Desk(House(read_options, open_office, show_window, draw_chart))
    command = typer.main.get_command(program(arguments))
    try:
        code = command.main(
            global_first(arguments), prog_name="tallydock", standalone_mode=False, obj=desk
        )
    except AppError as error:
        return desk.fail(error)
    except TyperException as error:
        typer.echo(error.format_message(), err=True)
        return 2
    except Exit as leave:
        return leave.exit_code
    except Abort:
        return desk.fail(Cancelled())
    if code == INTERRUPTED:
        return desk.fail(Cancelled())
    return code if isinstance(code, int) else 0


def read_options(
    data: Path | None, db: str | None, language: str | None, as_json: bool, user: str | None
) -> Options:
    """The options with everything that was left open filled in.

    Raises UsageError for a language without words, SettingsError.
    """
    if language is not None and language not in ("auto", *languages()):
        raise UsageError(argument="--lang", reason=f"“{language}” is not one of zh, en")
    folder = data.expanduser().resolve() if data is not None else default_data_folder()
    paths = Paths(folder)
    settings = load_settings(paths.settings_file)
    return Options(
        data=folder,
        db=db or f"sqlite:///{paths.database}",
        language=language or settings.language,
        json=as_json,
        user=user or getpass.getuser(),
        settings=settings,
    )


@contextmanager
def open_office(options: Options) -> Iterator[Office]:
    """The office of an installation; a new one gets its folders and its tables.

    Raises SchemaError, DatabaseError, OutputError.
    """
    paths = Paths(options.data)
    try:
        paths.create()
    except OSError as error:
        raise OutputError(path=str(options.data), reason=error.strerror or "") from error
    with open_log(paths.logs):
        if not migrate.status(options.db).found:
            migrate.upgrade(options.db)
        shift_s = options.settings.clock_shift_s
        clock = ShiftedClock(shift_s * 1000) if shift_s else SystemClock()
        database = Database.open(options.db, clock=clock, busy_timeout_s=BUSY_TIMEOUT_S)
        try:
            yield Office(database, paths, clock, Archive(paths.archive))
        finally:
            database.close()


def show_window(options: Options, office: Office) -> int:
    """Show the window until it is closed; returns the exit code. Raises ScreenMissing."""
    places = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(map(os.environ.get, places)):
        raise ScreenMissing
    # The command line must work where no graphics library is installed.
    application = import_module("app.ui.application")
    actor = Actor.everything(options.user)
    if office.database.branch_id:
        recover(office, actor)
    translator = Translator(options.language)
    code: int = application.run(
        office, options.settings, office.paths, office.clock, translator, actor
    )
    return code


def draw_chart(chart: ChartData, file: Path, translator: Translator) -> None:
    """Draw a chart into a PNG without a window. Raises OutputError.

    In a process of its own: a program can start its graphics only once, with a screen or without.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            pool.submit(_draw, chart, file, translator).result()
        except BrokenProcessPool as error:
            raise OutputError(path=str(file), reason="the graphics did not start") from error


def _draw(chart: ChartData, file: Path, translator: Translator) -> None:
    import_module("app.ui.widgets.chart_view").render_chart_png(chart, file, translator)
