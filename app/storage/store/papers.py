"""Documents as they are handed to the store."""

import uuid
from dataclasses import dataclass
from datetime import date

from app.domain.counts import LineState
from app.domain.deliveries import DeliveryLine, DeliveryResult
from app.domain.numbering import DocumentKind, DocumentNumber
from app.storage.store.scope import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What every document has. `event_raw_ms` is the time as the terminal said it."""

    id: uuid.UUID
    kind: DocumentKind
    state: str
    event_ms: int
    business_date: date
    event_raw_ms: int | None = None
    offset_min: int = 480
    number: DocumentNumber | None = None
    party_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None
    parent_id: uuid.UUID | None = None
    reversal_of: uuid.UUID | None = None
    note: str = ""
    net_fen: int = 0
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One product; `price_fen` per packing, `packs` of them plus loose units are `qty`.

    `promotions`: a JSON list of [promotion, rule number, kind, fen, free base units].
    """

    id: uuid.UUID
    line_no: int
    product_id: uuid.UUID
    packing_id: uuid.UUID
    qty: int
    packs: int = 0
    lot_id: uuid.UUID | None = None
    price_fen: int = 0
    price_source: str = ""
    gross_fen: int = 0
    discount_fen: int = 0
    net_fen: int = 0
    free: bool = False
    reason_code: str | None = None
    remark: str = ""
    ref_line_id: uuid.UUID | None = None
    promotions: str = ""
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document without fields of its own: receipts of goods, transfers, reversals ..."""

    header: Header
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Paper):
    """`origin`: visit, phone, wholesaler, host; `payment_mode`: cash, credit, qr."""

    wanted_date: date
    origin: str = "visit"
    fulfilment_mode: str = "own_delivery"
    payment_mode: str = "cash"
    wholesaler_id: uuid.UUID | None = None
    hold_codes: tuple[str, ...] = ()
    order_class: str = "direct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Paper):
    """Goods go from the location `source_id` over the van's to the customer.

    Each line's `qty` is what is shipped of its lot and what the line answers for (`ordered`).
    """

    source_id: uuid.UUID
    van_id: uuid.UUID | None = None
    route_id: uuid.UUID | None = None
    stop_seq: int = 0
    vehicle_id: uuid.UUID | None = None
    driver_id: uuid.UUID | None = None
    load_no: str = ""
    prepared_by: str = ""
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryResultEntry:
    """What came of a loaded delivery: one entry per line id, all lines of the document."""

    document_id: uuid.UUID
    state: str
    result: DeliveryResult
    lines: tuple[tuple[uuid.UUID, DeliveryLine], ...]
    receiver_name: str = ""
    delivered_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLine:
    """`counted` base units, None for a line that was skipped."""

    line: Line
    state: LineState
    counted: int | None
    loose: int = 0
    book_at_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A stock count of one location as of `counted_ms`; `scope` says what a planned one is of."""

    header: Header
    lines: tuple[CountedLine, ...]
    location_id: uuid.UUID
    counted_ms: int
    blind: bool = False
    counter_id: uuid.UUID | None = None
    approved_by: str | None = None
    planned_by: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The words and figures of a paper, frozen: `content` is canonical JSON."""

    document_id: uuid.UUID
    template_version: int
    content: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    document_id: uuid.UUID
    copy_no: int
    mark: str = ""
    device: str = ""
