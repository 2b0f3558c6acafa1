"""`sessions` and `support`: what dockings left behind, and a file for whoever helps."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.desk import Desk, desk_of
from app.errors import NotFound
from app.explain import event_sentence, word
from app.services.sessions import events_of, find_session, list_sessions, traffic_of
from app.services.support import make_bundle
from app.services.traffic import SeenFrame, read_traffic
from app.storage.queries.directory import find_branch
from app.storage.queries.docking import SessionRow

_ARROWS = {"in": "<", "out": ">"}

Session = Annotated[str, typer.Argument(help="Key of the session, or how it begins.")]


def add_to(tree: typer.Typer) -> None:
    group = typer.Typer(help="Past dockings.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list", epilog="Example: tallydock sessions list --terminal 3")(show_all)
    group.command("show", epilog="Example: tallydock sessions show 3f2a")(show)
    group.command("traffic", epilog="Example: tallydock sessions traffic 3f2a")(show_traffic)
    tree.add_typer(group, name="sessions")
    tree.command(epilog="Example: tallydock support bundle.zip")(support)


def show_all(
    context: typer.Context,
    terminal: Annotated[int | None, typer.Option(help="Only of this terminal.")] = None,
    limit: Annotated[int, typer.Option(help="How many at the most.")] = 50,
) -> None:
    """List the latest dockings, newest first."""
    desk = desk_of(context)
    with desk.office() as office:
        rows = list_sessions(office, desk.actor, terminal, limit)
        with office.database.read() as reader:
            offset_min = find_branch(reader).tz_offset_min
    lines = [
        f"{row.id}  {_moment(row.started_ms, offset_min)}  "
        f"{row.terminal_no or '–':>5}  {word(row.state, desk.t):<8}  {row.records:>6}  "
        f"{row.port_url}"
        for row in rows
    ]
    desk.answer({"sessions": [_row(row, offset_min) for row in rows], "problems": []}, lines)


def show(context: typer.Context, session: Session) -> None:
    """Tell one docking in plain words."""
    desk = desk_of(context)
    with desk.office() as office:
        row = find_session(office, desk.actor, session)
        with office.database.read() as reader:
            offset_min = find_branch(reader).tz_offset_min
        try:
            traffic = str(traffic_of(office, desk.actor, row))
        except NotFound:
            traffic = None
    events = events_of(row)
    told = [
        {
            "at": _moment(each.at_ms, offset_min),
            "code": each.code,
            "fields": dict(each.fields),
            "message": event_sentence(each.code, each.fields, desk.t),
        }
        for each in events
    ]
    lines = [_heading(desk, row), *(f"{each['at']}  {each['message']}" for each in told)]
    if not told:
        lines.append(
            desk.t("It still runs, or the program was ended meanwhile; nothing was written down.")
        )
    if traffic is not None:
        lines.append(desk.t("Its traffic lies in {file}", file=traffic))
    answer = _row(row, offset_min) | {"events": told, "traffic": traffic, "problems": []}
    desk.answer(answer, lines)


def show_traffic(context: typer.Context, session: Session) -> None:
    """List the frames of one docking: when, which way, what kind, serial number, length."""
    desk = desk_of(context)
    with desk.office() as office:
        row = find_session(office, desk.actor, session)
        seen = read_traffic(office, desk.actor, row)
        with office.database.read() as reader:
            offset_min = find_branch(reader).tz_offset_min
    frames = [_frame(each) for each in seen.frames]
    lines = [
        f"{each.at_us / 1_000_000:>12.6f}  {_ARROWS[each.way]}  {each.kind:<8}  "
        f"{'–' if each.serial is None else each.serial:>6}  {each.length:>6}"
        for each in seen.frames
    ]
    began = _moment(seen.began_ms, offset_min)
    heading = desk.t(
        "Seconds since {began}, direction, kind, serial number, length in bytes", began=began
    )
    answer = {"id": str(row.id), "began": began, "frames": frames, "problems": []}
    desk.answer(answer, [heading, *lines])


def support(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Zip file to write.")],
    days: Annotated[int, typer.Option(help="Dockings of so many days.")] = 7,
) -> None:
    """Write a file for whoever helps: what happened here, without secrets and customers."""
    desk = desk_of(context)
    with desk.office() as office:
        sessions = make_bundle(office, desk.actor, desk.options.settings, file, days)
    line = desk.t("{file} tells of {n} dockings", file=str(file), n=sessions)
    desk.answer({"file": str(file), "sessions": sessions, "problems": []}, [line])


def _heading(desk: Desk, row: SessionRow) -> str:
    return desk.t(
        "Terminal {terminal} at {port}, {state}: {batches} uploads, {records} records, {photos} "
        "photos; {received} bytes came, {sent} went",
        terminal="–" if row.terminal_no is None else row.terminal_no,
        port=row.port_url,
        state=word(row.state, desk.t),
        batches=row.batches,
        records=desk.t.number(row.records),
        photos=row.blobs or 0,
        received=desk.t.number(row.received_bytes or 0),
        sent=desk.t.number(row.sent_bytes or 0),
    )


def _frame(seen: SeenFrame) -> dict[str, Any]:
    fields = asdict(seen)
    fields["seconds"] = fields.pop("at_us") / 1_000_000
    return fields


def _row(row: SessionRow, offset_min: int) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "terminal": row.terminal_no,
        "port": row.port_url,
        "driver": row.driver,
        "state": row.state,
        "error": row.error_code,
        "started": _moment(row.started_ms, offset_min),
        "ended": None if row.ended_ms is None else _moment(row.ended_ms, offset_min),
        "batches": row.batches,
        "records": row.records,
        "photos": row.blobs or 0,
        "received_bytes": row.received_bytes or 0,
        "sent_bytes": row.sent_bytes or 0,
    }


def _moment(at_ms: int, offset_min: int) -> str:
    there = datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(minutes=offset_min)
    sign = "-" if offset_min < 0 else "+"
    hours, minutes = divmod(abs(offset_min), 60)
    return f"{there:%Y-%m-%dT%H:%M:%S}{sign}{hours:02}:{minutes:02}"
