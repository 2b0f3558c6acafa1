"""A small branch at work: an office with a few masters, and terminals that upload to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from app.clock import FixedClock
from app.domain.quantity import Packing
from app.domain.rights import Actor
from app.domain.stock import LocationKind
from app.paths import Paths
from app.services.archive import Archive, Origin
from app.services.intake import IntakeResult, take_in
from app.services.masters import Customer, MasterData, found_branch, put_masters
from app.services.office import Office
from app.services.receiving import GoodsReceipt, ReceivedLine, receive_goods
from app.storage.database import Database
from app.storage.store.master_data import (
    Branch,
    Party,
    Person,
    Place,
    Price,
    PriceList,
    Product,
    Profile,
    Route,
    Territory,
    Vehicle,
)
from drivers.protocols.docking.batch import BatchHeader, encode_record, seal_batch

BRANCH = 127
DAY = date(2026, 6, 1)
NEXT_DAY = date(2026, 6, 2)
MORNING_MS = 1_780_279_200_000  # 10:00 in China on DAY
HOUR_MS = 3_600_000
CLERK = Actor.everything("clerk")
KEEPER = Actor.everything("keeper")

Body = Mapping[int, Any]


def open_office(url: str, data: Path, ms: int = MORNING_MS) -> Office:
    """An office on a migrated database."""
    clock = FixedClock(ms)
    paths = Paths(data)
    paths.create()
    return Office(Database.open(url, clock=clock), paths, clock, Archive(paths.archive))


def at(office: Office, ms: int) -> Office:
    """The same office at another time."""
    return office.with_clock(FixedClock(ms))


def found_sample_branch(office: Office) -> Office:
    """A branch with two products, two customers on one route, a warehouse full of beer."""
    office = found_branch(office, CLERK, BRANCH, Branch(name="临汐营业所", address="东浦路 1 号"))
    put_masters(office, CLERK, sample_masters())
    receive_goods(office, KEEPER, sample_receipt())
    return office


def eastern(price_fen: int) -> MasterData:
    """C0001 lies in EAST, a part of CITY, where a case of HX500 has a price of its own."""
    customer = sample_masters().customers[0]
    there = replace(customer.profile, territory="EAST")
    return MasterData(
        territories=(
            Territory(code="CITY", name="市区"),
            Territory(code="EAST", name="东浦", parent="CITY"),
        ),
        customers=(replace(customer, profile=there),),
        price_lists=(
            PriceList(
                code="CITY",
                name="市区",
                kind="territory",
                territory="CITY",
                valid_from=date(2026, 1, 1),
                prices=(Price(product="HX500", packing="CS", price_fen=price_fen),),
            ),
        ),
    )


def sample_masters() -> MasterData:
    packings = (
        Packing("CS", "箱", 12, "12900001000014", is_default=True),
        Packing("BTL", "瓶", 1, "2900001000017"),
    )
    return MasterData(
        people=(
            Person(code="S01", name="林业务", roles=("salesperson",)),
            Person(code="D01", name="周司机", roles=("driver",)),
            Person(code="K01", name="吴库管", roles=("keeper",)),
        ),
        vehicles=(Vehicle(code="V01", name="一号车", plate="DEMO-01"),),
        parties=(Party(code="SUP1", name="望汐啤酒厂"),),
        routes=(Route(code="R01", name="东线", person="D01", vehicle="V01"),),
        customers=tuple(
            Customer(
                Party(code=code, name=name, address="东浦街", phone="000-1234567"),
                Profile(
                    valid_from=date(2026, 1, 1),
                    customer_type="GROCERY",
                    route="R01",
                    salesperson="S01",
                ),
            )
            for code, name in (("C0001", "东浦烟酒店"), ("C0002", "西桥小卖部"))
        ),
        products=(
            Product(
                code="HX500",
                name="望汐清爽 500ml",
                packings=packings,
                base_unit_name="瓶",
                spec="500ml×12",
                ml_per_base=500,
                shelf_life_days=180,
                removal_lead_days=30,
            ),
            Product(
                code="XG330",
                name="汐果 330ml",
                packings=packings,
                base_unit_name="瓶",
                ml_per_base=330,
                shelf_life_days=360,
            ),
        ),
        price_lists=(
            PriceList(
                code="BASE",
                name="基础价",
                kind="base",
                valid_from=date(2026, 1, 1),
                prices=(
                    Price(product="HX500", packing="CS", price_fen=5350),
                    Price(product="XG330", packing="CS", price_fen=3600),
                ),
            ),
        ),
        places=(
            Place(code="WH1", name="主仓", kind=LocationKind.WAREHOUSE),
            Place(code="VAN1", name="一号车", kind=LocationKind.VAN, vehicle="V01"),
        ),
    )


def sample_receipt() -> GoodsReceipt:
    return GoodsReceipt(
        "SUP1",
        "WH1",
        (
            ReceivedLine("HX500", 100, "L2604A", date(2026, 4, 10)),
            ReceivedLine("HX500", 500, "L2605A", date(2026, 5, 10)),
            ReceivedLine("XG330", 240, "L2605B", date(2026, 5, 10)),
        ),
    )


@dataclass
class Terminal:
    """Writes records and seals them; times in UTC ms of the terminal's own clock."""

    number: int = 3
    branch: int = BRANCH
    epoch: int = 1
    person: str = "S01"
    now_ms: int = MORNING_MS
    seq: int = 0
    batch_no: int = 0
    waiting: list[tuple[int, bytes]] = field(default_factory=list)

    def write(self, type_no: int, body: Body, *, ms: int | None = None) -> int:
        """Adds a record and returns its sequence number."""
        self.seq += 1
        stamp = self.now_ms if ms is None else ms
        data = encode_record(type_no, self.seq, stamp, 480, self.person, body)
        self.waiting.append((self.seq, data))
        return self.seq

    def order(
        self,
        customer: str = "C0001",
        *lines: tuple[str, int],
        price: int = 5350,
        wanted: str = "2026-06-02",
    ) -> int:
        """An order of cases; `lines` are (product, cases). Returns the header's number."""
        goods = lines or (("HX500", 5),)
        total = sum(cases * price for _, cases in goods)
        body = {1: customer, 2: 0, 3: 0, 5: wanted, 6: 0, 8: len(goods), 9: total, 11: 0}
        head = self.write(10, body)
        for place, (product, cases) in enumerate(goods, start=1):
            line = {1: [self.epoch, head], 2: place, 3: product, 4: "CS", 5: cases}
            self.write(11, line | {6: cases * 12, 7: price, 9: False, 10: cases * price})
        return head

    def delivery(
        self, note: str, customer: str, *lines: tuple[int, str, int, int], result: int = 0
    ) -> int:
        """What became of a note; `lines` are (line, product, delivered, refused)."""
        head = self.write(12, {1: note, 2: customer, 3: result, 5: "王店主"})
        for line_no, product, delivered, refused in lines:
            self.write(
                13, {1: [self.epoch, head], 2: line_no, 3: product, 5: delivered, 6: refused}
            )
        return head

    def returns(
        self, customer: str, *lines: tuple[str, int], note: str = "", mode: int = 0, lot: str = ""
    ) -> int:
        """Goods that come back damaged; `lines` are (product, units), mode 2 is a swap."""
        head = self.write(14, {1: customer, 2: mode} | ({3: note} if note else {}))
        for product, qty in lines:
            line = {1: [self.epoch, head], 2: product, 5: qty, 6: "DMG1", 7: 2}
            self.write(15, line | ({3: lot} if lot else {}))
        return head

    def empties(self, customer: str, product: str, qty_out: int, qty_in: int) -> int:
        """Empties that were left with a customer and taken back."""
        return self.write(33, {1: customer, 2: product, 3: qty_out, 4: qty_in})

    def receipt(self, supplier: str, place: str, *lines: tuple[str, int]) -> int:
        """Goods that came in, as a desk reads them from a file; `lines` are (product, units)."""
        head = self.write(204, {1: supplier, 2: place, 3: len(lines)})
        for product, qty in lines:
            self.write(205, {1: [self.epoch, head], 2: product, 3: qty})
        return head

    def count(self, location: str, *lines: tuple[str, int], place: int = 3) -> int:
        """A count of bottles; `lines` are (product, counted)."""
        times = {4: self.now_ms - 60_000, 5: self.now_ms}
        head = self.write(16, {1: place, 3: location, **times, 6: True, 7: len(lines)})
        for product, qty in lines:
            line = {1: [self.epoch, head], 2: product, 3: "CS", 4: qty // 12, 5: qty % 12}
            self.write(17, line | {6: qty, 9: 0 if qty else 1})
        return head

    def seal(self) -> bytes:
        """The waiting records as a batch; afterwards none waits."""
        self.batch_no += 1
        seqs = [seq for seq, _ in self.waiting]
        header = BatchHeader(
            branch=self.branch,
            terminal=self.number,
            epoch=self.epoch,
            batch_no=self.batch_no,
            seq_from=min(seqs),
            seq_to=max(seqs),
            person=self.person,
            opened_ms=self.now_ms,
            closed_ms=self.now_ms,
            app_version="1.0",
            schema_version=1,
        )
        data = seal_batch(header, [record for _, record in self.waiting])
        self.waiting = []
        return data

    @property
    def origin(self) -> Origin:
        """Of the batch sealed last."""
        return Origin(self.branch, self.number, self.epoch, self.batch_no)

    def upload(self, office: Office, **options: int) -> IntakeResult:
        """Seals what waits and has the office take it in."""
        data = self.seal()
        return take_in(office, CLERK, self.origin, data, **options)
