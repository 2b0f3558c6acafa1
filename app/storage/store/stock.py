"""The ledger: posts moves, keeps the balances, answers what is where and what was."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, bindparam, func, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.lots import Lot, LotStock
from app.domain.stock import Goods, Location, LocationKind, Move, Negative
from app.storage.store.periods import Periods
from app.storage.store.scope import Scope
from app.storage.tables import location, lot, product, stock_balance, stock_move
from app.storage.tables.columns import NO_KEY

_NOT_ALLOWED = [kind.value for kind in LocationKind if kind.negative is not Negative.ALLOWED]


@dataclass(frozen=True, slots=True)
class NegativeBalance:
    """Goods of which a location now has less than nothing; `kind.negative` says what to do."""

    location_id: uuid.UUID
    location_code: str
    kind: LocationKind
    product_id: uuid.UUID
    product_code: str
    lot_id: uuid.UUID | None
    qty: int


class Stock:
    def __init__(self, scope: Scope, periods: Periods) -> None:
        self._scope = scope
        self._periods = periods

    def post(self, moves: Sequence[Move]) -> tuple[NegativeBalance, ...]:
        """Writes the moves and adds them to the balances, in a handful of statements.

        Returns the balances below zero, of all that these moves touched, at places where zero is
        the least there can be. Each move needs its document line.
        """
        if not moves:
            return ()
        self._scope.insert(stock_move, [self._row(move) for move in moves])
        sums: Counter[tuple[uuid.UUID, uuid.UUID, uuid.UUID, uuid.UUID]] = Counter()
        for move in moves:
            goods = (move.product, move.lot or NO_KEY, move.owner or NO_KEY)
            sums[(move.source.key, *goods)] -= move.qty
            sums[(move.target.key, *goods)] += move.qty
        self._add(sums)
        self._periods.follow(moves)
        return self._negative({move.source.key for move in moves})

    def moves(self, keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, Move]:
        """Posted moves by key, for example to reverse them."""
        return self._moves(stock_move.c.id.in_(list(keys)))

    def moves_of_lines(self, line_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Move]:
        """Posted moves that these document lines caused, by key."""
        return self._moves(stock_move.c.line_id.in_(list(line_ids)))

    def balance(self, location_id: uuid.UUID, goods: Goods) -> int:
        """Base units there now."""
        found = self._scope.connection.scalar(
            select(stock_balance.c.qty).where(
                stock_balance.c.branch_id == self._scope.branch_id,
                stock_balance.c.location_id == location_id,
                stock_balance.c.product_id == goods.product,
                stock_balance.c.lot_id == (goods.lot or NO_KEY),
                stock_balance.c.owner_id == (goods.owner or NO_KEY),
            )
        )
        return found or 0

    def stocked(self, location_ids: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
        """Those of the places where goods are or ever were."""
        places = stock_balance.c.location_id
        query = (
            select(places)
            .distinct()
            .where(
                stock_balance.c.branch_id == self._scope.branch_id,
                places.in_(sorted(set(location_ids))),
            )
        )
        return frozenset(self._scope.connection.scalars(query))

    def balances_at(
        self,
        location_id: uuid.UUID,
        event_ms: int,
        product_ids: Iterable[uuid.UUID],
    ) -> dict[Goods, int]:
        """What was there just after `event_ms`, whenever it was posted.

        Counted back from the running balances, so its cost grows with what happened since.
        Goods that never were there are missing from the answer.
        """
        wanted = sorted(set(product_ids))
        balances = {
            Goods(row.product_id, _key(row.lot_id), _key(row.owner_id)): row.qty
            for row in self._scope.connection.execute(
                select(stock_balance).where(
                    stock_balance.c.branch_id == self._scope.branch_id,
                    stock_balance.c.location_id == location_id,
                    stock_balance.c.product_id.in_(wanted),
                )
            )
        }
        if not balances:
            return balances
        for end, sign in ((stock_move.c.target_id, -1), (stock_move.c.source_id, 1)):
            columns = (stock_move.c.product_id, stock_move.c.lot_id, stock_move.c.owner_id)
            later = (
                select(*columns, func.sum(stock_move.c.qty).label("qty"))
                .where(
                    stock_move.c.branch_id == self._scope.branch_id,
                    end == location_id,
                    stock_move.c.product_id.in_(wanted),
                    stock_move.c.event_ms > event_ms,
                )
                .group_by(*columns)
            )
            for row in self._scope.connection.execute(later):
                balances[Goods(row.product_id, row.lot_id, row.owner_id)] += sign * int(row.qty)
        return balances

    def balance_at(self, location_id: uuid.UUID, goods: Goods, event_ms: int) -> int:
        """Base units that were there just after `event_ms`."""
        return self.balances_at(location_id, event_ms, [goods.product]).get(goods, 0)

    def lots_on_hand(
        self, location_id: uuid.UUID, product_ids: Iterable[uuid.UUID]
    ) -> dict[uuid.UUID, list[LotStock]]:
        """Own goods by product, lot by lot, only where there is something."""
        query = (
            select(
                stock_balance.c.product_id,
                stock_balance.c.lot_id,
                stock_balance.c.qty,
                lot.c.code,
                lot.c.production_date,
                lot.c.expiry_date,
                lot.c.removal_date,
                lot.c.received_ms,
            )
            .outerjoin(
                lot,
                (lot.c.branch_id == stock_balance.c.branch_id)
                & (lot.c.id == stock_balance.c.lot_id),
            )
            .where(
                stock_balance.c.branch_id == self._scope.branch_id,
                stock_balance.c.location_id == location_id,
                stock_balance.c.product_id.in_(sorted(set(product_ids))),
                stock_balance.c.owner_id == NO_KEY,
                stock_balance.c.qty > 0,
            )
        )
        found: dict[uuid.UUID, list[LotStock]] = {}
        for row in self._scope.connection.execute(query):
            dates = (row.production_date, row.expiry_date, row.removal_date)
            received = date(1970, 1, 1) + timedelta(days=(row.received_ms or 0) // 86_400_000)
            stock = LotStock(Lot(row.code or "", *dates), received, row.qty, _key(row.lot_id))
            found.setdefault(row.product_id, []).append(stock)
        return found

    def rebuild_balances(self) -> None:
        """Works every balance out of the ledger again; none is deleted, some become zero."""
        columns = stock_balance.c
        scope = self._scope
        scope.connection.execute(
            stock_balance.update().where(columns.branch_id == scope.branch_id).values(qty=0)
        )
        sums: Counter[tuple[uuid.UUID, uuid.UUID, uuid.UUID, uuid.UUID]] = Counter()
        for end, sign in ((stock_move.c.target_id, 1), (stock_move.c.source_id, -1)):
            goods = (stock_move.c.product_id, stock_move.c.lot_id, stock_move.c.owner_id)
            query = (
                select(end.label("place"), *goods, func.sum(stock_move.c.qty).label("qty"))
                .where(stock_move.c.branch_id == scope.branch_id)
                .group_by(end, *goods)
            )
            for row in scope.connection.execute(query):
                place = (row.place, row.product_id, row.lot_id or NO_KEY, row.owner_id or NO_KEY)
                sums[place] += sign * int(row.qty)
        self._add(sums)

    def _add(self, sums: Counter[tuple[uuid.UUID, uuid.UUID, uuid.UUID, uuid.UUID]]) -> None:
        if not sums:
            return
        is_sqlite = self._scope.connection.dialect.name == "sqlite"
        insert = (sqlite.insert if is_sqlite else postgresql.insert)(stock_balance)
        upsert = insert.on_conflict_do_update(
            index_elements=list(stock_balance.primary_key.columns),
            set_={"qty": stock_balance.c.qty + insert.excluded.qty},
        )
        # Sorted, so that two servers' clients lock the rows in the same order.
        rows = [
            dict(
                zip(("location_id", "product_id", "lot_id", "owner_id"), place, strict=True),
                qty=qty,
            )
            for place, qty in sorted(sums.items())
        ]
        self._scope.write(stock_balance, upsert, rows)

    def _negative(self, sources: set[uuid.UUID]) -> tuple[NegativeBalance, ...]:
        joined = stock_balance.join(
            location,
            (location.c.branch_id == stock_balance.c.branch_id)
            & (location.c.id == stock_balance.c.location_id),
        ).join(
            product,
            (product.c.branch_id == stock_balance.c.branch_id)
            & (product.c.id == stock_balance.c.product_id),
        )
        query = (
            select(
                location.c.id,
                location.c.code,
                location.c.kind,
                product.c.id.label("product_id"),
                product.c.code.label("product_code"),
                stock_balance.c.lot_id,
                stock_balance.c.qty,
            )
            .select_from(joined)
            .where(
                stock_balance.c.branch_id == self._scope.branch_id,
                stock_balance.c.location_id.in_(bindparam("sources", expanding=True)),
                # Written out, not bound: only then SQLite may use the index of what is below zero.
                stock_balance.c.qty < literal_column("0"),
                location.c.kind.in_(_NOT_ALLOWED),
            )
            .order_by(location.c.code, product.c.code, stock_balance.c.lot_id)
        )
        return tuple(
            NegativeBalance(
                row.id,
                row.code,
                LocationKind(row.kind),
                row.product_id,
                row.product_code,
                _key(row.lot_id),
                row.qty,
            )
            for row in self._scope.connection.execute(query, {"sources": sorted(sources)})
        )

    def _moves(self, condition: ColumnElement[bool]) -> dict[uuid.UUID, Move]:
        source, target = location.alias(), location.alias()
        query = (
            select(stock_move, source.c.kind.label("from_kind"), target.c.kind.label("to_kind"))
            .join(
                source,
                (source.c.branch_id == stock_move.c.branch_id)
                & (source.c.id == stock_move.c.source_id),
            )
            .join(
                target,
                (target.c.branch_id == stock_move.c.branch_id)
                & (target.c.id == stock_move.c.target_id),
            )
            .where(stock_move.c.branch_id == self._scope.branch_id, condition)
        )
        return {
            row.id: Move(
                key=row.id,
                product=row.product_id,
                source=Location(row.source_id, LocationKind(row.from_kind)),
                target=Location(row.target_id, LocationKind(row.to_kind)),
                qty=row.qty,
                reason=row.reason,
                event_ms=row.event_ms,
                business_date=row.business_date,
                posting_date=row.posting_date,
                lot=row.lot_id,
                owner=row.owner_id,
                line=row.line_id,
                reverses=row.reverses_id,
                evidence=row.evidence,
                batch=row.src_batch_id,
                seq=row.src_seq,
            )
            for row in self._scope.connection.execute(query)
        }

    def _row(self, move: Move) -> dict[str, object]:
        return {
            "id": move.key,
            "book": move.book.value,
            "product_id": move.product,
            "lot_id": move.lot,
            "owner_id": move.owner,
            "source_id": move.source.key,
            "target_id": move.target.key,
            "qty": move.qty,
            "reason": move.reason,
            "line_id": move.line,
            "reverses_id": move.reverses,
            "evidence": move.evidence,
            "event_ms": move.event_ms,
            "record_ms": self._scope.now_ms,
            "business_date": move.business_date,
            "posting_date": move.posting_date,
            "src_batch_id": move.batch,
            "src_seq": move.seq,
        }


def _key(stored: uuid.UUID | None) -> uuid.UUID | None:
    return None if stored is None or stored == NO_KEY else stored
