"""The fields of the records that goods become, by the names of the record catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from app.domain.profiles.goods import Goods, counted_in, local_day, moment_ms
from app.domain.profiles.profile import ProfileKind


@dataclass(frozen=True, slots=True)
class Given:
    """What the file may not say: when it was fetched (UTC), the zone of the terminal's clock in
    minutes east of UTC, and for whom and where it was collected; empty for unknown."""

    fetched_ms: int
    offset_min: int = 0
    customer: str = ""
    location: str = ""
    supplier: str = ""


def times_of(goods: Sequence[Goods], given: Given) -> list[int]:
    """When the lines were collected (UTC ms), as far as they say it."""
    told = (
        moment_ms(line.fields, given.offset_min, given.fetched_ms)
        for each in goods
        for line in each.sources
    )
    return [each for each in told if each is not None]


def _count_top(goods: Sequence[Goods], given: Given) -> dict[str, object]:
    times = times_of(goods, given) or [given.fetched_ms]
    first = goods[0]
    return {
        "place": first.text("place"),
        "customer": first.text("customer") or given.customer or None,
        "location": first.text("location") or given.location or None,
        "started_ms": min(times),
        "ended_ms": max(times),
        # a terminal that only collects has never seen the book
        "blind": True,
        "lines": len(goods),
    }


def _count_line(goods: Goods) -> dict[str, object]:
    base = int(goods.base)
    packing, packs, loose = counted_in(goods) or (goods.packing, 0, 0)
    return {
        "product": goods.product,
        "packing": packing,
        "packs": packs,
        "loose": loose or None,
        "qty_base": base,
        "lot": goods.text("lot") or None,
        "expiry": goods.first.fields.get("expiry"),
        "state": "counted" if base else "zero",
    }


def _order_top(goods: Sequence[Goods], given: Given) -> dict[str, object]:
    first = goods[0]
    times = times_of(goods, given) or [given.fetched_ms]
    return {
        "customer": first.text("customer") or given.customer or None,
        "origin": first.text("origin") or "visit",
        "fulfilment": first.text("fulfilment") or "own",
        # nobody said when: as soon as it can be
        "wanted": first.first.fields.get("wanted") or local_day(max(times), given.offset_min),
        "payment": first.text("payment"),
        "lines": len(goods),
        "total_fen": sum(int(each.qty) * each.price_fen for each in goods),
        "note": first.text("note") or None,
        "status": "new",
    }


def _order_line(goods: Goods) -> dict[str, object]:
    packs = int(goods.qty)
    return {
        "product": goods.product,
        "packing": goods.packing,
        "packs": packs,
        "qty_base": packs * goods.factor,
        "price_fen": goods.price_fen,
        "free": False,
        "net_fen": packs * goods.price_fen,
    }


def _return_top(goods: Sequence[Goods], given: Given) -> dict[str, object]:
    first = goods[0]
    return {
        "customer": first.text("customer") or given.customer or None,
        "mode": first.text("mode"),
        "original": first.text("original") or None,
    }


def _return_line(goods: Goods) -> dict[str, object]:
    return {
        "product": goods.product,
        "lot": goods.text("lot") or None,
        "expiry": goods.first.fields.get("expiry"),
        "qty_base": int(goods.base),
        "reason": goods.text("reason") or None,
        "condition": goods.text("condition") or None,
    }


LINES: Mapping[ProfileKind, Callable[[Goods], dict[str, object]]] = MappingProxyType(
    {
        ProfileKind.COUNT: _count_line,
        ProfileKind.ORDER: _order_line,
        ProfileKind.RETURN: _return_line,
    }
)
TOPS: Mapping[ProfileKind, Callable[[Sequence[Goods], Given], dict[str, object]]] = (
    MappingProxyType(
        {
            ProfileKind.COUNT: _count_top,
            ProfileKind.ORDER: _order_top,
            ProfileKind.RETURN: _return_top,
        }
    )
)
