"""Why an order waits for a second person, and the goods that are promised to one that does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.credit import Verdict, judge_credit
from app.domain.money import yuan
from app.domain.problems import Problem, problem
from app.domain.stock import LocationKind
from app.storage.queries.credit import credit_terms, exposure
from app.storage.queries.directory import places_by_code
from app.storage.queries.orders import standing_orders
from app.storage.reader import Reader
from app.storage.store import Store
from app.storage.store.papers import Line
from app.storage.store.reservations import Promise

HOLDING = frozenset({"E_CREDIT", "E_STOCK", "E_TWIN", "E_PRICE_HOLD", "E_PRICE_FLOOR"})
"""Problems with which an order does not go ahead by itself."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What is judged: the customer, how it is paid, for which day, and what it comes to.

    An order that is not written yet has no `number`.
    """

    party_id: UUID
    payment: str
    wanted: date
    day: date
    net_fen: int
    goods: tuple[tuple[UUID, int], ...]
    number: str = ""


def find_holds(reader: Reader, orders: Sequence[Ordered]) -> list[list[Problem]]:
    """For each order, what speaks against it: credit, and the same order a second time.

    An order that is paid at the door needs no credit.
    """
    found: list[list[Problem]] = [[] for _ in orders]
    if not orders:
        return found
    parties = {each.party_id for each in orders}
    terms = credit_terms(reader, parties, max(each.day for each in orders))
    standing = standing_orders(reader, parties, {each.wanted for each in orders})
    new_fen: dict[UUID, int] = {}
    for each, problems in zip(orders, found, strict=True):
        agreed = terms.get(each.party_id)
        if agreed is not None and each.payment == "credit":
            new_fen[each.party_id] = new_fen.get(each.party_id, 0) + each.net_fen
            owed = exposure(reader, each.party_id)
            verdict, over_fen = judge_credit(agreed, owed, new_fen[each.party_id])
            if verdict is not Verdict.FINE:
                code = "E_CREDIT" if verdict is Verdict.HOLD else "W_CREDIT"
                problems.append(problem(code, over=yuan(over_fen), limit=yuan(agreed.limit_fen)))
        same = standing.setdefault((each.party_id, each.wanted), [])
        goods = tuple(sorted(each.goods))
        if twins := [number for number, those in same if those == goods]:
            problems.append(problem("E_TWIN", number=twins[0]))
        same.append((each.number, goods))
    return found


def check_stock(
    store: Store, place_id: UUID | None, goods: Sequence[tuple[str, UUID, int]]
) -> list[Problem]:
    """E_STOCK for each product (code, key, base units) of which less is free than is wanted."""
    if place_id is None:
        return []
    wanted: dict[UUID, int] = {}
    for _, key, qty in goods:
        wanted[key] = wanted.get(key, 0) + qty
    free = store.reservations.free(place_id, wanted)
    names = {key: code for code, key, _ in goods}
    return [
        problem("E_STOCK", product=names[key], wanted=qty, free=max(0, free[key]))
        for key, qty in sorted(wanted.items(), key=lambda each: names[each[0]])
        if qty > free[key]
    ]


def promise(store: Store, place_id: UUID | None, lines: Sequence[Line]) -> dict[UUID, int]:
    """Reserve what is free for every line of a confirmed order; base units got, by line."""
    if place_id is None:
        return {}
    return store.reservations.reserve(
        Promise(line.id, place_id, line.product_id, line.qty) for line in lines if line.qty
    )


def home_warehouse(reader: Reader) -> UUID | None:
    """The warehouse that orders are filled from: the first by its code, if there is any."""
    for place in places_by_code(reader).values():
        if place.kind is LocationKind.WAREHOUSE and place.active:
            return place.id
    return None
