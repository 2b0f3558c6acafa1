"""The text of a profile as plain values that a form can change, and back."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date, datetime, time

from app.services.toml_text import toml_text

Path = tuple[str, ...]
Plain = dict[str, object]


def plain_of(text: str) -> Plain:
    """What a TOML text says, days and times as text. Raises ValueError."""
    return {str(key): _plainly(value) for key, value in tomllib.loads(text).items()}


def text_from(plain: Mapping[str, object]) -> str:
    return toml_text(plain)


def value_at(plain: Mapping[str, object], path: Path) -> object:
    """What stands there, None for nothing."""
    found: object = plain
    for key in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(key)
    return found


def text_at(plain: Mapping[str, object], path: Path) -> str:
    """What stands there as the text that a line of a form shows."""
    value = value_at(plain, path)
    if isinstance(value, bool) or value is None or isinstance(value, Mapping):
        return ""
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value)


def tables_at(plain: Mapping[str, object], path: Path) -> list[Plain]:
    """The tables of a list; what is no table in it is left out."""
    value = value_at(plain, path)
    items = value if isinstance(value, list) else []
    return [dict(each) for each in items if isinstance(each, Mapping)]


def put(plain: MutableMapping[str, object], path: Path, value: object) -> None:
    """Put a value there; None takes it away, and a table that gets empty goes too."""
    *way, last = path
    tables: list[tuple[MutableMapping[str, object], str]] = []
    table: MutableMapping[str, object] = plain
    for key in way:
        inner = table.get(key)
        if not isinstance(inner, MutableMapping):
            if value is None:
                return
            inner = {}
            table[key] = inner
        tables.append((table, key))
        table = inner
    if value is not None:
        table[last] = value
        return
    table.pop(last, None)
    for outer, key in reversed(tables):
        if outer[key] == {}:
            del outer[key]


def words_of(text: str) -> dict[str, str]:
    """`1=near, 2=expired` as a table of texts; raises ValueError for anything else."""
    found: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        word, sign, meaning = part.partition("=")
        if not sign:
            raise ValueError(part)
        found[word.strip()] = meaning.strip()
    return found


def words_text(value: object) -> str:
    if not isinstance(value, Mapping):
        return ""
    return ", ".join(f"{word}={meaning}" for word, meaning in value.items())


def list_of(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _plainly(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plainly(each) for key, each in value.items()}
    if isinstance(value, list):
        return _items(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value if isinstance(value, str | int) else str(value)


def _items(values: Sequence[object]) -> list[object]:
    """The items of a list; only a list of nothing but tables keeps them as tables."""
    if values and all(isinstance(each, Mapping) for each in values):
        return [_plainly(each) for each in values]
    return [str(each) if isinstance(each, Mapping | list) else _plainly(each) for each in values]
