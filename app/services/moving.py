"""The one way goods move: what services post to the ledger goes through here."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.stock import Move
from app.storage.store import Store
from app.storage.store.stock import NegativeBalance


def move_goods(store: Store, moves: Sequence[Move]) -> tuple[NegativeBalance, ...]:
    """Post moves, each with its document line.

    Returns the balances that are below zero now, at places where zero is the least there can be:
    the caller refuses those whose `kind.negative` is REFUSED.
    """
    return store.stock.post(moves)
