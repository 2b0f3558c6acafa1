"""`dock` and `watch`."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Annotated

import typer

from app.cli.desk import desk_of
from app.cli.screen import say
from app.cli.sessions import docked_answer, session_line
from app.services.docking import dock as dock_port
from app.services.recovering import recover
from app.services.watching import port_finder
from app.services.watching import watch as watch_ports


def add_to(tree: typer.Typer) -> None:
    tree.command(epilog="Example: tallydock dock /dev/ttyUSB0")(dock)
    tree.command(epilog="Example: tallydock watch --port socket://192.168.1.20:4001")(watch)


def dock(
    context: typer.Context,
    port: Annotated[str, typer.Argument(help="Port or URL of the terminal.")],
    driver: Annotated[str | None, typer.Option(help="Name of the driver.")] = None,
    once: Annotated[  # noqa: ARG001  # what this command does anyway; scripts may say it
        bool, typer.Option("--once", help="Dock one terminal and end.")
    ] = True,
) -> None:
    """Dock one terminal and show the session."""
    desk = desk_of(context)
    with desk.office() as office:
        recover(office, desk.actor)
        report = dock_port(office, desk.actor, port, driver=driver, progress=desk.show_progress)
    lines = [] if report.error is not None else [session_line(desk, report)]
    desk.answer(docked_answer(desk, [report], expected=1), lines, report.error)


def watch(
    context: typer.Context,
    port: Annotated[
        list[str] | None, typer.Option(help="A port to watch beside those found.")
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Dock what is plugged in now, then end.")
    ] = False,
) -> None:
    """Dock whatever is plugged in, until Ctrl+C; dockings that run are finished first."""
    desk = desk_of(context)
    ports = (*(port or ()), *desk.options.settings.ports)
    with desk.office() as office, _stopped_by_signals() as stop:
        recover(office, desk.actor)
        reports = watch_ports(
            office,
            desk.actor,
            ports=ports,
            find_ports=port_finder(office, desk.actor),
            stop=stop,
            once=once,
            told=lambda report: say(session_line(desk, report), err=True),
        )
    desk.answer(docked_answer(desk, reports, expected=len(reports)))


@contextmanager
def _stopped_by_signals() -> Iterator[Event]:
    """Set as soon as a service, a closing session or Ctrl+C asks this process to end."""
    stop = Event()

    def ask(number: int, _frame: object) -> None:
        # Whoever asks twice is in a hurry: nothing is lost, the terminals bring it again.
        signal.signal(number, before[signal.Signals(number)])
        # The signal may come while the main thread itself holds the lock of the event.
        Thread(target=stop.set).start()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
