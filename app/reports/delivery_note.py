"""The delivery note (送货单): what it says, and many of them in one PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import accumulate
from typing import IO, Literal

from app.domain.capital import capital_amount
from app.domain.money import round_half_up, yuan
from app.domain.papers import DeliveryNote, NoteLine
from app.errors import UsageError
from app.reports.document import Document
from app.reports.form import Form
from app.reports.layout import load_layout
from app.reports.sheet import Sheet, Stamp
from app.reports.wording import load_wording

NAME = "delivery_note"
COPIES = ("office", "customer", "finance", "warehouse")
_LOCALES = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a print says of itself: "original", "reprint" (number, time, person) or "draft"."""

    kind: Literal["original", "reprint", "draft"] = "original"
    reprint_no: int = 0
    printed_ms: int = 0
    offset_min: int = 0
    printed_by: str = ""

    def sentence(self, words: Mapping[str, str]) -> str:
        """Return the mark in the words of the paper."""
        printed = datetime.fromtimestamp(self.printed_ms / 1000, UTC)
        time = f"{printed + timedelta(minutes=self.offset_min):%Y-%m-%d %H:%M}"
        sentence = words[f"mark_{self.kind}"]
        return sentence.format(self.reprint_no, time, self.printed_by).rstrip()


ORIGINAL = Mark()
DRAFT = Mark("draft")


@dataclass(frozen=True, slots=True)
class WrittenPaper:
    """What was written: `note_pages` counts the pages of one copy of each note."""

    pages: int
    note_pages: tuple[int, ...]
    missing_glyphs: tuple[str, ...]


def write(
    notes: Sequence[DeliveryNote],
    stream: IO[bytes],
    paper: str = "a4",
    copies: Sequence[str] = ("customer",),
    marks: Sequence[Mark] = (),
) -> WrittenPaper:
    """Write all notes into one PDF, note by note, each in every copy.

    `paper` names a layout ("a4", "241x140"), `copies` are names of COPIES, `marks` go with the
    notes (none: all are originals). Equal input gives equal bytes. Raises UsageError if there is
    nothing to print or a copy is unknown, NotFound for a paper without layout.
    """
    if not notes or not copies:
        raise UsageError(reason="nothing to print", argument="notes")
    for copy in copies:
        if copy not in COPIES:
            raise UsageError(reason="unknown copy", argument=copy)
    layout = load_layout(NAME, paper)
    words = load_wording(NAME, notes[0].language)
    document = Document(
        title=_file_title(notes),
        author=notes[0].branch_name,
        subject=", ".join(words[f"copy_{copy}"] for copy in copies),
        language=_LOCALES.get(notes[0].language, _LOCALES["zh"]),
    )
    forms: dict[str, Form] = {}
    page_counts = []
    for note, mark in zip(notes, marks or [ORIGINAL] * len(notes), strict=True):
        words = load_wording(NAME, note.language)
        if note.language not in forms:
            forms[note.language] = Form(document, layout, words)
        sentence = mark.sentence(words)
        across = sentence if mark.kind == "draft" else ""
        stamps = [Stamp(words[f"copy_{copy}"], sentence, across) for copy in copies]
        sheet = note_sheet(note, words, numbered=mark.kind != "draft")
        page_counts.append(forms[note.language].add(sheet, stamps))
    document.save(stream)
    return WrittenPaper(document.pages, tuple(page_counts), document.missing_glyphs)


def note_sheet(note: DeliveryNote, words: Mapping[str, str], *, numbered: bool = True) -> Sheet:
    """Return what the note says as a sheet; a draft has no number."""
    tally = _Tally(note.lines)
    lines = len(note.lines)
    total_fen = tally.amount_fen(0, lines)
    discount_fen = sum(line.discount_fen for line in note.lines)
    litres = round_half_up(Fraction(sum(_volume_ml(line) for line in note.lines), 1000))
    return Sheet(
        issuer=note.branch_name,
        issuer_lines=(
            note.branch_address,
            words["phone"].format(note.branch_phone),
            words["licence"].format(note.branch_licence),
        ),
        number=note.number if numbered else "",
        barcode=note.barcode_text if numbered else "",
        head={
            "customer": _joined(note.customer_code, note.customer_name),
            "address": note.customer_address,
            "contact": _joined(note.customer_contact, note.customer_phone),
            "date": note.business_date.isoformat(),
            "orders": ", ".join(note.order_numbers),
            "order_class": words.get(f"order_class_{note.order_class}", note.order_class),
            "route": _joined(note.route_code, str(note.stop_seq or ""), between=" / "),
            "vehicle": _joined(note.van, note.driver, between=" / "),
            "salesperson": note.salesperson,
            "terms": _terms(note.payment_terms, words),
            "remark": note.remark,
        },
        rows=[_cells(line, words) for line in note.lines],
        sums=tally.texts,
        closing={
            "capital": capital_amount(total_fen),
            "amount": f"¥{yuan(total_fen)}",
            "volume": words["kilolitres"].format(f"{litres // 1000}.{litres % 1000:03}"),
            "total_discount": yuan(discount_fen) if discount_fen else "",
        },
        statements=(words["count_on_the_spot"], words["no_invoice"]),
        signed={"sign_prepared": note.prepared_by, "sign_driver": note.driver},
        check=words["check"].format(note.snapshot_sha256[:8]),
    )


def show_quantity(parts: Sequence[tuple[int, str]]) -> str:
    """`[(5, "箱"), (4, "瓶")]` as `5箱4瓶`; Latin names are set apart by blanks."""
    shown = [(count, name) for count, name in parts if count] or list(parts[-1:])
    if any(name.isascii() for _, name in shown):
        return " ".join(f"{count} {name}" for count, name in shown)
    return "".join(f"{count}{name}" for count, name in shown)


def _cells(line: NoteLine, words: Mapping[str, str]) -> dict[str, str]:
    return {
        "line": str(line.line_no),
        "code": line.product_code,
        "name": line.product_name,
        "spec": line.spec,
        "lot": line.lot_code,
        "production": line.production_date.isoformat() if line.production_date else "",
        "life": words["life_days"].format(line.shelf_life_days) if line.shelf_life_days else "",
        "quantity": show_quantity(_parts(line)),
        "price": yuan(line.price_fen),
        "amount": yuan(line.net_fen),
        "discount": words["discount"].format(yuan(line.discount_fen)) if line.discount_fen else "",
        "gift": words["gift"] if line.free else "",
        "remark": line.remark,
    }


def _parts(line: NoteLine) -> tuple[tuple[int, str], tuple[int, str]]:
    return (line.packs, line.packing_name), (line.loose, line.base_name)


def _volume_ml(line: NoteLine) -> int:
    return line.qty_base * line.ml_per_base


def _joined(*parts: str, between: str = "  ") -> str:
    return between.join(part for part in parts if part)


def _terms(terms: str, words: Mapping[str, str]) -> str:
    days = terms.removesuffix("d")
    if days != terms and days.isdecimal():
        return words["terms_days"].format(days)
    return words.get(f"terms_{terms}", terms)


def _file_title(notes: Sequence[DeliveryNote]) -> str:
    title = load_wording(NAME, notes[0].language)["title"]
    if len(notes) == 1:
        return f"{title} {notes[0].number}"
    return f"{title} {notes[0].number} - {notes[-1].number} ({len(notes)})"


class _Tally:
    """Sums over any run of lines at the price of one subtraction each."""

    def __init__(self, lines: Sequence[NoteLine]) -> None:
        self._amounts_fen = _running([line.net_fen for line in lines])
        names = dict.fromkeys([line.packing_name for line in lines])
        names |= dict.fromkeys([line.base_name for line in lines])
        self._counts = {
            name: _running(
                [sum(count for count, unit in _parts(line) if unit == name) for line in lines]
            )
            for name in names
        }

    def amount_fen(self, start: int, stop: int) -> int:
        return self._amounts_fen[stop] - self._amounts_fen[start]

    def texts(self, start: int, stop: int) -> dict[str, str]:
        parts = [(counts[stop] - counts[start], name) for name, counts in self._counts.items()]
        return {
            "quantity": show_quantity(parts) if parts else "",
            "amount": yuan(self.amount_fen(start, stop)),
        }


def _running(values: Sequence[int]) -> list[int]:
    return list(accumulate(values, initial=0))
