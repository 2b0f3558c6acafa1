"""What a customer's order costs: the host's own prices and promotions decide."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.pricing import (
    Buyer,
    FreeGoods,
    Gain,
    Item,
    PriceCandidate,
    Promotion,
    apply_promotions,
    price_per_packing,
    ranked,
    resolve_price,
)
from app.domain.problems import Problem, problem
from app.errors import NotFound
from app.storage.queries.directory import (
    FoundCustomer,
    FoundProduct,
    customers_by_code,
    products_by_code,
)
from app.storage.queries.prices import (
    Lineage,
    PriceBook,
    lineage,
    lists_of,
    price_book,
    promotions_on,
)
from app.storage.reader import Reader


@dataclass(frozen=True, slots=True)
class WantedLine:
    """`qty` base units, ordered by `packing`; a price of one's own is fen per that packing."""

    line_no: int
    product: FoundProduct
    packing: str
    qty: int
    free: bool = False
    own_price_fen: int | None = None


@dataclass(frozen=True, slots=True)
class PricedLine:
    """`price_fen` per packing; `promotions` a JSON list of [code, rule, kind, fen, free units]."""

    wanted: WantedLine
    price_fen: int
    price_source: str
    gross_fen: int
    discount_fen: int
    promotions: str = ""

    @property
    def net_fen(self) -> int:
        return self.gross_fen - self.discount_fen


@dataclass(frozen=True, slots=True)
class Priced:
    """Lines as wanted, then the free goods that promotions add; what is wrong with prices."""

    lines: tuple[PricedLine, ...]
    problems: tuple[Problem, ...]
    spent: tuple[str, ...]

    @property
    def net_fen(self) -> int:
        return sum(line.net_fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class Tariff:
    """All that prices follow from, loaded once for any number of orders of a day."""

    prices: PriceBook
    territories: Lineage
    promotions: tuple[Promotion, ...]

    def price(
        self, customer: FoundCustomer, product: FoundProduct, packing: str, day: date
    ) -> PriceCandidate | None:
        """The one price, None where there is none."""
        return price_for(self.prices, self.territories, customer, product, packing, day)


def price_for(
    prices: PriceBook,
    territories: Lineage,
    customer: FoundCustomer,
    product: FoundProduct,
    packing: str,
    day: date,
) -> PriceCandidate | None:
    """The one price of the host for a customer, None where there is none."""
    lies_in = territories.of(customer.territory_id)
    candidates = prices.candidates(product.id, customer.id, customer.price_group, lies_in)
    return resolve_price(candidates, packing, day)


@dataclass(frozen=True, slots=True)
class Listed:
    """A price that is valid for the customer, with the list that it stands on."""

    list_code: str
    list_name: str
    price: PriceCandidate


@dataclass(frozen=True, slots=True)
class Explained:
    """Every price in the order in which they are looked at, the one that applies first; then what
    the goods cost with promotions."""

    listed: tuple[Listed, ...]
    priced: Priced


def explain_price(
    reader: Reader, customer_code: str, product_code: str, packing: str, qty: int, day: date
) -> Explained:
    """Why so many base units cost what they cost. Raises NotFound for an unknown code."""
    customer = customers_by_code(reader, [customer_code], day).get(customer_code)
    product = products_by_code(reader, {product_code}).get(product_code)
    if customer is None:
        raise NotFound(what="customer", key=customer_code)
    if product is None:
        raise NotFound(what="product", key=product_code)
    tariff = load_tariff(reader, {product.id}, day)
    lies_in = tariff.territories.of(customer.territory_id)
    found = ranked(
        tariff.prices.candidates(product.id, customer.id, customer.price_group, lies_in),
        packing,
        day,
    )
    names = lists_of(reader, [UUID(each.key) for each in found])
    listed = tuple(Listed(*names[UUID(each.key)], each) for each in found)
    wanted = [WantedLine(1, product, packing, qty)]
    return Explained(listed, price_order(reader, tariff, customer, wanted, day))


def load_tariff(reader: Reader, products: Iterable[UUID] | None, day: date) -> Tariff:
    """Prices of these products, or of all, and the promotions of the day."""
    return Tariff(price_book(reader, products), lineage(reader), promotions_on(reader, day))


def price_order(
    reader: Reader, tariff: Tariff, customer: FoundCustomer, wanted: Sequence[WantedLine], day: date
) -> Priced:
    """Price every line, then let promotions at work; a line without a price costs nothing and says
    so (E_NO_PRICE), one whose net falls below the least price too (E_PRICE_FLOOR)."""
    problems: list[Problem] = []
    found: dict[int, PriceCandidate] = {}
    items: list[Item] = []
    for line in wanted:
        price = None if line.free else tariff.price(customer, line.product, line.packing, day)
        if line.free:
            continue
        if price is None:
            problems.append(
                problem("E_NO_PRICE", f"line {line.line_no}", product=line.product.code)
            )
            continue
        found[line.line_no] = price
        items.append(_item(line, price))
    territories = tariff.territories
    codes = frozenset(territories.codes[key] for key in territories.of(customer.territory_id))
    buyer = Buyer(customer.code, customer.customer_type, codes)
    order = apply_promotions(items, tariff.promotions, buyer, day)
    of_line = {each.item.line_no: each for each in order.items}
    lines = []
    for line in wanted:
        price, each = found.get(line.line_no), of_line.get(line.line_no)
        if price is None or each is None:
            lines.append(PricedLine(line, 0, "", 0, 0))
            continue
        lines.append(
            PricedLine(
                line,
                _asked(line, price),
                "own" if line.own_price_fen is not None else price.key,
                each.gross_fen,
                each.discount_fen,
                _told(each.gains),
            )
        )
        problems += _check_floor(line, price, each.gross_fen - each.discount_fen)
    lines += _free_lines(reader, order.free, wanted)
    return Priced(tuple(lines), tuple(problems), order.spent)


def groups_of(product_group: str) -> frozenset[str]:
    """`BEER/LAGER` lies in BEER/LAGER and in BEER."""
    parts = product_group.split("/")
    return frozenset("/".join(parts[:length]) for length in range(1, len(parts) + 1)) - {""}


def _item(line: WantedLine, price: PriceCandidate) -> Item:
    groups = groups_of(line.product.product_group)
    if line.own_price_fen is not None:
        factor = line.product.packings.factor(line.packing)
        return Item(line.line_no, line.product.code, line.qty, line.own_price_fen, factor, groups)
    return Item(line.line_no, line.product.code, line.qty, price.price_fen, price.factor, groups)


def _asked(line: WantedLine, price: PriceCandidate) -> int:
    if line.own_price_fen is not None:
        return line.own_price_fen
    return price_per_packing(price, line.product.packings.factor(line.packing))


def _check_floor(line: WantedLine, price: PriceCandidate, net_fen: int) -> list[Problem]:
    """The least price is per packing of the list; compared without rounding."""
    least = price.min_price_fen or 0
    if net_fen * price.factor >= least * line.qty:
        return []
    where = f"line {line.line_no}"
    return [problem("E_PRICE_FLOOR", where, product=line.product.code, least=least)]


def _told(gains: Sequence[Gain]) -> str:
    rows = [
        [gain.promotion, gain.rule_no, gain.kind.value, gain.fen, gain.free_qty] for gain in gains
    ]
    # free goods stand on their own lines
    rows = [row for row in rows if row[3]]
    return json.dumps(rows, ensure_ascii=False) if rows else ""


def _free_lines(
    reader: Reader, free: Sequence[FreeGoods], wanted: Sequence[WantedLine]
) -> list[PricedLine]:
    """One line a product, unless the order holds free goods of it already."""
    own = {line.product.code for line in wanted if line.free}
    known = {line.product.code: line.product for line in wanted}
    known |= products_by_code(reader, {each.product for each in free} - known.keys())
    sums: dict[str, list[FreeGoods]] = {}
    for each in free:
        if each.product in known and each.product not in own:
            sums.setdefault(each.product, []).append(each)
    lines = []
    first = max((line.line_no for line in wanted), default=0) + 1
    for line_no, (code, given) in enumerate(sorted(sums.items()), start=first):
        product = known[code]
        qty = sum(each.qty for each in given)
        rows = [[each.promotion, each.rule_no, "buy_x_get_y", 0, each.qty] for each in given]
        line = WantedLine(line_no, product, product.packings.default.code, qty, free=True)
        lines.append(PricedLine(line, 0, "", 0, 0, json.dumps(rows, ensure_ascii=False)))
    return lines
