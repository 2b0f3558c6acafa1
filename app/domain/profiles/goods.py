"""What a line of a file says of goods: which, how many, and which lines speak of the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby

from app.domain.profiles.profile import ProfileKind, Value
from app.domain.profiles.reading import BadLine, Line
from app.domain.profiles.values import shown
from app.domain.quantity import EACH
from app.domain.records.catalogue import MAX_QTY, U16

MAX_PACKS = 9_999
_CODE = re.compile(r"[A-Z0-9-]{1,12}")
_PERSON = re.compile(r"[A-Z0-9-]{1,8}")
_FIRST_YEAR, _LAST_YEAR = 2020, 2099
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the zone is taken off as minutes


@dataclass(frozen=True, slots=True)
class Article:
    """What a barcode stands for: `factor` base units of `product`, packed as `packing`.

    `factors` are those of all its packings by code; `price_fen` is the desk's own for `packing`,
    for terminals that know none.
    """

    product: str
    packing: str
    factor: int = 1
    factors: Mapping[str, int] = field(default_factory=dict)
    price_fen: int | None = None


Resolve = Callable[[str], Article | str | None]
"""What a scanned text stands for; where it gives only a product's code, one scan is one piece."""


@dataclass(frozen=True, slots=True)
class Goods:
    """`qty` packings of a product, and the lines that say so, the first one first.

    `factors` are those of all its packings by code, as far as they are known.
    """

    product: str
    packing: str
    factor: int
    qty: Decimal
    price_fen: int
    sources: tuple[Line, ...]
    factors: Mapping[str, int] = field(default_factory=dict)

    @property
    def first(self) -> Line:
        return self.sources[0]

    @property
    def base(self) -> Decimal:
        return self.qty * self.factor

    def text(self, name: str) -> str:
        """A field of its first line, empty when it is not there."""
        value = self.first.fields.get(name)
        return "" if value is None else shown(value)

    @property
    def key(self) -> tuple[object, ...]:
        """Lines with the same key speak of the same goods."""
        told = ("lot", "expiry", "reason", "condition")
        return (self.product, self.packing, *(self.text(name) for name in told))


def goods_of(kind: ProfileKind, line: Line, resolve: Resolve) -> Goods | BadLine:
    """The goods of one line; a line without a quantity is one scan, so one piece."""
    text = shown(line.fields["code"])
    found = resolve(text)
    if found is None:
        if not _CODE.fullmatch(text):
            return bad(line, "unknown_barcode", "code")
        # it may be the code of a product: intake asks a clerk
        found = text
    article = found if isinstance(found, Article) else Article(found, EACH)
    packing, factor = _packing(line, found, article)
    if not factor:
        return bad(line, "unknown_packing", "packing")
    qty = line.fields.get("qty", Decimal(1))
    price = line.fields.get("price")
    price_fen = article.price_fen or 0 if packing == article.packing else 0
    if isinstance(price, Decimal):
        fen = price.scaleb(2)
        if fen != fen.to_integral_value():
            return bad(line, "number", "price")
        price_fen = int(fen)
    if not isinstance(qty, Decimal):
        return bad(line, "number", "qty")
    goods = Goods(article.product, packing, factor, qty, price_fen, (line,), article.factors)
    # a count may say zero, and may take back what was scanned before
    if kind is ProfileKind.COUNT and qty <= 0:
        return goods
    if qty <= 0:
        return bad(line, "negative" if qty else "no_quantity", "qty")
    return goods


def check_quantity(kind: ProfileKind, goods: Goods) -> str:
    """Why a record cannot hold the quantity, empty when it can."""
    base = goods.base
    if base < 0:
        return "negative"
    if base != base.to_integral_value():
        return "not_whole"
    if kind is ProfileKind.ORDER and goods.qty != goods.qty.to_integral_value():
        return "not_whole"
    if kind is ProfileKind.ORDER and goods.qty > MAX_PACKS:
        return "too_many"
    if kind is ProfileKind.COUNT and counted_in(goods) is None:
        return "too_many"
    return "too_many" if base > MAX_QTY else ""


def counted_in(goods: Goods) -> tuple[str, int, int] | None:
    """(packing, packs, loose) as a count bears them; None for more than it can.

    Larger packings are taken when there are too many pieces for the one that was scanned.
    """
    base = int(goods.base)
    larger = sorted(goods.factors.items(), key=lambda each: (each[1], each[0]))
    for packing, factor in ((goods.packing, goods.factor), *larger):
        packs = min(base // factor, U16)
        if factor >= goods.factor and base - packs * factor <= U16:
            return packing, packs, base - packs * factor
    return None


def merge_in_row(goods: Iterable[Goods]) -> list[Goods]:
    """The same goods one behind the other become one."""
    alike = groupby(goods, key=lambda each: (each.key, each.price_fen))
    return [_summed(list(same)) for _, same in alike]


def merge_all(goods: Iterable[Goods]) -> list[Goods]:
    """The same goods become one, wherever they stand; each stays where it came first."""
    same: dict[tuple[object, ...], list[Goods]] = {}
    for each in goods:
        same.setdefault(each.key, []).append(each)
    return [_summed(each) for each in same.values()]


def merge_taken_back(goods: Iterable[Goods]) -> list[Goods]:
    """A quantity below zero takes back from the same goods before it."""
    rows: list[list[Goods]] = []
    latest: dict[tuple[object, ...], list[Goods]] = {}
    for each in goods:
        if each.qty < 0 and each.key in latest:
            latest[each.key].append(each)
            continue
        rows.append([each])
        latest[each.key] = rows[-1]
    return [_summed(row) for row in rows]


def bad(line: Line, reason: str, column: str = "") -> BadLine:
    """A line that could be read and yet means nothing; its text says all, so no bytes are kept."""
    return BadLine(line.number, line.offset, line.length, line.text, reason, column)


def moment_ms(fields: Mapping[str, Value], offset_min: int, fetched_ms: int) -> int | None:
    """When a line was collected, in UTC; None when it does not say, or its clock was never set.

    A day without a time is its last second, or the time of fetching when it is the same day.
    """
    told = fields.get("at")
    if not isinstance(told, datetime):
        day, hour = fields.get("day"), fields.get("time")
        if not isinstance(day, date):
            return None
        if not isinstance(hour, time):
            fetched = _EPOCH + timedelta(milliseconds=fetched_ms, minutes=offset_min)
            if fetched.date() == day:
                return fetched_ms
            hour = time(23, 59, 59)
        told = datetime.combine(day, hour)
    if not _FIRST_YEAR <= told.year <= _LAST_YEAR:
        return None
    return (told - _EPOCH) // timedelta(milliseconds=1) - offset_min * 60_000


def local_day(at_ms: int, offset_min: int) -> date:
    return (_EPOCH + timedelta(milliseconds=at_ms, minutes=offset_min)).date()


def person_of(text: str) -> str:
    """The code of a person as a record can bear it; empty for any other text."""
    return text if _PERSON.fullmatch(text) else ""


def _packing(line: Line, found: Article | str, article: Article) -> tuple[str, int]:
    """Packing and its base units; no units for a packing that the product does not have."""
    named = shown(line.fields.get("packing", ""))
    if not named or named == article.packing:
        return article.packing, article.factor
    if isinstance(found, Article):
        return named, article.factors.get(named, 0)
    return named, 1


def _summed(same: Sequence[Goods]) -> Goods:
    if len(same) == 1:
        return same[0]
    qty = sum((each.qty for each in same), Decimal(0))
    sources = tuple(line for each in same for line in each.sources)
    return replace(same[0], qty=qty, sources=sources)
