"""A PDF file under construction: pages, fonts, outline and document information."""

import zlib
from typing import IO, Any

from reportlab.pdfbase import pdfdoc

from app.reports.fonts import WEIGHTS, EmbeddedFont, load_face

_VERSION = (1, 7)
_CREATOR = "Tallydock"


class _Information(pdfdoc.PDFInfo):  # type: ignore[misc]
    """Document information without the times that reportlab would make up."""

    def format(self, document: Any) -> bytes:
        entries = {
            "Title": self.title,
            "Author": self.author,
            "Subject": self.subject,
            "Creator": self.creator,
            "Producer": self.producer,
        }
        strings = {name: pdfdoc.PDFString(value) for name, value in entries.items()}
        return bytes(pdfdoc.PDFDictionary(strings).format(document))


class _Destinations:
    """The part of a reportlab canvas that its outline asks for."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = {}

    def _bookmarkReference(self, name: str) -> Any:  # noqa: N802 - the name reportlab calls
        return self._found.setdefault(name, pdfdoc.Destination(name))


class Document:
    """Takes pages one after another; each is packed at once, so memory grows by packed bytes.

    Equal contents give equal files: no clock and no chance is asked.
    """

    def __init__(self, *, title: str, author: str, subject: str, language: str) -> None:
        self._pdf = pdfdoc.PDFDocument(
            compression=1, invariant=1, pdfVersion=_VERSION, lang=language
        )
        information = self._pdf.info = _Information()
        information.title, information.author = _clean(title), _clean(author)
        information.subject, information.creator = _clean(subject), _CREATOR
        # Scaling to fit is what ruins forms: ask viewers to print at the real size.
        self._pdf.Catalog.ViewerPreferences = pdfdoc.PDFDictionary(
            {"PrintScaling": pdfdoc.PDFName("None"), "DisplayDocTitle": "true"}
        )
        self._fonts = {
            weight: EmbeddedFont(f"F{number}", load_face(weight))
            for number, weight in enumerate(WEIGHTS)
        }
        self._used_fonts = pdfdoc.PDFDictionary({})
        self._resources = self._pdf.Reference(
            pdfdoc.PDFDictionary({"Font": self._used_fonts}), "resources"
        )
        self._destinations = _Destinations()
        self._contents = 0
        self.pages = 0

    @property
    def regular(self) -> EmbeddedFont:
        return self._fonts["Regular"]

    @property
    def bold(self) -> EmbeddedFont:
        return self._fonts["Bold"]

    @property
    def missing_glyphs(self) -> tuple[str, ...]:
        """Characters drawn as a box because the fonts lack them, in code order."""
        return tuple(sorted({c for font in self._fonts.values() for c in font.missing}))

    def add_content(self, content: bytes) -> Any:
        """Pack a content stream; the reference may stand on any number of pages."""
        packed = zlib.compress(content)
        self._pdf.updateSignature(packed)
        self._contents += 1
        return self._pdf.Reference(
            pdfdoc.PDFStream(
                pdfdoc.PDFDictionary({"Filter": pdfdoc.PDFName("FlateDecode")}), packed
            ),
            f"content:{self._contents}",
        )

    def add_page(
        self, width_mm: float, height_mm: float, contents: list[Any], bookmark: str = ""
    ) -> None:
        """Append a page of exactly this size showing `contents` on top of each other."""
        self.pages += 1
        if bookmark:
            name = f"page-{self.pages}"
            destination = self._destinations._bookmarkReference(name)
            destination.setPage(self._pdf.thisPageRef())
            destination.fit()
            self._pdf.outline.addOutlineEntry(name, title=_clean(bookmark))
        page = pdfdoc.PDFPage()
        page.MediaBox = pdfdoc.PDFArray(
            [0, 0, round(width_mm * 72 / 25.4, 3), round(height_mm * 72 / 25.4, 3)]
        )
        page.Contents = pdfdoc.PDFArray(contents)
        page.Resources = self._resources
        self._pdf.addPage(page)

    def save(self, stream: IO[bytes]) -> None:
        """Write the file; the document is finished after that."""
        for font in self._fonts.values():
            self._used_fonts[font.name] = font.embed(self._pdf)
        stream.write(self._pdf.GetPDFData(self._destinations))


def _clean(text: str) -> str:
    # Half a surrogate pair has no place in a file.
    return text.encode("utf-8", "replace").decode("utf-8")
