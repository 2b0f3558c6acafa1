"""Takes out of texts what must not leave the branch: people, and whatever looks like a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

REMOVED = "[removed]"

# A name of one letter, or a number that is as short as any, would leave nothing of any sentence.
_SHORTEST = 2
_SHORTEST_NUMBER = 7

# What programs write around a secret, and what secrets themselves look like.
_SECRETS = (
    re.compile(r"-----BEGIN[\s\S]*?(-----END[^-]*-----|\Z)"),
    re.compile(r"TALLYDOCK\d[A-Z2-7]+"),
    re.compile(r"(?<=://)[^/\s@]+(?=@)"),
    re.compile(
        r"(?i)(?:pass(?:word|phrase|wd)?|secret|token|ticket|credential|authorization|"
        r"(?:api|private|session|desk)[ _-]?key)\\?[\"']?\s*[:=]\s*\S+"
    ),
    re.compile(r"\b[0-9a-fA-F]{32,}\b"),
    re.compile(r"[A-Za-z0-9+/]{60,}={0,2}"),
)
_SECRET_NAME = re.compile(r"(?i)pass|secret|token|ticket|credential|authorization|key|pem")
# A traceback with the values of its variables holds whatever the program worked on.
_VALUES = frozenset({"locals"})


def without_secrets(text: str) -> str:
    """The same text without what looks like a secret."""
    for secret in _SECRETS:
        text = secret.sub(REMOVED, text)
    return text


def without_people(text: str, private: Iterable[str]) -> str:
    """The same text without the names, addresses and numbers that are `private`.

    Made for few long texts; they may be JSON, in which a name can stand escaped.
    """
    spelt = {spelling for each in private for spelling in (each, json.dumps(each)[1:-1])}
    spelt |= {json.dumps(each, ensure_ascii=False)[1:-1] for each in private}
    # the longest goes first, so that no part of it is left
    for each in sorted(filter(_can_go, spelt), key=lambda each: (-len(each), each)):
        if each in text:
            text = _without(text, each)
    return text


def log_line(line: str) -> str:
    """A line of the program's log without secrets: JSON, or what some library printed."""
    try:
        plain = json.loads(line)
        return json.dumps(_without_values(plain), ensure_ascii=False)
    except (ValueError, RecursionError):
        return without_secrets(line)


def _without_values(value: Any) -> Any:
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, Mapping):
        return {
            name: REMOVED if _is_secret(name, each) else _without_values(each)
            for name, each in value.items()
            if name not in _VALUES
        }
    if isinstance(value, list):
        return [_without_values(each) for each in value]
    return value


def _is_secret(name: str, value: object) -> bool:
    return isinstance(value, str) and _SECRET_NAME.search(name) is not None


def _can_go(text: str) -> bool:
    return len(text) >= (_SHORTEST_NUMBER if text.isdecimal() else _SHORTEST)


def _without(text: str, private: str) -> str:
    if not private.isascii():
        return text.replace(private, REMOVED)
    # "Li" is a name, but not in "Line"
    return re.sub(rf"(?<!\w){re.escape(private)}(?!\w)", REMOVED, text)
