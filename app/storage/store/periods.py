"""Balances of our places kept by month, so that no question about a day adds up the years."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.stock import Book, LocationKind, Move
from app.storage.store.scope import Scope
from app.storage.tables import location, period_balance, stock_move, stock_period
from app.storage.tables.columns import NO_KEY, Key16

Shelf = tuple[uuid.UUID, uuid.UUID, uuid.UUID, uuid.UUID]

# From so many sums on it is cheaper to make the periods again than to correct each of them.
_TOO_MANY = 5_000
REAL = frozenset(kind.value for kind in LocationKind if not kind.virtual and kind.book is Book.OWN)
_NONE = literal(NO_KEY, Key16)


def month_end(day: date) -> date:
    """The last day of the month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


class Periods:
    """A cache of the ledger by posting date: `keep` makes it, `follow` keeps it true.

    Only real places of our own are kept: customers come to far more shelves, and few moves each.
    A month whose period is missing only makes questions slower, never wrong; a row of zero does no
    harm either.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def follow(self, moves: Sequence[Move]) -> None:
        """Add moves that were just posted into the periods that end on their day or later.

        The first move of a month makes the period of the month before, if it follows the last one.
        """
        ends = self._ends()
        if not ends:
            return
        earliest = min(move.posting_date for move in moves)
        if earliest <= ends[-1]:
            self._correct(moves, [end for end in ends if end >= earliest])
            return
        newest = max(move.posting_date for move in moves)
        following = month_end(ends[-1] + timedelta(days=1))
        if following < newest <= month_end(following + timedelta(days=1)):
            self._make(following, ends[-1])

    def keep(self, today: date) -> int:
        """Make all periods that are missing before the month of `today`; returns how many."""
        ends = self._ends()
        first = self._first_day()
        if first is None:
            return 0
        made = 0
        before = ends[-1] if ends else None
        end = month_end(first if before is None else before + timedelta(days=1))
        while end < today.replace(day=1):
            self._make(end, before)
            before, made = end, made + 1
            end = month_end(end + timedelta(days=1))
        return made

    def forget(self, first: date | None = None) -> None:
        """Drop the periods that end on `first` or later, or all."""
        for table in (period_balance, stock_period):
            statement = delete(table).where(table.c.branch_id == self._scope.branch_id)
            if first is not None:
                statement = statement.where(table.c.period_end >= first)
            self._scope.connection.execute(statement)

    def _ends(self) -> list[date]:
        query = (
            select(stock_period.c.period_end)
            .where(stock_period.c.branch_id == self._scope.branch_id)
            .order_by(stock_period.c.period_end)
        )
        return list(self._scope.connection.scalars(query))

    def _first_day(self) -> date | None:
        query = select(func.min(stock_move.c.posting_date)).where(
            stock_move.c.branch_id == self._scope.branch_id
        )
        found: date | None = self._scope.connection.scalar(query)
        return found

    def _make(self, end: date, before: date | None) -> None:
        """The period before, and the moves since, in one statement."""
        branch_id = self._scope.branch_id
        self._scope.insert(stock_period, [{"period_end": end, "made_ms": self._scope.now_ms}])
        parts = [_side(branch_id, stock_move.c.target_id, 1, before, end)]
        parts.append(_side(branch_id, stock_move.c.source_id, -1, before, end))
        if before is not None:
            kept = period_balance.c
            parts.append(
                select(
                    kept.location_id, kept.product_id, kept.lot_id, kept.owner_id, kept.qty
                ).where(kept.branch_id == branch_id, kept.period_end == before)
            )
        flow = union_all(*parts).subquery()
        total = func.sum(flow.c.qty)
        shelf = (flow.c.location_id, flow.c.product_id, flow.c.lot_id, flow.c.owner_id)
        summed = (
            select(literal(branch_id), literal(end, Date), *shelf, total)
            .group_by(*shelf)
            .having(total != 0)
        )
        names = [
            "branch_id",
            "period_end",
            "location_id",
            "product_id",
            "lot_id",
            "owner_id",
            "qty",
        ]
        self._scope.connection.execute(insert(period_balance).from_select(names, summed))

    def _correct(self, moves: Sequence[Move], ends: Sequence[date]) -> None:
        sums: Counter[tuple[date, Shelf]] = Counter()
        for move in moves:
            goods = (move.product, move.lot or NO_KEY, move.owner or NO_KEY)
            for place, qty in ((move.source, -move.qty), (move.target, move.qty)):
                if place.kind.value in REAL:
                    for end in ends:
                        if end >= move.posting_date:
                            sums[end, (place.key, *goods)] += qty
        if len(sums) > _TOO_MANY:
            self.forget(ends[0])
            return
        is_sqlite = self._scope.connection.dialect.name == "sqlite"
        added = (sqlite.insert if is_sqlite else postgresql.insert)(period_balance)
        upsert = added.on_conflict_do_update(
            index_elements=list(period_balance.primary_key.columns),
            set_={"qty": period_balance.c.qty + added.excluded.qty},
        )
        rows = [
            dict(
                zip(("location_id", "product_id", "lot_id", "owner_id"), shelf, strict=True),
                period_end=end,
                qty=qty,
            )
            for (end, shelf), qty in sorted(sums.items())
            if qty
        ]
        if rows:
            self._scope.write(period_balance, upsert, rows)


def _side(
    branch_id: int,
    place: ColumnElement[uuid.UUID],
    sign: int,
    before: date | None,
    end: date,
) -> Select[tuple[uuid.UUID, uuid.UUID, uuid.UUID, uuid.UUID, int]]:
    move = stock_move.c
    since = [] if before is None else [move.posting_date > before]
    ours = select(location.c.id).where(location.c.branch_id == branch_id, location.c.kind.in_(REAL))
    return select(
        place.label("location_id"),
        move.product_id,
        func.coalesce(move.lot_id, _NONE).label("lot_id"),
        func.coalesce(move.owner_id, _NONE).label("owner_id"),
        (move.qty * sign).label("qty"),
    ).where(and_(move.branch_id == branch_id, move.posting_date <= end, place.in_(ours), *since))
