"""Promotions: for whom, for what, when, and what one rule gives on one line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from app.domain.money import BASIS_POINTS, line_amount, round_half_up
from app.errors import RuleBroken


class RuleKind(StrEnum):
    SPECIAL_PRICE = "special_price"
    PCT_OFF = "pct_off"
    BUY_X_GET_Y = "buy_x_get_y"
    ORDER_THRESHOLD = "order_threshold"
    BUNDLE = "bundle"
    REBATE = "rebate"


class ApplyMode(StrEnum):
    """Whether a limit of units is a slab (the first five) or all of them get it, or none."""

    SLAB = "slab"
    ALL_UNITS = "all_units"


@dataclass(frozen=True, slots=True)
class Scope:
    """Codes that a promotion is for; an empty set leaves nobody and nothing out."""

    customers: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    territories: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def covers_buyer(self, buyer: "Buyer") -> bool:
        return (
            (not self.customers or buyer.code in self.customers)
            and (not self.types or buyer.customer_type in self.types)
            and (not self.territories or not self.territories.isdisjoint(buyer.territories))
        )

    def covers_item(self, item: "Item") -> bool:
        """Either by its code or by one of its groups, where any is named."""
        if not self.products and not self.groups:
            return True
        return item.product in self.products or not self.groups.isdisjoint(item.groups)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys; `territories` are the own one and those that it lies in."""

    code: str
    customer_type: str = ""
    territories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Item:
    """One paid line: `qty` base units at `price_fen` per packing of `factor` base units.

    `groups` are the product's group and those above it, so that a rule for a group holds for its
    child groups too.
    """

    line_no: int
    product: str
    qty: int
    price_fen: int
    factor: int
    groups: frozenset[str] = frozenset()

    @property
    def gross_fen(self) -> int:
        return line_amount(self.price_fen, self.factor, self.qty)


@dataclass(frozen=True, slots=True)
class Rule:
    """What one rule gives; quantities in `params` are base units, shares basis points.

    special_price: price_fen per `factor` units, min_qty?, max_qty?; pct_off: off_bp, min_qty?,
    max_qty?; buy_x_get_y: buy, get; order_threshold: min_fen, off_bp or off_fen; bundle: `needs`
    and off_fen; rebate: off_bp.
    """

    rule_no: int
    kind: RuleKind
    params: Mapping[str, int]
    mode: ApplyMode = ApplyMode.SLAB
    gives: str = ""
    needs: Mapping[str, int] = field(default_factory=dict)

    def units(self, qty: int) -> int:
        """How many of `qty` base units it holds for."""
        most = self.params.get("max_qty", 0)
        if qty < max(1, self.params.get("min_qty", 0)):
            return 0
        if not most or qty <= most:
            return qty
        return most if self.mode is ApplyMode.SLAB else 0

    def off_line(self, item: Item, net_fen: int) -> int:
        """Fen that it takes off a line whose net is `net_fen` so far; never more than that."""
        units = self.units(item.qty)
        if not units:
            return 0
        part = Fraction(net_fen * units, item.qty)
        if self.kind is RuleKind.PCT_OFF:
            off = part * self.params["off_bp"] / BASIS_POINTS
        else:
            special = Fraction(self.params["price_fen"] * units, self.params.get("factor", 1))
            off = part - special
        return max(0, min(net_fen, round_half_up(off)))


@dataclass(frozen=True, slots=True)
class Promotion:
    """Valid from a day up to (not on) another; at most one of a `stackable_group` applies.

    An empty group stands for the promotion alone. `left_fen` and `left_qty` are what remains of
    its budgets, None without one. A lower `priority` goes first.
    """

    code: str
    rules: tuple[Rule, ...]
    valid_from: date
    valid_to: date | None = None
    stackable_group: str = ""
    priority: int = 0
    scope: Scope = Scope()
    left_fen: int | None = None
    left_qty: int | None = None

    @property
    def group(self) -> str:
        return self.stackable_group or f"\0{self.code}"

    def holds(self, buyer: Buyer, day: date) -> bool:
        in_time = self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
        return in_time and self.scope.covers_buyer(buyer)

    def affords(self, fen: int = 0, qty: int = 0) -> bool:
        """Whether its budgets still hold so much."""
        enough_fen = self.left_fen is None or fen <= self.left_fen
        return enough_fen and (self.left_qty is None or qty <= self.left_qty)


@dataclass(frozen=True, slots=True)
class Gain:
    """What a rule of a promotion gave: fen off, or free base units, or fen of rebate to come."""

    promotion: str
    rule_no: int
    kind: RuleKind
    fen: int = 0
    free_qty: int = 0


@dataclass(frozen=True, slots=True)
class FreeGoods:
    """Free base units of a product, by which rule."""

    product: str
    qty: int
    promotion: str
    rule_no: int


_NEEDED: Mapping[RuleKind, tuple[str, ...]] = {
    RuleKind.SPECIAL_PRICE: ("price_fen",),
    RuleKind.PCT_OFF: ("off_bp",),
    RuleKind.BUY_X_GET_Y: ("buy", "get"),
    RuleKind.ORDER_THRESHOLD: ("min_fen",),
    RuleKind.BUNDLE: ("off_fen",),
    RuleKind.REBATE: ("off_bp",),
}


def check_rule(rule: Rule) -> None:
    """RuleBroken("promotion-rule") for a rule that lacks a figure or has an impossible one."""
    missing = [name for name in _NEEDED[rule.kind] if rule.params.get(name, 0) < 1]
    if rule.kind is RuleKind.SPECIAL_PRICE:
        missing = [] if rule.params.get("price_fen", -1) >= 0 else ["price_fen"]
    if rule.kind is RuleKind.ORDER_THRESHOLD and not _takes_off(rule):
        missing.append("off_bp")
    if rule.kind is RuleKind.BUNDLE and (not rule.needs or min(rule.needs.values()) < 1):
        missing.append("needs")
    if rule.params.get("off_bp", 0) > BASIS_POINTS:
        missing.append("off_bp")
    negative = [name for name, value in rule.params.items() if value < 0]
    if missing or negative:
        names = sorted({*missing, *negative})
        raise RuleBroken("promotion-rule", rule_no=rule.rule_no, kind=rule.kind.value, names=names)


def _takes_off(rule: Rule) -> bool:
    return rule.params.get("off_bp", 0) > 0 or rule.params.get("off_fen", 0) > 0
