"""Writes master data, by code: the first time a row is made, afterwards it is changed."""

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert, select, update

from app.domain.lots import Lot
from app.domain.quantity import Packing
from app.domain.stock import LocationKind
from app.errors import NotFound, RuleBroken
from app.storage.initials import initials
from app.storage.keys import derived_key
from app.storage.queries.empties import boms, own_stock
from app.storage.store import master_data
from app.storage.store.coded_rows import CodedRows
from app.storage.store.dated_rows import put_dated
from app.storage.store.scope import Scope, columns_of
from app.storage.tables import (
    branch,
    customer_profile,
    empties_bom,
    location,
    lot,
    packing,
    party,
    person,
    price_item,
    price_list,
    product,
    reason,
    route,
    route_stop,
    territory,
    vehicle,
)

_COMMON_PLACE_NAMES = {kind: kind.value.replace("_", " ") for kind in LocationKind}


class Masters:
    """Everything refers to everything else by code; NotFound for a code that is nowhere."""

    def __init__(self, scope: Scope, rows: CodedRows) -> None:
        self._scope = scope
        self._rows = rows

    def put_branch(self, data: master_data.Branch) -> None:
        """Makes or changes the branch that this transaction is for."""
        columns = columns_of(data)
        known = self._scope.connection.execute(
            update(branch).where(branch.c.id == self._scope.branch_id).values(**columns)
        )
        if known.rowcount == 0:
            first = columns | {"id": self._scope.branch_id, "rev": 0}
            self._scope.connection.execute(insert(branch).values(**first))

    def put_person(self, data: master_data.Person) -> uuid.UUID:
        return self._rows.put(person, columns_of(data) | {"roles": ",".join(data.roles)})

    def put_vehicle(self, data: master_data.Vehicle) -> uuid.UUID:
        return self._rows.put(vehicle, columns_of(data))

    def put_reason(self, data: master_data.Reason) -> uuid.UUID:
        return self._rows.put(reason, columns_of(data))

    def put_party(self, data: master_data.Party) -> uuid.UUID:
        return self._rows.put(party, columns_of(data) | {"initials": initials(data.name)})

    def put_customer(self, data: master_data.Party, profile: master_data.Profile) -> uuid.UUID:
        """A party and how it is served from a day on.

        The profile before it ends on that day; one that begins on the same day is replaced, one
        that begins later ends this one.
        """
        party_id = self.put_party(data)
        row = columns_of(profile)
        row["salesperson_id"] = self._rows.key_of(person, row.pop("salesperson"))
        row["route_id"] = self._rows.key_of(route, row.pop("route"))
        row["wholesaler_id"] = self._rows.key_of(party, row.pop("wholesaler"))
        row["territory_id"] = self._rows.key_of(territory, row.pop("territory"))
        row["bill_to_id"] = self._rows.key_of(party, row.pop("bill_to"))
        put_dated(self._scope, self._rows, customer_profile, {"party_id": party_id}, row, data.code)
        return party_id

    def put_route(self, data: master_data.Route) -> uuid.UUID:
        """The stops replace the ones before."""
        row = columns_of(data)
        stops = row.pop("stops")
        minutes = dict(row.pop("planned_minutes"))
        row["person_id"] = self._rows.key_of(person, row.pop("person"))
        row["vehicle_id"] = self._rows.key_of(vehicle, row.pop("vehicle"))
        route_id = self._rows.put(route, row)
        parties = self._rows.keys_of(party, stops)
        if unknown := [code for code in stops if code not in parties]:
            raise NotFound(what="party", key=unknown[0])
        self._rows.replace(
            route_stop,
            {"route_id": route_id},
            [
                {
                    "party_id": parties[code],
                    "stop_seq": place,
                    "planned_minutes": minutes.get(code, 0),
                }
                for place, code in enumerate(stops, start=1)
            ],
            named_by=("party_id",),
            of=("route", data.code),
        )
        return route_id

    def put_product(self, data: master_data.Product) -> uuid.UUID:
        """Packings are added or renamed, never taken away.

        Raises RuleBroken("packing-factor") where a known packing would hold another number: a new
        size is a new packing.
        """
        row = columns_of(data) | {"initials": initials(data.name)}
        row.pop("packings")
        bom = row.pop("empties")
        product_id = self._rows.put(product, row)
        known = {
            found.code: found
            for found in self._scope.connection.execute(
                select(packing).where(
                    packing.c.branch_id == self._scope.branch_id,
                    packing.c.product_id == product_id,
                )
            )
        }
        fresh = []
        for item in data.packings:
            fields = columns_of(item)
            found = known.get(item.code)
            if found is None:
                packing_id = derived_key(self._scope.branch_id, "packing", product_id, item.code)
                fresh.append(fields | {"id": packing_id, "product_id": product_id})
            else:
                self._change_packing(data.code, found, fields)
        self._scope.insert(packing, fresh)
        if bom is not None:
            self._put_empties(data.code, product_id, bom)
        return product_id

    def put_packing(self, code: str, item: Packing) -> None:
        """One more packing of a product, or another name for one. Raises as `put_product` does."""
        product_id = self._rows.key_of(product, code)
        fields = columns_of(item)
        known = self._scope.connection.execute(
            select(packing).where(
                packing.c.branch_id == self._scope.branch_id,
                packing.c.product_id == product_id,
                packing.c.code == item.code,
            )
        ).first()
        if known is not None:
            self._change_packing(code, known, fields)
            return
        packing_id = derived_key(self._scope.branch_id, "packing", product_id, item.code)
        self._scope.insert(packing, [fields | {"id": packing_id, "product_id": product_id}])
        self._rows.note("packing", f"{code} {item.code}", {}, fields)

    def _change_packing(self, code: str, known: Any, fields: dict[str, Any]) -> None:
        if known.factor != fields["factor"]:
            raise RuleBroken("packing-factor", product=code, packing=known.code)
        before = {name: known._mapping[name] for name in fields}
        if before == fields:
            return
        self._scope.connection.execute(
            update(packing)
            .where(packing.c.branch_id == self._scope.branch_id, packing.c.id == known.id)
            .values(**fields)
        )
        self._rows.note("packing", f"{code} {known.code}", before, fields)

    def _put_empties(
        self, code: str, product_id: uuid.UUID, bom: tuple[master_data.Empties, ...]
    ) -> None:
        rows = [
            {
                "empty_id": self._rows.key_of(product, each.product),
                "numerator": each.numerator,
                "denominator": each.denominator,
            }
            for each in bom
        ]
        self._refuse_new_bom(code, product_id, rows)
        self._rows.replace(
            empties_bom,
            {"product_id": product_id},
            rows,
            named_by=("empty_id",),
            of=("product", code),
        )

    def _refuse_new_bom(self, code: str, product_id: uuid.UUID, rows: list[dict[str, Any]]) -> None:
        """Goods that lie here already hold what was said of them when they came."""
        reader = self._scope.reader
        known = {
            (each.empty, each.numerator, each.denominator)
            for each in boms(reader).get(product_id, ())
        }
        wanted = {(row["empty_id"], row["numerator"], row["denominator"]) for row in rows}
        if known != wanted and own_stock(reader, [product_id]).get(product_id, 0):
            raise RuleBroken("empties-in-use", product=code)

    def put_lots(self, product_id: uuid.UUID, lots: Iterable[Lot]) -> dict[str, uuid.UUID]:
        """Keys by lot code; a known lot stays as it is."""
        wanted = {item.code: item for item in lots}
        found = {
            row.code: row.id
            for row in self._scope.connection.execute(
                select(lot.c.code, lot.c.id).where(
                    lot.c.branch_id == self._scope.branch_id,
                    lot.c.product_id == product_id,
                    lot.c.code.in_(sorted(wanted)),
                )
            )
        }
        fresh = {
            code: derived_key(self._scope.branch_id, "lot", product_id, code)
            for code in sorted(wanted)
            if code not in found
        }
        self._scope.insert(
            lot,
            [
                {
                    "id": lot_id,
                    "product_id": product_id,
                    "code": code,
                    "production_date": wanted[code].production,
                    "expiry_date": wanted[code].expiry,
                    "removal_date": wanted[code].removal,
                    "received_ms": self._scope.now_ms,
                }
                for code, lot_id in fresh.items()
            ],
        )
        return found | fresh

    def put_price_list(self, data: master_data.PriceList) -> uuid.UUID:
        """The prices replace the ones before."""
        row = columns_of(data)
        row.pop("prices")
        row["party_id"] = self._rows.key_of(party, row.pop("customer"))
        row["territory_id"] = self._rows.key_of(territory, row.pop("territory"))
        list_id = self._rows.put(price_list, row)
        packings = self._packing_ids({price.product for price in data.prices})
        prices = []
        for price in data.prices:
            ids = packings.get((price.product, price.packing))
            if ids is None:
                raise NotFound(what="packing", key=f"{price.product} {price.packing}")
            prices.append(
                {
                    "product_id": ids[0],
                    "packing_id": ids[1],
                    "price_fen": price.price_fen,
                    "min_price_fen": price.min_price_fen,
                }
            )
        self._rows.replace(
            price_item,
            {"list_id": list_id},
            prices,
            named_by=("packing_id",),
            of=("price_list", data.code),
        )
        return list_id

    def put_place(self, data: master_data.Place) -> uuid.UUID:
        row = columns_of(data)
        row["kind"] = data.kind.value
        row["book"] = data.kind.book.value
        row["party_id"] = self._rows.key_of(party, row.pop("party"))
        row["vehicle_id"] = self._rows.key_of(vehicle, row.pop("vehicle"))
        return self._rows.put(location, row)

    def common_place(self, kind: LocationKind) -> uuid.UUID:
        """The branch's one location of a kind (adjustment, loss ...), made on first use."""
        code = kind.value.upper()
        found = self._rows.keys_of(location, [code]).get(code)
        if found is not None:
            return found
        name = _COMMON_PLACE_NAMES[kind]
        return self.put_place(master_data.Place(code=code, name=name, kind=kind))

    def places_of_parties(
        self, kind: LocationKind, party_ids: Iterable[uuid.UUID]
    ) -> dict[uuid.UUID, uuid.UUID]:
        """The location of a kind that belongs to each party, made on first use."""
        wanted = sorted(set(party_ids))
        found = {
            row.party_id: row.id
            for row in self._scope.connection.execute(
                select(location.c.party_id, location.c.id).where(
                    location.c.branch_id == self._scope.branch_id,
                    location.c.kind == kind.value,
                    location.c.party_id.in_(wanted),
                )
            )
        }
        missing = [party_id for party_id in wanted if party_id not in found]
        if not missing:
            return found
        parties = self._scope.connection.execute(
            select(party.c.id, party.c.code, party.c.name).where(
                party.c.branch_id == self._scope.branch_id, party.c.id.in_(missing)
            )
        )
        fresh = [
            {
                "id": derived_key(self._scope.branch_id, "location", kind.value, row.id),
                "code": f"{kind.value.upper()}-{row.code}",
                "name": row.name,
                "active": True,
                "rev": self._rows.next_rev(),
                "kind": kind.value,
                "book": kind.book.value,
                "party_id": row.id,
                "vehicle_id": None,
            }
            for row in parties
        ]
        self._scope.insert(location, fresh)
        return found | {row["party_id"]: row["id"] for row in fresh}

    def _packing_ids(
        self, product_codes: Iterable[str]
    ) -> dict[tuple[str, str], tuple[uuid.UUID, uuid.UUID]]:
        query = (
            select(product.c.code, product.c.id, packing.c.code.label("packing"), packing.c.id)
            .join(
                packing,
                (packing.c.branch_id == product.c.branch_id)
                & (packing.c.product_id == product.c.id),
            )
            .where(
                product.c.branch_id == self._scope.branch_id,
                product.c.code.in_(sorted(product_codes)),
            )
        )
        return {
            (code, packing_code): (product_id, packing_id)
            for code, product_id, packing_code, packing_id in self._scope.connection.execute(query)
        }
