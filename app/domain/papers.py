"""What stands on a printed paper, frozen so that a reprint says the same."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One line of a delivery note; `price_fen` is per packing, `packs` + `loose` = `qty_base`."""

    line_no: int
    product_code: str
    product_name: str
    spec: str
    lot_code: str
    production_date: date | None
    shelf_life_days: int | None
    packing_name: str
    base_name: str
    packing_factor: int
    packs: int
    loose: int
    qty_base: int
    price_fen: int
    net_fen: int
    discount_fen: int
    free: bool
    ml_per_base: int
    remark: str


@dataclass(frozen=True, slots=True)
class DeliveryNote:
    """A delivery note (送货单) as it was when its goods were loaded."""

    number: str
    barcode_text: str
    title_key: str
    branch_name: str
    branch_address: str
    branch_phone: str
    branch_licence: str
    business_date: date
    route_code: str
    stop_seq: int | None
    van: str
    driver: str
    salesperson: str
    order_numbers: tuple[str, ...]
    order_class: str
    customer_code: str
    customer_name: str
    customer_address: str
    customer_contact: str
    customer_phone: str
    payment_terms: str
    language: str
    remark: str
    state: str
    prepared_by: str
    lines: tuple[NoteLine, ...]
    snapshot_sha256: str
    template_version: int
