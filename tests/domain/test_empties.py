"""Empties that are tied in full goods: the sum closes whatever way goods come and go."""

from __future__ import annotations

from collections import Counter
from datetime import date
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from app.domain.empties import FREED, TIED, Places, Tied, with_empties
from app.domain.stock import Location, LocationKind, Move
from tests.support.domain_vectors import vector
from tests.support.properties import moderate

BEER, BOTTLE, CRATE, SODA = (UUID(int=number) for number in range(1, 5))
PLACE = {kind: Location(UUID(int=100 + place), kind) for place, kind in enumerate(LocationKind)}
K = LocationKind
PLACES = Places(PLACE[K.CONVERSION], PLACE[K.EMPTIES_YARD], PLACE[K.ADJUSTMENT])
BOMS = {BEER: (Tied(BOTTLE, 1, 1), Tied(CRATE, 1, 12))}
DAY = date(2026, 6, 1)


class Books:
    """Balances after what was moved, and the moves."""

    def __init__(self) -> None:
        self.balance: Counter[tuple[UUID, UUID]] = Counter()
        self.moves: list[Move] = []

    def at(self, kind: LocationKind, product: UUID) -> int:
        return self.balance[PLACE[kind].key, product]

    @property
    def own(self) -> int:
        return sum(
            self.at(kind, BEER)
            for kind in K
            if not kind.virtual and not kind.value.startswith("ch")
        )

    def post(self, *moves: Move) -> None:
        yard = {each: self.at(K.EMPTIES_YARD, each) for each in (BOTTLE, CRATE)}
        for move in with_empties(moves, BOMS, {BEER: self.own}, yard, PLACES, key):
            self.moves.append(move)
            self.balance[move.source.key, move.product] -= move.qty
            self.balance[move.target.key, move.product] += move.qty


def key(reason: str, move: UUID, empty: UUID) -> UUID:
    return uuid5(move, f"{reason} {empty}")


def move(number: int, source: LocationKind, target: LocationKind, qty: int, **more: object) -> Move:
    return Move(
        key=UUID(int=10_000 + number),
        product=more.pop("product", BEER),  # type: ignore[arg-type]
        source=PLACE[source],
        target=PLACE[target],
        qty=qty,
        reason=str(more.pop("reason", "test")),
        event_ms=0,
        business_date=DAY,
        posting_date=DAY,
        **more,  # type: ignore[arg-type]
    )


def test_e2_what_own_goods_hold_is_what_is_tied() -> None:
    e2 = vector("E2")
    books = Books()
    books.post(move(1, K.SUPPLIER, K.WAREHOUSE, 600))
    books.post(move(2, K.WAREHOUSE, K.VAN, 120))
    books.post(move(3, K.VAN, K.CUSTOMER, 120))
    books.post(move(4, K.WAREHOUSE, K.LOSS, 6))
    assert (books.own, books.at(K.CONVERSION, BOTTLE)) == (e2["own_full"], e2["conversion_balance"])
    back = move(5, K.CUSTOMER, K.EMPTIES_YARD, 90, product=BOTTLE)
    books.post(back, move(6, K.EMPTIES_YARD, K.SUPPLIER, 90, product=BOTTLE))
    assert books.at(K.CUSTOMER, BOTTLE) == e2["customer"]
    assert books.at(K.SUPPLIER, BOTTLE) == e2["brewery_balance"]
    assert books.at(K.LOSS, BOTTLE) == e2["loss"]
    assert sum(qty for (_, product), qty in books.balance.items() if product == BOTTLE) == 0


def test_e1_a_customer_owes_what_went_out_less_what_came_back() -> None:
    e1 = vector("E1")
    books = Books()
    books.post(move(1, K.SUPPLIER, K.WAREHOUSE, 600))
    books.post(move(2, K.WAREHOUSE, K.CUSTOMER, e1["deliver"]["full_btl"]))
    books.post(
        move(3, K.CUSTOMER, K.EMPTIES_YARD, e1["ret"]["crate"], product=CRATE),
        move(4, K.CUSTOMER, K.EMPTIES_YARD, e1["ret"]["empty_btl"], product=BOTTLE),
    )
    owed = {"crate": books.at(K.CUSTOMER, CRATE), "empty_btl": books.at(K.CUSTOMER, BOTTLE)}
    assert owed == e1["outstanding"]
    assert owed["crate"] * 1500 + owed["empty_btl"] * 50 == e1["deposit_balance"]


def test_loose_bottles_take_no_crate_and_leave_one_when_it_is_empty() -> None:
    books = Books()
    books.post(move(1, K.SUPPLIER, K.WAREHOUSE, 24))
    books.post(move(2, K.WAREHOUSE, K.CUSTOMER, 6))
    assert (books.at(K.CUSTOMER, CRATE), books.at(K.EMPTIES_YARD, CRATE)) == (0, 0)
    books.post(move(3, K.WAREHOUSE, K.CUSTOMER, 6))
    assert (books.at(K.CUSTOMER, CRATE), books.at(K.EMPTIES_YARD, CRATE)) == (0, 1)
    books.post(move(4, K.CUSTOMER, K.QUARANTINE, 6))
    assert (books.at(K.CONVERSION, CRATE), books.at(K.EMPTIES_YARD, CRATE)) == (2, 0)
    books.post(move(5, K.CUSTOMER, K.QUARANTINE, 6))
    books.post(move(6, K.ADJUSTMENT, K.WAREHOUSE, 1))
    assert books.at(K.CONVERSION, CRATE) == 3
    assert books.at(K.ADJUSTMENT, CRATE) == -1


def test_inside_our_own_places_nothing_is_tied_anew() -> None:
    books = Books()
    books.post(move(1, K.WAREHOUSE, K.VAN, 12))
    books.post(move(2, K.SUPPLIER, K.WAREHOUSE, 12, product=SODA))
    books.post(move(3, K.SUPPLIER, K.CONSIGNMENT, 12, owner=UUID(int=9)))
    assert [each.reason for each in books.moves] == ["test"] * 3
    books.post(move(4, K.CH_UPSTREAM, K.CH_STOCK, 12))
    assert len(books.moves) == 4


WAYS = st.sampled_from(
    [
        (K.SUPPLIER, K.WAREHOUSE),
        (K.WAREHOUSE, K.VAN),
        (K.VAN, K.CUSTOMER),
        (K.CUSTOMER, K.QUARANTINE),
        (K.WAREHOUSE, K.LOSS),
        (K.ADJUSTMENT, K.WAREHOUSE),
        (K.WAREHOUSE, K.ADJUSTMENT),
    ]
)


@moderate
@given(
    st.lists(st.lists(st.tuples(WAYS, st.integers(1, 40)), min_size=1, max_size=3), max_size=12),
    st.lists(st.integers(0, 30), max_size=4),
)
def test_inv_16_holds_after_anything_and_after_reversals(
    batches: list[list[tuple[tuple[LocationKind, LocationKind], int]]], undone: list[int]
) -> None:
    books = Books()
    number = 0
    for batch in batches:
        moves = []
        for (source, target), qty in batch:
            number += 1
            moves.append(move(number, source, target, qty))
        books.post(*moves)
        check(books)
    reversed_once: set[UUID] = set()
    for which in undone:
        own = [each for each in books.moves if each.reason == "test" and each.reverses is None]
        if not own:
            continue
        first = own[which % len(own)]
        if first.key in reversed_once:
            continue
        reversed_once.add(first.key)
        family = [first] + [
            each
            for each in books.moves
            if each.key
            in {key(why, first.key, empty) for why in (TIED, FREED) for empty in (BOTTLE, CRATE)}
        ]
        mirrors = []
        for each in family:
            number += 1
            mirrors.append(
                Move(
                    key=UUID(int=10_000 + number),
                    product=each.product,
                    source=each.target,
                    target=each.source,
                    qty=each.qty,
                    reason="reversed",
                    event_ms=0,
                    business_date=DAY,
                    posting_date=DAY,
                    reverses=each.key,
                )
            )
        books.post(*mirrors)
        check(books)


def check(books: Books) -> None:
    for tied in BOMS[BEER]:
        assert books.at(K.CONVERSION, tied.empty) == tied.held(books.own)
