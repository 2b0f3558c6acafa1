"""The registry of terminals: which ones this branch docks."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.rights import Actor, Right
from app.errors import RuleBroken
from app.services.journal import journaled
from app.services.office import Office
from app.storage.queries.docking import BoardRow, board
from app.storage.store.terminals import StoredTerminal
from drivers.contract import TerminalInfo

_ALL_TIME_MS = (0, 1 << 52)


@dataclass(frozen=True, slots=True)
class TerminalFacts:
    """What a terminal says of itself that is worth remembering."""

    epoch: int
    serial: str = ""
    model: str = ""
    app_version: str = ""
    person: str = ""


def list_terminals(office: Office, actor: Actor) -> tuple[BoardRow, ...]:
    """All enrolled terminals by number."""
    actor.require(Right.DOCK)
    with office.database.read() as reader:
        return board(reader, *_ALL_TIME_MS)


def enrol(office: Office, actor: Actor, number: int, person: str = "", serial: str = "") -> None:
    """Let terminal `number` (1..65535) dock here.

    Without `serial` the first terminal that docks under the number binds it to its own. Raises
    RuleBroken("terminal-enrolled"), RuleBroken("terminal-number").
    """
    actor.require(Right.ADMINISTER)
    if not 1 <= number <= 65_535:
        raise RuleBroken("terminal-number", terminal=number)
    with journaled(
        office,
        actor,
        "enrol",
        subject=f"terminal {number}",
        number=number,
        person=person,
        serial=serial,
    ) as step:
        if step.store.terminals.find(number) is not None:
            raise RuleBroken("terminal-enrolled", terminal=number)
        step.store.terminals.seen(number, epoch=0, serial=serial, person_code=person)


def note_terminal(office: Office, actor: Actor, number: int, facts: TerminalFacts) -> None:
    """Remember what an enrolled terminal says of itself; a new epoch starts its records anew."""
    actor.require(Right.DOCK)
    with journaled(
        office, actor, "note_terminal", subject=f"terminal {number}", number=number, facts=facts
    ) as step:
        step.store.terminals.seen(
            number,
            epoch=facts.epoch,
            serial=facts.serial,
            model=facts.model,
            app_version=facts.app_version,
            person_code=facts.person,
        )


def facts_of(info: TerminalInfo) -> TerminalFacts:
    return TerminalFacts(info.epoch, info.serial, info.model, info.app_version, info.person)


def are_known(terminal: StoredTerminal, facts: TerminalFacts) -> bool:
    known = TerminalFacts(
        terminal.epoch,
        terminal.serial,
        terminal.model,
        terminal.app_version,
        terminal.person_code,
    )
    return known == facts
