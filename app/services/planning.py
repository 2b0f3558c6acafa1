"""Turns confirmed orders into deliveries, route by route and stop by stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.deliveries import DeliveryState
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
from app.storage.queries.documents import FoundDocument, orders_to_plan
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
    """Make a delivery for every confirmed order that our vans owe up to `day`.

    The goods come from `warehouse`, which need not be named where there is only one. Planning
    again plans what has come since. Raises NotFound for an unknown warehouse,
    RuleBroken("warehouse-open") when one has to be named.
    """
    actor.require(Right.PLAN)
    with journaled(
        office, actor, "plan_route_day", subject=day.isoformat(), day=day, warehouse=warehouse
    ) as step:
        return _plan(step, actor.user, day, warehouse)


def find_warehouse(reader: Reader, code: str | None) -> FoundPlace:
    """The warehouse of that code, or the only one."""
    places = places_by_code(reader, None if code is None else [code]).values()
    found = [p for p in places if p.kind is LocationKind.WAREHOUSE and p.active]
    if len(found) == 1:
        return found[0]
    if code is None and found:
        raise RuleBroken("warehouse-open", codes=[place.code for place in found])
    raise NotFound(what="warehouse", key=code or "")


def _plan(step: Step, planner: str, day: date, warehouse: str | None) -> Plan:
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
    for order in orders_to_plan(store.reader, day):
        stop = placed.get(order.party_id, _Stop(None, 0)) if order.party_id else _Stop(None, 0)
        papers.append(_delivery(step, planner, order, stop, source.id, vans, day))
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


def _delivery(
    step: Step,
    planner: str,
    order: FoundDocument,
    stop: _Stop,
    source_id: UUID,
    vans: Mapping[UUID, UUID],
    day: date,
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
            net_fen=order.net_fen,
            source=step.source,
        ),
        lines=tuple(
            Line(
                id=step.key("line", line.id),
                line_no=line.line_no,
                product_id=line.product_id,
                packing_id=line.packing_id,
                qty=line.qty,
                packs=line.packs,
                price_fen=line.price_fen,
                price_source=line.price_source,
                gross_fen=line.gross_fen,
                discount_fen=line.discount_fen,
                net_fen=line.net_fen,
                free=line.free,
                ref_line_id=line.id,
                source=step.source,
            )
            for line in order.lines
        ),
        source_id=source_id,
        van_id=_van_of(route, vans),
        route_id=None if route is None else route.id,
        stop_seq=stop.stop_seq,
        prepared_by=planner,
        vehicle_id=None if route is None else route.vehicle_id,
        driver_id=None if route is None else route.person_id,
    )
