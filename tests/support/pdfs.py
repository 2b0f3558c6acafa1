"""What a finished PDF says and shows, read back with tools that had no part in writing it."""

import io
import re
import subprocess
from pathlib import Path

import pypdfium2 as pdfium
import zxingcpp

from app.domain.papers import DeliveryNote
from app.reports import delivery_note

_POINTS_PER_MM = 72 / 25.4


def print_notes(
    *notes: DeliveryNote,
    paper: str = "a4",
    copies: tuple[str, ...] = ("customer",),
    marks: tuple[delivery_note.Mark, ...] = (),
) -> bytes:
    """The PDF of the notes."""
    stream = io.BytesIO()
    delivery_note.write(notes, stream, paper, copies, marks)
    return stream.getvalue()


def check_syntax(data: bytes, folder: Path) -> None:
    """Fail unless qpdf finds nothing wrong."""
    run_tool(data, folder, "qpdf", "--check")


def run_tool(data: bytes, folder: Path, *command: str, after: tuple[str, ...] = ()) -> str:
    """Output of a command line tool over the PDF."""
    file = folder / "paper.pdf"
    file.write_bytes(data)
    done = subprocess.run([*command, file, *after], check=True, capture_output=True, text=True)
    return done.stdout


def page_texts(data: bytes) -> list[str]:
    """The text of each page, line by line."""
    document = pdfium.PdfDocument(data)
    texts = []
    for page in document:
        text_page = page.get_textpage()
        texts.append(text_page.get_text_range().replace("\r\n", "\n"))
        text_page.close()
        page.close()
    document.close()
    return texts


def page_sizes_mm(data: bytes) -> set[tuple[float, float]]:
    """Widths and heights of all pages."""
    document = pdfium.PdfDocument(data)
    sizes = {document.get_page_size(i) for i in range(len(document))}
    document.close()
    return {(round(w / _POINTS_PER_MM, 2), round(h / _POINTS_PER_MM, 2)) for w, h in sizes}


def extents_mm(data: bytes) -> list[tuple[float, float, float, float]]:
    """Left, bottom, right and top of everything drawn on each page, measured from its corner."""
    document = pdfium.PdfDocument(data)
    extents = []
    for page in document:
        bounds = [drawn.get_bounds() for drawn in page.get_objects()]
        sides = zip(*bounds, strict=True)
        left, bottom, right, top = sides
        box = (min(left), min(bottom), max(right), max(top))
        extents.append(tuple(round(side / _POINTS_PER_MM, 2) for side in box))
        page.close()
    document.close()
    return extents  # type: ignore[return-value]


def barcodes(data: bytes, page_number: int = 0) -> list[str]:
    """Texts of the Code 128 barcodes on a rendered page."""
    document = pdfium.PdfDocument(data)
    page = document[page_number]
    image = page.render(scale=4).to_pil()
    page.close()
    document.close()
    formats = zxingcpp.BarcodeFormat.Code128
    return [found.text for found in zxingcpp.read_barcodes(image, formats=formats)]


def sums(text: str, label: str) -> int | None:
    """The amount in fen on the row of sums that starts with `label`, None without such a row."""
    found = re.search(rf"^{label}\s*(.*)$", text, re.MULTILINE)
    if found is None:
        return None
    amount = re.findall(r"-?[\d,]+\.\d\d", found[1])[-1]
    return int(amount.replace(",", "").replace(".", ""))
