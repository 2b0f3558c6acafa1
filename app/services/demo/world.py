"""The sample branch as plain values: who sells what to whom, on which route, with what."""

from dataclasses import dataclass

from app.domain.barcode import check_digit, gtin14
from app.services.demo import names
from app.services.demo.seeds import Streams

FIRST_PACKINGS = (("BTL", "瓶"), ("CAN", "听"), ("KEG", "桶"))
BRANCHES = ("", "二店", "三店")
MAX_TERMINALS = 20


@dataclass(frozen=True, slots=True)
class SamplePacking:
    code: str
    name: str
    factor: int
    gtin: str
    price_fen: int
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class SampleProduct:
    code: str
    name: str
    short_name: str
    brand: str
    group: str
    kind: str
    unit_name: str
    ml: int
    shelf_life_days: int
    spec: str
    packings: tuple[SamplePacking, ...]

    @property
    def case(self) -> SamplePacking:
        return next(packing for packing in self.packings if packing.is_default)


@dataclass(frozen=True, slots=True)
class SamplePerson:
    code: str
    name: str
    role: str
    terminal: int | None = None


@dataclass(frozen=True, slots=True)
class SampleCustomer:
    code: str
    name: str
    channel: str
    weekly_cases: int
    direct: bool
    address: str
    contact: str
    phone: str
    route: str
    stop: int
    salesperson: str
    weekdays: tuple[int, ...]
    credit_days: int


@dataclass(frozen=True, slots=True)
class SampleRoute:
    code: str
    name: str
    driver: str
    van: str


@dataclass(frozen=True, slots=True)
class World:
    """Everything of the sample branch that does not change from day to day."""

    products: tuple[SampleProduct, ...]
    empties: tuple[SampleProduct, ...]
    people: tuple[SamplePerson, ...]
    customers: tuple[SampleCustomer, ...]
    routes: tuple[SampleRoute, ...]
    unpriced: SampleProduct  # a new product whose price nobody has entered yet

    @property
    def terminals(self) -> tuple[SamplePerson, ...]:
        return tuple(sorted((p for p in self.people if p.terminal), key=lambda p: p.terminal or 0))


def build_world(terminals: int, streams: Streams) -> World:
    """The small branch with `terminals` handhelds (1..20) in the hands of its people."""
    people = _people(terminals)
    sales = [p.code for p in people if p.role == "salesperson" and p.terminal is not None]
    drivers = [p.code for p in people if p.role == "driver"][: max(1, terminals // 3)]
    routes = tuple(
        SampleRoute(f"R{n:02d}", f"{n}号线", code, f"VAN{n:02d}")
        for n, code in enumerate(drivers, start=1)
    )
    return World(
        products=tuple(_drink(n, *row) for n, row in enumerate(names.DRINKS, start=1)),
        empties=tuple(_empty(n, *row) for n, row in enumerate(names.EMPTIES, start=101)),
        people=people,
        customers=_customers(sales, [route.code for route in routes], streams),
        routes=routes,
        unpriced=_drink(90, *names.UNPRICED),
    )


def role_of(terminal: int) -> str:
    """Whose terminal number `terminal` is: every third a driver's, the third the keeper's."""
    if terminal == 3:
        return "keeper"
    return "driver" if terminal % 3 == 2 else "salesperson"


def _people(terminals: int) -> tuple[SamplePerson, ...]:
    roles = [role_of(number) for number in range(1, terminals + 1)]
    found: list[SamplePerson] = []
    for role, prefix, known, least in (
        ("salesperson", "S", names.SALESPEOPLE, 4),
        ("driver", "D", names.DRIVERS, 2),
        ("keeper", "K", (names.KEEPER,), 1),
    ):
        numbers = [place for place, owner in enumerate(roles, start=1) if owner == role]
        for place in range(max(least, len(numbers))):
            terminal = numbers[place] if place < len(numbers) else None
            found.append(SamplePerson(f"{prefix}{place + 1:02d}", known[place], role, terminal))
    found += [
        SamplePerson("M01", names.MANAGER, "manager"),
        SamplePerson("V01", names.SUPERVISOR, "supervisor"),
        SamplePerson("H01", names.CASHIER, "cashier"),
        SamplePerson("L01", names.CLERK, "clerk"),
    ]
    return tuple(found)


def _customers(sales: list[str], routes: list[str], streams: Streams) -> tuple[SampleCustomer, ...]:
    found: list[SampleCustomer] = []
    stops: dict[str, int] = dict.fromkeys(routes, 0)
    for channel, count, words, weekly in names.CHANNELS:
        for place in range(count):
            number = len(found) + 1
            district, rank = names.DISTRICTS[number % len(names.DISTRICTS)]
            route = routes[(number % len(names.DISTRICTS)) % len(routes)]
            stops[route] += 1
            first_day = number // len(sales) % 3 if sales else 0
            found.append(
                SampleCustomer(
                    code=f"C{number:02d}",
                    name=district + words[place % len(words)] + BRANCHES[place // len(words)],
                    channel=channel,
                    weekly_cases=weekly,
                    direct=number % 10 in (1, 4, 7),
                    address=f"临汐市{district}{rank}{streams.pick('customers', names.STREETS)}"
                    f"{streams.stream('customers').randrange(1, 200)}号",
                    contact=streams.pick("customers", names.CONTACTS),
                    phone=f"000-{streams.stream('customers').randrange(1000000, 9999999)}",
                    route=route,
                    stop=stops[route],
                    salesperson=sales[number % len(sales)] if sales else "S01",
                    weekdays=(first_day, first_day + 3),
                    credit_days={"ONTRADE": 30, "CVS": 15, "KA": 45}.get(channel, 0),
                )
            )
    return tuple(found)


def _drink(
    number: int,
    code: str,
    name: str,
    short: str,
    brand: str,
    group: str,
    ml: int,
    case: int,
    fen: int,
) -> SampleProduct:
    gtin13 = _gtin13(number)
    unit, unit_name = FIRST_PACKINGS[1 if "听" in name else 2 if "桶" in name else 0]
    rows = (
        (unit, unit_name, 1, gtin13),
        ("PK2", "两支装", 2, gtin14(5, gtin13)),
        ("PK3", "三支装", 3, gtin14(6, gtin13)),
        ("HCS", "半箱", case // 2, gtin14(2, gtin13)),
        ("CS", "箱", case, gtin14(1, gtin13)),
        ("CS2", "双箱", case * 2, gtin14(3, gtin13)),
        ("PLT", "板", case * 60, gtin14(4, gtin13)),
    )
    packings = tuple(
        SamplePacking(
            packing, label, factor, gtin, (fen * factor * 2 + case) // (2 * case), packing == "CS"
        )
        for packing, label, factor, gtin in rows
    )
    return SampleProduct(
        code, name, short, brand, group, "full", unit_name, ml,
        365 if group == "SOFT" else 240, f"{ml}ml×{case}", packings,
    )  # fmt: skip


def _empty(number: int, code: str, name: str, ml: int, deposit_fen: int) -> SampleProduct:
    packing = SamplePacking("EA", "个", 1, _gtin13(number), deposit_fen, is_default=True)
    return SampleProduct(
        code, name, name, "周转物", "EMPTY", "empty", "个", ml, 0, "周转", (packing,)
    )


def _gtin13(number: int) -> str:
    digits = f"2900001{number:05d}"
    return digits + str(check_digit(digits))
