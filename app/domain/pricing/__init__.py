"""What goods cost: the price that applies, and what promotions make of an order."""

from app.domain.pricing.discounts import PricedItem, PricedOrder, apply_promotions
from app.domain.pricing.prices import (
    PriceCandidate,
    PriceLevel,
    amount_at,
    differs_beyond,
    effective_price,
    free_goods,
    price_per_packing,
    ranked,
    resolve_price,
    slab,
)
from app.domain.pricing.promotions import (
    ApplyMode,
    Buyer,
    FreeGoods,
    Gain,
    Item,
    Promotion,
    Rule,
    RuleKind,
    Scope,
    check_rule,
)

__all__ = [
    "ApplyMode",
    "Buyer",
    "FreeGoods",
    "Gain",
    "Item",
    "PriceCandidate",
    "PriceLevel",
    "PricedItem",
    "PricedOrder",
    "Promotion",
    "Rule",
    "RuleKind",
    "Scope",
    "amount_at",
    "apply_promotions",
    "check_rule",
    "differs_beyond",
    "effective_price",
    "free_goods",
    "price_per_packing",
    "ranked",
    "resolve_price",
    "slab",
]
