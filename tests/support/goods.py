"""A little stock to move about: places, products and moves with readable keys."""

from datetime import date, timedelta
from uuid import UUID

from app.domain.stock import Location, LocationKind, Move

DAY_MS = 86_400_000
FIRST_DAY = date(2026, 6, 1)
FIRST_MS = 1_780_279_200_000  # 10:00 in China on that day

PLACES = {kind: Location(UUID(int=number), kind) for number, kind in enumerate(LocationKind, 1)}
BEER = UUID(int=0xB1)
SODA = UUID(int=0xB2)
LOT_A = UUID(int=0xA1)


def move(
    number: int,
    source: LocationKind,
    target: LocationKind,
    qty: int,
    *,
    day: int = 0,
    product: UUID = BEER,
    lot: UUID | None = None,
    reverses: UUID | None = None,
) -> Move:
    """Move number `number`, `day` days after the first."""
    on = FIRST_DAY + timedelta(days=day)
    return Move(
        key=UUID(int=number),
        product=product,
        source=PLACES[source],
        target=PLACES[target],
        qty=qty,
        reason="test",
        event_ms=FIRST_MS + day * DAY_MS,
        business_date=on,
        posting_date=on,
        lot=lot,
        reverses=reverses,
    )
