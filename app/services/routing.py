"""A route day by hand: in which order its stops are driven, with which van and driver."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.domain.deliveries import DeliveryState
from app.domain.rights import Actor, Right
from app.domain.stock import LocationKind
from app.errors import NotFound, RuleBroken
from app.services.journal import Step, journaled
from app.services.office import Office
from app.storage.queries.directory import (
    FoundRoute,
    parties_by_code,
    persons_by_code,
    places_by_code,
    routes_by_code,
    vehicles_by_code,
)
from app.storage.queries.documents import FoundDocument, deliveries_of_day


def order_stops(
    office: Office, actor: Actor, day: date, route: str, customers: Sequence[str]
) -> int:
    """Drive the planned stops of a route's day in this order; returns how many notes that are.

    Customers that are not named follow in the order they had. The route's own round stays as it
    is. Raises NotFound for an unknown route or customer, or while nothing is planned,
    RuleBroken("no-stop") for a customer that gets nothing that day.
    """
    actor.require(Right.PLAN)
    with journaled(
        office,
        actor,
        "order_stops",
        subject=f"{route} {day}",
        day=day,
        route=route,
        customers=tuple(customers),
    ) as step:
        planned = _planned(step, day, _route(step, route))
        parties = parties_by_code(step.store.reader, customers)
        if unknown := [code for code in customers if code not in parties]:
            raise NotFound(what="customer", key=unknown[0])
        there = {delivery.party_id for delivery in planned}
        if absent := [code for code, party in parties.items() if party not in there]:
            raise RuleBroken("no-stop", customer=absent[0])
        wanted = {parties[code]: place for place, code in enumerate(customers, start=1)}
        rest = [each.party_id for each in planned if each.party_id not in wanted]
        for party in dict.fromkeys(rest):
            if party is not None:
                wanted[party] = len(wanted) + 1
        seqs = {each.id: wanted[each.party_id] for each in planned if each.party_id is not None}
        step.store.documents.route(seqs)
        return len(seqs)


def send_with(
    office: Office, actor: Actor, day: date, route: str, vehicle: str, driver: str = ""
) -> int:
    """Load a route's day onto another van, with another driver if one is named.

    Only what is not loaded yet changes. Returns how many notes that are. Raises NotFound for an
    unknown code or while nothing is planned, RuleBroken("route-without-van") for a vehicle that is
    no place of ours.
    """
    actor.require(Right.PLAN)
    with journaled(
        office,
        actor,
        "send_with",
        subject=f"{route} {day}",
        day=day,
        route=route,
        vehicle=vehicle,
        driver=driver,
    ) as step:
        planned = _planned(step, day, _route(step, route))
        reader = step.store.reader
        found = vehicles_by_code(reader).get(vehicle)
        if found is None:
            raise NotFound(what="vehicle", key=vehicle)
        van = next(
            (
                place.id
                for place in places_by_code(reader).values()
                if place.kind is LocationKind.VAN and place.vehicle_id == found.id
            ),
            None,
        )
        if van is None:
            raise RuleBroken("route-without-van", route=vehicle)
        values: dict[str, object] = {"vehicle_id": found.id, "van_id": van}
        if driver:
            person = persons_by_code(reader, [driver]).get(driver)
            if person is None:
                raise NotFound(what="person", key=driver)
            values["driver_id"] = person.id
        step.store.documents.send([each.id for each in planned], values)
        return len(planned)


def _route(step: Step, code: str) -> FoundRoute:
    found = routes_by_code(step.store.reader).get(code)
    if found is None:
        raise NotFound(what="route", key=code)
    return found


def _planned(step: Step, day: date, route: FoundRoute) -> tuple[FoundDocument, ...]:
    found = deliveries_of_day(
        step.store.reader, day, route_id=route.id, states=[DeliveryState.DRAFT]
    )
    if not found:
        raise NotFound(what="delivery to load", key=f"{route.code} {day}")
    return found
