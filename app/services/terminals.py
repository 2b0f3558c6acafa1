"""The registry of terminals: which ones this branch docks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.journal import journaled
from app.services.office import Office
from app.storage.queries.directory import persons_by_code, routes_by_code
from app.storage.queries.terminals import RegistryRow, registry
from app.storage.reader import Reader
from app.storage.store import Store
from app.storage.store.terminals import StoredTerminal
from drivers.contract import TerminalInfo


@dataclass(frozen=True, slots=True)
class TerminalFacts:
    """What a terminal says of itself that is worth remembering."""

    epoch: int
    serial: str = ""
    model: str = ""
    app_version: str = ""
    person: str = ""


def list_terminals(office: Office, actor: Actor) -> tuple[RegistryRow, ...]:
    """All terminals by number, whatever their status."""
    actor.require(Right.DOCK)
    with office.database.read() as reader:
        return registry(reader)


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


def assign(office: Office, actor: Actor, number: int, person: str, route: str) -> None:
    """Say who carries a terminal from now on, and on which route; empty for nobody and none.

    Raises NotFound for an unknown terminal, person or route, RuleBroken("route-taken") when
    another active terminal has the route.
    """
    actor.require(Right.PAIR)
    with journaled(
        office,
        actor,
        "assign",
        subject=f"terminal {number}",
        number=number,
        person=person,
        route=route,
    ) as step:
        reader = step.store.reader
        _known(step.store, number)
        if person and person not in persons_by_code(reader, [person]):
            raise NotFound(what="person", key=person)
        if route and route not in routes_by_code(reader):
            raise NotFound(what="route", key=route)
        require_free(reader, route, number)
        step.store.terminals.change(number, person_code=person, route_code=route)


def require_free(reader: Reader, route: str, number: int) -> None:
    """Raise RuleBroken("route-taken") when an active terminal other than `number` has the route."""
    for other in registry(reader):
        taken = route and other.route_code == route and other.status == "active"
        if taken and other.terminal_no != number:
            raise RuleBroken("route-taken", route=route, terminal=other.terminal_no)


def revoke(office: Office, actor: Actor, number: int, reason: str) -> None:
    """Lock a terminal out: no device docks under its number until one is paired anew.

    Raises NotFound, RuleBroken("reason-missing").
    """
    _shut_out(office, actor, "revoke", number, reason)


def report_lost(office: Office, actor: Actor, number: int, reason: str) -> None:
    """A terminal is gone for good: it is locked out, and a new epoch takes what paper says.

    What its device still held is typed from paper; what its number had not given out yet is
    filled. Raises NotFound, RuleBroken("reason-missing", "terminal-lost").
    """
    _shut_out(office, actor, "report_lost", number, reason)


def _shut_out(office: Office, actor: Actor, verb: str, number: int, reason: str) -> None:
    actor.require(Right.PAIR)
    if not reason.strip():
        raise RuleBroken("reason-missing")
    with journaled(
        office, actor, verb, subject=f"terminal {number}", number=number, reason=reason
    ) as step:
        known = _known(step.store, number)
        step.store.terminal_keys.revoke(number, reason)
        if verb == "revoke":
            step.store.terminals.change(number, status="revoked")
            return
        if known.status == "lost":
            raise RuleBroken("terminal-lost", terminal=number)
        step.store.terminals.seen(
            number,
            epoch=known.epoch + 1,
            serial="",
            model=known.model,
            app_version=known.app_version,
            person_code=known.person_code,
        )
        step.store.terminals.change(number, status="lost")


def _known(store: Store, number: int) -> StoredTerminal:
    known = store.terminals.find(number)
    if known is None:
        raise NotFound(what="terminal", key=number)
    return known


def note_terminal(office: Office, actor: Actor, number: int, facts: TerminalFacts) -> None:
    """Remember what an enrolled terminal says of itself; a new epoch starts its records anew.

    Whom it says it is carried by counts only while nobody was assigned to it.
    """
    actor.require(Right.DOCK)
    with journaled(
        office, actor, "note_terminal", subject=f"terminal {number}", number=number, facts=facts
    ) as step:
        known = _known(step.store, number)
        step.store.terminals.seen(
            number,
            epoch=facts.epoch,
            serial=facts.serial,
            model=facts.model,
            app_version=facts.app_version,
            person_code=known.person_code or facts.person,
        )


def facts_of(info: TerminalInfo) -> TerminalFacts:
    return TerminalFacts(info.epoch, info.serial, info.model, info.app_version, info.person)


def are_known(terminal: StoredTerminal, facts: TerminalFacts) -> bool:
    """Whether `note_terminal` would change nothing."""
    known = TerminalFacts(
        terminal.epoch,
        terminal.serial,
        terminal.model,
        terminal.app_version,
        terminal.person_code,
    )
    return known == replace(facts, person=terminal.person_code or facts.person)
