"""What the deliveries screen asks of the services: a preview, a printed day, a reversal."""

import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.reports import delivery_note
from app.storage.queries.deliveries import note
from app.ui.tasks import Job
from app.ui.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Printed:
    """One PDF with `notes` delivery notes on `pages` pages."""

    file: Path
    notes: int
    pages: int


def preview(workplace: Workplace, number: str) -> bytes:
    """Return the PDF of one note as it would be printed now.

    Raises NotFound for a number that there is not.
    """
    with workplace.office.database.read() as reader:
        found = note(reader, number)
    stream = io.BytesIO()
    delivery_note.write([found], stream, workplace.paper)
    return stream.getvalue()


def print_notes(workplace: Workplace, numbers: tuple[str, ...], job: Job) -> Printed:
    raise NotImplementedError


def reverse(workplace: Workplace, number: str, reason: str) -> str:
    raise NotImplementedError
