"""Terminals whose clocks show a time that no calendar has: such records are refused, no others."""

import pytest

from app.services.office import Office
from tests.support.offices import MORNING_MS, Terminal
from tests.support.trades import assert_sound

FAR_MS = (1 << 48) - 1


def test_a_time_that_no_calendar_has_costs_its_record_and_nothing_else(
    office: Office, terminal: Terminal
) -> None:
    terminal.order()
    terminal.now_ms = FAR_MS
    terminal.order()
    terminal.now_ms = MORNING_MS
    terminal.order()
    result = terminal.upload(office)
    assert (result.documents, result.counts.rejected) == (2, 2)
    assert_sound(office)


@pytest.mark.parametrize("offset_ms", [FAR_MS, -FAR_MS])
def test_a_clock_that_is_off_by_ages_ends_no_intake(
    office: Office, terminal: Terminal, offset_ms: int
) -> None:
    terminal.order()
    terminal.count("WH1", ("HX500", 600))
    result = terminal.upload(office, clock_offset_ms=offset_ms)
    assert (result.documents, result.counts.rejected) == (0, 4)
    assert_sound(office)


def test_a_far_clock_that_was_measured_is_put_right(office: Office, terminal: Terminal) -> None:
    terminal.now_ms = FAR_MS
    terminal.order()
    assert terminal.upload(office, clock_offset_ms=MORNING_MS - FAR_MS).documents == 1
