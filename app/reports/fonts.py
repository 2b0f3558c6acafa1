"""The fonts of the papers: each weight read once, and cut down to what one document uses."""

import hashlib
import struct
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import TTFontFace

import resources

WEIGHTS = ("Regular", "Bold")
FALLBACK = "□"
_CACHED_RUNS = 20_000
_BLANKS = "\t\n\v\f\r\x85\xa0\u2028\u2029\u3000"
_ESCAPES = str.maketrans({c: "\\" + c for c in "()\\"} | {"\r": "\\r", "\n": "\\n"})
_CMAP_HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
"""
_CMAP_FOOT = "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"


class Run(NamedTuple):
    """A text as a PDF string without its brackets, and its width in thousandths of the size."""

    encoded: str
    width: int


@cache
def load_face(weight: str) -> Any:
    """Return the font of a weight ("Regular", "Bold"); reading it takes some 30 ms."""
    path: Path = resources.path("fonts", f"NotoSansSC-{weight}.ttf")
    return TTFontFace(str(path))


class EmbeddedFont:
    """One weight inside one document.

    A composite font with two-byte codes, given out in the order in which characters turn up:
    a text needs one string whatever it mixes, and equal documents get equal bytes. A character
    that the font lacks is drawn as a box, kept as itself for whoever copies the text out of
    the page, and listed in `missing`.
    """

    def __init__(self, name: str, face: Any) -> None:
        self.name = name
        self.missing: set[str] = set()
        self._face = face
        self._codes: dict[str, str] = {}
        self._widths: dict[str, int] = {}
        self._characters: list[str] = []
        self._drawn: list[int] = []
        self._runs: dict[str, Run] = {}

    def run(self, text: str) -> Run:
        """Return the text ready for the page; equal texts are worked out once."""
        found = self._runs.get(text)
        if found is None:
            if len(self._runs) >= _CACHED_RUNS:
                self._runs.clear()
            found = self._runs[text] = self._encode(text)
        return found

    def width(self, character: str) -> int:
        """Return the width of one character in thousandths of the size."""
        if character not in self._codes:
            self._admit(character)
        return self._widths[character]

    def _encode(self, text: str) -> Run:
        codes, widths = self._codes, self._widths
        for character in text:
            if character not in codes:
                self._admit(character)
        return Run("".join([codes[c] for c in text]), sum([widths[c] for c in text]))

    def _admit(self, character: str) -> None:
        drawn = " " if character in _BLANKS else character
        if ord(drawn) not in self._face.charToGlyph:
            self.missing.add(character)
            drawn = FALLBACK
        self._characters.append(" " if drawn == " " else character)
        self._drawn.append(ord(drawn))
        code = len(self._characters)
        self._codes[character] = (chr(code >> 8) + chr(code & 0xFF)).translate(_ESCAPES)
        self._widths[character] = round(self._face.getCharWidth(ord(drawn)))

    def embed(self, document: Any) -> Any:
        """Add the font to a reportlab PDFDocument; returns the reference for its resources."""
        face = self._face
        tag = hashlib.sha256("".join(self._characters).encode("utf-8", "replace")).digest()
        base = f"{''.join(chr(65 + byte % 26) for byte in tag[:6])}+{face.name.decode()}"
        base_name = pdfdoc.PDFName(base)
        widths = [round(face.getCharWidth(code)) for code in self._drawn]
        descendant = pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Font"),
                "Subtype": pdfdoc.PDFName("CIDFontType2"),
                "BaseFont": base_name,
                "CIDSystemInfo": pdfdoc.PDFDictionary(
                    {
                        "Registry": pdfdoc.PDFString("Adobe"),
                        "Ordering": pdfdoc.PDFString("Identity"),
                        "Supplement": 0,
                    }
                ),
                "DW": 1000,
                "W": pdfdoc.PDFArray([1, pdfdoc.PDFArray(widths)]),
                "CIDToGIDMap": _stream(document, self._glyph_map(), f"glyphs:{base}"),
                "FontDescriptor": face.addSubsetObjects(document, base, self._drawn),
            }
        )
        return document.Reference(
            pdfdoc.PDFDictionary(
                {
                    "Type": pdfdoc.PDFName("Font"),
                    "Subtype": pdfdoc.PDFName("Type0"),
                    "BaseFont": base_name,
                    "Encoding": pdfdoc.PDFName("Identity-H"),
                    "DescendantFonts": pdfdoc.PDFArray(
                        [document.Reference(descendant, f"descendant:{base}")]
                    ),
                    "ToUnicode": _stream(document, self._unicode_map(), f"unicode:{base}"),
                }
            ),
            f"font:{base}",
        )

    def _glyph_map(self) -> bytes:
        # makeSubset numbers glyphs by first appearance and draws equal ones once.
        numbers = {0: 0}
        glyphs = [0]
        for code in self._drawn:
            glyph = self._face.charToGlyph.get(code, 0)
            glyphs.append(numbers.setdefault(glyph, len(numbers)))
        return struct.pack(f">{len(glyphs)}H", *glyphs)

    def _unicode_map(self) -> bytes:
        pairs = [
            f"<{code:04X}> <{character.encode('utf-16-be', 'replace').hex().upper()}>"
            for code, character in enumerate(self._characters, start=1)
        ]
        blocks = [pairs[i : i + 100] for i in range(0, len(pairs), 100)]
        body = "".join(
            f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n" for block in blocks
        )
        return (_CMAP_HEAD + body + _CMAP_FOOT).encode("ascii")


def _stream(document: Any, content: bytes, name: str) -> Any:
    stream = pdfdoc.PDFStream(content=content, filters=[pdfdoc.PDFZCompress])
    return document.Reference(stream, name)
