"""What an upload asks for: documents as the terminal wrote them, not yet posted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.counts import LineState
from app.domain.deliveries import DeliveryResult
from app.domain.orders import OrderLine
from app.domain.problems import Problem, Severity, worst
from app.domain.records.identity import Ref, TerminalKey
from app.domain.records.reading import Fix


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A record whose body was read: `fields` as `read_record` gives them, raw terminal time."""

    key: TerminalKey
    type: int
    ts_ms: int
    offset_min: int
    person: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A header record with its lines; `deleted` when the user took it back before docking."""

    header: ReadRecord
    line_records: tuple[ReadRecord, ...]
    problems: tuple[Problem, ...]
    deleted: bool

    @property
    def key(self) -> TerminalKey:
        return self.header.key

    @property
    def person(self) -> str:
        return self.header.person

    @property
    def records(self) -> tuple[ReadRecord, ...]:
        return (self.header, *self.line_records)

    @property
    def keys(self) -> tuple[TerminalKey, ...]:
        return tuple(record.key for record in self.records)

    @property
    def severity(self) -> Severity | None:
        return worst(self.problems)


@dataclass(frozen=True, slots=True)
class OrderDraft(Draft):
    """An order; `lines` in the order of `line_records`."""

    customer: str
    origin: str
    fulfilment: str
    wholesaler: str | None
    wanted: date
    payment: str
    visit: Ref | None
    declared_lines: int
    total_fen: int
    note: str | None
    status: str
    previous: Ref | None
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class DeliveredLine:
    """What became of one line of a delivery note, in base units."""

    line_no: int
    product: str
    lot: str | None
    delivered: int
    refused: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class DeliveryDraft(Draft):
    """The outcome of a stop; position in degrees times 10**6 and metres."""

    note_number: str
    customer: str
    result: DeliveryResult
    reason: str | None
    signer: str | None
    signature: Ref | None
    lat_e6: int | None
    lng_e6: int | None
    accuracy_m: int | None
    datum: str | None
    lines: tuple[DeliveredLine, ...]


@dataclass(frozen=True, slots=True)
class CountedLine:
    """What was found; quantities are None for a skipped line, `qty_base` is 0 for a zero one."""

    line_no: int
    product: str
    packing: str
    packs: int | None
    loose: int | None
    qty_base: int | None
    lot: str | None
    expiry: date | None
    state: LineState


@dataclass(frozen=True, slots=True)
class CountDraft(Draft):
    """A count; times as the terminal's clock had them."""

    place: str
    customer: str | None
    location: str | None
    started_ms: int
    ended_ms: int
    blind: bool
    declared_lines: int
    lines: tuple[CountedLine, ...]


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """Goods of one product and lot that came in, in base units."""

    product: str
    qty_base: int
    lot: str | None
    produced: date | None
    expiry: date | None


@dataclass(frozen=True, slots=True)
class ReceiptDraft(Draft):
    """Goods that came in from a supplier, as a terminal that knows files collected them."""

    supplier: str | None
    place: str
    lines: tuple[ReceivedLine, ...]


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """Goods that a customer gave back, in base units; `line_no` is their place in the return."""

    line_no: int
    product: str
    lot: str | None
    expiry: date | None
    qty_base: int
    reason: str
    condition: str


@dataclass(frozen=True, slots=True)
class ReturnDraft(Draft):
    """What a customer gave back of the delivery note `original`, if that is known."""

    customer: str
    mode: str
    original: str | None
    exchange: Ref | None
    lines: tuple[ReturnedLine, ...]


@dataclass(frozen=True, slots=True)
class EmptiesDraft(Draft):
    """Base units of an empty product that were left with a customer and taken back from it."""

    customer: str
    product: str
    qty_out: int
    qty_in: int
    note_number: str | None


@dataclass(frozen=True, slots=True)
class VisitDraft(Draft):
    """A visit at a customer."""

    customer: str
    planned: bool
    route: str | None
    check_in: Fix
    check_out: Fix | None
    outcome: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class OtherDraft(Draft):
    """A record, with its lines if it has such, that is kept and has no effect of its own yet."""
