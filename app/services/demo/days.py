"""What the people of the sample branch write into their terminals on one day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app.services.demo.demand import Wish, order_of, shelf_of, visited_on
from app.services.demo.recorder import OFFSET_MIN, Recorder, Ref
from app.services.demo.seeds import Streams
from app.services.demo.world import SampleCustomer, SamplePerson, World

MINUTE_MS = 60_000
STORE_POINT = (30_000_000, 120_000_000)  # latitude and longitude of the town, degrees times 10^6


@dataclass(frozen=True, slots=True)
class NoteToDeliver:
    """A loaded delivery note as its driver knows it; quantities in base units."""

    number: str
    customer: str
    lines: tuple[tuple[int, str, str | None, int], ...]  # line no, product, lot, quantity


@dataclass(frozen=True, slots=True)
class LotOnHand:
    product: str
    lot: str | None
    qty_base: int


def moment_ms(day: date, hour: int, minute: int = 0) -> int:
    """UTC milliseconds of a wall-clock time in the branch; hours from 24 on are the next day."""
    start = datetime.combine(day, time(), tzinfo=UTC) - timedelta(minutes=OFFSET_MIN)
    return int(start.timestamp() * 1000) + (hour * 60 + minute) * MINUTE_MS


def next_route_day(day: date) -> date:
    """The next day the vans drive: every day but Sunday."""
    following = day + timedelta(days=1)
    return following + timedelta(days=1) if following.weekday() == 6 else following


def sell(world: World, person: SamplePerson, day: date, memory: Recorder, streams: Streams) -> None:
    """A salesperson's round: visits, shelf counts and orders for the next route day."""
    memory.write(60, moment_ms(day, 8, 20), kind="boot", a=1, b=0)
    for place, customer in enumerate(visited_on(world, person.code, day)):
        arrived = moment_ms(day, 8, 45 + place * 40)
        wishes = order_of(world, customer, day, streams)
        visit = memory.write(
            20,
            arrived,
            customer=customer.code,
            planned=True,
            route=customer.route,
            check_in=_fix(arrived, customer, streams),
            check_out=_fix(arrived + 18 * MINUTE_MS, customer, streams),
            outcome="order" if wishes else "no_order",
            reason=None if wishes else "NOTO",
        )
        count_shelf(world, customer, arrived + 2 * MINUTE_MS, memory, streams)
        if wishes:
            write_order(memory, customer.code, wishes, arrived + 12 * MINUTE_MS, day, visit)


def write_order(
    memory: Recorder,
    customer: str,
    wishes: Sequence[Wish],
    at_ms: int,
    day: date,
    visit: Ref | None = None,
) -> Ref:
    """An order and its lines; returns the order's own reference."""
    order = memory.write(
        10,
        at_ms,
        customer=customer,
        origin="visit" if visit else "phone",
        fulfilment="own",
        wanted=next_route_day(day),
        payment="cash",
        visit=visit,
        lines=len(wishes),
        total_fen=sum(wish.net_fen for wish in wishes),
        status="new",
    )
    for line, wish in enumerate(wishes, start=1):
        memory.write(
            11,
            at_ms + line * 1000,
            order=order,
            line=line,
            product=wish.product.code,
            packing=wish.packing.code,
            packs=wish.packs,
            qty_base=wish.qty_base,
            price_fen=0 if wish.free else wish.packing.price_fen,
            free=wish.free,
            net_fen=wish.net_fen,
        )
    return order


def count_shelf(
    world: World, customer: SampleCustomer, at_ms: int, memory: Recorder, streams: Streams
) -> None:
    """A shelf count at a customer: what stands there, what is empty, what was not looked at."""
    seen = shelf_of(world, customer, streams)
    count = memory.write(
        16,
        at_ms,
        place="shelf",
        customer=customer.code,
        started_ms=at_ms,
        ended_ms=at_ms + len(seen) * 20_000,
        blind=True,
        lines=len(seen),
    )
    for product, qty in seen:
        memory.write(
            17,
            at_ms + 1000,
            count=count,
            product=product.code,
            packing=product.case.code,
            packs=None if qty is None else qty // product.case.factor,
            loose=None if qty is None else qty % product.case.factor,
            qty_base=qty,
            state="skipped" if qty is None else "counted" if qty else "zero",
        )


def deliver(notes: Iterable[NoteToDeliver], day: date, memory: Recorder, streams: Streams) -> None:
    """A driver's round: each note delivered, in part, refused at the door, or not reached."""
    memory.write(60, moment_ms(day, 7, 40), kind="boot", a=1, b=0)
    for place, note in enumerate(notes):
        at_ms = moment_ms(day, 8, 30 + place * 25)
        luck = streams.stream("deliveries").randrange(1000)
        outcome = (
            "missed" if luck < 8 else "refused" if luck < 20 else "part" if luck < 90 else "full"
        )
        results = [
            (*line, *_outcome_of_line(outcome, place_of_line, line[3], streams))
            for place_of_line, line in enumerate(note.lines)
        ]
        if outcome == "part" and all(given == qty for _, _, _, qty, given, _, _ in results):
            outcome = "full"
        header = memory.write(
            12,
            at_ms,
            note_number=note.number,
            customer=note.customer,
            result=outcome,
            reason={"missed": "CLSD", "refused": "NOCA"}.get(outcome),
            signer="店主" if outcome in ("full", "part") else None,
        )
        for line_no, product, lot, _qty, given, refused, reason in results:
            memory.write(
                13,
                at_ms + line_no * 1000,
                delivery=header,
                line=line_no,
                product=product,
                lot=lot,
                delivered=given,
                refused=refused,
                reason=reason,
            )


def _outcome_of_line(
    outcome: str, place: int, qty: int, streams: Streams
) -> tuple[int, int, str | None]:
    """Delivered, refused and the reason of one line."""
    if outcome == "full":
        return qty, 0, None
    if outcome == "missed":
        return 0, 0, "CLSD"
    if outcome == "refused":
        return 0, qty, "NOCA"
    if place:
        return qty, 0, None
    back = 1 + streams.stream("deliveries").randrange(qty)
    return qty - back, back, streams.pick("deliveries", ("DMG1", "NOSP", "NOTO"))


def count_warehouse(
    location: str, book: Sequence[LotOnHand], at_ms: int, memory: Recorder, streams: Streams
) -> None:
    """The keeper's cycle count: a third of the products, nearly always what the book says."""
    every = sorted({lot.product for lot in book})
    chosen = {product for product in every if streams.chance("counts", 330)} or set(every[:1])
    lots = [lot for lot in book if lot.product in chosen]
    if not lots:
        return
    count = memory.write(
        16,
        at_ms,
        place="warehouse",
        location=location,
        started_ms=at_ms,
        ended_ms=at_ms + len(lots) * 30_000,
        blind=True,
        lines=len(lots),
    )
    for lot in lots:
        lost = 1 + streams.stream("counts").randrange(3) if streams.chance("counts", 60) else 0
        qty = max(lot.qty_base - lost, 0)
        memory.write(
            17,
            at_ms + 1000,
            count=count,
            product=lot.product,
            packing="CS",
            packs=0,
            loose=qty if qty <= 65_535 else None,
            qty_base=qty,
            lot=lot.lot,
            state="counted" if qty else "zero",
        )


def _fix(at_ms: int, customer: SampleCustomer, streams: Streams) -> list[object]:
    """A satellite fix near the shop: [ts, lat, lng, accuracy in m, datum wgs84, age in s]."""
    random = streams.stream(f"visits/{customer.code}")
    lat, lng = (base + customer.stop * 3_000 + random.randrange(-150, 151) for base in STORE_POINT)
    return [at_ms, lat, lng, 8 + random.randrange(18), 0, random.randrange(20)]
