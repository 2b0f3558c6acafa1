"""`terminals`: which handhelds this branch docks, and on which devices."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import segno
import typer

from app.cli import paper
from app.cli.desk import Desk, desk_of
from app.cli.screen import say
from app.errors import OutputError
from app.i18n import N_
from app.services import terminals
from app.services.pairing import Device, Seat, make_code, pair, trust
from app.storage.queries.terminals import RegistryRow

_STATUS = {"active": N_("in use"), "revoked": N_("locked out"), "lost": N_("lost")}

Number = Annotated[int, typer.Argument(help="Number of the terminal.")]
Reason = Annotated[str, typer.Option(help="Why; it is written down.")]


def add_to(tree: typer.Typer) -> None:
    group = typer.Typer(help="The handhelds.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list", epilog="Example: tallydock terminals list")(show)
    group.command("enrol", epilog="Example: tallydock terminals enrol 3 --port /dev/ttyUSB0")(add)
    group.command("assign", epilog="Example: tallydock terminals assign 3 --person S01")(assign)
    group.command("revoke", epilog="Example: tallydock terminals revoke 3 --reason sold")(revoke)
    group.command("lost", epilog="Example: tallydock terminals lost 3 --reason stolen")(lost)
    group.command("missing", epilog="Example: tallydock terminals missing 3")(paper.show_missing)
    group.command("type", epilog="Example: tallydock terminals type 3 notes.csv")(paper.type_file)
    group.command(
        "fill", epilog='Example: tallydock terminals fill 3 --note "used up to 31 on paper"'
    )(paper.fill)
    tree.add_typer(group, name="terminals")


def show(context: typer.Context) -> None:
    """List the handhelds with what they said of themselves when they were last here."""
    desk = desk_of(context)
    with desk.office() as office:
        rows = terminals.list_terminals(office, desk.actor)
    listed = [_row(row) for row in rows]
    lines = [
        f"{row.terminal_no:>5}  {desk.t(_STATUS[row.status]):<10}  {row.person_code:<8}  "
        f"{row.route_code:<8}  {row.serial}"
        for row in rows
    ]
    desk.answer({"terminals": listed, "problems": []}, lines)


def add(
    context: typer.Context,
    number: Number,
    person: Annotated[str, typer.Option(help="Code of the person who carries it.")] = "",
    route: Annotated[str, typer.Option(help="Code of the route that it goes.")] = "",
    serial: Annotated[str, typer.Option(help="Serial number; else the first that docks.")] = "",
    port: Annotated[str, typer.Option(help="Pair the device at this port now.")] = "",
    digits: Annotated[
        bool, typer.Option("--digits", help="Compare digits; for devices without a scanner.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="The digits have been compared by whoever runs this.")
    ] = False,
    certificate: Annotated[
        Path | None, typer.Option(help="Trust the device of this certificate (DER).")
    ] = None,
) -> None:
    """Let a handheld dock here; with --port it is paired by the code that is shown.

    A device that is paired under a number that has one already replaces it.
    """
    desk = desk_of(context)
    seat = Seat(number, person, route)
    with desk.office() as office:
        epoch = 0
        if certificate is not None:
            device = Device(_bytes_of(certificate).hex(), serial=serial)
            epoch = trust(office, desk.actor, seat, device, "file").epoch
        elif not port:
            terminals.enrol(office, desk.actor, number, person, serial)
        else:
            code = None if digits else make_code(office, desk.actor)
            if code is not None:
                say(desk.t("Scan this with the handheld:"), err=True)
                segno.make(code.text, micro=False).terminal(sys.stderr, border=2, compact=True)
                say(code.text, err=True)
            epoch = pair(
                office,
                desk.actor,
                port,
                seat,
                code=code,
                confirm=lambda shown: yes or _compared(desk, shown),
                progress=desk.show_progress,
            ).epoch
    line = desk.t("Terminal {terminal} may dock", terminal=number)
    desk.answer({"terminal": number, "epoch": epoch, "problems": []}, [line])


def assign(
    context: typer.Context,
    number: Number,
    person: Annotated[str, typer.Option(help="Code of the person who carries it.")] = "",
    route: Annotated[str, typer.Option(help="Code of the route that it goes.")] = "",
) -> None:
    """Say who carries a handheld, and on which route; left out means nobody and none."""
    desk = desk_of(context)
    with desk.office() as office:
        terminals.assign(office, desk.actor, number, person, route)
    line = desk.t("Terminal {terminal} is assigned", terminal=number)
    desk.answer({"terminal": number, "person": person, "route": route, "problems": []}, [line])


def revoke(context: typer.Context, number: Number, reason: Reason) -> None:
    """Lock a handheld out until a device is paired anew under its number."""
    desk = desk_of(context)
    with desk.office() as office:
        terminals.revoke(office, desk.actor, number, reason)
    line = desk.t("Terminal {terminal} is locked out", terminal=number)
    desk.answer({"terminal": number, "problems": []}, [line])


def lost(context: typer.Context, number: Number, reason: Reason) -> None:
    """A handheld is gone: lock it out, and take what it held from paper."""
    desk = desk_of(context)
    with desk.office() as office:
        terminals.report_lost(office, desk.actor, number, reason)
    line = desk.t(
        "Terminal {terminal} is reported lost. What its papers say is typed with "
        "“terminals type”; “terminals missing” lists what is expected.",
        terminal=number,
    )
    desk.answer({"terminal": number, "problems": []}, [line])


def _row(row: RegistryRow) -> dict[str, object]:
    fields = asdict(row)
    fields["terminal"] = fields.pop("terminal_no")
    fields["person"] = fields.pop("person_code")
    fields["route"] = fields.pop("route_code")
    return fields


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise OutputError(path=str(file), reason=error.strerror or "") from error


def _compared(desk: Desk, digits: str) -> bool:
    shown = f"{digits[:4]} {digits[4:]}"
    return typer.confirm(desk.t("Does the handheld show {digits}?", digits=shown), err=True)
