"""Loads a route: lots are picked, numbers issued, goods moved to the van, notes frozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.business_day import posting_date
from app.domain.deliveries import DELIVERY_TRANSITIONS, DeliveryEvent, DeliveryState
from app.domain.money import line_amount
from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.domain.stock import Location, LocationKind, Move
from app.errors import NotFound, RuleBroken
from app.services.deliveries.load_sheets import Difference, LoadCheck, add_sheet, found_goods
from app.services.journal import Step, journaled
from app.services.moving import move_goods
from app.services.numbering import issue
from app.services.office import Office
from app.services.picking import Limits, Planned, propose
from app.storage.queries.deliveries import compose
from app.storage.queries.directory import (
    FoundRoute,
    find_branch,
    places_by_code,
    routes_by_code,
)
from app.storage.queries.documents import FoundDocument, FoundLine, deliveries_of_day
from app.storage.snapshots import freeze
from app.storage.store.load_sheets import LoadSheet
from app.storage.store.papers import Line


@dataclass(frozen=True, slots=True)
class Short:
    """Base units of a line that the warehouse did not have."""

    number: str
    product: str
    qty: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load made official; for `left_behind` deliveries there was nothing in stock at all.

    `differences`: what the check of the load found other than it was picked.
    """

    load_no: str
    numbers: tuple[str, ...]
    shorts: tuple[Short, ...]
    left_behind: int
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class _Picked:
    delivery: FoundDocument
    lines: tuple[tuple[Line, int], ...]

    @property
    def net_fen(self) -> int:
        return sum(line.net_fen for line, _ in self.lines)

    @property
    def is_empty(self) -> bool:
        return not any(line.qty for line, _ in self.lines)


def load(
    office: Office, actor: Actor, day: date, route: str, check: LoadCheck | None = None
) -> Loaded:
    """Load all planned deliveries of a route's day into its van.

    Lots leave in the order of their removal dates. What is not in stock stays on the note as
    short. With a `check` what checker and driver counted is loaded instead of what was picked; what
    they did not find is short on the last stops.

    Raises NotFound for an unknown route or one without deliveries to load,
    RuleBroken("route-without-van") when the day's vehicle has no stock location,
    RuleBroken("two-vans") when parts of it were planned with different ones, and for a check what
    `found_goods` raises, or RuleBroken("unfit-load") for lots that cannot go to these stops.
    """
    actor.require(Right.POST_STOCK)
    with journaled(
        office, actor, "load", subject=f"{route} {day}", day=day, route=route, check=check
    ) as step:
        return _load(step, day, route, check)


def _load(step: Step, day: date, route_code: str, check: LoadCheck | None) -> Loaded:
    store = step.store
    route = routes_by_code(store.reader).get(route_code)
    if route is None:
        raise NotFound(what="route", key=route_code)
    planned = deliveries_of_day(store.reader, day, route_id=route.id, states=[DeliveryState.DRAFT])
    if not planned:
        raise NotFound(what="delivery to load", key=f"{route_code} {day}")
    van = _van_of(step, route, planned)
    by_list = loaded = propose(store, planned, day)
    if check is not None:
        loaded = _as_found(step, planned, day, found_goods(step, by_list, check))
    picked = _split(step, loaded)
    going = [each for each in picked if not each.is_empty]
    load_number = store.numbers.issue(DocumentKind.LS, day)
    load_no = str(load_number)
    numbers = issue(store, DocumentKind.DN, [day] * len(going))
    ids = [each.delivery.id for each in going]
    for each in going:
        store.documents.replace_lines(each.delivery.id, each.lines, each.net_fen)
    state = DELIVERY_TRANSITIONS.after(DeliveryState.DRAFT, DeliveryEvent.PICK)
    state = DELIVERY_TRANSITIONS.after(state, DeliveryEvent.LOAD)
    store.documents.number(dict(zip(ids, numbers, strict=True)), state)
    store.documents.load(ids, load_no=load_no, van_id=van.key)
    _drop(step, [each.delivery.id for each in picked if each.is_empty])
    store.reservations.consume(
        line.ref_line_id for each in going for line, _ in each.lines if line.ref_line_id is not None
    )
    move_goods(store, _moves(step, going, van, day))
    store.documents.freeze([freeze(key, compose(store.reader, key)) for key in ids])
    driver_id = next(each.delivery.driver_id for each in planned if each.delivery is not None)
    sheet = LoadSheet(route_id=route.id, van_id=van.key, day=day, driver_id=driver_id)
    differences = add_sheet(step, load_number, sheet, by_list, loaded, check)
    store.audit.about(load_no)
    shorts = tuple(
        Short(str(number), code, ordered - line.qty)
        for each, number in zip(going, numbers, strict=True)
        for (line, ordered), code in zip(each.lines, _codes(each), strict=True)
        if line.qty < ordered
    )
    left_behind = len(picked) - len(going)
    return Loaded(load_no, tuple(map(str, numbers)), shorts, left_behind, tuple(differences))


def _as_found(step: Step, planned: Sequence[FoundDocument], day: date, limits: Limits) -> Planned:
    loaded = propose(step.store, planned, day, limits)
    # of what is not in stock nothing was to be counted: it has no limits
    found = Counter({key: sum(lots.values()) for key, lots in limits.items()})
    for _delivery, lines in loaded:
        for each in lines:
            found[each.line.product_id] -= sum(pick.qty for pick in each.picks)
    codes = {each.line.product_id: each.line.product_code for _, lines in loaded for each in lines}
    for key, left in found.items():
        if left:
            raise RuleBroken("unfit-load", product=codes[key], qty=left)
    return loaded


def _drop(step: Step, ids: Sequence[UUID]) -> None:
    """Nothing of them is in stock: their orders are planned again when there is."""
    state = DELIVERY_TRANSITIONS.after(DeliveryState.DRAFT, DeliveryEvent.DROP)
    step.store.documents.set_state(ids, state)


def _van_of(step: Step, route: FoundRoute, planned: Sequence[FoundDocument]) -> Location:
    """The van that the day was planned with, all of it the same one."""
    vans = {each.delivery.van_id for each in planned if each.delivery is not None}
    if len(vans) > 1:
        raise RuleBroken("two-vans", route=route.code)
    (van_id,) = vans
    for place in places_by_code(step.store.reader).values():
        if place.kind is LocationKind.VAN and place.id == van_id:
            return place.location
    raise RuleBroken("route-without-van", route=route.code)


def _split(step: Step, planned: Planned) -> list[_Picked]:
    """One line for each lot, and one for what is missing."""
    picked = []
    for delivery, proposed in planned:
        lines: list[tuple[Line, int]] = []
        for each in proposed:
            parts: list[tuple[UUID | None, int, int]] = [
                (pick.stock.key, pick.qty, pick.qty) for pick in each.picks
            ]
            if each.missing:
                parts.append((None, 0, each.missing))
            lines += [
                (_line(step, each.line, len(lines) + place, lot_id, qty), ordered)
                for place, (lot_id, qty, ordered) in enumerate(parts, start=1)
            ]
        picked.append(_Picked(delivery, tuple(lines)))
    return picked


def _line(step: Step, line: FoundLine, line_no: int, lot_id: UUID | None, qty: int) -> Line:
    is_whole = qty == line.qty
    gross_fen = line.gross_fen if is_whole else line_amount(line.price_fen, line.factor, qty)
    discount_fen = line.discount_fen if is_whole else 0
    return Line(
        id=step.key("loaded", line.id, line_no),
        line_no=line_no,
        product_id=line.product_id,
        packing_id=line.packing_id,
        lot_id=lot_id,
        qty=qty,
        packs=qty // line.factor,
        price_fen=line.price_fen,
        price_source=line.price_source,
        gross_fen=gross_fen,
        discount_fen=discount_fen,
        net_fen=gross_fen - discount_fen,
        free=line.free,
        ref_line_id=line.ref_line_id,
        source=step.source,
    )


def _moves(step: Step, going: Sequence[_Picked], van: Location, day: date) -> list[Move]:
    branch = find_branch(step.store.reader)
    posting = posting_date(day, branch.closed_through)
    sources = {p.id: p.location for p in places_by_code(step.store.reader).values()}
    return [
        Move(
            key=step.key("move", line.id),
            product=line.product_id,
            source=sources[each.delivery.delivery.source_id],
            target=van,
            qty=line.qty,
            reason="loaded",
            event_ms=step.at_ms,
            business_date=day,
            posting_date=posting,
            lot=line.lot_id,
            line=line.id,
            batch=step.source.batch_id,
            seq=step.source.seq,
        )
        for each in going
        if each.delivery.delivery is not None
        for line, _ in each.lines
        if line.qty
    ]


def _codes(picked: _Picked) -> list[str]:
    codes: Mapping[UUID, str] = {
        line.product_id: line.product_code for line in picked.delivery.lines
    }
    return [codes[line.product_id] for line, _ in picked.lines]
