"""Returnable empties that are tied in full goods, and where they go when the goods go.

A full bottle holds an empty one; a case of twelve stands in a crate. What our own full goods hold
is kept at the place "conversion", so that at any moment

    balance(conversion, empty) = sum over full products of ceil(own stock x empties per unit)

(INV-16): six bottles left of a case still stand in a whole crate. With every whole case that
crosses our edge its crate goes along; loose bottles take none. A crate that loose bottles leave
empty goes to the yard, and one that loose bottles coming back need is fetched from there. So nobody
is ever charged part of a crate, and the sum does not depend on the way by which goods came and
went.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.domain.stock import Book, Location, Move

TIED = "tied"
"""Reason of a move of empties inside full goods."""
FREED = "freed"
"""Reason of a move of empties between the yard and full goods, because of loose units."""


@dataclass(frozen=True, slots=True)
class Tied:
    """`numerator` units of an empty product for each `denominator` base units of a full one."""

    empty: UUID
    numerator: int
    denominator: int

    def held(self, stock: int) -> int:
        """Empties that so many base units stand in."""
        return -(-stock * self.numerator // self.denominator)

    def whole(self, qty: int) -> int:
        """Empties that go along with so many base units."""
        return qty * self.numerator // self.denominator


@dataclass(frozen=True, slots=True)
class Places:
    """Where empties go: into full goods, to the yard, and from nowhere when the yard has none."""

    conversion: Location
    yard: Location
    adjustment: Location


def crossing(move: Move) -> int:
    """What a move changes of our own stock: +qty in, -qty out, 0 inside or outside."""
    if move.book is not Book.OWN or move.owner is not None:
        return 0
    inward, outward = move.source.kind.virtual, move.target.kind.virtual
    return move.qty * (inward - outward)


def with_empties(
    moves: Sequence[Move],
    boms: Mapping[UUID, tuple[Tied, ...]],
    stock: Mapping[UUID, int],
    yard: Mapping[UUID, int],
    places: Places,
    make_key: Callable[[str, UUID, UUID], UUID],
) -> list[Move]:
    """The moves with those of their empties behind them.

    `stock` is our own stock of each full product before, `yard` what the yard has of each empty
    one, both in base units; `make_key` names a move by its reason, a move and an empty product. A
    reversal brings the mirrors of its empties itself.
    """
    made = list(moves)
    change: dict[UUID, int] = {}
    given: dict[UUID, int] = {}
    cause: dict[UUID, Move] = {}
    for move in moves:
        if move.reason == TIED or (move.reverses is not None and move.product not in boms):
            _count_given(move, given, places)
            continue
        step = crossing(move)
        for tied in boms.get(move.product, ()) if step else ():
            cause.setdefault(tied.empty, move)
            if move.reverses is None:
                along = _along(move, tied, step, places, make_key)
                made += along
                for each in along:
                    _count_given(each, given, places)
        if step and move.product in boms:
            change[move.product] = change.get(move.product, 0) + step
    needed: dict[UUID, int] = {}
    for product, step in change.items():
        before = stock.get(product, 0)
        for tied in boms[product]:
            held = tied.held(before + step) - tied.held(before)
            needed[tied.empty] = needed.get(tied.empty, 0) + held
    for empty, move in cause.items():
        rest = needed.get(empty, 0) - given.get(empty, 0)
        made += _rest(move, empty, rest, yard.get(empty, 0), places, make_key)
    return made


def _count_given(move: Move, given: dict[UUID, int], places: Places) -> None:
    into = move.target.key == places.conversion.key
    out = move.source.key == places.conversion.key
    given[move.product] = given.get(move.product, 0) + move.qty * (into - out)


def _along(
    move: Move,
    tied: Tied,
    step: int,
    places: Places,
    make_key: Callable[[str, UUID, UUID], UUID],
) -> list[Move]:
    qty = tied.whole(move.qty)
    if not qty:
        return []
    outside = move.source if step > 0 else move.target
    ends = (outside, places.conversion) if step > 0 else (places.conversion, outside)
    key = make_key(TIED, move.key, tied.empty)
    return [_of_empty(move, key, tied.empty, qty, ends, TIED)]


def _rest(
    move: Move,
    empty: UUID,
    rest: int,
    in_yard: int,
    places: Places,
    make_key: Callable[[str, UUID, UUID], UUID],
) -> list[Move]:
    """Crates that loose units left empty, or need."""
    if not rest:
        return []
    key = make_key(FREED, move.key, empty)
    if rest < 0:
        return [_of_empty(move, key, empty, -rest, (places.conversion, places.yard), FREED)]
    source = places.yard if in_yard >= rest else places.adjustment
    return [_of_empty(move, key, empty, rest, (source, places.conversion), FREED)]


def _of_empty(
    move: Move, key: UUID, empty: UUID, qty: int, ends: tuple[Location, Location], reason: str
) -> Move:
    return replace(
        move,
        key=key,
        product=empty,
        lot=None,
        owner=None,
        source=ends[0],
        target=ends[1],
        qty=qty,
        reason=reason,
        reverses=None,
    )
