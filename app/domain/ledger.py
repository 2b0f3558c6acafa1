"""The stock ledger in memory: the reference the stored ledger is measured against."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from app.domain.business_day import posting_date
from app.domain.stock import Book, Goods, Location, Move, Negative
from app.errors import NotFound, RuleBroken


class Shelf(NamedTuple):
    """Where a balance is kept."""

    location: UUID
    goods: Goods


@dataclass(frozen=True, slots=True)
class Statement:
    """Base units of one product at one location over a span of posting dates."""

    opening: int
    received: int
    issued: int
    closing: int


class Ledger:
    """Moves are added and reversed, never changed; balances follow."""

    def __init__(self) -> None:
        self._moves: dict[UUID, Move] = {}
        self._reversed_by: dict[UUID, UUID] = {}
        self._balances: dict[Shelf, int] = {}
        self._locations: dict[UUID, Location] = {}
        self._closed_through: date | None = None

    @property
    def moves(self) -> tuple[Move, ...]:
        return tuple(self._moves.values())

    @property
    def balances(self) -> Mapping[Shelf, int]:
        """The running balances; shelves at zero included."""
        return dict(self._balances)

    @property
    def closed_through(self) -> date | None:
        return self._closed_through

    def post(self, moves: Sequence[Move]) -> list[Shelf]:
        """Post all moves or none; returns the shelves that are now negative and need a look.

        Raises RuleBroken: "move-posted" for a key that is there already, "period-closed",
        "already-reversed", "reversal" for a reversal that does not mirror its move,
        "negative-stock" when goods would leave a place that does not hold them.
        """
        added: dict[UUID, Move] = {}
        undone: dict[UUID, UUID] = {}
        changes: defaultdict[Shelf, int] = defaultdict(int)
        places: dict[UUID, Location] = {}
        for move in moves:
            if move.key in self._moves or move.key in added:
                raise RuleBroken("move-posted", move=move.key)
            self._check_open(move.posting_date)
            if move.reverses is not None:
                self._check_reversal(move, undone)
                undone[move.reverses] = move.key
            added[move.key] = move
            for place, qty in ((move.source, -move.qty), (move.target, move.qty)):
                changes[Shelf(place.key, move.goods)] += qty
                places[place.key] = place
        flagged = []
        for shelf, change in changes.items():
            balance = self._balances.get(shelf, 0) + change
            rule = places[shelf.location].kind.negative
            if balance < 0 and rule is Negative.REFUSED:
                raise RuleBroken("negative-stock", shelf=shelf, balance=balance)
            if balance < 0 and rule is Negative.FLAGGED:
                flagged.append(shelf)
        for shelf, change in changes.items():
            self._balances[shelf] = self._balances.get(shelf, 0) + change
        self._moves.update(added)
        self._reversed_by.update(undone)
        self._locations.update(places)
        return flagged

    def reverse(self, key: UUID, new_key: UUID, event_ms: int, day: date) -> Move:
        """Post the mirror of a move on the first open day from `day` on, and return it."""
        original = self._moves.get(key)
        if original is None:
            raise NotFound(what="stock move", key=key)
        mirror = replace(
            original,
            key=new_key,
            source=original.target,
            target=original.source,
            reverses=key,
            event_ms=event_ms,
            business_date=day,
            posting_date=posting_date(day, self._closed_through),
        )
        self.post([mirror])
        return mirror

    def close_period(self, through: date) -> None:
        """Close all days up to `through`; RuleBroken("period-closed") if that is already so."""
        self._check_open(through)
        self._closed_through = through

    def balance(
        self, location: UUID, product: UUID, lot: UUID | None = None, owner: UUID | None = None
    ) -> int:
        """Base units of exactly this lot and owner."""
        return self._balances.get(Shelf(location, Goods(product, lot, owner)), 0)

    def on_hand(self, location: UUID, product: UUID) -> int:
        """Base units of a product over all its lots and owners."""
        return sum(
            qty
            for shelf, qty in self._balances.items()
            if shelf.location == location and shelf.goods.product == product
        )

    def balance_at(
        self,
        at_ms: int,
        location: UUID,
        product: UUID,
        lot: UUID | None = None,
        owner: UUID | None = None,
    ) -> int:
        """The balance as of a moment: all that happened up to and at it, whenever posted."""
        goods = Goods(product, lot, owner)
        return sum(
            _effect(move, location)
            for move in self._moves.values()
            if move.goods == goods and move.event_ms <= at_ms
        )

    def recount(self) -> Mapping[Shelf, int]:
        """Balances worked out anew from the moves."""
        balances: defaultdict[Shelf, int] = defaultdict(int)
        for move in self._moves.values():
            balances[Shelf(move.source.key, move.goods)] -= move.qty
            balances[Shelf(move.target.key, move.goods)] += move.qty
        return dict(balances)

    def totals(self) -> Mapping[tuple[Book, Goods], int]:
        """Sum over all locations of each book and goods; every one is zero."""
        sums: defaultdict[tuple[Book, Goods], int] = defaultdict(int)
        for shelf, qty in self._balances.items():
            sums[self._locations[shelf.location].kind.book, shelf.goods] += qty
        return dict(sums)

    def statement(self, location: UUID, product: UUID, first: date, last: date) -> Statement:
        """Opening, in, out and closing over posting dates `first`..`last`, both included."""
        touching = [move for move in self._moves.values() if move.product == product]
        before = (move for move in touching if move.posting_date < first)
        through = (move for move in touching if move.posting_date <= last)
        within = [move for move in touching if first <= move.posting_date <= last]
        return Statement(
            opening=_sum_effects(before, location),
            received=sum(move.qty for move in within if move.target.key == location),
            issued=sum(move.qty for move in within if move.source.key == location),
            closing=_sum_effects(through, location),
        )

    def _check_open(self, day: date) -> None:
        if self._closed_through is not None and day <= self._closed_through:
            raise RuleBroken("period-closed", day=day, closed_through=self._closed_through)

    def _check_reversal(self, move: Move, undone: Mapping[UUID, UUID]) -> None:
        original = None if move.reverses is None else self._moves.get(move.reverses)
        if original is None or original.reverses is not None or not _mirrors(move, original):
            raise RuleBroken("reversal", move=move.key, reverses=move.reverses)
        if move.reverses in self._reversed_by or move.reverses in undone:
            raise RuleBroken("already-reversed", move=move.reverses)


def _mirrors(move: Move, original: Move) -> bool:
    return (move.goods, move.qty, move.source, move.target) == (
        original.goods,
        original.qty,
        original.target,
        original.source,
    )


def _effect(move: Move, location: UUID) -> int:
    if move.target.key == location:
        return move.qty
    return -move.qty if move.source.key == location else 0


def _sum_effects(moves: Iterable[Move], location: UUID) -> int:
    return sum(_effect(move, location) for move in moves)
