"""The business day of now, as a span of time."""

from datetime import UTC, datetime, timedelta

from app.clock import Clock
from app.domain.business_day import NIGHT_CUTOFF_MIN, business_date


def day_span_ms(clock: Clock) -> tuple[int, int]:
    """Return the first and the last but one millisecond (UTC) of today's business day."""
    today = business_date(clock.now_ms(), clock.offset_min(), NIGHT_CUTOFF_MIN)
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
    start = midnight + timedelta(minutes=NIGHT_CUTOFF_MIN - clock.offset_min())
    first_ms = int(start.timestamp() * 1000)
    return first_ms, first_ms + 86_400_000
