"""What paper still has to tell: delivery notes on the van of a terminal that cannot tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.deliveries import DeliveryState
from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.office import Office
from app.storage.queries.directory import (
    customers_by_code,
    persons_by_code,
    products_by_code,
    reasons_by_code,
    routes_by_code,
)
from app.storage.queries.documents import (
    FoundDocument,
    documents_by_number,
    documents_in_state,
)
from app.storage.queries.terminals import RegistryRow, registry
from app.storage.reader import Reader


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """One line of a note with what was loaded of it, in base units."""

    line_no: int
    product_code: str
    product_name: str
    base_name: str
    lot: str
    shipped: int


@dataclass(frozen=True, slots=True)
class ExpectedNote:
    """A loaded note whose result nobody has told yet."""

    number: str
    business_date: date
    customer_code: str
    customer_name: str
    lines: tuple[ExpectedLine, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A note, the lost terminal whose paper tells of it, and the reasons (code, name) to give.

    Terminal 0 is the desk: somebody there has the signed paper.
    """

    terminal_no: int
    note: ExpectedNote
    reasons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Carrier:
    """Whose notes a terminal tells of."""

    person_id: UUID | None
    route_id: UUID | None

    def carries(self, note: FoundDocument) -> bool:
        placed = note.delivery
        if placed is None:
            return False
        is_driver = self.person_id is not None and placed.driver_id == self.person_id
        return is_driver or (self.route_id is not None and placed.route_id == self.route_id)


def missing_of(office: Office, actor: Actor, terminal_no: int) -> tuple[ExpectedNote, ...]:
    """The loaded notes of a terminal's person or route that have no result yet.

    Raises NotFound for an unknown terminal.
    """
    actor.require(Right.DOCK)
    with office.database.read() as reader:
        known = next((row for row in registry(reader) if row.terminal_no == terminal_no), None)
        if known is None:
            raise NotFound(what="terminal", key=terminal_no)
        carrier = _carrier(reader, known)
        loaded = documents_in_state(reader, DocumentKind.DN, DeliveryState.LOADED)
        return expected(reader, [note for note in loaded if carrier.carries(note)])


def paper_of(office: Office, actor: Actor, number: str) -> Paper:
    """The note with this number, ready to be typed from paper.

    Raises NotFound for an unknown note or one that no terminal carries, RuleBroken("not-on-van")
    for one that is not loaded, RuleBroken("terminal-not-lost") while its terminal may still tell.
    """
    actor.require(Right.DOCK)
    with office.database.read() as reader:
        note = loaded_note(reader, number)
        carriers = [row for row in registry(reader) if _carrier(reader, row).carries(note)]
        if not carriers:
            raise NotFound(what="carrier", key=number)
        lost = next((row for row in carriers if row.status == "lost"), None)
        if lost is None:
            raise RuleBroken("terminal-not-lost", terminal=carriers[0].terminal_no)
        reasons = tuple(reasons_by_code(reader).items())
        return Paper(lost.terminal_no, expected(reader, [note])[0], reasons)


def signed_paper(office: Office, actor: Actor, number: str) -> Paper:
    """The note with this number, to be typed from its signed paper, whoever carries it.

    Raises NotFound, RuleBroken("not-on-van").
    """
    actor.require(Right.POST_DELIVERIES)
    with office.database.read() as reader:
        note = loaded_note(reader, number)
        return Paper(0, expected(reader, [note])[0], tuple(reasons_by_code(reader).items()))


def loaded_note(reader: Reader, number: str) -> FoundDocument:
    """Raises NotFound, RuleBroken("not-on-van")."""
    found = documents_by_number(reader, [number]).get(number)
    if found is None or found.delivery is None:
        raise NotFound(what="delivery note", key=number)
    if found.state != DeliveryState.LOADED:
        raise RuleBroken("not-on-van", number=number, state=found.state)
    return found


def expected(reader: Reader, notes: Sequence[FoundDocument]) -> tuple[ExpectedNote, ...]:
    """What these notes say was loaded, for people."""
    products = products_by_code(reader, {line.product_code for n in notes for line in n.lines})
    return tuple(
        ExpectedNote(
            note.number or "",
            note.business_date,
            *_customer(reader, note),
            lines=tuple(
                ExpectedLine(
                    line.line_no,
                    line.product_code,
                    products[line.product_code].name,
                    products[line.product_code].packings.base.name,
                    line.lot_code or "",
                    line.qty,
                )
                for line in note.lines
                if line.qty
            ),
        )
        for note in notes
    )


def _customer(reader: Reader, note: FoundDocument) -> tuple[str, str]:
    known = customers_by_code(reader, None, note.business_date)
    found = next((each for each in known.values() if each.id == note.party_id), None)
    return ("", "") if found is None else (found.code, found.name)


def _carrier(reader: Reader, terminal: RegistryRow) -> _Carrier:
    person = persons_by_code(reader, [terminal.person_code]).get(terminal.person_code)
    route = routes_by_code(reader).get(terminal.route_code)
    return _Carrier(
        None if person is None else person.id,
        None if route is None else route.id,
    )
