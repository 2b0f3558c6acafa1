"""Who may dock: the right branch, a terminal that is known, on the device that it was paired on."""

from __future__ import annotations

from uuid import UUID

from app.domain.problems import Problem, problem
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.office import Office
from app.services.terminals import are_known, facts_of, note_terminal
from app.storage.queries.arrivals import find_terminal
from app.storage.queries.terminals import find_key, was_given
from app.storage.store.terminals import StoredTerminal
from drivers.contract import TerminalInfo


def admit(office: Office, actor: Actor, info: TerminalInfo) -> UUID:
    """The terminal's key in the books; what it says of itself is remembered.

    Raises NotFound for a terminal that nobody enrolled, RuleBroken("wrong-branch",
    "terminal-revoked", "terminal-lost", "terminal-replaced", "device-elsewhere",
    "terminal-serial", "terminal-outdated", "terminal-copied").
    """
    actor.require(Right.DOCK)
    if info.branch != office.database.branch_id:
        ours = office.database.branch_id
        raise RuleBroken("wrong-branch", branch=info.branch, terminal=info.terminal, ours=ours)
    with office.database.read() as reader:
        known = find_terminal(reader, info.terminal)
    if known is None:
        raise NotFound(what="terminal", key=info.terminal)
    _check_device(office, info, known)
    _check_status(known)
    if known.serial and known.serial != info.serial:
        raise RuleBroken(
            "terminal-serial", terminal=info.terminal, serial=info.serial, known=known.serial
        )
    if info.epoch < known.epoch:
        raise RuleBroken("terminal-outdated", terminal=info.terminal, epoch=info.epoch)
    if info.epoch == known.epoch and _is_copy(office, info, known):
        raise RuleBroken("terminal-copied", terminal=info.terminal, epoch=info.epoch)
    facts = facts_of(info)
    if not are_known(known, facts):
        note_terminal(office, actor, info.terminal, facts)
    return known.id


def warnings_for(office: Office, info: TerminalInfo) -> list[Problem]:
    """What is odd about a terminal that may dock all the same."""
    with office.database.read() as reader:
        known = find_terminal(reader, info.terminal)
    if known is None or not info.ticket or not info.device_id:
        return []
    if info.ticket.hex() in (known.ticket, known.ticket_before):
        return []
    # It was docked by a desk that this database knows nothing of: one that was restored since.
    return [problem("W_RESTORED", f"terminal {info.terminal}", terminal=info.terminal)]


def _check_device(office: Office, info: TerminalInfo, known: StoredTerminal) -> None:
    if not info.device_id:
        return
    with office.database.read() as reader:
        key = find_key(reader, info.device_id.hex())
    if key is None:
        raise NotFound(what="terminal", key=info.terminal)
    if key.terminal_no != info.terminal:
        raise RuleBroken("device-elsewhere", terminal=key.terminal_no)
    if key.state == "revoked":
        _check_status(known)
        raise RuleBroken("terminal-replaced", terminal=info.terminal)


def _check_status(known: StoredTerminal) -> None:
    if known.status == "lost":
        raise RuleBroken("terminal-lost", terminal=known.terminal_no)
    if known.status == "revoked":
        raise RuleBroken("terminal-revoked", terminal=known.terminal_no)


def _is_copy(office: Office, info: TerminalInfo, known: StoredTerminal) -> bool:
    """Two devices with one memory cannot both have the last ticket, nor all that was sent.

    A ticket that nobody here ever gave comes from a desk that was restored: no copy.
    """
    if not info.device_id:
        return False
    if info.last_seq < known.received_seq:
        return True
    shown = info.ticket.hex()
    if known.ticket is None or shown in (known.ticket, known.ticket_before):
        return False
    with office.database.read() as reader:
        return not shown or was_given(reader, known.id, info.epoch, shown)
