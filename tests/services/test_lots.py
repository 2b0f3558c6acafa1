"""A lot is traced both ways, and what expires soon is named before it does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from app.domain.stock import LocationKind
from app.errors import NotFound
from app.services.office import Office
from app.services.reversing import reverse
from app.storage.queries.lots import LotTrace, expiring, trace_lot
from tests.support.offices import CLERK, DAY, Terminal
from tests.support.trades import deliver, load_orders


def trace(office: Office, lot: str) -> LotTrace:
    with office.database.read() as reader:
        return trace_lot(reader, "HX500", lot)


def test_a_lot_is_traced_from_the_supplier_to_the_customers(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001", ("HX500", 5))
    terminal.order("C0002", ("HX500", 2))
    terminal.upload(office)
    notes = load_orders(office).numbers
    for number in notes:
        deliver(office, terminal, number, refused=12)
    found = trace(office, "L2604A")
    assert found.came == {"SUP1": 100}
    assert found.went == {"C0001": 48, "C0002": 12}
    assert found.lies == {"WH1": 16, "VAN1": 24}
    assert sum(found.came.values()) == sum(found.went.values()) + sum(found.lies.values())
    steps = found.steps
    assert [step.event_ms for step in steps] == sorted(step.event_ms for step in steps)
    assert steps[0].document_kind == "PR"
    handed_over = [step for step in steps if step.target_kind is LocationKind.CUSTOMER]
    assert {(step.party_code, step.qty) for step in handed_over} == {("C0001", 48), ("C0002", 12)}
    assert {step.number for step in handed_over} == set(notes)


def test_what_was_taken_back_was_not_sold(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    (number,) = load_orders(office).numbers
    deliver(office, terminal, number)
    assert trace(office, "L2604A").went == {"C0001": 60}
    reverse(office, CLERK, number, "wrong customer")
    assert sum(trace(office, "L2604A").went.values()) == 0


def test_a_lot_that_is_nowhere_is_not_found(office: Office) -> None:
    with pytest.raises(NotFound):
        trace(office, "L9999Z")
    with office.database.read() as reader, pytest.raises(NotFound):
        trace_lot(reader, "XG330", "L2604A")


@pytest.mark.parametrize("new_url", ["sqlite"], indirect=True)
def test_a_trace_does_not_read_all_moves(office: Office) -> None:
    asked: list[tuple[str, object]] = []
    with office.database.read() as reader:
        event.listen(
            reader.connection,
            "before_cursor_execute",
            lambda _c, _cursor, text, values, *_: asked.append((text, values)),
        )
        trace_lot(reader, "HX500", "L2604A")
        ((text, values),) = [each for each in asked if "document_line" in each[0]]
        plan = reader.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
    told = [row[-1] for row in plan if "stock_move" in row[-1]]
    assert told
    assert all(each.startswith("SEARCH") for each in told)


def test_what_expires_soon_is_named_the_nearest_first(office: Office) -> None:
    first = trace(office, "L2604A").expiry
    assert first is not None
    with office.database.read() as reader:
        assert expiring(reader, first - timedelta(days=31), 30) == ()
        on_the_day = expiring(reader, first, 40)
        after = expiring(reader, first + timedelta(days=3), 0)
    assert [(each.row.lot_code, each.days_left) for each in on_the_day] == [
        ("L2604A", 0),
        ("L2605A", 30),
    ]
    assert [(each.row.lot_code, each.days_left, each.row.qty) for each in after] == [
        ("L2604A", -3, 100)
    ]
    assert first > DAY
