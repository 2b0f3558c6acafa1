"""`profiles`: what the files of terminals mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.desk import Desk, desk_of
from app.domain.profiles.plain import to_plain
from app.domain.profiles.reading import BadLine, Line
from app.domain.profiles.table import Fault
from app.domain.profiles.values import shown
from app.errors import ProfileError
from app.explain.profiles import line_fault, profile_fault
from app.paths import Paths
from app.services import profiles
from app.services.profiles import StoredProfile

Code = Annotated[str, typer.Argument(help="Code of the profile.")]


def add_to(tree: typer.Typer) -> None:
    group = typer.Typer(
        help="What the files of terminals mean.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("list", epilog="Example: tallydock profiles list")(list_all)
    group.command("show", epilog="Example: tallydock profiles show opticon-opn2006")(show)
    group.command("import", epilog="Example: tallydock profiles import ours.toml")(take)
    group.command("export", epilog="Example: tallydock profiles export opticon-oph1000 my.toml")(
        give
    )
    group.command("test", epilog="Example: tallydock profiles test")(examine)
    group.command("try", epilog="Example: tallydock profiles try opticon-opn2006 SCANNED.TXT")(
        try_out
    )
    tree.add_typer(group, name="profiles")


def list_all(context: typer.Context) -> None:
    """List the format profiles, those of the program and the branch's own."""
    desk = desk_of(context)
    found = profiles.load_profiles(_paths(desk))
    listed = [_row(each) for each in found.by_code.values()]
    problems = [each for error in found.broken for each in _faults_of(desk, error)]
    lines = [f"{each['code']:<28}  {each['kind']:<8}  {each['title']}" for each in listed]
    desk.answer({"profiles": listed, "problems": problems}, lines)


def show(context: typer.Context, code: Code) -> None:
    """Show all that a profile says."""
    desk = desk_of(context)
    stored = profiles.find_profile(_paths(desk), code)
    document = {
        **_row(stored),
        "file": str(stored.file),
        "profile": to_plain(stored.profile),
        "problems": [],
    }
    desk.answer(document, profiles.text_of(stored.profile).splitlines())


def take(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The profile, a TOML file with its samples.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of an own one of the same code.")
    ] = False,
) -> None:
    """Make a profile the branch's own, once its samples come out as they should."""
    desk = desk_of(context)
    try:
        stored = profiles.import_profile(_paths(desk), desk.actor, file, replace)
    except ProfileError as error:
        problems = _faults_of(desk, error)
        desk.answer({"imported": None, "problems": problems}, _lines_of(problems), error)
        return
    line = desk.t("Profile {profile} is here", profile=stored.code)
    desk.answer({"imported": _row(stored), "problems": []}, [line])


def give(
    context: typer.Context,
    code: Code,
    file: Annotated[Path, typer.Argument(help="Where to; the samples are written beside it.")],
) -> None:
    """Write a profile to a file, to change it or to take it elsewhere."""
    desk = desk_of(context)
    written = profiles.export_profile(_paths(desk), code, file)
    names = [str(each) for each in written]
    desk.answer({"code": code, "files": names, "problems": []}, names)


def examine(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="Code of the profile; without it all.")] = "",
) -> None:
    """Try profiles on their samples."""
    desk = desk_of(context)
    paths = _paths(desk)
    problems: list[dict[str, str]] = []
    if code:
        chosen = [profiles.find_profile(paths, code)]
    else:
        found = profiles.load_profiles(paths)
        chosen = list(found.by_code.values())
        problems = [each for error in found.broken for each in _faults_of(desk, error)]
    tried = []
    for stored in chosen:
        results = profiles.try_samples(stored)
        good = sum(not result.differences for result in results)
        tried.append({"code": stored.code, "samples": len(results), "good": good})
        problems += [
            {
                "code": "sample",
                "where": f"{stored.code} {result.name} {each.line} {each.field}".strip(),
                "message": f"{each.expected or '–'} / {each.found or '–'}",
            }
            for result in results
            for each in result.differences
        ]
    lines = [f"{each['code']:<28}  {each['good']}/{each['samples']}" for each in tried]
    desk.answer({"tested": tried, "problems": problems}, lines)


def try_out(
    context: typer.Context,
    code: Code,
    file: Annotated[Path, typer.Argument(help="A file as the terminal made it.")],
) -> None:
    """Show what a file means by a profile; nothing is taken in."""
    desk = desk_of(context)
    stored = profiles.find_profile(_paths(desk), code)
    read = profiles.try_file(stored.profile, file)
    problems = [_problem(desk, each) for each in read.bad]
    document = {
        "code": code,
        "file": str(file),
        "lines": [_line(each) for each in read.lines],
        "bad": [_bad(each) for each in read.bad],
        "asides": [{"line": each.number, "role": each.role} for each in read.asides],
        "problems": problems,
    }
    lines = [
        f"{each.number:>6}  "
        + "  ".join(f"{name}={shown(value)}" for name, value in each.fields.items())
        for each in read.lines
    ]
    lines.append(
        desk.t(
            "{lines} lines read, {bad} not understood, {asides} others",
            lines=len(read.lines),
            bad=len(read.bad),
            asides=len(read.asides),
        )
    )
    desk.answer(document, lines)


def _paths(desk: Desk) -> Paths:
    return Paths(desk.options.data)


def _row(stored: StoredProfile) -> dict[str, Any]:
    profile = stored.profile
    return {
        "code": profile.code,
        "kind": profile.kind.value,
        "title": profile.title,
        "source": profile.source,
        "own": stored.own,
        "list": profile.listing.what if profile.listing is not None else None,
    }


def _line(line: Line) -> dict[str, Any]:
    fields = {name: shown(value) for name, value in line.fields.items()}
    return {"line": line.number, "offset": line.offset, "length": line.length, "fields": fields}


def _bad(line: BadLine) -> dict[str, Any]:
    return {
        "line": line.number,
        "offset": line.offset,
        "length": line.length,
        "text": line.text,
        "reason": line.reason,
        "column": line.column,
        "bytes": line.data.hex(),
    }


def _problem(desk: Desk, line: BadLine) -> dict[str, str]:
    where = " ".join(filter(None, (str(line.number), line.column)))
    return {"code": line.reason, "where": where, "message": line_fault(line.reason, desk.t)}


def _faults_of(desk: Desk, error: ProfileError) -> list[dict[str, str]]:
    faults = error.fields["faults"]
    problems = []
    for each in faults if isinstance(faults, tuple) else ():
        if isinstance(each, Fault):
            message = profile_fault(each.reason, desk.t)
            words = f"{message}: {each.value}" if each.value else message
            where = f"{error.fields['profile']} {each.key}"
            problems.append({"code": each.reason, "where": where, "message": words})
    return problems


def _lines_of(problems: list[dict[str, str]]) -> list[str]:
    return [f"{each['where']}: {each['message']}" for each in problems]
