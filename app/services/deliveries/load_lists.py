"""What is to be loaded for the routes of a day, as the check of a load wants to know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.domain.deliveries import DeliveryState
from app.domain.rights import Actor, Right
from app.services.deliveries.load_sheets import sums_by_lot
from app.services.office import Office
from app.services.picking import propose
from app.storage.queries.directory import persons_by_code, routes_by_code
from app.storage.queries.documents import deliveries_of_day
from app.storage.queries.lots import lot_codes


@dataclass(frozen=True, slots=True)
class ToLoad:
    """`qty` base units of one lot."""

    product: str
    lot: str
    qty: int


@dataclass(frozen=True, slots=True)
class LoadList:
    """What a route's van takes of the warehouse, and who drives it, by code."""

    route: str
    driver: str
    lines: tuple[ToLoad, ...]


def load_lists(office: Office, actor: Actor, day: date) -> tuple[LoadList, ...]:
    """One list for each route that has deliveries to load; nothing is moved."""
    actor.require(Right.POST_STOCK)
    found = []
    with office.database.transaction(actor, "look at loads", str(day)) as store:
        people = {each.id: code for code, each in persons_by_code(store.reader).items()}
        for code, route in routes_by_code(store.reader).items():
            planned = deliveries_of_day(
                store.reader, day, route_id=route.id, states=[DeliveryState.DRAFT]
            )
            if not planned:
                continue
            sums = sums_by_lot(propose(store, planned, day))
            lots = lot_codes(store.reader, {goods.lot for goods in sums})
            lines = tuple(
                ToLoad(goods.product, lots.get(goods.lot, ""), qty)
                for goods, qty in sorted(sums.items(), key=lambda pair: pair[0].product)
            )
            drivers = (each.delivery.driver_id for each in planned if each.delivery is not None)
            driver = next((people[key] for key in drivers if key in people), "")
            found.append(LoadList(code, driver, lines))
    return tuple(found)
