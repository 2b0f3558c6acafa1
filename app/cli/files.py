"""`files`: terminals that know files instead of records, and what their files mean."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.desk import Desk, desk_of
from app.errors import NotFound
from app.services import terminals
from app.services.device_files import FileResult, carried_file, take_file
from app.services.file_terminals import list_setups, set_up
from app.services.files import new_file
from app.services.list_files import list_files
from app.services.office import Office
from app.storage.store.files import FileSetup
from drivers.file_contract import AnyFileDriver
from drivers.registry import FILE_DRIVERS

Number = Annotated[int, typer.Argument(help="Number of the terminal.")]


def add_to(tree: typer.Typer) -> None:
    group = typer.Typer(
        help="Terminals that know files.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("drivers", epilog="Example: tallydock files drivers")(show_drivers)
    group.command("list", epilog="Example: tallydock files list")(show)
    group.command(
        "setup",
        epilog="Example: tallydock files setup 40 --driver csp2 --profile csp2-scans "
        "--port /dev/ttyUSB0 --location WH1",
    )(setup)
    group.command("take", epilog="Example: tallydock files take 40 SCANNED.TXT")(take)
    group.command("write", epilog="Example: tallydock files write 40 lists")(write)
    tree.add_typer(group, name="files")


def show_drivers(context: typer.Context) -> None:
    """List the families of terminals that are read by their files, and what each can do."""
    desk = desk_of(context)
    lines = []
    for driver in FILE_DRIVERS:
        beta = " (beta)" if driver.doubts else ""
        lines += [f"{driver.name:<10}  {driver.title}{beta}", f"{'':<12}{_abilities(driver)}"]
    rows = [
        {
            "name": driver.name,
            "title": driver.title,
            "capabilities": sorted(each.name.lower() for each in driver.capabilities),
            "addresses": list(driver.schemes),
            "doubts": driver.doubts,
        }
        for driver in FILE_DRIVERS
    ]
    desk.answer({"drivers": rows, "problems": []}, lines)


def show(context: typer.Context) -> None:
    """List the terminals that are read by their files."""
    desk = desk_of(context)
    with desk.office() as office:
        setups = list_setups(office, desk.actor)
    lines = [
        f"{each.terminal_no:>5}  {each.driver:<10}  {each.profile:<24}  {each.serial or each.port}"
        for each in setups
    ]
    desk.answer({"terminals": [_row(each) for each in setups], "problems": []}, lines)


def setup(
    context: typer.Context,
    number: Number,
    driver: Annotated[str, typer.Option(help="Family, see “files drivers”.")],
    profile: Annotated[str, typer.Option(help="What its files mean, see “profiles list”.")],
    serial: Annotated[str, typer.Option(help="Known again by this serial number.")] = "",
    port: Annotated[str, typer.Option(help="Known again by this port or folder.")] = "",
    person: Annotated[str, typer.Option(help="Who carries it, if it is new.")] = "",
    location: Annotated[str, typer.Option(help="Where it collects, if its files say none.")] = "",
    customer: Annotated[str, typer.Option(help="For whom, if its files say none.")] = "",
    supplier: Annotated[str, typer.Option(help="From whom, if its files say none.")] = "",
    baud: Annotated[int, typer.Option(help="Speed of its serial line; 0: of its family.")] = 0,
    clears: Annotated[
        bool, typer.Option("--clear", help="Delete on it what has been taken in.")
    ] = False,
    sends: Annotated[
        bool, typer.Option("--send-lists", help="Write the list of its profile to it.")
    ] = False,
) -> None:
    """Say how the files of a terminal are fetched and what they mean; enrols a new one."""
    desk = desk_of(context)
    wanted = FileSetup(
        number, driver, profile, serial, port, clears, sends, customer, location, supplier, baud
    )
    with desk.office() as office:
        known = {row.terminal_no for row in terminals.list_terminals(office, desk.actor)}
        if number not in known:
            terminals.enrol(office, desk.actor, number, person, serial)
        set_up(office, desk.actor, wanted)
    line = desk.t("Terminal {terminal} is read by its files", terminal=number)
    desk.answer({"terminal": _row(wanted), "problems": []}, [line])


def take(
    context: typer.Context,
    number: Number,
    file: Annotated[Path, typer.Argument(help="The file as the terminal wrote it.")],
    again: Annotated[
        bool, typer.Option("--again", help="Take all of it in, also what came before.")
    ] = False,
) -> None:
    """Take in a file of a terminal that somebody carried here."""
    desk = desk_of(context)
    with desk.office() as office:
        found = _setup(office, desk, number)
        result = take_file(office, desk.actor, found, carried_file(file), again=again)
    desk.answer(_answer(desk, result), _lines(desk, result))


def write(
    context: typer.Context,
    number: Number,
    folder: Annotated[Path, typer.Argument(help="Where to write it.")],
) -> None:
    """Write the list of a terminal's profile into a folder, for carrying it there."""
    desk = desk_of(context)
    with desk.office() as office:
        files, left_out = list_files(office, desk.actor, _setup(office, desk, number))
    if not files:
        raise NotFound(what="list", key=str(number))
    paths = []
    for each in files:
        target = folder / each.name
        with new_file(target) as stream:
            stream.write(each.data)
        paths.append(str(target))
    desk.answer({"files": paths, "problems": desk.problems_of(left_out, "")}, paths)


def _setup(office: Office, desk: Desk, number: int) -> FileSetup:
    for each in list_setups(office, desk.actor):
        if each.terminal_no == number:
            return each
    raise NotFound(what="file terminal", key=str(number))


def _answer(desk: Desk, result: FileResult) -> dict[str, Any]:
    found = [*result.problems, *(each for one in result.results for each in one.problems)]
    return {
        "file": result.name,
        "verdict": result.verdict.value,
        "lines": result.lines,
        "bad": result.bad,
        "documents": sum(each.documents for each in result.results),
        "moves": sum(each.moves for each in result.results),
        "problems": desk.problems_of(found, result.name),
    }


def _lines(desk: Desk, result: FileResult) -> list[str]:
    documents = sum(each.documents for each in result.results)
    return [
        desk.t(
            "{file}: {lines} new lines, {bad} of them unread, {documents} documents",
            file=result.name,
            lines=result.lines,
            bad=result.bad,
            documents=documents,
        )
    ]


def _abilities(driver: type[AnyFileDriver]) -> str:
    return ", ".join(sorted(each.name.lower() for each in driver.capabilities))


def _row(found: FileSetup) -> dict[str, object]:
    fields: dict[str, object] = asdict(found)
    return {"terminal": fields.pop("terminal_no")} | fields
