"""What promotions make of a whole order, in one order of steps that never depends on its input's.

First each line's own reductions, then bundles, then free goods, then what the order as a whole
earns, which is spread over its lines so that they add up; rebates are only written down.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from app.domain.money import allocate, share
from app.domain.pricing.promotions import (
    Buyer,
    FreeGoods,
    Gain,
    Item,
    Promotion,
    Rule,
    RuleKind,
)


@dataclass(frozen=True, slots=True)
class PricedItem:
    """One line: net is gross less discount; `gains` say which rules made that, and the rebates."""

    item: Item
    gross_fen: int
    discount_fen: int
    gains: tuple[Gain, ...]

    @property
    def net_fen(self) -> int:
        return self.gross_fen - self.discount_fen


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """Lines in the order of their numbers, free goods, and promotions whose budget is used up."""

    items: tuple[PricedItem, ...]
    free: tuple[FreeGoods, ...]
    spent: tuple[str, ...]

    @property
    def net_fen(self) -> int:
        return sum(each.net_fen for each in self.items)


class _Offer(NamedTuple):
    promotion: Promotion
    rule: Rule

    @property
    def rank(self) -> tuple[int, str, int]:
        return self.promotion.priority, self.promotion.code, self.rule.rule_no


@dataclass(slots=True)
class _Work:
    """The order while it is priced."""

    items: Sequence[Item]
    net: dict[int, int]
    gains: dict[int, list[Gain]] = field(default_factory=lambda: defaultdict(list))
    used: set[tuple[int, str]] = field(default_factory=set)
    spent: set[str] = field(default_factory=set)
    given_fen: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    given_qty: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def affords(self, promotion: Promotion, fen: int = 0, qty: int = 0) -> bool:
        """Whether the budget still holds it, with what this order has had already."""
        code = promotion.code
        if promotion.affords(self.given_fen[code] + fen, self.given_qty[code] + qty):
            return True
        self.spent.add(code)
        return False

    def take_off(self, line_no: int, offer: _Offer, fen: int) -> None:
        self.net[line_no] -= fen
        self.given_fen[offer.promotion.code] += fen
        self.used.add((line_no, offer.promotion.group))
        self.gains[line_no].append(
            Gain(offer.promotion.code, offer.rule.rule_no, offer.rule.kind, fen)
        )


def apply_promotions(
    items: Iterable[Item], promotions: Iterable[Promotion], buyer: Buyer, day: date
) -> PricedOrder:
    """The order with everything that it earns on `day`; lines are told by distinct numbers.

    Within a stackable group a line gets what is best for the customer, and only that; groups add
    up, the lower priority first. A promotion whose budget does not hold what it would give does
    not apply. The result does not depend on the order of items or promotions.
    """
    lines = sorted(items, key=lambda item: item.line_no)
    holding = [each for each in promotions if each.holds(buyer, day)]
    offers = sorted(
        (_Offer(promotion, rule) for promotion in holding for rule in promotion.rules),
        key=lambda offer: offer.rank,
    )
    work = _Work(lines, {item.line_no: item.gross_fen for item in lines})
    _reduce_lines(work, _of(offers, RuleKind.SPECIAL_PRICE, RuleKind.PCT_OFF))
    _reduce_bundles(work, _of(offers, RuleKind.BUNDLE))
    free = _free_goods(work, _of(offers, RuleKind.BUY_X_GET_Y))
    _reduce_order(work, _of(offers, RuleKind.ORDER_THRESHOLD))
    _note_rebates(work, _of(offers, RuleKind.REBATE))
    priced = tuple(
        PricedItem(
            item,
            item.gross_fen,
            item.gross_fen - work.net[item.line_no],
            tuple(work.gains[item.line_no]),
        )
        for item in lines
    )
    return PricedOrder(priced, free, tuple(sorted(work.spent)))


def _of(offers: Sequence[_Offer], *kinds: RuleKind) -> list[_Offer]:
    return [offer for offer in offers if offer.rule.kind in kinds]


def _by_group(offers: Iterable[_Offer]) -> Mapping[str, list[_Offer]]:
    """Groups in the order of their first offer, each with its offers in their order."""
    groups: dict[str, list[_Offer]] = {}
    for offer in offers:
        groups.setdefault(offer.promotion.group, []).append(offer)
    return groups


def _best(
    work: _Work, offers: Iterable[_Offer], worth: Callable[[_Offer], int]
) -> tuple[_Offer, int] | None:
    """The offer that gives most and that its budget still holds; the first of equals."""
    found: tuple[_Offer, int] | None = None
    for offer in offers:
        fen = worth(offer)
        more = fen > 0 and (found is None or fen > found[1])
        if more and work.affords(offer.promotion, fen):
            found = offer, fen
    return found


def _reduce_lines(work: _Work, offers: Sequence[_Offer]) -> None:
    for group in _by_group(offers).values():
        for item in work.items:
            net = work.net[item.line_no]
            fit = [offer for offer in group if offer.promotion.scope.covers_item(item)]
            best = _best(work, fit, lambda o, i=item, n=net: o.rule.off_line(i, n))  # type: ignore[misc]
            if best is not None:
                work.take_off(item.line_no, *best)


def _reduce_bundles(work: _Work, offers: Sequence[_Offer]) -> None:
    """So many sets as all its goods make; a line that had the same group's promotion stays out."""
    for offer in offers:
        members = [
            item
            for item in work.items
            if item.product in offer.rule.needs
            and (item.line_no, offer.promotion.group) not in work.used
        ]
        held: dict[str, int] = defaultdict(int)
        for item in members:
            held[item.product] += item.qty
        sets = min(held[product] // need for product, need in offer.rule.needs.items())
        weights = [work.net[item.line_no] for item in members]
        fen = min(sets * offer.rule.params["off_fen"], sum(weights))
        if fen and work.affords(offer.promotion, fen):
            for item, part in zip(members, allocate(fen, weights), strict=True):
                work.take_off(item.line_no, offer, part)


def _free_goods(work: _Work, offers: Sequence[_Offer]) -> tuple[FreeGoods, ...]:
    """By product over all its lines, rounded down; of a group, the one with most free units."""
    bought: dict[str, list[Item]] = defaultdict(list)
    for item in work.items:
        bought[item.product].append(item)
    found = []
    for group in _by_group(offers).values():
        for product in sorted(bought):
            open_to = [
                item
                for item in bought[product]
                if (item.line_no, group[0].promotion.group) not in work.used
            ]
            best: tuple[_Offer, int] | None = None
            for offer in group:
                qty = _free_units(offer, open_to)
                more = qty > 0 and (best is None or qty > best[1])
                if more and work.affords(offer.promotion, qty=qty):
                    best = offer, qty
            if best is None:
                continue
            offer, qty = best
            work.given_qty[offer.promotion.code] += qty
            code, rule = offer.promotion.code, offer.rule
            found.append(FreeGoods(rule.gives or product, qty, code, rule.rule_no))
            for item in open_to:
                work.used.add((item.line_no, offer.promotion.group))
                work.gains[item.line_no].append(Gain(code, rule.rule_no, rule.kind, free_qty=qty))
    return tuple(found)


def _free_units(offer: _Offer, lines: Sequence[Item]) -> int:
    qty = sum(item.qty for item in lines if offer.promotion.scope.covers_item(item))
    return qty // offer.rule.params["buy"] * offer.rule.params["get"]


def _reduce_order(work: _Work, offers: Sequence[_Offer]) -> None:
    for group in _by_group(offers).values():
        best = _best(work, group, lambda offer: _off_order(work, offer))
        if best is None:
            continue
        offer, fen = best
        lines = _in_scope(work, offer)
        weights = [work.net[item.line_no] for item in lines]
        for item, part in zip(lines, allocate(fen, weights), strict=True):
            work.take_off(item.line_no, offer, part)


def _off_order(work: _Work, offer: _Offer) -> int:
    params = offer.rule.params
    net = sum(work.net[item.line_no] for item in _in_scope(work, offer))
    if net < params["min_fen"]:
        return 0
    return min(net, params.get("off_fen", 0) or share(net, params.get("off_bp", 0)))


def _in_scope(work: _Work, offer: _Offer) -> list[Item]:
    return [item for item in work.items if offer.promotion.scope.covers_item(item)]


def _note_rebates(work: _Work, offers: Sequence[_Offer]) -> None:
    for offer in offers:
        for item in _in_scope(work, offer):
            fen = share(work.net[item.line_no], offer.rule.params["off_bp"])
            if fen:
                work.gains[item.line_no].append(
                    Gain(offer.promotion.code, offer.rule.rule_no, offer.rule.kind, fen)
                )
