"""The kinds of tables, their columns, and what a row of each becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.quantity import Packing
from app.domain.stock import LocationKind
from app.services.importing.columns import (
    Column,
)
from app.services.masters import Customer, MasterData
from app.storage.store.master_data import (
    Party,
    Place,
    Price,
    PriceList,
    Product,
    Profile,
    PromotionRule,
    PromotionTerms,
    Route,
)

Row = Mapping[str, Any]
Make = Callable[[Sequence[Row]], MasterData]


@dataclass(frozen=True, slots=True)
class Kind:
    """`key` names the columns that tell two rows apart; `make` puts good rows into the books.

    Rows that belong `together` (a price list) are never cut apart.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    make: Make | None = None
    together: str = ""


_NOTHING = date(2000, 1, 1)


def _given(row: Row, *names: str) -> dict[str, Any]:
    """The cells that are filled in, by the names of the fields."""
    return {name: row[name] for name in names if row.get(name) is not None}


def products_of(rows: Sequence[Row]) -> MasterData:
    return MasterData(
        products=tuple(
            Product(
                packings=(
                    Packing(
                        row["base_packing"],
                        row.get("base_unit_name") or row["base_packing"],
                        1,
                        row.get("gtin"),
                    ),
                ),
                **_given(
                    row,
                    "code", "name", "short_name", "brand", "product_group", "kind",
                    "base_unit_name", "spec", "ml_per_base", "shelf_life_days",
                    "removal_lead_days", "alert_days", "tax_rate_bp", "deposit_fen",
                    "lot_tracked", "active",
                ),
            )
            for row in rows
        )
    )  # fmt: skip


def packings_of(rows: Sequence[Row]) -> MasterData:
    return MasterData(
        packings=tuple(
            (
                row["product"],
                Packing(
                    **_given(
                        row, "code", "name", "factor", "gtin", "is_default", "sellable", "orderable"
                    )
                ),
            )
            for row in rows
        )
    )


def customers_of(rows: Sequence[Row]) -> MasterData:
    return MasterData(
        customers=tuple(
            Customer(
                Party(
                    **_given(
                        row, "code", "name", "kind", "legal_name", "address", "contact", "phone",
                        "licence_no", "licence_expiry", "active",
                    )
                ),
                Profile(
                    valid_from=row.get("valid_from") or _NOTHING,
                    **_given(
                        row, "customer_type", "service_mode", "price_group", "language",
                        "min_remaining_days", "pay_terms_days", "salesperson", "route",
                        "wholesaler", "territory", "bill_to", "tier", "grade", "visits_per_month",
                    ),
                ),
            )
            for row in rows
        )
    )  # fmt: skip


def routes_of(rows: Sequence[Row]) -> MasterData:
    names = ("code", "name", "person", "vehicle", "stops", "weekdays", "cycle_weeks", "active")
    return MasterData(routes=tuple(Route(**_given(row, *names)) for row in rows))


def prices_of(rows: Sequence[Row]) -> MasterData:
    lists: dict[str, list[Row]] = {}
    for row in rows:
        lists.setdefault(row["list"], []).append(row)
    return MasterData(
        price_lists=tuple(
            PriceList(
                code=name,
                name=own[0].get("list_name") or name,
                kind=own[0]["list_kind"],
                valid_from=own[0]["valid_from"],
                prices=tuple(
                    Price(**_given(row, "product", "packing", "price_fen", "min_price_fen"))
                    for row in own
                ),
                **_given(own[0], "valid_to", "priority", "price_group", "customer", "territory"),
            )
            for name, own in lists.items()
        )
    )


def promotions_of(rows: Sequence[Row]) -> MasterData:
    terms: dict[str, list[Row]] = {}
    for row in rows:
        terms.setdefault(row["code"], []).append(row)
    return MasterData(
        promotions=tuple(
            PromotionTerms(
                scope={
                    name: own[0].get(name) or ()
                    for name in ("customers", "types", "territories", "products", "groups")
                },
                rules=tuple(
                    PromotionRule(
                        kind=row["rule"],
                        params=row["params"],
                        apply_mode=row.get("apply_mode") or "slab",
                    )
                    for row in own
                ),
                **_given(
                    own[0], "code", "name", "valid_from", "valid_to", "stackable_group",
                    "priority", "budget_fen", "budget_qty", "authorised_by", "active",
                ),
            )
            for own in terms.values()
        )
    )  # fmt: skip


def simple(field: str, make: Callable[..., Any], *names: str) -> Make:
    def put(rows: Sequence[Row]) -> MasterData:
        return MasterData(**{field: tuple(make(**_given(row, *names)) for row in rows)})

    return put


def places_of(rows: Sequence[Row]) -> MasterData:
    return MasterData(
        places=tuple(
            Place(
                kind=LocationKind(row["kind"]),
                **_given(row, "code", "name", "party", "vehicle", "active"),
            )
            for row in rows
        )
    )


def suppliers_of(rows: Sequence[Row]) -> MasterData:
    names = ("code", "name", "legal_name", "address", "contact", "phone", "active")
    return MasterData(parties=tuple(Party(supplier=True, **_given(row, *names)) for row in rows))
