"""How much a sample customer orders on a visit, and what stands on his shelf."""

from dataclasses import dataclass
from datetime import date

from app.services.demo.names import SEASON
from app.services.demo.seeds import Streams
from app.services.demo.world import SampleCustomer, SamplePacking, SampleProduct, World

WANTED_GROUPS = {
    "ONTRADE": ("CORE", "PREMIUM", "NEW"),
    "SPECIAL": ("CORE", "SOFT"),
    "GROCERY": ("CORE", "SOFT", "NEW"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """One line of an order: whole packs of one packing."""

    product: SampleProduct
    packing: SamplePacking
    packs: int
    free: bool = False

    @property
    def qty_base(self) -> int:
        return self.packs * self.packing.factor

    @property
    def net_fen(self) -> int:
        return 0 if self.free else self.packs * self.packing.price_fen


def visited_on(world: World, salesperson: str, day: date) -> list[SampleCustomer]:
    """The customers of one salesperson's round on `day`, in the order of their stops."""
    due = [
        c for c in world.customers if c.salesperson == salesperson and day.weekday() in c.weekdays
    ]
    return sorted(due, key=lambda customer: (customer.route, customer.stop))


def order_of(world: World, customer: SampleCustomer, day: date, streams: Streams) -> list[Wish]:
    """The lines of one visit's order; empty when the customer wants nothing."""
    name = f"demand/{customer.code}"
    if streams.chance(name, 120):
        return []
    groups = WANTED_GROUPS.get(customer.channel, ("CORE", "PREMIUM", "NEW", "SOFT"))
    range_ = [product for product in world.products if product.group in groups]
    random = streams.stream(name)
    wanted = random.sample(range_, min(len(range_), 3 + random.randrange(6)))
    percent = SEASON[day.month - 1] * (80 + random.randrange(41))
    cases = max(customer.weekly_cases * percent // (2 * 100 * 100), len(wanted))
    wishes = []
    for place, product in enumerate(sorted(wanted, key=lambda p: p.code)):
        share = max(1, cases * (3 if place == 0 else 2) // (2 * len(wanted) + 1))
        loose = customer.channel == "ONTRADE" and streams.chance(name, 200)
        packing = product.packings[3] if loose else product.case
        wishes.append(Wish(product, packing, share))
    if len(wishes) > 1 and wishes[0].packs >= 10 and day.month in (6, 7, 8):
        wishes.append(Wish(wishes[0].product, wishes[0].packing, wishes[0].packs // 10, free=True))
    return wishes


def shelf_of(
    world: World, customer: SampleCustomer, streams: Streams
) -> list[tuple[SampleProduct, int | None]]:
    """What is counted on a shelf: base units, 0 for an empty place, None for one not looked at."""
    random = streams.stream(f"shelf/{customer.code}")
    seen = random.sample(list(world.products), 5)
    counted: list[tuple[SampleProduct, int | None]] = []
    for product in sorted(seen, key=lambda p: p.code):
        look = random.randrange(10)
        qty = (
            None if look == 0 else 0 if look == 1 else random.randrange(1, 4 * product.case.factor)
        )
        counted.append((product, qty))
    return counted
