"""One column of a table that is imported or exported, and how its cells are read and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from unicodedata import normalize

Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class BadCell(Exception):
    """`code` says what is wrong; the sentence is in app.explain."""

    code: str


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is what scripts call it, `title` its Chinese heading; both are understood."""

    name: str
    title: str
    meaning: str
    read: Read
    required: bool = False

    def cell(self, text: str) -> Any:
        """The value; None for an empty cell. Raises BadCell."""
        plain = text.strip()
        if not plain:
            if self.required:
                raise BadCell("missing")
            return None
        return self.read(plain)


def text(limit: int = 200) -> Read:
    def read(cell: str) -> str:
        if len(cell) > limit:
            raise BadCell("too-long")
        return cell

    return read


def code(limit: int = 24) -> Read:
    def read(cell: str) -> str:
        if len(cell) > limit or any(letter.isspace() for letter in cell):
            raise BadCell("no-code")
        return cell

    return read


def whole(low: int = 0, high: int = 10**12) -> Read:
    def read(cell: str) -> int:
        plain = _figure(cell)
        if not plain.lstrip("-").isdecimal():
            raise BadCell("no-number")
        value = int(plain)
        if not low <= value <= high:
            raise BadCell("out-of-range")
        return value

    return read


def money(low_fen: int = 0) -> Read:
    """Yuan with at most two decimals as fen."""

    def read(cell: str) -> int:
        plain = _figure(cell).lstrip("¥￥")
        sign, digits = (-1, plain[1:]) if plain.startswith("-") else (1, plain)
        yuan, _, cents = digits.partition(".")
        if not (yuan.isdecimal() and (not cents or (cents.isdecimal() and len(cents) <= 2))):
            raise BadCell("no-money")
        fen = sign * (int(yuan) * 100 + int(cents.ljust(2, "0") or 0))
        if fen < low_fen:
            raise BadCell("out-of-range")
        return fen

    return read


def day(cell: str) -> date:
    """2026-06-18, 2026/6/18, 2026.6.18 or 20260618."""
    plain = normalize("NFKC", cell).strip().replace("/", "-").replace(".", "-")
    parts = plain.split("-")
    if len(parts) == 1 and len(plain) == 8 and plain.isdecimal():
        parts = [plain[:4], plain[4:6], plain[6:]]
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        raise BadCell("no-day")
    try:
        return date(*map(int, parts))
    except ValueError:
        raise BadCell("no-day") from None


def flag(cell: str) -> bool:
    plain = normalize("NFKC", cell).casefold()
    if plain in ("1", "y", "yes", "true", "是", "有"):
        return True
    if plain in ("0", "n", "no", "false", "否", "无"):
        return False
    raise BadCell("no-flag")


@dataclass(frozen=True, slots=True)
class OneOf:
    """Reads one of the words, as scripts or as people write it."""

    words: Mapping[str, str]

    def __call__(self, cell: str) -> str:
        said = {written: word for word, written in self.words.items()}
        for form in (cell, cell.lower(), cell.upper()):
            if form in self.words or form in said:
                return said.get(form, form)
        raise BadCell("unknown-word")


def codes(cell: str) -> tuple[str, ...]:
    """Codes with semicolons or spaces between them."""
    return tuple(normalize("NFKC", cell).replace(";", " ").split())


def shown(value: Any) -> str:
    """A cell as it is written, so that reading it gives the value again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, tuple):
        return ";".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)


def yuan(fen: int | None) -> str:
    if fen is None:
        return ""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def _figure(cell: str) -> str:
    """Full-width digits and the commas between thousands as people type them."""
    plain = normalize("NFKC", cell).replace(",", "").replace(" ", "").replace("−", "-")
    whole_part, dot, rest = plain.partition(".")
    return whole_part if dot and not rest.strip("0") and "¥" not in plain else plain
