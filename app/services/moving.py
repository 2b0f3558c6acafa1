"""The one way goods move: what services post to the ledger goes through here."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.empties import Places, with_empties
from app.domain.stock import Location, LocationKind, Move
from app.storage.keys import derived_key
from app.storage.queries.directory import places_by_code
from app.storage.queries.empties import at_place, boms, own_stock
from app.storage.store import Store
from app.storage.store.cases import NEGATIVE
from app.storage.store.stock import NegativeBalance


def move_goods(store: Store, moves: Sequence[Move]) -> tuple[NegativeBalance, ...]:
    """Post moves, each with its document line, and the empties that are tied in full goods.

    Returns the balances that are below zero now, at places where zero is the least there can be:
    the caller refuses those whose `kind.negative` is REFUSED, of a van a case is opened
    (INV-06). Promises to orders that the goods no longer cover are made smaller.
    """
    moves = _with_empties(store, moves)
    negative = store.stock.post(moves)
    if negative:
        wrong = [each for each in negative if each.kind is LocationKind.VAN]
        store.cases.open(NEGATIVE, [(each.location_id, each.product_id) for each in wrong])
    left = {move.source.key for move in moves if move.source.kind is LocationKind.WAREHOUSE}
    if left:
        store.reservations.give_way(left)
    return negative


def _with_empties(store: Store, moves: Sequence[Move]) -> Sequence[Move]:
    known = boms(store.reader)
    full = {move.product for move in moves} & known.keys()
    if not full:
        return moves
    empties = {tied.empty for product in full for tied in known[product]}
    conversion = store.masters.common_place(LocationKind.CONVERSION)
    adjustment = store.masters.common_place(LocationKind.ADJUSTMENT)
    yard = next(
        (
            place.id
            for place in places_by_code(store.reader).values()
            if place.kind is LocationKind.EMPTIES_YARD and place.active
        ),
        None,
    )
    if yard is None:
        yard = store.masters.common_place(LocationKind.EMPTIES_YARD)
    places = Places(
        Location(conversion, LocationKind.CONVERSION),
        Location(yard, LocationKind.EMPTIES_YARD),
        Location(adjustment, LocationKind.ADJUSTMENT),
    )
    return with_empties(
        moves,
        known,
        own_stock(store.reader, full),
        at_place(store.reader, yard, empties),
        places,
        derived_key,
    )
