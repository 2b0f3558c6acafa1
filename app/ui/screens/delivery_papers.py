"""What the deliveries screen asks of the services: a preview, a print of many notes."""

import io
from collections.abc import Collection
from datetime import date
from pathlib import Path

from app.reports import delivery_note
from app.services.printing import PrintReport, print_delivery_notes
from app.storage.queries.deliveries import note
from app.ui.workplace import Workplace


def preview(workplace: Workplace, number: str) -> bytes:
    """Return the PDF of one note as it would be printed now.

    Raises NotFound for a number that there is not.
    """
    with workplace.office.database.read() as reader:
        found = note(reader, number)
    stream = io.BytesIO()
    delivery_note.write([found], stream, workplace.paper)
    return stream.getvalue()


def print_notes(workplace: Workplace, day: date, numbers: Collection[str]) -> PrintReport:
    """Print these notes of a day into one PDF in the output folder, in the order of the stops.

    Raises NotFound when none of them is ready to be printed, OutputError.
    """
    file = _free_name(workplace.paths.output, f"delivery-notes-{day.isoformat()}")
    return print_delivery_notes(
        workplace.office,
        workplace.actor,
        file,
        day=day,
        numbers=numbers,
        paper=workplace.paper,
    )


def _free_name(folder: Path, name: str) -> Path:
    number = 1
    while (file := folder / f"{name}-{number:02}.pdf").exists():
        number += 1
    return file
