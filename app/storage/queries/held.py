"""What waits in quarantine and is in no figure yet."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.storage.reader import Reader
from app.storage.tables import quarantine_item

# Records that are no documents of their own, or the other content of one that counts already.
_NO_DOCUMENT = frozenset({"E_TOTALS", "E_DEL_LATE", "E_RECORD_CONFLICT"})


@dataclass(frozen=True, slots=True)
class Held:
    """`items` are open questions; `documents` wait for them with `qty` base units, `amount_fen`."""

    items: int
    documents: int
    qty: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class HeldTotals(Held):
    """In all, and by code; a document that waits for two answers is in both codes, once in all."""

    by_code: tuple[tuple[str, Held], ...] = ()


def held_totals(reader: Reader) -> HeldTotals:
    """Every document is counted once, however many questions it waits for."""
    item = quarantine_item.c
    query = select(item.batch_id, item.seqs, item.code, item.qty, item.amount_fen).where(
        item.branch_id == reader.branch_id, item.state == "open"
    )
    rows = reader.rows(query)
    codes: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        codes[row.code].append(row)
    whole = _sum(rows)
    by_code = tuple((code, _sum(codes[code])) for code in sorted(codes))
    return HeldTotals(whole.items, whole.documents, whole.qty, whole.amount_fen, by_code)


def _sum(rows: Iterable[Any]) -> Held:
    listed = list(rows)
    documents = {
        (row.batch_id, seqs[0]): (row.qty or 0, row.amount_fen or 0)
        for row in listed
        if (seqs := json.loads(row.seqs)) and row.code not in _NO_DOCUMENT
    }
    return Held(
        len(listed),
        len(documents),
        sum(qty for qty, _ in documents.values()),
        sum(amount_fen for _, amount_fen in documents.values()),
    )
