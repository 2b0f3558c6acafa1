"""Mistakes put on purpose into the sample terminals, each with the code it must be caught under."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from app.services.demo.days import NoteToDeliver, moment_ms, next_route_day, write_order
from app.services.demo.demand import Wish
from app.services.demo.recorder import Recorder
from app.services.demo.world import SampleProduct, World

MISTYPED_PRODUCT = "HX50O"  # the letter O for a zero
MISTYPED_CUSTOMER = "C4O"


@dataclass(frozen=True, slots=True)
class Planted:
    """A mistake on one terminal: `code` is what the desk must say, `documents` how often."""

    name: str
    terminal: int
    code: str
    documents: int = 1


Writer = Callable[[World, date, Recorder], Iterator[Planted]]


def _on(terminals: set[int], writer: Writer) -> Writer:
    """`writer` for these terminals only: most people's days are without mistakes."""

    def write(world: World, day: date, memory: Recorder) -> Iterator[Planted]:
        if memory.terminal in terminals:
            yield from writer(world, day, memory)

    return write


def plant(
    world: World, day: date, memory: Recorder, role: str, notes: tuple[NoteToDeliver, ...] = ()
) -> list[Planted]:
    """Write the mistakes of one terminal; the first gets the most, most get none."""
    if role == "driver":
        return list(_driver_mistakes(day, memory, notes))
    return [found for writer in WRITERS[role] for found in writer(world, day, memory)]


def totals_error(role: str) -> int:
    """By how many units the keeper's end-of-day total is wrong."""
    return 7 if role == "keeper" else 0


def combinations(world: World, count: int) -> list[Wish]:
    """`count` order lines that differ in product, packing or gift mark, 288 at the most."""
    every = [
        Wish(product, packing, 1, free)
        for free in (False, True)
        for product in world.products
        for packing in product.packings[:-1]
    ]
    return every[:count]


def _mistyped(world: World) -> SampleProduct:
    return replace(world.products[0], code=MISTYPED_PRODUCT)


def _unknown_product(world: World, day: date, memory: Recorder) -> Iterator[Planted]:
    wrong, right = _mistyped(world), world.products[3]
    for place, customer in enumerate(world.customers[10:12]):
        wishes = [Wish(right, right.case, 2), Wish(wrong, wrong.case, 3 + place)]
        write_order(memory, customer.code, wishes, moment_ms(day, 16, place), day)
    yield Planted("P-UNKNOWN", memory.terminal, "E_PROD", 2)


def _unknown_customer(world: World, day: date, memory: Recorder) -> Iterator[Planted]:
    product = world.products[0]
    write_order(
        memory, MISTYPED_CUSTOMER, [Wish(product, product.case, 5)], moment_ms(day, 16, 10), day
    )
    yield Planted("P-CUSTOMER", memory.terminal, "E_CUST")


def _no_price(world: World, day: date, memory: Recorder) -> Iterator[Planted]:
    product = world.unpriced
    write_order(
        memory,
        world.customers[29].code,
        [Wish(product, product.case, 2)],
        moment_ms(day, 16, 12),
        day,
    )
    yield Planted("P-NOPRICE", memory.terminal, "E_NO_PRICE")


def _full_order(world: World, day: date, memory: Recorder) -> Iterator[Planted]:
    """256 lines are an order, 257 are refused whole and never cut."""
    customer = world.customers[0].code
    write_order(memory, customer, combinations(world, 256), moment_ms(day, 16, 20), day)
    write_order(memory, customer, combinations(world, 257), moment_ms(day, 16, 30), day)
    yield Planted("P-257", memory.terminal, "E_ORD_TOO_MANY")


def _wrong_unit(world: World, day: date, memory: Recorder) -> Iterator[Planted]:
    """Two cases said to be two bottles."""
    product = world.products[6]
    packing = product.case
    order = memory.write(
        10, moment_ms(day, 16, 40), customer=world.customers[12].code, origin="phone",
        fulfilment="own", wanted=next_route_day(day), payment="cash", lines=1,
        total_fen=2 * packing.price_fen, status="new",
    )  # fmt: skip
    memory.write(
        11, moment_ms(day, 16, 41), order=order, line=1, product=product.code, packing=packing.code,
        packs=2, qty_base=2, price_fen=packing.price_fen, free=False, net_fen=2 * packing.price_fen,
    )  # fmt: skip
    yield Planted("P-UOM", memory.terminal, "E_UOM")


def _skipped_with_quantity(world: World, day: date, memory: Recorder) -> Iterator[Planted]:
    """A line said to be not counted that carries a quantity all the same."""
    at_ms = moment_ms(day, 17, 50)
    count = memory.write(
        16, at_ms, place="warehouse", location="WH01", started_ms=at_ms, ended_ms=at_ms + 60_000,
        blind=True, lines=1,
    )  # fmt: skip
    memory.write(
        17, at_ms + 1000, count=count, product=world.products[0].code, packing="CS", packs=1,
        loose=0, qty_base=12, state="skipped",
    )  # fmt: skip
    yield Planted("P-SKIPPED", memory.terminal, "E_CNT_SKIPPED")
    yield Planted("P-TOTALS", memory.terminal, "E_TOTALS")


def _driver_mistakes(
    day: date, memory: Recorder, notes: tuple[NoteToDeliver, ...]
) -> Iterator[Planted]:
    """The first driver delivers a note that was never issued, and more than was loaded."""
    if memory.terminal != 2:
        return
    product = notes[0].lines[0][1] if notes else "HX500"
    _deliver(memory, "0127-DN-2606-999999-9", "C05", ((1, product, None, 12),), moment_ms(day, 17))
    yield Planted("P-NO-NOTE", memory.terminal, "E_DN_UNKNOWN")
    if notes:
        line_no, code, lot, qty = notes[-1].lines[0]
        more = ((line_no, code, lot, qty + 12), *notes[-1].lines[1:])
        _deliver(memory, notes[-1].number, notes[-1].customer, more, moment_ms(day, 17, 5))
        yield Planted("P-OVER", memory.terminal, "E_OVER")


def _deliver(
    memory: Recorder,
    number: str,
    customer: str,
    lines: tuple[tuple[int, str, str | None, int], ...],
    at_ms: int,
) -> None:
    header = memory.write(12, at_ms, note_number=number, customer=customer, result="full")
    for line_no, product, lot, qty in lines:
        memory.write(
            13,
            at_ms,
            delivery=header,
            line=line_no,
            product=product,
            lot=lot,
            delivered=qty,
            refused=0,
        )


WRITERS: Mapping[str, tuple[Writer, ...]] = MappingProxyType(
    {
        "salesperson": (
            _on({1, 4}, _unknown_product),
            _on({1}, _unknown_customer),
            _on({1}, _no_price),
            _on({1}, _full_order),
            _on({1}, _wrong_unit),
        ),
        "keeper": (_skipped_with_quantity,),
    }
)
