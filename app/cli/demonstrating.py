"""`demo`: the whole job on a sample branch, with handhelds as processes of their own."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Annotated, Any

import typer

from app.cli.desk import Desk, Options, desk_of, read_day
from app.cli.screen import say
from app.cli.sessions import docked_answer, session_line
from app.errors import UsageError
from app.paths import Paths, default_data_folder
from app.services.demo.runner import (
    DAYS_BEFORE,
    DEMO_DAY,
    DemoOptions,
    DemoReport,
    Tools,
    run_demo,
)
from app.settings import save_settings


def add_to(tree: typer.Typer) -> None:
    tree.command(epilog="Example: tallydock --data ./sample demo --headless --terminals 6")(demo)


def demo(
    context: typer.Context,
    size: Annotated[str, typer.Option(help="small.")] = "small",
    terminals: Annotated[int, typer.Option(help="How many handhelds dock.")] = 6,
    headless: Annotated[
        bool, typer.Option("--headless", help="Do not open the window afterwards.")
    ] = False,
    day: Annotated[str | None, typer.Option(help="Day of the demo, YYYY-MM-DD.")] = None,
    history: Annotated[
        int, typer.Option(help="Days that the branch has lived before.", min=0)
    ] = DAYS_BEFORE,
) -> None:
    """Make a sample branch, dock simulated handhelds, print papers, charts and reports."""
    desk = desk_of(context)
    if size != "small":
        raise UsageError(argument="--size", reason=f"there is no sample branch “{size}”")
    desk.choose(_folder_for_samples(desk.options))
    options = DemoOptions(
        day=read_day(day, "--day") or DEMO_DAY,
        terminals=terminals,
        days_before=history,
        paper=desk.options.settings.paper,
    )
    tools = Tools(desk.t, desk.house.draw_chart, desk.show_progress)
    with desk.house.open_office(desk.options) as empty:
        office, report = run_demo(empty, desk.actor, options, tools)
        settings = replace(desk.options.settings, clock_shift_s=report.clock_shift_s)
        save_settings(office.paths.settings_file, settings)
        answer = _answer(desk, report)
        lines = [session_line(desk, each) for each in report.docks]
        lines += [*_files(report), desk.t("The branch is in {folder}", folder=desk.options.data)]
        if headless:
            desk.answer(answer, lines)
            return
        for line in lines:
            say(line, err=True)
        raise typer.Exit(desk.house.show_window(desk.options, office))


def _folder_for_samples(options: Options) -> Options:
    """Sample data never mix with a branch that is there: then a new folder beside it is taken.

    A folder or database that was asked for is used as it is.
    """
    usual = Paths(default_data_folder())
    asked = options.data != usual.data or options.db != f"sqlite:///{usual.database}"
    if asked or not usual.database.exists():
        return options
    beside = (usual.data / f"demo-{number}" for number in count(1))
    folder = next(folder for folder in beside if not folder.exists())
    return replace(options, data=folder, db=f"sqlite:///{Paths(folder).database}")


def _answer(desk: Desk, report: DemoReport) -> dict[str, Any]:
    """As every docking; planted mistakes are a problem only when they are not held back."""
    problems = [desk.problem_of(each.error) for each in report.docks if each.error is not None]
    problems += [
        {
            "code": each.planted.code,
            "where": f"terminal {each.planted.terminal}",
            "message": desk.t(
                "{planted} planted, {found} held back",
                planted=each.planted.documents,
                found=each.found,
            ),
        }
        for each in report.caught
        if not each.is_right
    ]
    problems += [
        {
            "code": code,
            "where": f"terminal {terminal}",
            "message": desk.t("Held back, although nothing wrong was planted there"),
        }
        for terminal, code in report.unexpected
    ]
    problems += [
        {"code": name, "where": "", "message": desk.t("The invariant is broken")}
        for name in report.failed_invariants
    ]
    return docked_answer(desk, report.docks, report.expected) | {
        "planted": [
            {
                "code": each.planted.code,
                "terminal": each.planted.terminal,
                "documents": each.planted.documents,
                "found": each.found,
            }
            for each in report.caught
        ],
        "printed": [str(each.file) for each in report.printed],
        "charts": [str(file) for file in report.charts],
        "reports": [str(file) for file in report.reports],
        "seconds": report.seconds,
        "data": str(desk.options.data),
        "problems": problems,
    }


def _files(report: DemoReport) -> list[str]:
    return [str(each.file) for each in report.printed] + [
        str(file) for file in (*report.charts, *report.reports)
    ]
