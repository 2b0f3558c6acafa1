"""A terminal that worked with old customers and prices is noticed when it docks."""

import pytest

from app.services.staleness import STALE_AFTER_DAYS, stale_problem
from drivers.contract import TerminalInfo
from tests.support.offices import MORNING_MS

DAY_MS = 24 * 3_600_000


def info(masters_ms: int | None) -> TerminalInfo:
    return TerminalInfo(
        branch=127,
        terminal=3,
        epoch=1,
        serial="SN",
        model="simulated",
        app_version="1.0",
        protocol_version=1,
        person="S01",
        battery_percent=None,
        free_bytes=None,
        clock_offset_ms=0,
        last_seq=0,
        schema_version=1,
        masters_ms=masters_ms,
    )


@pytest.mark.parametrize("age_ms", [0, DAY_MS, STALE_AFTER_DAYS * DAY_MS, -DAY_MS])
def test_data_of_the_last_days_are_good(age_ms: int) -> None:
    assert stale_problem(info(MORNING_MS - age_ms), MORNING_MS) is None


def test_a_new_terminal_has_no_old_data() -> None:
    assert stale_problem(info(None), MORNING_MS) is None


def test_older_data_are_named_with_their_age() -> None:
    found = stale_problem(info(MORNING_MS - STALE_AFTER_DAYS * DAY_MS - 1), MORNING_MS)
    assert found is not None
    assert (found.code, found.severity, found.where) == ("W_STALE", "W", "terminal 3")
    assert dict(found.fields) == {"days": 3, "limit": 3}


def test_the_limit_is_the_callers() -> None:
    days = 10
    old = info(MORNING_MS - days * DAY_MS - 1)
    assert stale_problem(old, MORNING_MS, days + 1) is None
    assert stale_problem(old, MORNING_MS, days) is not None
