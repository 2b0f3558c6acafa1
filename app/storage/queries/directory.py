"""Master data found by code, many at a time."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from app.domain.lots import Lot
from app.domain.quantity import Packing, Packings
from app.domain.stock import Location, LocationKind
from app.errors import NotFound
from app.storage.reader import Reader
from app.storage.tables import (
    branch,
    customer_profile,
    location,
    lot,
    packing,
    party,
    person,
    product,
    reason,
    route,
    route_stop,
    vehicle,
)


@dataclass(frozen=True, slots=True)
class FoundBranch:
    id: int
    name: str
    address: str
    phone: str
    licence_no: str
    currency: str
    tz_offset_min: int
    cutoff_min: int
    closed_through: date | None


@dataclass(frozen=True, slots=True)
class FoundProduct:
    """`packing_ids` by packing code."""

    id: uuid.UUID
    code: str
    name: str
    short_name: str
    brand: str
    product_group: str
    kind: str
    base_unit_name: str
    spec: str
    ml_per_base: int
    shelf_life_days: int
    removal_lead_days: int
    lot_tracked: bool
    active: bool
    packings: Packings
    packing_ids: Mapping[str, uuid.UUID]

    def packing_id(self, code: str) -> uuid.UUID:
        """Key of the packing of this code. Raises KeyError for one that the product lacks."""
        found = self.packings.find(code)
        return self.packing_ids[code if found is None else found.code]


@dataclass(frozen=True, slots=True)
class FoundCustomer:
    """A party and how it is served on the day that was asked for."""

    id: uuid.UUID
    code: str
    name: str
    address: str
    contact: str
    phone: str
    licence_no: str
    active: bool
    customer_type: str
    service_mode: str
    price_group: str
    language: str
    min_remaining_days: int
    pay_terms_days: int
    salesperson_id: uuid.UUID | None
    route_id: uuid.UUID | None
    wholesaler_id: uuid.UUID | None
    territory_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class FoundPerson:
    id: uuid.UUID
    code: str
    name: str
    roles: tuple[str, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class FoundRoute:
    """`stops`: (party, place in the round)."""

    id: uuid.UUID
    code: str
    name: str
    person_id: uuid.UUID | None
    vehicle_id: uuid.UUID | None
    stops: tuple[tuple[uuid.UUID, int], ...]


@dataclass(frozen=True, slots=True)
class FoundPlace:
    id: uuid.UUID
    code: str
    name: str
    kind: LocationKind
    party_id: uuid.UUID | None
    vehicle_id: uuid.UUID | None
    active: bool

    @property
    def location(self) -> Location:
        return Location(self.id, self.kind)


@dataclass(frozen=True, slots=True)
class FoundVehicle:
    id: uuid.UUID
    code: str
    name: str
    plate: str
    active: bool


def find_branch(reader: Reader) -> FoundBranch:
    """Raises NotFound while the branch has not been put."""
    columns = [branch.c[name] for name in FoundBranch.__dataclass_fields__]
    rows = reader.rows(select(*columns).where(branch.c.id == reader.branch_id))
    if not rows:
        raise NotFound(what="branch", key=reader.branch_id)
    return FoundBranch(*rows[0])


def products_by_code(reader: Reader, codes: Iterable[str] | None = None) -> dict[str, FoundProduct]:
    """The known ones of these codes, or all products."""
    of_packing = select(packing).where(packing.c.branch_id == reader.branch_id)
    of_product = select(product).where(product.c.branch_id == reader.branch_id)
    if codes is not None:
        of_product = of_product.where(product.c.code.in_(sorted(set(codes))))
        of_packing = of_packing.where(
            packing.c.product_id.in_(of_product.with_only_columns(product.c.id))
        )
    packings: dict[uuid.UUID, dict[uuid.UUID, Packing]] = {}
    for row in reader.rows(of_packing):
        item = Packing(row.code, row.name, row.factor, row.gtin, row.is_default)
        packings.setdefault(row.product_id, {})[row.id] = item
    found = {}
    for row in reader.rows(of_product.order_by(product.c.code)):
        items = packings[row.id]
        found[row.code] = FoundProduct(
            row.id,
            row.code,
            row.name,
            row.short_name,
            row.brand,
            row.product_group,
            row.kind,
            row.base_unit_name,
            row.spec,
            row.ml_per_base,
            row.shelf_life_days,
            row.removal_lead_days,
            row.lot_tracked,
            row.active,
            Packings(tuple(items.values())),
            {item.code: packing_id for packing_id, item in items.items()},
        )
    return found


def customers_by_code(
    reader: Reader, codes: Iterable[str] | None, on: date
) -> dict[str, FoundCustomer]:
    """The ones of these codes (or all) that have a profile on the day."""
    profile = customer_profile.c
    query = (
        select(
            party.c.id,
            party.c.code,
            party.c.name,
            party.c.address,
            party.c.contact,
            party.c.phone,
            party.c.licence_no,
            party.c.active,
            profile.customer_type,
            profile.service_mode,
            profile.price_group,
            profile.language,
            profile.min_remaining_days,
            profile.pay_terms_days,
            profile.salesperson_id,
            profile.route_id,
            profile.wholesaler_id,
            profile.territory_id,
        )
        .join(
            customer_profile,
            (profile.branch_id == party.c.branch_id) & (profile.party_id == party.c.id),
        )
        .where(
            party.c.branch_id == reader.branch_id,
            profile.valid_from <= on,
            or_(profile.valid_to.is_(None), profile.valid_to > on),
        )
        .order_by(party.c.code)
    )
    if codes is not None:
        query = query.where(party.c.code.in_(sorted(set(codes))))
    return {row.code: FoundCustomer(*row) for row in reader.rows(query)}


def parties_by_code(reader: Reader, codes: Iterable[str]) -> dict[str, uuid.UUID]:
    """Keys of any parties, customers or not."""
    query = select(party.c.code, party.c.id).where(
        party.c.branch_id == reader.branch_id, party.c.code.in_(sorted(set(codes)))
    )
    return {row.code: row.id for row in reader.rows(query)}


def persons_by_code(reader: Reader, codes: Iterable[str] | None = None) -> dict[str, FoundPerson]:
    query = select(person).where(person.c.branch_id == reader.branch_id).order_by(person.c.code)
    if codes is not None:
        query = query.where(person.c.code.in_(sorted(set(codes))))
    return {
        row.code: FoundPerson(
            row.id, row.code, row.name, tuple(filter(None, row.roles.split(","))), row.active
        )
        for row in reader.rows(query)
    }


def vehicles_by_code(reader: Reader) -> dict[str, FoundVehicle]:
    query = select(vehicle).where(vehicle.c.branch_id == reader.branch_id)
    return {
        row.code: FoundVehicle(row.id, row.code, row.name, row.plate, row.active)
        for row in reader.rows(query.order_by(vehicle.c.code))
    }


def routes_by_code(reader: Reader) -> dict[str, FoundRoute]:
    stops: dict[uuid.UUID, list[tuple[uuid.UUID, int]]] = {}
    of_stop = select(route_stop).where(route_stop.c.branch_id == reader.branch_id)
    for row in reader.rows(of_stop.order_by(route_stop.c.stop_seq)):
        stops.setdefault(row.route_id, []).append((row.party_id, row.stop_seq))
    query = select(route).where(route.c.branch_id == reader.branch_id).order_by(route.c.code)
    return {
        row.code: FoundRoute(
            row.id,
            row.code,
            row.name,
            row.person_id,
            row.vehicle_id,
            tuple(stops.get(row.id, ())),
        )
        for row in reader.rows(query)
    }


def reasons_by_code(reader: Reader) -> dict[str, str]:
    """Names of the reasons that may be given, by code, in the order of the codes."""
    query = select(reason.c.code, reason.c.name).where(
        reason.c.branch_id == reader.branch_id, reason.c.active
    )
    return {row.code: row.name for row in reader.rows(query.order_by(reason.c.code))}


def places_by_code(reader: Reader, codes: Iterable[str] | None = None) -> dict[str, FoundPlace]:
    """Stock locations."""
    query = select(location).where(location.c.branch_id == reader.branch_id)
    if codes is not None:
        query = query.where(location.c.code.in_(sorted(set(codes))))
    return {
        row.code: FoundPlace(
            row.id,
            row.code,
            row.name,
            LocationKind(row.kind),
            row.party_id,
            row.vehicle_id,
            row.active,
        )
        for row in reader.rows(query.order_by(location.c.code))
    }


def lots_by_code(
    reader: Reader, pairs: Iterable[tuple[uuid.UUID, str]]
) -> dict[tuple[uuid.UUID, str], tuple[uuid.UUID, Lot]]:
    """Key and dates of the known ones of (product, lot code)."""
    wanted = set(pairs)
    if not wanted:
        return {}
    query = select(lot).where(
        lot.c.branch_id == reader.branch_id,
        lot.c.product_id.in_(sorted({product_id for product_id, _ in wanted})),
        lot.c.code.in_(sorted({code for _, code in wanted})),
    )
    return {
        (row.product_id, row.code): (
            row.id,
            Lot(row.code, row.production_date, row.expiry_date, row.removal_date),
        )
        for row in reader.rows(query)
        if (row.product_id, row.code) in wanted
    }
