"""What a paper form says, before it is known how it looks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document to be set on a form; keys of `head`, `rows` and `closing` are layout fields.

        `sums(start, stop)` gives the texts of the summed fields over rows start..stop-1. An empty
    value takes no room. An empty `barcode` draws none. `signed` puts known names into boxes.
    """

    issuer: str
    issuer_lines: tuple[str, ...]
    number: str
    barcode: str
    head: Mapping[str, str]
    rows: Sequence[Mapping[str, str]]
    sums: Callable[[int, int], Mapping[str, str]]
    closing: Mapping[str, str]
    statements: tuple[str, ...]
    signed: Mapping[str, str]
    check: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """What differs between the copies of one sheet: name of the copy, print mark, watermark."""

    copy: str
    mark: str
    across: str = ""
