"""Writes lines for people, in which nothing that a terminal sent can steer the screen."""

from __future__ import annotations

import unicodedata

import typer

_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def say(line: str, *, err: bool = False) -> None:
    """One line; what would move the cursor, recolour or turn the text round shows as "�"."""
    typer.echo("".join(map(_seen, line)), err=err)


def _seen(character: str) -> str:
    return "\ufffd" if unicodedata.category(character) in _STEERING else character
