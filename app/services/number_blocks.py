"""Numbers that terminals give out themselves: always enough of them, and none ever twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.domain.numbering import MAX_TERMINAL_SEQ
from app.domain.problems import Problem, problem
from app.domain.rights import Actor, Right
from app.services.journal import journaled
from app.services.office import Office
from app.storage.queries.number_blocks import blocks_of
from app.storage.store.number_blocks import NumberBlock
from drivers.contract import TerminalInfo

BLOCK_NUMBERS = 200
LEAST_UNUSED = 100


def provide_numbers(
    office: Office, actor: Actor, info: TerminalInfo, day: date
) -> tuple[Problem, ...]:
    """Note the last number that a docked terminal used, and give it new ones when few are left.

    X_NUMBER when what it says does not fit what it was given; then nothing is noted.
    """
    actor.require(Right.DOCK)
    terminal_no, epoch, number = info.terminal, info.epoch, info.last_number
    with office.database.read() as reader:
        blocks = blocks_of(reader, terminal_no, epoch)
    used = _used(blocks, number)
    found = [] if used is not None else [_misfit(blocks, info)]
    if used:
        note_used(office, actor, terminal_no, epoch, number)
        with office.database.read() as reader:
            blocks = blocks_of(reader, terminal_no, epoch)
    of_year = [block for block in blocks if block.year == day.year]
    unused = sum(len(block.unused) for block in of_year if block.state == "issued")
    last_no = max((block.last_no for block in of_year), default=0)
    if unused < LEAST_UNUSED and last_no + BLOCK_NUMBERS <= MAX_TERMINAL_SEQ:
        issue_block(office, actor, terminal_no, epoch, day.year)
    return tuple(found)


def issue_block(
    office: Office, actor: Actor, terminal_no: int, epoch: int, year: int
) -> NumberBlock:
    """The next numbers of a terminal; what is left of the years before is not used any more."""
    actor.require(Right.DOCK)
    with journaled(
        office,
        actor,
        "issue_block",
        subject=f"terminal {terminal_no}",
        terminal_no=terminal_no,
        epoch=epoch,
        year=year,
    ) as step:
        blocks = step.store.number_blocks
        blocks.give_back(terminal_no, epoch=epoch, before_year=year)
        return blocks.issue(terminal_no, epoch=epoch, year=year, count=BLOCK_NUMBERS)


def note_used(office: Office, actor: Actor, terminal_no: int, epoch: int, number: int) -> None:
    """All numbers of a terminal up to this one are used; what does not fit changes nothing."""
    actor.require(Right.DOCK)
    with journaled(
        office,
        actor,
        "note_used",
        subject=f"terminal {terminal_no}",
        terminal_no=terminal_no,
        epoch=epoch,
        number=number,
    ) as step:
        known = blocks_of(step.store.reader, terminal_no, epoch)
        for block in _used(known, number) or ():
            step.store.number_blocks.use(block.id, min(number, block.last_no))


def _used(blocks: Sequence[NumberBlock], number: int) -> list[NumberBlock] | None:
    """The blocks that the terminal used more of, None for a number that does not fit."""
    current = _newest_year(blocks)
    used_no = max((block.used_no for block in current), default=0)
    before = max((block.used_no for block in blocks if block not in current), default=0)
    # one that was given numbers of a new year says the last of the old until it uses the first
    if number == used_no or (used_no == 0 and number == before):
        return []
    fits = any(
        block.state == "issued"
        and block.used_no < number
        and block.first_no <= number <= block.last_no
        for block in current
    )
    if not fits:
        return None
    return [block for block in current if block.state == "issued" and block.first_no <= number]


def _newest_year(blocks: Sequence[NumberBlock]) -> list[NumberBlock]:
    year = max((block.year for block in blocks), default=0)
    return [block for block in blocks if block.year == year]


def _misfit(blocks: Sequence[NumberBlock], info: TerminalInfo) -> Problem:
    current = _newest_year(blocks)
    return problem(
        "X_NUMBER",
        f"terminal {info.terminal}",
        number=info.last_number,
        first=min((block.first_no for block in current), default=0),
        last=max((block.last_no for block in current), default=0),
        used=max((block.used_no for block in current), default=0),
    )
