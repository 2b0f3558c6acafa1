"""Master data as it is put into the store: everything refers to everything else by code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    hire_date: date | None = None
    leave_date: date | None = None
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
    licence_expiry: date | None = None
    supplier: bool = False
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
    territory: str | None = None
    bill_to: str | None = None
    tier: int = 0
    grade: str = ""
    visits_per_month: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPolicy:
    """What a customer may owe from `valid_from` on; `mode`: warn, hold or cash_only."""

    customer: str
    valid_from: date
    limit_fen: int
    overdue_days_block: int = 0
    mode: str = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """`kind`: area or district."""

    code: str
    name: str
    kind: str = "district"
    parent: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryAssignment:
    """Who has a territory from a day on: a wholesaler (`party`) or a person, never both."""

    territory: str
    valid_from: date
    role: str
    party: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`stops` are codes of parties in the order of the round; `planned_minutes` by those codes.

    `weekdays`: Monday 1, Tuesday 2, Wednesday 4 ... added up; driven every `cycle_weeks`.
    """

    code: str
    name: str
    person: str | None = None
    vehicle: str | None = None
    stops: tuple[str, ...] = ()
    planned_minutes: tuple[tuple[str, int], ...] = ()
    weekdays: int = 127
    cycle_weeks: int = 1
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Empties:
    """For `denominator` base units of the full product, `numerator` of this empty one."""

    product: str
    numerator: int = 1
    denominator: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """`kind`: full, empty, pos_material or asset_part; `deposit_fen` for a base unit of empties.

    `empties` of None leaves those that are there as they are.
    """

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
    alert_days: int = 0
    tax_rate_bp: int = 0
    deposit_fen: int = 0
    empties: tuple[Empties, ...] | None = None
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
    territory: str | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionRule:
    """`kind` and `apply_mode` as app.domain.pricing has them; `params` as a JSON object."""

    kind: str
    params: str
    apply_mode: str = "slab"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionTerms:
    """`scope`: codes under customers, types, territories, products, groups; none is everybody."""

    code: str
    name: str
    valid_from: date
    valid_to: date | None = None
    stackable_group: str = ""
    priority: int = 0
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    budget_fen: int | None = None
    budget_qty: int | None = None
    authorised_by: str = ""
    rules: tuple[PromotionRule, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """`code` is its serial number; `state`: in_store (needs `customer`), warehouse, repair ..."""

    code: str
    name: str
    model: str = ""
    state: str = "warehouse"
    customer: str | None = None
    agreement_no: str = ""
    deposit_fen: int = 0
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`period`: 2026, 2026-Q2 or 2026-06; `measure`: net_qty, net_fen or net_ml."""

    period: str
    value: int
    product_group: str = ""
    measure: str = "net_qty"
    person: str | None = None
    customer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSale:
    """What a customer bought in a day before this program kept the books."""

    day: date
    customer: str
    product: str
    qty: int
    net_fen: int = 0
