"""Dates and times by patterns such as `DD/MM/YYYY` or `YYYYMMDDhhmmss`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MINYEAR, datetime
from functools import lru_cache
from types import MappingProxyType

from app.domain.profiles.profile import ValueKind

DEFAULTS: Mapping[ValueKind, str] = MappingProxyType(
    {
        ValueKind.DAY: "YYYY-MM-DD",
        ValueKind.TIME: "hh:mm:ss",
        ValueKind.STAMP: "YYYY-MM-DDThh:mm:ss",
    }
)
LONGEST_PATTERN = 40

_TOKEN = re.compile(r"YYYY|YY|MM|M|DD|D|hh|h|mm|ss|AP|.", re.DOTALL)
_DIGITS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "YYYY": ("year", "[0-9]{4}"),
        "YY": ("year", "[0-9]{2}"),
        "MM": ("month", "[0-9]{2}"),
        "M": ("month", "[0-9]{1,2}"),
        "DD": ("day", "[0-9]{2}"),
        "D": ("day", "[0-9]{1,2}"),
        "hh": ("hour", "[0-9]{2}"),
        "h": ("hour", "[0-9]{1,2}"),
        "mm": ("minute", "[0-9]{2}"),
        "ss": ("second", "[0-9]{2}"),
        "AP": ("half", "[AaPp][Mm]"),
    }
)
_DAY_PARTS = frozenset({"year", "month", "day"})
_TIME_PARTS = frozenset({"hour", "minute"})
_NEEDED: Mapping[ValueKind, frozenset[str]] = MappingProxyType(
    {
        ValueKind.DAY: _DAY_PARTS,
        ValueKind.TIME: _TIME_PARTS,
        ValueKind.STAMP: _DAY_PARTS | _TIME_PARTS,
    }
)
_CENTURY = 2000


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern taken apart; `parts` are the names of what it tells."""

    tokens: tuple[str, ...]
    regex: re.Pattern[str]
    parts: frozenset[str]

    @property
    def short_year(self) -> bool:
        return "YY" in self.tokens


@lru_cache(maxsize=512)
def pattern_of(text: str) -> Pattern:
    """Take a pattern apart. Raises ValueError for one that tells the same part twice."""
    tokens = tuple(_TOKEN.findall(text))
    seen: set[str] = set()
    regex = []
    for token in tokens:
        if token not in _DIGITS:
            regex.append(re.escape(token))
            continue
        name, digits = _DIGITS[token]
        if name in seen:
            raise ValueError(name)
        seen.add(name)
        regex.append(f"(?P<{name}>{digits})")
    return Pattern(tokens, re.compile("".join(regex)), frozenset(seen))


def fits(text: str, kind: ValueKind) -> bool:
    """Whether a pattern tells all that a field of this kind has, and nothing that it has not."""
    if not text or len(text) > LONGEST_PATTERN:
        return False
    try:
        parts = pattern_of(text).parts
    except ValueError:
        return False
    needed = _NEEDED[kind]
    allowed = needed if kind is ValueKind.DAY else needed | {"second", "half"}
    return needed <= parts <= allowed


def read_moment(text: str, pattern: str) -> datetime | None:
    """What `text` tells by the pattern; a day or a time that is not told is the first one.

    None for text that is not so, or a day that no calendar has.
    """
    known = pattern_of(pattern)
    found = known.regex.fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    hour = int(parts.get("hour", 0))
    half = str(parts.get("half", "")).lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    year = int(parts.get("year", MINYEAR)) + (_CENTURY if known.short_year else 0)
    try:
        return datetime(  # noqa: DTZ001 - the terminal does not say where it is
            year,
            int(parts.get("month", 1)),
            int(parts.get("day", 1)),
            hour,
            int(parts.get("minute", 0)),
            int(parts.get("second", 0)),
        )
    except ValueError:
        return None


def write_moment(moment: datetime, pattern: str) -> str | None:
    """The text of a moment by a pattern; None for a year that two digits cannot say."""
    known = pattern_of(pattern)
    if known.short_year and not _CENTURY <= moment.year < _CENTURY + 100:
        return None
    hour = moment.hour
    if "AP" in known.tokens:
        hour = moment.hour % 12 or 12
    texts = {
        "YYYY": f"{moment.year:04}",
        "YY": f"{moment.year % 100:02}",
        "MM": f"{moment.month:02}",
        "M": str(moment.month),
        "DD": f"{moment.day:02}",
        "D": str(moment.day),
        "hh": f"{hour:02}",
        "h": str(hour),
        "mm": f"{moment.minute:02}",
        "ss": f"{moment.second:02}",
        "AP": "PM" if moment.hour >= 12 else "AM",
    }
    return "".join(texts.get(token, token) for token in known.tokens)
