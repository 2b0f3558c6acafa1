"""Writes the terms of trade: territories, credit, promotions, assets, targets, sales of before."""

import json
import uuid
from collections.abc import Sequence

from sqlalchemy import delete, select

from app.errors import RuleBroken
from app.storage.keys import derived_key
from app.storage.store import master_data
from app.storage.store.coded_rows import CodedRows
from app.storage.store.dated_rows import put_dated
from app.storage.store.scope import Scope, columns_of
from app.storage.tables import (
    asset,
    credit_policy,
    party,
    past_sale,
    person,
    product,
    promotion,
    promotion_rule,
    target,
    territory,
    territory_assignment,
)


class Terms:
    """Everything refers to everything else by code; NotFound for a code that is nowhere."""

    def __init__(self, scope: Scope, rows: CodedRows) -> None:
        self._scope = scope
        self._rows = rows

    def put_territory(self, data: master_data.Territory) -> uuid.UUID:
        row = columns_of(data)
        row["parent_id"] = self._rows.key_of(territory, row.pop("parent"))
        return self._rows.put(territory, row)

    def put_assignment(self, data: master_data.TerritoryAssignment) -> None:
        """Who has a territory in a role from a day on."""
        row = columns_of(data)
        of = self._rows.key_of(territory, row.pop("territory"))
        row["party_id"] = self._rows.key_of(party, row.pop("party"))
        row["person_id"] = self._rows.key_of(person, row.pop("person"))
        if of is None or (row["party_id"] is None) == (row["person_id"] is None):
            raise RuleBroken("one-holder", territory=data.territory)
        role = {"territory_id": of, "role": row.pop("role")}
        put_dated(self._scope, self._rows, territory_assignment, role, row, data.territory)

    def put_credit(self, data: master_data.CreditPolicy) -> None:
        row = columns_of(data)
        party_id = self._rows.key_of(party, row.pop("customer"))
        if party_id is not None:
            put_dated(
                self._scope,
                self._rows,
                credit_policy,
                {"party_id": party_id},
                row,
                data.customer,
            )

    def put_promotion(self, data: master_data.PromotionTerms) -> uuid.UUID:
        """The rules replace the ones before."""
        row = columns_of(data)
        rules = row.pop("rules")
        row["scope"] = json.dumps(
            {name: list(codes) for name, codes in sorted(data.scope.items()) if codes},
            ensure_ascii=False,
        )
        promotion_id = self._rows.put(promotion, row)
        self._rows.replace(
            promotion_rule,
            {"promotion_id": promotion_id},
            [
                {
                    "rule_no": place,
                    "kind": rule.kind,
                    "apply_mode": rule.apply_mode,
                    "params": rule.params,
                }
                for place, rule in enumerate(rules, start=1)
            ],
            named_by=("rule_no",),
            of=("promotion", data.code),
        )
        return promotion_id

    def put_asset(self, data: master_data.Asset) -> uuid.UUID:
        row = columns_of(data)
        row["party_id"] = self._rows.key_of(party, row.pop("customer"))
        return self._rows.put(asset, row)

    def put_targets(self, targets: Sequence[master_data.Target]) -> int:
        """Each replaces the one of the same period, holder, group and measure; how many differ."""
        changed = 0
        for data in targets:
            row = columns_of(data)
            row["person_id"] = self._rows.key_of(person, row.pop("person"))
            row["party_id"] = self._rows.key_of(party, row.pop("customer"))
            parts = (data.period, row["person_id"], row["party_id"], data.product_group)
            key = derived_key(self._scope.branch_id, "target", *parts, data.measure)
            mine = (target.c.branch_id == self._scope.branch_id, target.c.id == key)
            known = self._scope.connection.scalar(select(target.c.value).where(*mine))
            if known == data.value:
                continue
            self._scope.connection.execute(delete(target).where(*mine))
            self._scope.insert(target, [row | {"id": key}])
            changed += 1
        return changed

    def put_past_sales(self, sales: Sequence[master_data.PastSale]) -> int:
        """Each replaces the one of the same day, customer and product; how many differ."""
        parties = self._rows.keys_of(party, {each.customer for each in sales})
        products = self._rows.keys_of(product, {each.product for each in sales})
        rows: dict[uuid.UUID, dict[str, object]] = {}
        for each in sales:
            ids = (parties[each.customer], products[each.product])
            key = derived_key(self._scope.branch_id, "past sale", each.day, *ids)
            rows[key] = {
                "id": key,
                "day": each.day,
                "party_id": ids[0],
                "product_id": ids[1],
                "qty": each.qty,
                "net_fen": each.net_fen,
            }
        known = {
            row.id: (row.qty, row.net_fen)
            for row in self._scope.connection.execute(
                select(past_sale.c.id, past_sale.c.qty, past_sale.c.net_fen).where(
                    past_sale.c.branch_id == self._scope.branch_id, past_sale.c.id.in_(list(rows))
                )
            )
        }
        fresh = [row for key, row in rows.items() if known.get(key) != (row["qty"], row["net_fen"])]
        stale = [row["id"] for row in fresh if row["id"] in known]
        if stale:
            self._scope.connection.execute(
                delete(past_sale).where(
                    past_sale.c.branch_id == self._scope.branch_id, past_sale.c.id.in_(stale)
                )
            )
        self._scope.insert(past_sale, fresh)
        return len(fresh)
