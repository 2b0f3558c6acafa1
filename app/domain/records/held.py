"""What a document holds back while it waits: its goods and its money."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from app.domain.records.drafts import ReadRecord

# A count moves no goods, so nothing is held back with it.
_GOODS: Mapping[int, str] = MappingProxyType(
    {11: "qty_base", 13: "delivered", 15: "qty_base", 33: "qty_out"}
)
_MONEY: Mapping[int, str] = MappingProxyType({11: "net_fen", 30: "amount_fen", 32: "amount_fen"})


def held_back(records: Iterable[ReadRecord]) -> tuple[int | None, int | None]:
    """(base units, fen) over all records of a document; None where it has none."""
    listed = list(records)
    return _sum(listed, _GOODS), _sum(listed, _MONEY)


def _sum(records: Iterable[ReadRecord], names: Mapping[int, str]) -> int | None:
    found = [record.fields[names[record.type]] for record in records if record.type in names]
    return sum(found) if found else None
