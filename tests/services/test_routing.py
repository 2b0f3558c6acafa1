"""A route day by hand: another order of stops, another van, another driver."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.stock import LocationKind
from app.errors import NotFound, RuleBroken
from app.services.delivering import load
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.planning import plan_route_day
from app.services.replaying import replay
from app.services.routing import order_stops, send_with
from app.storage.queries.deliveries import DeliveryRow, listing
from app.storage.store.master_data import Person, Place, Vehicle
from tests.support.offices import CLERK, HOUR_MS, KEEPER, MORNING_MS, NEXT_DAY, Terminal
from tests.support.trades import assert_sound, stock_of


@pytest.fixture
def planned(office: Office) -> Office:
    """Two stops of R01 for tomorrow; a second van with a driver of its own stands ready."""
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 2))
    terminal.order("C0002", ("HX500", 3))
    terminal.upload(office)
    put_masters(
        office,
        CLERK,
        MasterData(
            vehicles=(Vehicle(code="V02", name="二号车", plate="DEMO-02"),),
            places=(Place(code="VAN2", name="二号车", kind=LocationKind.VAN, vehicle="V02"),),
            people=(Person(code="D02", name="二号司机", roles=("driver",)),),
        ),
    )
    plan_route_day(office, KEEPER, NEXT_DAY)
    return office


def rows(office: Office) -> list[DeliveryRow]:
    with office.database.read() as reader:
        return list(listing(reader, day=NEXT_DAY))


def test_stops_are_driven_in_the_order_somebody_says(planned: Office) -> None:
    assert order_stops(planned, KEEPER, NEXT_DAY, "R01", ["C0002"]) == 2
    assert [(row.customer_code, row.stop_seq) for row in rows(planned)] == [
        ("C0002", 1), ("C0001", 2),
    ]  # fmt: skip
    loaded = load(planned, KEEPER, NEXT_DAY, "R01")
    assert [row.number for row in rows(planned)] == list(loaded.numbers)
    with pytest.raises(NotFound):
        order_stops(planned, KEEPER, NEXT_DAY, "R01", ["C0001"])


def test_a_day_goes_with_another_van_and_what_its_driver_takes_back_is_on_it(
    planned: Office,
) -> None:
    assert send_with(planned, KEEPER, NEXT_DAY, "R01", "V02", "D02") == 2
    numbers = load(planned, KEEPER, NEXT_DAY, "R01").numbers
    assert (stock_of(planned, "VAN1"), stock_of(planned, "VAN2")) == (0, 60)
    terminal = Terminal(number=4, person="D02", now_ms=MORNING_MS + 24 * HOUR_MS)
    terminal.delivery(numbers[0], "C0001", (1, "HX500", 24, 0))
    terminal.returns("C0001", ("HX500", 5), note=numbers[0])
    terminal.upload(planned)
    assert (stock_of(planned, "VAN1"), stock_of(planned, "VAN2")) == (0, 41)
    assert_sound(planned)


def test_parts_with_two_vans_are_loaded_by_neither(planned: Office) -> None:
    send_with(planned, KEEPER, NEXT_DAY, "R01", "V02")
    terminal = Terminal(number=4)
    terminal.order("C0001", ("XG330", 2), price=3600)
    terminal.upload(planned)
    plan_route_day(planned, KEEPER, NEXT_DAY)
    with pytest.raises(RuleBroken, match="two-vans"):
        load(planned, KEEPER, NEXT_DAY, "R01")
    send_with(planned, KEEPER, NEXT_DAY, "R01", "V01")
    load(planned, KEEPER, NEXT_DAY, "R01")
    assert stock_of(planned, "VAN1") == 60


@pytest.mark.parametrize(
    ("route", "vehicle", "driver"), [("R99", "V02", ""), ("R01", "V99", ""), ("R01", "V02", "X")]
)
def test_what_is_nowhere_is_said(planned: Office, route: str, vehicle: str, driver: str) -> None:
    with pytest.raises(NotFound):
        send_with(planned, KEEPER, NEXT_DAY, route, vehicle, driver)
    with pytest.raises(NotFound):
        order_stops(planned, KEEPER, NEXT_DAY, "R01", ["C9999"])


def test_a_customer_who_gets_nothing_is_no_stop(planned: Office) -> None:
    with pytest.raises(RuleBroken, match="no-stop"):
        order_stops(planned, KEEPER, NEXT_DAY, "R01", ["SUP1"])


def test_the_archive_alone_makes_the_same_day(planned: Office, new_url: Callable[..., str]) -> None:
    order_stops(planned, KEEPER, NEXT_DAY, "R01", ["C0002"])
    send_with(planned, KEEPER, NEXT_DAY, "R01", "V02", "D02")
    load(planned, KEEPER, NEXT_DAY, "R01")
    assert replay(planned, CLERK, new_url(empty=True)).differing == ()
