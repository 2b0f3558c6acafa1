"""Turns confirmed orders into deliveries, route by route and stop by stop."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.deliveries import DELIVERY_TRANSITIONS, DeliveryEvent, DeliveryState, Part
from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.domain.stock import LocationKind
from app.errors import NotFound, RuleBroken
from app.services.journal import Step, journaled
from app.services.office import Office
from app.storage.queries.directory import (
    FoundPlace,
    FoundRoute,
    customers_by_code,
    places_by_code,
    routes_by_code,
)
from app.storage.queries.documents import (
    FoundDocument,
    documents_by_id,
    documents_by_number,
    notes_made,
    orders_to_plan,
)
from app.storage.queries.orders import open_lines
from app.storage.reader import Reader
from app.storage.store.papers import Delivery, Header, Line
from app.storage.store.uploads import Link


@dataclass(frozen=True, slots=True)
class Plan:
    """Deliveries planned, by code of their route; "" are customers without a route."""

    deliveries: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.deliveries.values())


@dataclass(frozen=True, slots=True)
class _Stop:
    route: FoundRoute | None
    stop_seq: int


def plan_route_day(office: Office, actor: Actor, day: date, warehouse: str | None = None) -> Plan:
    """Make a delivery for whatever our vans owe of every order up to `day`.

    What was short, missed or taken back is planned again; what a customer refused only if somebody
    says so, see `deliver_again`. The goods come from `warehouse`, which need not be named where
    there is only one. Planning again plans what has come since. Raises NotFound for an unknown
    warehouse, RuleBroken("warehouse-open") when one has to be named.
    """
    actor.require(Right.PLAN)
    with journaled(
        office, actor, "plan_route_day", subject=day.isoformat(), day=day, warehouse=warehouse
    ) as step:
        return _plan(step, actor.user, day, warehouse)


def deliver_again(
    office: Office, actor: Actor, number: str, day: date, warehouse: str | None = None
) -> int:
    """Plan all that remains of one order, what was refused included; returns how many notes.

    Raises NotFound for a number that no open order has, and for an unknown warehouse.
    """
    actor.require(Right.PLAN)
    with journaled(
        office,
        actor,
        "deliver_again",
        subject=number,
        number=number,
        day=day,
        warehouse=warehouse,
    ) as step:
        order = documents_by_number(step.store.reader, [number]).get(number)
        if order is None or order.order is None:
            raise NotFound(what="order", key=number)
        return _plan(step, actor.user, max(day, order.order.wanted_date), warehouse, order.id).total


def drop_delivery(office: Office, actor: Actor, delivery_id: UUID, reason: str) -> None:
    """Take a planned delivery back before it is loaded; its order is to be planned again.

    Raises NotFound, RuleBroken("transition") for one that is loaded, RuleBroken("reason-missing").
    """
    actor.require(Right.PLAN)
    if not reason.strip():
        raise RuleBroken("reason-missing")
    with journaled(
        office,
        actor,
        "drop_delivery",
        subject=str(delivery_id),
        delivery_id=delivery_id,
        reason=reason,
    ) as step:
        found = documents_by_id(step.store.reader, [delivery_id]).get(delivery_id)
        if found is None or found.delivery is None:
            raise NotFound(what="delivery", key=str(delivery_id))
        state = DELIVERY_TRANSITIONS.after(DeliveryState(found.state), DeliveryEvent.DROP)
        step.store.documents.set_state([delivery_id], state)
        step.store.audit.note(reason=reason)


def find_warehouse(reader: Reader, code: str | None) -> FoundPlace:
    """The warehouse of that code, or the only one."""
    places = places_by_code(reader, None if code is None else [code]).values()
    found = [p for p in places if p.kind is LocationKind.WAREHOUSE and p.active]
    if len(found) == 1:
        return found[0]
    if code is None and found:
        raise RuleBroken("warehouse-open", codes=[place.code for place in found])
    raise NotFound(what="warehouse", key=code or "")


def _plan(
    step: Step, planner: str, day: date, warehouse: str | None, only: UUID | None = None
) -> Plan:
    store = step.store
    source = find_warehouse(store.reader, warehouse)
    routes = routes_by_code(store.reader)
    by_id = {route.id: route for route in routes.values()}
    stops = {party: seq for route in routes.values() for party, seq in route.stops}
    customers = customers_by_code(store.reader, None, day).values()
    placed = {
        customer.id: _Stop(
            None if customer.route_id is None else by_id.get(customer.route_id),
            stops.get(customer.id, 0),
        )
        for customer in customers
    }
    vans = {
        place.vehicle_id: place.id
        for place in places_by_code(store.reader).values()
        if place.kind is LocationKind.VAN and place.vehicle_id is not None
    }
    papers = []
    counts: Counter[str] = Counter()
    orders = [order for order in orders_to_plan(store.reader, day) if only in (None, order.id)]
    due: defaultdict[UUID, dict[UUID, Part]] = defaultdict(dict)
    for line in open_lines(store.reader, [order.id for order in orders]):
        qty = line.due if only is None else line.remaining
        if qty:
            due[line.order_id][line.line_id] = Part(line.delivered + line.underway, qty)
    made = notes_made(store.reader, due)
    for order in orders:
        if order.id not in due:
            continue
        stop = placed.get(order.party_id, _Stop(None, 0)) if order.party_id else _Stop(None, 0)
        attempt = made.get(order.id, 0) + 1
        lines = _lines(step, order, due[order.id])
        papers.append(_delivery(step, planner, order, lines, stop, source.id, vans, day, attempt))
        counts["" if stop.route is None else stop.route.code] += 1
    store.documents.add(papers)
    store.uploads.link(
        [Link(record_id=step.record_id, document_id=paper.header.id) for paper in papers]
    )
    return Plan(dict(sorted(counts.items())))


def _van_of(route: FoundRoute | None, vans: Mapping[UUID, UUID]) -> UUID | None:
    if route is None or route.vehicle_id is None:
        return None
    return vans.get(route.vehicle_id)


def _lines(step: Step, order: FoundDocument, due: Mapping[UUID, Part]) -> tuple[Line, ...]:
    """What is due of each line, at its share of the price: all shares come to the whole exactly."""
    lines = []
    for line in order.lines:
        part = due.get(line.id)
        if part is None:
            continue
        gross_fen = part.of(line.gross_fen, line.qty)
        discount_fen = part.of(line.discount_fen, line.qty)
        lines.append(
            Line(
                id=step.key("line", line.id),
                line_no=line.line_no,
                product_id=line.product_id,
                packing_id=line.packing_id,
                qty=part.qty,
                packs=part.qty // line.factor,
                price_fen=line.price_fen,
                price_source=line.price_source,
                gross_fen=gross_fen,
                discount_fen=discount_fen,
                net_fen=gross_fen - discount_fen,
                free=line.free,
                ref_line_id=line.id,
                source=step.source,
            )
        )
    return tuple(lines)


def _delivery(
    step: Step,
    planner: str,
    order: FoundDocument,
    lines: tuple[Line, ...],
    stop: _Stop,
    source_id: UUID,
    vans: Mapping[UUID, UUID],
    day: date,
    attempt: int,
) -> Delivery:
    route = stop.route
    return Delivery(
        header=Header(
            id=step.key("delivery", order.id),
            kind=DocumentKind.DN,
            state=DeliveryState.DRAFT,
            event_ms=step.at_ms,
            offset_min=step.offset_min,
            business_date=day,
            party_id=order.party_id,
            person_id=order.person_id,
            parent_id=order.id,
            note=order.note,
            net_fen=sum(line.net_fen for line in lines),
            source=step.source,
        ),
        lines=lines,
        source_id=source_id,
        van_id=_van_of(route, vans),
        route_id=None if route is None else route.id,
        stop_seq=stop.stop_seq,
        prepared_by=planner,
        vehicle_id=None if route is None else route.vehicle_id,
        driver_id=None if route is None else route.person_id,
        attempt=attempt,
    )
