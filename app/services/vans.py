"""Which van a person drives."""

from __future__ import annotations

from datetime import date

from app.domain.stock import Location, LocationKind
from app.services.cases import Bench
from app.storage.queries.deliveries import vans_driven
from app.storage.queries.directory import routes_by_code


def van_of(bench: Bench, person_code: str, day: date) -> Location | None:
    """The van that the person's notes of the day were sent with, else that of the person's route.

    None for who drives no van of ours.
    """
    person = bench.known.person(person_code)
    if person is None:
        return None
    places = {place.id: place.location for place in bench.known.places.values()}
    sent = vans_driven(bench.known.reader, person.id, day)
    if len(sent) == 1:
        return places.get(sent[0])
    own = {
        route.vehicle_id
        for route in routes_by_code(bench.known.reader).values()
        if route.person_id == person.id and route.vehicle_id is not None
    }
    vans = [
        place.location
        for place in bench.known.places.values()
        if place.kind is LocationKind.VAN and place.active and place.vehicle_id in own
    ]
    return vans[0] if len(vans) == 1 else None
