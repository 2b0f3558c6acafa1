"""`demo`: the main job on a sample branch, with real handhelds on real ports."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import asdict, replace
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.desk import Desk, Options, desk_of, read_day
from app.cli.sessions import docked_answer, session_line
from app.i18n import Translator
from app.paths import Paths, default_data_folder
from app.services.demo.demo_day import Caught
from app.services.demo.runner import DAYS_BEFORE, DEMO_DAY, DemoOptions, DemoReport, Tools, run_demo
from app.settings import save_settings


class Size(StrEnum):
    """How large the sample branch is."""

    SMALL = "small"


def add_to(tree: typer.Typer) -> None:
    tree.command(epilog="Example: tallydock demo --headless --terminals 6 --json")(demo)


def demo(
    context: typer.Context,
    terminals: Annotated[int, typer.Option(help="Handhelds to start, 1 to 20.")] = 6,
    size: Annotated[  # noqa: ARG001  # there is one size so far; scripts may name it
        Size, typer.Option(help="small: 40 customers.")
    ] = Size.SMALL,
    history: Annotated[
        int, typer.Option(help="Days that the branch has lived before.", min=0)
    ] = DAYS_BEFORE,
    headless: Annotated[
        bool, typer.Option("--headless", help="Open no window at the end.")
    ] = False,
    day: Annotated[str | None, typer.Option(help="The demo day, YYYY-MM-DD.")] = None,
) -> None:
    """Make the sample branch, dock its handhelds, print its papers."""
    desk = desk_of(context)
    chosen = _folder_of_its_own(desk.options)
    desk.choose(chosen)
    options = DemoOptions(
        day=read_day(day, "--day") or DEMO_DAY,
        terminals=terminals,
        days_before=history,
        paper=chosen.settings.paper,
    )
    tools = Tools(Translator(chosen.language), desk.house.draw_chart, desk.show_progress)
    with desk.house.open_office(chosen) as office:
        _, report = run_demo(office, desk.actor, options, tools)
    settings = replace(chosen.settings, clock_shift_s=report.clock_shift_s)
    save_settings(Paths(chosen.data).settings_file, settings)
    with nullcontext() if headless else suppress(typer.Exit):
        desk.answer(_answer(desk, report), _lines(desk, report))
    if headless:
        return
    raise typer.Exit(desk.house.open_window(replace(chosen, settings=settings)))


def _folder_of_its_own(options: Options) -> Options:
    """Beside the real data, and every time a new one, unless a folder was asked for."""
    usual = Paths(default_data_folder())
    if options.data != usual.data or options.db != f"sqlite:///{usual.database}":
        return options
    names = (usual.data / "demo" / str(number) for number in count(1))
    folder = next(folder for folder in names if not Paths(folder).database.exists())
    return replace(options, data=folder, db=f"sqlite:///{Paths(folder).database}")


def _answer(desk: Desk, report: DemoReport) -> dict[str, Any]:
    """Mistakes that were planted are no problems as long as the desk caught them."""
    answer = docked_answer(desk, report.docks, expected=report.expected)
    answer["printed"] = [str(each.file) for each in report.printed]
    answer["charts"] = [str(file) for file in report.charts]
    answer["reports"] = [str(file) for file in report.reports]
    answer["seconds"] = report.seconds
    answer["data"] = str(desk.options.data)
    answer["planted"] = [_planted(each) for each in report.caught]
    answer["problems"] = [
        *(desk.problem_of(dock.error) for dock in report.docks if dock.error is not None),
        *(_problem("planted-missed", each) for each in answer["planted"] if not each["caught"]),
        *(
            _problem("not-planted", {"terminal": terminal, "code": code})
            for terminal, code in report.unexpected
        ),
        *(_problem("invariant", {"id": name}) for name in report.failed_invariants),
    ]
    return answer


def _planted(caught: Caught) -> dict[str, Any]:
    return {**asdict(caught.planted), "found": caught.found, "caught": caught.is_right}


def _problem(code: str, what: dict[str, Any]) -> dict[str, str]:
    where = " ".join(str(what[key]) for key in ("name", "terminal", "code", "id") if key in what)
    return {"code": code, "where": where, "message": code}


def _lines(desk: Desk, report: DemoReport) -> list[str]:
    t = desk.t
    files: list[Path] = [
        *(each.file for each in report.printed),
        *report.charts,
        *report.reports,
    ]
    return [
        *(session_line(desk, dock) for dock in report.docks),
        t(
            "{docked} of {expected} handhelds docked in {seconds} s; {caught} of {planted} planted "
            "mistakes caught.",
            docked=report.docked,
            expected=report.expected,
            seconds=report.seconds["dock"],
            caught=sum(each.is_right for each in report.caught),
            planted=len(report.caught),
        ),
        *map(str, files),
        t("The sample branch is in {folder}", folder=desk.options.data),
    ]
