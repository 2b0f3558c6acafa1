"""Takes values out of a plain table, and notes everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar

from app.domain.profiles.profile import Form

Choice = TypeVar("Choice", bound=StrEnum)
LONGEST_TEXT = 200
LONGEST_LINE = 4096


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a profile: where, and a code of `app.explain.profiles`."""

    key: str
    reason: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.key} ({self.reason})"


class Table:
    """A table of the file; each key may be asked for once, the others are faults at the end."""

    def __init__(self, plain: Mapping[str, object], key: str, faults: list[Fault]) -> None:
        self._rest = dict(plain)
        self._key = key
        self._faults = faults

    def fault(self, name: str, reason: str, value: str = "") -> None:
        key = f"{self._key}.{name}" if self._key else name
        self._faults.append(Fault(key, reason, value[:LONGEST_TEXT]))

    def has(self, name: str) -> bool:
        return name in self._rest

    def names(self) -> list[str]:
        return list(self._rest)

    def text(
        self,
        name: str,
        default: str = "",
        *,
        needed: bool = False,
        longest: int = LONGEST_TEXT,
        trim: bool = True,
    ) -> str:
        """A text; outer spaces do not count unless they are meant (`trim`)."""
        value = self._rest.pop(name, None)
        if value is None:
            if needed:
                self.fault(name, "needed")
            return default
        if not isinstance(value, str) or "\0" in value or len(value) > longest:
            self.fault(name, "text")
            return default
        value = value.strip() if trim else value
        if needed and not value:
            self.fault(name, "needed")
        return value

    def plain_text(self, name: str) -> str:
        """A text, a whole number, a day or a time as the text that shows it."""
        value = self._rest.pop(name)
        if isinstance(value, bool) or not isinstance(value, str | int | date | time | datetime):
            self.fault(name, "text")
            return ""
        return value.isoformat() if isinstance(value, date | time | datetime) else str(value)

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        value = self._rest.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(name, "whole")
            return default
        if not low <= value <= high:
            self.fault(name, "range", str(value))
            return default
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self._rest.pop(name, default)
        if not isinstance(value, bool):
            self.fault(name, "flag")
            return default
        return value

    def choice(self, name: str, choices: type[Choice], default: Choice | None) -> Choice | None:
        """One of the choices; without a default it has to be there."""
        if name not in self._rest:
            if default is None:
                self.fault(name, "needed")
            return default
        value = self._rest.pop(name)
        if not isinstance(value, str) or value not in [each.value for each in choices]:
            self.fault(name, "choice", str(value))
            return default
        return choices(value)

    def choice_of(self, name: str, choices: Collection[str], default: str) -> str:
        value = self._rest.pop(name, default)
        if not isinstance(value, str) or value not in choices:
            self.fault(name, "choice", str(value))
            return default
        return value

    def texts(self, name: str, most: int = 100) -> tuple[str, ...]:
        value = self._rest.pop(name, [])
        is_list = isinstance(value, list | tuple) and len(value) <= most
        if not is_list or not all(isinstance(each, str) for each in _items(value)):
            self.fault(name, "texts")
            return ()
        return tuple(str(each) for each in _items(value))

    def words(self, name: str) -> dict[str, str]:
        """A table of texts."""
        value = self._rest.pop(name, {})
        is_table = isinstance(value, Mapping) and len(value) <= 1000
        found = dict(value) if isinstance(value, Mapping) and is_table else {}
        if not is_table or not all(isinstance(each, str) for each in found.values()):
            self.fault(name, "words")
            return {}
        return {str(word): str(meaning) for word, meaning in found.items()}

    def pair(self, name: str, low: int, high: int) -> tuple[int, int]:
        """One whole number for both, or two in their order; (0, 0) for none."""
        value = self._rest.pop(name, [0, 0])
        numbers = [value, value] if isinstance(value, int) else _items(value)
        if len(numbers) != 2 or any(
            isinstance(each, bool) or not isinstance(each, int) for each in numbers
        ):
            self.fault(name, "pair")
            return 0, 0
        first, last = (int(str(each)) for each in numbers)
        if not low <= first <= last <= high:
            self.fault(name, "range", f"{first}, {last}")
            return 0, 0
        return first, last

    def place(self, form: Form, *, needed: bool = True) -> tuple[int, int, int]:
        """(index, 0, 0) of a delimited piece from `index`, (0, start, end) of a fixed from `at`."""
        key = "index" if form is Form.DELIMITED else "at"
        if key not in self._rest:
            if needed:
                self.fault(key, "needed")
            return 0, 0, 0
        if form is Form.DELIMITED:
            return self.whole("index", 0, 1, 1000), 0, 0
        return (0, *self.pair("at", 1, LONGEST_LINE))

    def table(self, name: str, *, needed: bool = False) -> Table:
        value = self._rest.pop(name, None)
        if value is None and needed:
            self.fault(name, "needed")
        elif value is not None and not isinstance(value, Mapping):
            self.fault(name, "table")
        inner = value if isinstance(value, Mapping) else {}
        return Table(inner, f"{self._key}.{name}" if self._key else name, self._faults)

    def tables(self, name: str, most: int) -> list[Table]:
        value = self._rest.pop(name, [])
        items = _items(value)
        key = f"{self._key}.{name}" if self._key else name
        if not isinstance(value, list | tuple) or len(items) > most:
            self.fault(name, "tables")
            return []
        tables = []
        for place, each in enumerate(items, start=1):
            if isinstance(each, Mapping):
                tables.append(Table(each, f"{key}[{place}]", self._faults))
            else:
                self.fault(f"{name}[{place}]", "table")
        return tables

    def end(self) -> None:
        """What nobody asked for is written wrongly, or for a newer program."""
        for name in self._rest:
            self.fault(name, "unknown")


def _items(value: object) -> Sequence[object]:
    return list(value) if isinstance(value, list | tuple) else []
