"""Plain values as the text of a TOML file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(plain: Mapping[str, object]) -> str:
    """Text, whole numbers, truths, lists of them, tables, lists of tables: nothing else.

    `tomllib.loads` of it gives `plain` again. Raises TypeError for any other value.
    """
    return "\n".join(_table(plain, ())).strip() + "\n"


def _table(plain: Mapping[str, object], path: tuple[str, ...]) -> Iterator[str]:
    tables = []
    for key, value in plain.items():
        if isinstance(value, Mapping) or _is_tables(value):
            tables.append((key, value))
        else:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in tables:
        inner = (*path, key)
        name = ".".join(map(_key, inner))
        if isinstance(value, Mapping):
            yield f"\n[{name}]"
            yield from _table(value, inner)
        elif isinstance(value, list):
            for each in value:
                yield f"\n[[{name}]]"
                yield from _table(each, inner)


def _is_tables(value: object) -> bool:
    is_list = isinstance(value, list) and bool(value)
    return is_list and all(isinstance(each, Mapping) for each in _items(value))


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    raise TypeError(f"no TOML for {type(value).__name__}")


def _text(text: str) -> str:
    # the escapes of JSON are escapes of TOML too; DEL is the one sign that JSON leaves alone
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
