"""Master data as it is put into the store: everything refers to everything else by code."""

from dataclasses import dataclass
from datetime import date

from app.domain.quantity import Packing
from app.domain.stock import LocationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """`cutoff_min`: minutes after midnight that still belong to the evening before."""

    name: str
    address: str = ""
    phone: str = ""
    licence_no: str = ""
    currency: str = "CNY"
    tz_offset_min: int = 480
    cutoff_min: int = 240
    closed_through: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    code: str
    name: str
    roles: tuple[str, ...] = ()
    phone: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    code: str
    name: str
    plate: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """`kind` is "org" or "person"."""

    code: str
    name: str
    kind: str = "org"
    legal_name: str = ""
    address: str = ""
    contact: str = ""
    phone: str = ""
    licence_no: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a party is served from `valid_from` on; it ends the profile before it."""

    valid_from: date
    customer_type: str
    service_mode: str = "direct"
    price_group: str = ""
    language: str = "zh"
    min_remaining_days: int = 0
    pay_terms_days: int = 0
    salesperson: str | None = None
    route: str | None = None
    wholesaler: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`stops` are codes of parties in the order of the round."""

    code: str
    name: str
    person: str | None = None
    vehicle: str | None = None
    stops: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """`kind`: full, empty, pos_material or asset_part."""

    code: str
    name: str
    packings: tuple[Packing, ...]
    short_name: str = ""
    brand: str = ""
    product_group: str = ""
    kind: str = "full"
    base_unit_name: str = ""
    spec: str = ""
    ml_per_base: int = 0
    shelf_life_days: int = 0
    removal_lead_days: int = 0
    lot_tracked: bool = True
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Fen for one packing of a product."""

    product: str
    packing: str
    price_fen: int
    min_price_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """`kind`: contract (needs `customer`), group (needs `price_group`), territory or base."""

    code: str
    name: str
    kind: str
    valid_from: date
    valid_to: date | None = None
    priority: int = 0
    price_group: str | None = None
    customer: str | None = None
    prices: tuple[Price, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stock location."""

    code: str
    name: str
    kind: LocationKind
    party: str | None = None
    vehicle: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    code: str
    name: str
    applies_to: str = ""
    sellable: bool = False
    supplier_claim: bool = False
    active: bool = True
