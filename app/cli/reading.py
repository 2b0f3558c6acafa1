"""Words of the command line that many commands take: goods, lines, keys."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.domain.quantity_text import read_quantity
from app.errors import NotFound, UsageError
from app.services.office import Office
from app.storage.queries.directory import products_by_code


def read_goods(office: Office, texts: Sequence[str]) -> list[tuple[str, int, str]]:
    """(product, base units, lot) of each "PRODUCT QUANTITY [LOT]"; raises UsageError, NotFound."""
    parts = [text.split() for text in texts]
    if any(len(words) not in (2, 3) for words in parts):
        raise UsageError(argument="--line", reason="is PRODUCT QUANTITY [LOT]")
    with office.database.read() as reader:
        products = products_by_code(reader, {words[0] for words in parts})
    found = []
    for words in parts:
        if words[0] not in products:
            raise NotFound(what="product", key=words[0])
        typed = read_quantity(products[words[0]].packings, words[1])
        found.append((words[0], typed.qty, words[2] if len(words) == 3 else ""))
    return found


def read_lines(texts: Sequence[str], argument: str) -> dict[int, int]:
    """Base units by line number of each "LINE=UNITS"; raises UsageError."""
    found = {}
    for text in texts:
        line, _, units = text.partition("=")
        if not (line.isdecimal() and units.isdecimal()):
            raise UsageError(argument=argument, reason=f"“{text}” is not LINE=UNITS")
        found[int(line)] = int(units)
    return found


def read_key(text: str, argument: str = "ID") -> UUID:
    """Raises UsageError for what is no id."""
    try:
        return UUID(text)
    except ValueError:
        raise UsageError(argument=argument, reason=f"“{text}” is no id") from None
