"""The one way goods move: what services post to the ledger goes through here."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.stock import LocationKind, Move
from app.storage.store import Store
from app.storage.store.stock import NegativeBalance


def move_goods(store: Store, moves: Sequence[Move]) -> tuple[NegativeBalance, ...]:
    """Post moves, each with its document line.

    Returns the balances that are below zero now, at places where zero is the least there can be:
    the caller refuses those whose `kind.negative` is REFUSED. Promises to orders that the goods no
    longer cover are made smaller.
    """
    negative = store.stock.post(moves)
    left = {move.source.key for move in moves if move.source.kind is LocationKind.WAREHOUSE}
    if left:
        store.reservations.give_way(left)
    return negative
