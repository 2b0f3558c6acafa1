"""Terminals that know files: how each is read, and which one hangs where."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.journal import journaled
from app.services.office import Office
from app.services.profiles import find_profile
from app.storage.queries.arrivals import find_terminal
from app.storage.queries.files import file_setups
from app.storage.store.files import FileSetup
from drivers.errors import DriverMissing
from drivers.registry import file_driver_by_name

SLOWEST_BAUD, FASTEST_BAUD = 300, 4_000_000


def list_setups(office: Office, actor: Actor) -> tuple[FileSetup, ...]:
    """All of them, by number of terminal."""
    actor.require(Right.DOCK)
    with office.database.read() as reader:
        return file_setups(reader)


def set_up(office: Office, actor: Actor, setup: FileSetup) -> None:
    """Say how the files of an enrolled terminal are fetched and what they mean.

    Raises NotFound for an unknown terminal, driver or profile, RuleBroken("setup-unknowable")
    without serial number and port, RuleBroken("setup-baud"), RuleBroken("setup-taken") when
    another terminal is known by the same, ProfileError for an own profile that is broken.
    """
    actor.require(Right.PAIR)
    find_profile(office.paths, setup.profile)
    try:
        file_driver_by_name(setup.driver)
    except DriverMissing as error:
        raise NotFound(what="driver", key=setup.driver) from error
    if setup.baud and not SLOWEST_BAUD <= setup.baud <= FASTEST_BAUD:
        raise RuleBroken("setup-baud", slowest=SLOWEST_BAUD, fastest=FASTEST_BAUD)
    if not setup.serial and not setup.port:
        raise RuleBroken("setup-unknowable", terminal=setup.terminal_no)
    enter_setup(office, actor, setup)


def enter_setup(office: Office, actor: Actor, setup: FileSetup) -> None:
    """Write down what `set_up` has looked at; a replay has neither drivers nor profiles."""
    actor.require(Right.PAIR)
    with journaled(
        office, actor, "enter_setup", subject=f"terminal {setup.terminal_no}", setup=setup
    ) as step:
        if find_terminal(step.store.reader, setup.terminal_no) is None:
            raise NotFound(what="terminal", key=setup.terminal_no)
        others = [
            each
            for each in file_setups(step.store.reader)
            if each.terminal_no != setup.terminal_no and each.driver == setup.driver
        ]
        for other in others:
            same_serial = setup.serial and other.serial == setup.serial
            same_port = setup.port and other.port == setup.port
            if same_serial or (same_port and not (setup.serial and other.serial)):
                raise RuleBroken(
                    "setup-taken", terminal=other.terminal_no, known_by=setup.serial or setup.port
                )
        step.store.files.set_up(setup)


def setup_for(setups: Sequence[FileSetup], driver: str, serial: str, port: str) -> FileSetup | None:
    """The terminal that hangs at `port`: by its own serial number, else by the port alone.

    A port that a terminal with another serial number belongs to says nothing of this one.
    """
    ours = [each for each in setups if each.driver == driver]
    by_serial = [each for each in ours if serial and each.serial == serial]
    by_port = [each for each in ours if each.port == port and not each.serial]
    return next(iter([*by_serial, *by_port]), None)


def setup_at(setups: Sequence[FileSetup], port: str) -> FileSetup | None:
    """The first terminal that is known to hang at this port, for choosing its driver."""
    return next((each for each in setups if each.port == port), None)
