"""Which day something counts for, and the three times of every event."""

from dataclasses import dataclass
from datetime import date, timedelta

_MS_PER_MINUTE = 60_000
_MS_PER_DAY = 86_400_000
_EPOCH = date(1970, 1, 1)
NIGHT_CUTOFF_MIN = 240


@dataclass(frozen=True, slots=True)
class EventTimes:
    """As the terminal said, as corrected at docking, as recorded at the desk (UTC ms)."""

    raw_ms: int
    event_ms: int
    record_ms: int
    offset_min: int


def correct(raw_ms: int, clock_offset_ms: int) -> int:
    """Time of an event when the terminal's clock was `clock_offset_ms` behind the desk's."""
    return raw_ms + clock_offset_ms


def business_date(event_ms: int, offset_min: int, cutoff_min: int = NIGHT_CUTOFF_MIN) -> date:
    """Local day of an event; the hours before the cut-off belong to the evening before."""
    local_ms = event_ms + (offset_min - cutoff_min) * _MS_PER_MINUTE
    return _EPOCH + timedelta(days=local_ms // _MS_PER_DAY)


def posting_date(business: date, closed_through: date | None) -> date:
    """The business date if that day is open, else the first open day."""
    if closed_through is None or business > closed_through:
        return business
    return closed_through + timedelta(days=1)
