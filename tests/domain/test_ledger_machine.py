"""The ledger beside a naive model that keeps nothing but a list of moves."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.domain.ledger import Ledger
from app.domain.stock import Book, Goods, LocationKind, Move, Negative
from app.errors import RuleBroken
from tests.support.goods import BEER, DAY_MS, FIRST_DAY, FIRST_MS, LOT_A, PLACES, SODA, move

kinds = st.sampled_from(LocationKind)
own_kinds = st.sampled_from([kind for kind in LocationKind if kind.book is Book.OWN])
goods = st.sampled_from([Goods(BEER), Goods(BEER, LOT_A), Goods(SODA)])
quantities = st.integers(1, 40)
days = st.integers(0, 9)


class LedgerBesideModel(RuleBasedStateMachine):
    """Every step is done to the ledger; the model says what must have come of it."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.posted: list[Move] = []
        self.closed: date | None = None
        self.next_number = 1

    @initialize()
    def stock_up(self) -> None:
        self._try([self._move(LocationKind.SUPPLIER, LocationKind.WAREHOUSE, 100, Goods(BEER), 0)])

    @rule(out_of=kinds, into=kinds, qty=quantities, what=goods, day=days)
    def move_goods(
        self, out_of: LocationKind, into: LocationKind, qty: int, what: Goods, day: int
    ) -> None:
        if out_of is not into and out_of.book is into.book:
            self._try([self._move(out_of, into, qty, what, day)])

    @rule(out_of=own_kinds, by_way_of=own_kinds, into=own_kinds, qty=quantities, what=goods)
    def move_on_before_it_arrives(
        self,
        out_of: LocationKind,
        by_way_of: LocationKind,
        into: LocationKind,
        qty: int,
        what: Goods,
    ) -> None:
        if len({out_of, by_way_of, into}) == 3:
            onward = self._move(by_way_of, into, qty, what, 9)
            self._try([onward, self._move(out_of, by_way_of, qty, what, 9)])

    @precondition(lambda self: self.posted)
    @rule(data=st.data(), day=days)
    def reverse(self, data: st.DataObject, day: int) -> None:
        original = data.draw(st.sampled_from(self.posted))
        undone = {move.reverses for move in self.posted}
        key, on = self._next_key(), FIRST_DAY + timedelta(days=day)
        refused = original.key in undone or original.reverses is not None
        would_be = self._model_after(
            [(original.target.key, original.source.key, original.goods, original.qty)]
        )
        try:
            mirror = self.ledger.reverse(original.key, key, FIRST_MS + day * DAY_MS, on)
        except RuleBroken:
            assert refused or _refuses(would_be)
        else:
            assert not refused
            assert not _refuses(would_be)
            assert self.closed is None or mirror.posting_date > self.closed
            self.posted.append(mirror)

    @precondition(lambda self: self.posted)
    @rule(data=st.data())
    def post_a_move_again(self, data: st.DataObject) -> None:
        self._try([data.draw(st.sampled_from(self.posted))])

    @rule(day=days)
    def close_a_day(self, day: int) -> None:
        through = FIRST_DAY + timedelta(days=day)
        open_still = self.closed is None or through > self.closed
        try:
            self.ledger.close_period(through)
        except RuleBroken:
            assert not open_still
        else:
            assert open_still
            self.closed = through

    @invariant()
    def inv_01_every_move_is_between_two_places_of_one_book(self) -> None:
        for posted in self.ledger.moves:
            assert posted.qty > 0
            assert posted.source != posted.target
            assert posted.source.kind.book is posted.target.kind.book

    @invariant()
    def inv_02_all_places_together_hold_nothing(self) -> None:
        assert set(self.ledger.totals().values()) <= {0}

    @invariant()
    def inv_03_running_balances_are_the_sums_of_moves(self) -> None:
        assert self.ledger.recount() == self.ledger.balances
        model = self._model_after([])
        for shelf, qty in self.ledger.balances.items():
            assert model[shelf.location, shelf.goods] == qty

    @invariant()
    def inv_04_no_real_place_of_ours_is_below_zero_but_a_van(self) -> None:
        assert not _refuses(self._model_after([]))

    @invariant()
    def inv_07_what_is_posted_stays_as_it_is(self) -> None:
        assert list(self.ledger.moves) == self.posted

    @invariant()
    def inv_08_a_move_is_reversed_at_most_once(self) -> None:
        undone = [move.reverses for move in self.ledger.moves if move.reverses]
        assert len(undone) == len(set(undone))

    @invariant()
    def inv_09_closing_is_opening_and_in_less_out(self) -> None:
        first, last = FIRST_DAY + timedelta(days=2), FIRST_DAY + timedelta(days=5)
        for kind in (LocationKind.WAREHOUSE, LocationKind.VAN, LocationKind.CUSTOMER):
            place = PLACES[kind].key
            span = self.ledger.statement(place, BEER, first, last)
            assert span.closing == span.opening + span.received - span.issued
            ever = self.ledger.statement(place, BEER, date.min, date.max)
            assert (ever.opening, ever.closing) == (0, self.ledger.on_hand(place, BEER))

    def _move(
        self, source: LocationKind, target: LocationKind, qty: int, what: Goods, day: int
    ) -> Move:
        number = self._next_key().int
        return move(number, source, target, qty, day=day, product=what.product, lot=what.lot)

    def _next_key(self) -> UUID:
        self.next_number += 1
        return UUID(int=self.next_number)

    def _try(self, moves: list[Move]) -> None:
        known = {posted.key for posted in self.posted}
        too_late = [m for m in moves if self.closed and m.posting_date <= self.closed]
        after = self._model_after([(m.source.key, m.target.key, m.goods, m.qty) for m in moves])
        refused = bool(too_late) or any(m.key in known for m in moves) or _refuses(after)
        try:
            self.ledger.post(moves)
        except RuleBroken:
            assert refused
        else:
            assert not refused
            self.posted += moves

    def _model_after(
        self, more: list[tuple[UUID, UUID, Goods, int]]
    ) -> dict[tuple[UUID, Goods], int]:
        steps = [(m.source.key, m.target.key, m.goods, m.qty) for m in self.posted] + more
        balances: dict[tuple[UUID, Goods], int] = {}
        for source, target, what, qty in steps:
            balances[source, what] = balances.get((source, what), 0) - qty
            balances[target, what] = balances.get((target, what), 0) + qty
        return balances


KINDS = {place.key: kind for kind, place in PLACES.items()}


def _refuses(balances: dict[tuple[UUID, Goods], int]) -> bool:
    return any(
        qty < 0 and KINDS[place].negative is Negative.REFUSED
        for (place, _), qty in balances.items()
    )


TestLedgerBesideModel = LedgerBesideModel.TestCase
TestLedgerBesideModel.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
