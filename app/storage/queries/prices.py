"""Prices and promotions as they are on file, for working out what goods cost."""

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from app.domain.pricing import (
    ApplyMode,
    PriceCandidate,
    PriceLevel,
    Promotion,
    Rule,
    RuleKind,
    Scope,
)
from app.storage.reader import Reader
from app.storage.tables import (
    document,
    document_line,
    packing,
    price_item,
    price_list,
    promotion,
    promotion_rule,
    territory,
)


@dataclass(frozen=True, slots=True)
class ListedPrice:
    product_id: uuid.UUID
    party_id: uuid.UUID | None
    price_group: str | None
    territory_id: uuid.UUID | None
    candidate: PriceCandidate


@dataclass(frozen=True, slots=True)
class PriceBook:
    """All prices of some products; narrowed to a customer without asking the database again."""

    prices: Mapping[uuid.UUID, tuple[ListedPrice, ...]]

    def candidates(
        self,
        product_id: uuid.UUID,
        party_id: uuid.UUID,
        price_group: str,
        territories: Collection[uuid.UUID] = (),
    ) -> list[PriceCandidate]:
        """What may apply when this customer, who is in these territories, buys this product."""
        return [
            listed.candidate
            for listed in self.prices.get(product_id, ())
            if listed.party_id in (None, party_id)
            and listed.price_group in (None, price_group)
            and (listed.territory_id is None or listed.territory_id in territories)
        ]


def price_book(reader: Reader, product_ids: Iterable[uuid.UUID] | None = None) -> PriceBook:
    """Active prices of these products, or of all."""
    item, lists = price_item.c, price_list.c
    query = (
        select(
            item.id,
            item.product_id,
            item.price_fen,
            item.min_price_fen,
            packing.c.code,
            packing.c.factor,
            lists.kind,
            lists.priority,
            lists.price_group,
            lists.party_id,
            lists.territory_id,
            lists.valid_from,
            lists.valid_to,
        )
        .join(price_list, (lists.branch_id == item.branch_id) & (lists.id == item.list_id))
        .join(
            packing,
            (packing.c.branch_id == item.branch_id) & (packing.c.id == item.packing_id),
        )
        .where(item.branch_id == reader.branch_id, lists.active)
    )
    if product_ids is not None:
        query = query.where(item.product_id.in_(sorted(set(product_ids))))
    prices: dict[uuid.UUID, list[ListedPrice]] = {}
    for row in reader.rows(query):
        candidate = PriceCandidate(
            key=str(row.id),
            level=PriceLevel[row.kind.upper()],
            packing=row.code,
            factor=row.factor,
            price_fen=row.price_fen,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            priority=row.priority,
            min_price_fen=row.min_price_fen,
        )
        listed = ListedPrice(
            row.product_id, row.party_id, row.price_group, row.territory_id, candidate
        )
        prices.setdefault(row.product_id, []).append(listed)
    return PriceBook({product_id: tuple(found) for product_id, found in prices.items()})


@dataclass(frozen=True, slots=True)
class Lineage:
    """Each territory with those that it lies in, itself first: by key, and their codes."""

    keys: Mapping[uuid.UUID, tuple[uuid.UUID, ...]]
    codes: Mapping[uuid.UUID, str]

    def of(self, territory_id: uuid.UUID | None) -> tuple[uuid.UUID, ...]:
        return () if territory_id is None else self.keys.get(territory_id, ())


def lineage(reader: Reader) -> Lineage:
    """All territories; one that lies in itself by mistake is taken once."""
    rows = reader.rows(select(territory).where(territory.c.branch_id == reader.branch_id))
    parents = {row.id: row.parent_id for row in rows}
    keys: dict[uuid.UUID, tuple[uuid.UUID, ...]] = {}
    for each in parents:
        line: list[uuid.UUID] = []
        step: uuid.UUID | None = each
        while step is not None and step not in line:
            line.append(step)
            step = parents.get(step)
        keys[each] = tuple(line)
    return Lineage(keys, {row.id: row.code for row in rows})


def lists_of(reader: Reader, item_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[str, str]]:
    """Code and name of the price list that each of these prices stands on."""
    item, lists = price_item.c, price_list.c
    query = (
        select(item.id, lists.code, lists.name)
        .join(price_list, (lists.branch_id == item.branch_id) & (lists.id == item.list_id))
        .where(item.branch_id == reader.branch_id, item.id.in_(sorted(set(item_ids))))
    )
    return {row.id: (row.code, row.name) for row in reader.rows(query)}


def promotions_on(reader: Reader, day: date) -> tuple[Promotion, ...]:
    """Active promotions of the day, with what is left of their budgets."""
    terms = promotion.c
    query = select(promotion).where(
        terms.branch_id == reader.branch_id,
        terms.active,
        terms.valid_from <= day,
        or_(terms.valid_to.is_(None), terms.valid_to > day),
    )
    found = reader.rows(query.order_by(terms.code))
    if not found:
        return ()
    rules: dict[uuid.UUID, list[Rule]] = defaultdict(list)
    of_these = promotion_rule.c.promotion_id.in_([row.id for row in found])
    for row in reader.rows(
        select(promotion_rule)
        .where(promotion_rule.c.branch_id == reader.branch_id, of_these)
        .order_by(promotion_rule.c.rule_no)
    ):
        rules[row.promotion_id].append(_rule(row.rule_no, row.kind, row.apply_mode, row.params))
    used = _used(
        reader,
        {row.code for row in found if row.budget_fen is not None or row.budget_qty is not None},
    )
    return tuple(
        Promotion(
            code=row.code,
            rules=tuple(rules[row.id]),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            stackable_group=row.stackable_group,
            priority=row.priority,
            scope=_scope(row.scope),
            left_fen=None if row.budget_fen is None else row.budget_fen - used[row.code][0],
            left_qty=None if row.budget_qty is None else row.budget_qty - used[row.code][1],
        )
        for row in found
    )


def _rule(rule_no: int, kind: str, mode: str, params: str) -> Rule:
    values = json.loads(params)
    needs, gives = values.pop("needs", {}), values.pop("gives", "")
    return Rule(rule_no, RuleKind(kind), values, ApplyMode(mode), gives, needs)


def _scope(text: str) -> Scope:
    return Scope(**{name: frozenset(codes) for name, codes in json.loads(text or "{}").items()})


def _used(reader: Reader, codes: Collection[str]) -> Mapping[str, tuple[int, int]]:
    """Fen and free base units that orders which stand have had of each promotion."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for code in codes:
        query = (
            select(document_line.c.promotions)
            .join(
                document,
                (document.c.branch_id == document_line.c.branch_id)
                & (document.c.id == document_line.c.document_id),
            )
            .where(
                document_line.c.branch_id == reader.branch_id,
                document_line.c.promotions.contains(f'"{code}"', autoescape=True),
                document.c.kind == "SO",
                document.c.state.not_in(("rejected", "cancelled")),
            )
        )
        for row in reader.rows(query):
            for name, _rule_no, kind, fen, free_qty in json.loads(row.promotions):
                if name == code and kind != RuleKind.REBATE:
                    sums[code][0] += fen
                    sums[code][1] += free_qty
    return {code: (sums[code][0], sums[code][1]) for code in codes}
