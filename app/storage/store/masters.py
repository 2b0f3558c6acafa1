"""Writes master data, by code: the first time a row is made, afterwards it is changed."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table, delete, insert, select, update

from app.domain.lots import Lot
from app.domain.stock import LocationKind
from app.errors import NotFound
from app.storage.keys import derived_key, new_key
from app.storage.store import master_data
from app.storage.store.scope import Scope, columns_of
from app.storage.tables import (
    branch,
    customer_profile,
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
    vehicle,
)

_COMMON_PLACE_NAMES = {kind: kind.value.replace("_", " ") for kind in LocationKind}


class Masters:
    """All changes of one transaction carry one `rev`, larger than any before in the branch."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._rev = 0

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
        return self._put(person, columns_of(data) | {"roles": ",".join(data.roles)})

    def put_vehicle(self, data: master_data.Vehicle) -> uuid.UUID:
        return self._put(vehicle, columns_of(data))

    def put_reason(self, data: master_data.Reason) -> uuid.UUID:
        return self._put(reason, columns_of(data))

    def put_party(self, data: master_data.Party) -> uuid.UUID:
        return self._put(party, columns_of(data))

    def put_customer(self, data: master_data.Party, profile: master_data.Profile) -> uuid.UUID:
        """A party and how it is served; profiles before the new one end where it starts."""
        party_id = self.put_party(data)
        row = columns_of(profile)
        row["salesperson_id"] = self._id(person, row.pop("salesperson"))
        row["route_id"] = self._id(route, row.pop("route"))
        row["wholesaler_id"] = self._id(party, row.pop("wholesaler"))
        columns = customer_profile.c
        of_party = (columns.branch_id == self._scope.branch_id, columns.party_id == party_id)
        self._scope.connection.execute(
            delete(customer_profile).where(*of_party, columns.valid_from >= profile.valid_from)
        )
        self._scope.connection.execute(
            update(customer_profile)
            .where(*of_party, columns.valid_to.is_(None))
            .values(valid_to=profile.valid_from)
        )
        profile_id = derived_key(self._scope.branch_id, "profile", party_id, profile.valid_from)
        self._scope.insert(customer_profile, [row | {"id": profile_id, "party_id": party_id}])
        return party_id

    def put_route(self, data: master_data.Route) -> uuid.UUID:
        """The stops replace the ones before."""
        row = columns_of(data)
        stops = row.pop("stops")
        row["person_id"] = self._id(person, row.pop("person"))
        row["vehicle_id"] = self._id(vehicle, row.pop("vehicle"))
        route_id = self._put(route, row)
        self._replace(
            route_stop,
            {"route_id": route_id},
            [
                {"party_id": self._id(party, code), "stop_seq": place}
                for place, code in enumerate(stops, start=1)
            ],
            named_by=("party_id",),
        )
        return route_id

    def put_product(self, data: master_data.Product) -> uuid.UUID:
        """Packings are added or renamed; the factor of a known packing never changes.

        Raises NotFound never, RuleBroken for packings that do not fit together.
        """
        row = columns_of(data)
        row.pop("packings")
        product_id = self._put(product, row)
        known = {
            found.code: found
            for found in self._scope.connection.execute(
                select(packing.c.code, packing.c.id, packing.c.factor).where(
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
                continue
            self._scope.connection.execute(
                update(packing)
                .where(packing.c.branch_id == self._scope.branch_id, packing.c.id == found.id)
                .values(name=item.name, gtin=item.gtin, is_default=item.is_default)
            )
        self._scope.insert(packing, fresh)
        return product_id

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
        row["party_id"] = self._id(party, row.pop("customer"))
        list_id = self._put(price_list, row)
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
        self._replace(price_item, {"list_id": list_id}, prices, named_by=("packing_id",))
        return list_id

    def put_place(self, data: master_data.Place) -> uuid.UUID:
        row = columns_of(data)
        row["kind"] = data.kind.value
        row["book"] = data.kind.book.value
        row["party_id"] = self._id(party, row.pop("party"))
        row["vehicle_id"] = self._id(vehicle, row.pop("vehicle"))
        return self._put(location, row)

    def common_place(self, kind: LocationKind) -> uuid.UUID:
        """The branch's one location of a kind (adjustment, loss ...), made on first use."""
        code = kind.value.upper()
        found = self._ids(location, [code]).get(code)
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
                "rev": self._next_rev(),
                "kind": kind.value,
                "book": kind.book.value,
                "party_id": row.id,
                "vehicle_id": None,
            }
            for row in parties
        ]
        self._scope.insert(location, fresh)
        return found | {row["party_id"]: row["id"] for row in fresh}

    def _put(self, table: Table, row: Mapping[str, Any]) -> uuid.UUID:
        fields = dict(row) | {"rev": self._next_rev()}
        found = self._ids(table, [row["code"]]).get(row["code"])
        if found is not None:
            self._scope.connection.execute(
                update(table)
                .where(table.c.branch_id == self._scope.branch_id, table.c.id == found)
                .values(**fields)
            )
            return found
        made = self._free_key(table, derived_key(self._scope.branch_id, table.name, row["code"]))
        self._scope.insert(table, [fields | {"id": made}])
        return made

    def _free_key(self, table: Table, wanted: uuid.UUID) -> uuid.UUID:
        """A row that got another code since keeps its key."""
        taken = self._scope.connection.scalar(
            select(table.c.id).where(
                table.c.branch_id == self._scope.branch_id, table.c.id == wanted
            )
        )
        return wanted if taken is None else new_key()

    def _replace(
        self,
        table: Table,
        parent: Mapping[str, uuid.UUID],
        rows: list[dict[str, Any]],
        *,
        named_by: tuple[str, ...],
    ) -> None:
        conditions = [table.c[name] == value for name, value in parent.items()]
        self._scope.connection.execute(
            delete(table).where(table.c.branch_id == self._scope.branch_id, *conditions)
        )
        for row in rows:
            row.update(parent)
            parts = (row[name] for name in named_by)
            row["id"] = derived_key(self._scope.branch_id, table.name, *parent.values(), *parts)
        self._scope.insert(table, rows)

    def _id(self, table: Table, code: str | None) -> uuid.UUID | None:
        """Raises NotFound for an unknown code; no code is no key."""
        if code is None:
            return None
        found = self._ids(table, [code]).get(code)
        if found is None:
            raise NotFound(what=table.name, key=code)
        return found

    def _ids(self, table: Table, codes: Iterable[str]) -> dict[str, uuid.UUID]:
        query = select(table.c.code, table.c.id).where(
            table.c.branch_id == self._scope.branch_id, table.c.code.in_(list(codes))
        )
        return {row.code: row.id for row in self._scope.connection.execute(query)}

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

    def _next_rev(self) -> int:
        if self._rev == 0:
            counted = update(branch).where(branch.c.id == self._scope.branch_id)
            self._rev = self._scope.connection.scalar(
                counted.values(rev=branch.c.rev + 1).returning(branch.c.rev)
            )
            if self._rev is None:
                raise NotFound(what="branch", key=self._scope.branch_id)
        return self._rev
