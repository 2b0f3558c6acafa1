"""Document numbers: one series per branch, kind and month, with a check digit."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.barcode import check_digit
from app.errors import RuleBroken

_FORM = re.compile(r"([0-9]{4})-([A-Z]{2})-([0-9]{4})-([0-9]{6})-([0-9])")
_MONTH = re.compile(r"[0-9]{2}(0[1-9]|1[0-2])")
_MAX_SEQ = 999_999
MAX_TERMINAL_SEQ = 99_999


class DocumentKind(StrEnum):
    """Kinds of numbered papers; the value is the letters in the number."""

    SO = "SO"  # order
    DN = "DN"  # delivery note
    RN = "RN"  # return note
    RC = "RC"  # receipt
    PR = "PR"  # purchase receipt
    TR = "TR"  # transfer
    CT = "CT"  # count
    ST = "ST"  # settlement
    RV = "RV"  # reversal
    LS = "LS"  # load sheet
    WO = "WO"  # write-off
    IM = "IM"  # stock from before this program: opening stock, moves of another one
    CN = "CN"  # goods placed with a customer and still ours

    @property
    def digits(self) -> str:
        """The two digits that stand for the letters in the check digit."""
        return _DIGITS[self]


_DIGITS = {kind: f"{place:02}" for place, kind in enumerate(DocumentKind, start=1)}

# Papers an auditor counts. Orders and load sheets are working papers: a refused one may leave
# a hole in its series.
GAPLESS = frozenset(DocumentKind) - {DocumentKind.SO, DocumentKind.LS}


@dataclass(frozen=True, slots=True, order=True)
class DocumentNumber:
    """`0127-DN-2606-000123-6`; raises RuleBroken("number") for a part that does not fit."""

    branch: int
    kind: DocumentKind
    yymm: str
    seq: int

    def __post_init__(self) -> None:
        month_fits = _MONTH.fullmatch(self.yymm) is not None
        if not (0 <= self.branch <= 9999 and month_fits and 1 <= self.seq <= _MAX_SEQ):
            raise RuleBroken("number", branch=self.branch, yymm=self.yymm, seq=self.seq)

    @property
    def check(self) -> int:
        return check_digit(f"{self.branch:04}{self.kind.digits}{self.yymm}{self.seq:06}")

    def __str__(self) -> str:
        return f"{self.branch:04}-{self.kind.value}-{self.yymm}-{self.seq:06}-{self.check}"


@dataclass(frozen=True, slots=True)
class NumberSeries:
    """A counter; `issue` gives the number and the counter after it."""

    branch: int
    kind: DocumentKind
    yymm: str
    next_seq: int = 1

    def issue(self) -> tuple[DocumentNumber, "NumberSeries"]:
        number = DocumentNumber(self.branch, self.kind, self.yymm, self.next_seq)
        return number, NumberSeries(self.branch, self.kind, self.yymm, self.next_seq + 1)


def month_of(day: date) -> str:
    """`yymm` of a day."""
    return f"{day.year % 100:02}{day.month:02}"


def terminal_series(branch: int, terminal: int, year: int) -> str:
    """What stands before the five digits of a number that a terminal gives out itself."""
    return f"{branch:04}-T{terminal:03}-{year % 100:02}-"


def parse_number(text: str) -> DocumentNumber:
    """Read a number back; RuleBroken("number") for a wrong form or check digit."""
    found = _FORM.fullmatch(text)
    if found is None or found[2] not in frozenset(DocumentKind):
        raise RuleBroken("number", text=text)
    number = DocumentNumber(int(found[1]), DocumentKind(found[2]), found[3], int(found[4]))
    if number.check != int(found[5]):
        raise RuleBroken("number", text=text)
    return number


def missing_numbers(seqs: Iterable[int]) -> list[int]:
    """Numbers that 1..highest should hold and do not."""
    present = set(seqs)
    return [seq for seq in range(1, max(present, default=0)) if seq not in present]
