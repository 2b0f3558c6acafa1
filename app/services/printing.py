"""Prints delivery notes from their frozen snapshots, and remembers every print."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.domain.papers import DeliveryNote
from app.domain.rights import Actor, Right
from app.errors import NotFound
from app.reports.delivery_note import ORIGINAL, Mark, write
from app.services.files import new_file
from app.services.office import Office
from app.storage.queries.deliveries import DeliveryRow, listing, note
from app.storage.store import Store
from app.storage.store.papers import Print

# Paper in hand: these states have a number and a frozen note.
_OFFICIAL = frozenset(
    {"loaded", "delivered", "partly_delivered", "refused", "not_attempted", "posted"}
)


@dataclass(frozen=True, slots=True)
class PrintReport:
    """What was written; `missing_glyphs` are characters that the font lacks."""

    documents: int
    pages: int
    file: Path
    numbers: tuple[str, ...]
    missing_glyphs: tuple[str, ...]


def print_delivery_notes(
    office: Office,
    actor: Actor,
    out: Path,
    *,
    day: date | None = None,
    route: str | None = None,
    number: str | None = None,
    numbers: Collection[str] | None = None,
    paper: str = "a4",
    copies: Sequence[str] = ("customer",),
) -> PrintReport:
    """Write the notes of a day, a route or one number into the PDF `out`.

    `numbers` narrows them down further.

    A note printed before carries its reprint number, the time and the person. Raises NotFound
    when there is no such note or paper, OutputError when `out` cannot be written; then nothing
    counts as printed.
    """
    actor.require(Right.PRINT)
    with office.database.read() as reader:
        rows = [
            row
            for row in listing(reader, day=day, route_code=route, number=number)
            if row.number is not None
            and row.load_no  # a wholesaler's slip has a paper of his own
            and row.state in _OFFICIAL
            and (numbers is None or row.number in numbers)
        ]
        notes = [note(reader, row.number or "") for row in rows]
    if not notes:
        raise NotFound(what="delivery note", key=number or f"{route or ''} {day or ''}".strip())
    with office.database.transaction(actor, "print delivery notes", str(out)) as store:
        marks = _log(office, actor, store, rows, out)
        return _write(notes, marks, out, paper, copies)


def _log(
    office: Office, actor: Actor, store: Store, rows: Sequence[DeliveryRow], out: Path
) -> list[Mark]:
    printed = store.documents.copies_printed([row.id for row in rows])
    marks = [_mark(office, actor, printed.get(row.id, 0)) for row in rows]
    store.documents.log_prints(
        [
            Print(
                document_id=row.id,
                copy_no=printed.get(row.id, 0) + 1,
                mark=mark.kind,
                device=out.name,
            )
            for row, mark in zip(rows, marks, strict=True)
        ]
    )
    return marks


def _mark(office: Office, actor: Actor, printed: int) -> Mark:
    if not printed:
        return ORIGINAL
    now_ms, offset_min = office.clock.now_ms(), office.clock.offset_min()
    return Mark("reprint", printed, now_ms, offset_min, actor.user)


def _write(
    notes: Sequence[DeliveryNote],
    marks: Sequence[Mark],
    out: Path,
    paper: str,
    copies: Sequence[str],
) -> PrintReport:
    with new_file(out) as stream:
        written = write(notes, stream, paper, copies, marks)
    numbers = tuple(each.number for each in notes)
    return PrintReport(len(notes), written.pages, out, numbers, written.missing_glyphs)
