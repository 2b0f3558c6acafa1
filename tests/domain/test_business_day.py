"""Business day, posting day and the three times."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.business_day import EventTimes, business_date, correct, posting_date
from tests.support.domain_vectors import vector
from tests.support.properties import moderate

CHINA_MIN = 480
JUNE_18 = date(2026, 6, 18)


@pytest.mark.parametrize(("moment", "day"), vector("BD")["ex"])
def test_bd_the_night_belongs_to_the_evening_before(moment: str, day: str) -> None:
    event_ms = int(datetime.fromisoformat(moment).timestamp() * 1000)
    assert business_date(event_ms, CHINA_MIN) == date.fromisoformat(day)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1)), st.integers(-720, 840))  # noqa: DTZ001
@moderate
def test_the_business_day_is_the_local_day_of_four_hours_ago(local: datetime, offset: int) -> None:
    event_ms = int((local.replace(tzinfo=UTC) - timedelta(minutes=offset)).timestamp() * 1000)
    assert business_date(event_ms, offset) == (local - timedelta(hours=4)).date()


def test_another_cut_off_and_times_before_1970() -> None:
    assert business_date(0, 0, cutoff_min=0) == date(1970, 1, 1)
    assert business_date(0, 0) == date(1969, 12, 31)


def test_a_slow_terminal_clock_is_put_forward() -> None:
    times = EventTimes(1_000, correct(1_000, 250), 2_000, CHINA_MIN)
    assert times.event_ms == 1_250


@pytest.mark.parametrize(
    ("closed_through", "posted"),
    [
        (None, JUNE_18),
        (date(2026, 6, 17), JUNE_18),
        (JUNE_18, date(2026, 6, 19)),
        (date(2026, 6, 30), date(2026, 7, 1)),
    ],
)
def test_a_closed_day_is_posted_on_the_first_open_one(
    closed_through: date | None, posted: date
) -> None:
    assert posting_date(JUNE_18, closed_through) == posted
