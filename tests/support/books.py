"""A small branch in a real database: masters by readable codes, and moves to post there."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, create_engine

from app.domain.business_day import business_date
from app.domain.lots import Lot
from app.domain.numbering import DocumentKind
from app.domain.quantity import Packing
from app.domain.stock import Location, LocationKind, Move
from app.storage.database import Database
from app.storage.keys import new_key
from app.storage.queries.directory import FoundProduct, places_by_code, products_by_code
from app.storage.store import Store
from app.storage.store.master_data import (
    Party,
    Person,
    Place,
    Price,
    PriceList,
    Product,
    Profile,
    Route,
    Vehicle,
)
from app.storage.store.papers import Header, Line, Paper
from tests.support.databases import CLERK, MORNING_MS

TODAY = date(2026, 6, 1)
DAY_MS = 86_400_000
BOTTLE = Packing("BTL", "瓶", 1)
CASE = Packing("CS", "箱", 12, is_default=True)
BEER, SODA = "HX500", "XG330"


@dataclass(frozen=True, slots=True)
class Books:
    """What `open_books` put there, and the lines that moves may hang on (by product code)."""

    database: Database
    products: dict[str, FoundProduct]
    places: dict[str, Location]
    customer_id: uuid.UUID
    receipt_id: uuid.UUID
    lines: dict[str, uuid.UUID]
    lots: dict[str, uuid.UUID] = field(default_factory=dict)

    def move(
        self,
        source: str,
        target: str,
        qty: int,
        *,
        product: str = BEER,
        lot: str | None = None,
        day: int = 0,
        **more: Any,
    ) -> Move:
        """`day` days after the first, between places by code."""
        event_ms = MORNING_MS + day * DAY_MS
        on = business_date(event_ms, 480)
        return Move(
            key=more.pop("key", None) or new_key(),
            product=self.products[product].id,
            source=self.places[source],
            target=self.places[target],
            qty=qty,
            reason="test",
            event_ms=event_ms,
            business_date=on,
            posting_date=on,
            lot=None if lot is None else self.lots[lot],
            line=self.lines[product],
            **more,
        )

    def post(self, *moves: Move) -> Any:
        with self.database.transaction(CLERK, "post") as store:
            return store.stock.post(moves)

    def paper(
        self, kind: DocumentKind, *, state: str = "draft", qty: int = 12, **header: Any
    ) -> Paper:
        """A document of one line of beer."""
        key = header.pop("id", None) or new_key()
        return Paper(
            header=Header(
                id=key,
                kind=kind,
                state=state,
                event_ms=MORNING_MS,
                business_date=TODAY,
                party_id=self.customer_id,
                **header,
            ),
            lines=(self.line(qty),),
        )

    def line(self, qty: int, *, line_no: int = 1, product: str = BEER, **more: Any) -> Line:
        found = self.products[product]
        return Line(
            id=more.pop("id", None) or new_key(),
            line_no=line_no,
            product_id=found.id,
            packing_id=found.packing_ids["CS"],
            qty=qty,
            packs=qty // 12,
            **more,
        )


def put_masters(store: Store) -> uuid.UUID:
    """The masters of the test branch; returns the customer's key."""
    masters = store.masters
    masters.put_vehicle(Vehicle(code="V1", name="一号车", plate="临A00001"))
    masters.put_person(Person(code="S01", name="王小芳", roles=("salesperson",)))
    masters.put_person(Person(code="D01", name="陈大力", roles=("driver",)))
    masters.put_party(Party(code="SUP", name="望汐啤酒"))
    customer_id = masters.put_customer(
        Party(code="C01", name="东浦便利店", address="东浦路 1 号", phone="000-0000001"),
        Profile(valid_from=TODAY, customer_type="GROCERY", salesperson="S01", price_group="G1"),
    )
    masters.put_route(Route(code="R1", name="东线", person="D01", vehicle="V1", stops=("C01",)))
    for code, name in ((BEER, "望汐清爽 500ml"), (SODA, "汐果 330ml")):
        masters.put_product(Product(code=code, name=name, packings=(BOTTLE, CASE), ml_per_base=500))
    masters.put_price_list(
        PriceList(
            code="BASE",
            name="基准价",
            kind="base",
            valid_from=TODAY - timedelta(days=400),
            prices=(
                Price(product=BEER, packing="CS", price_fen=5350, min_price_fen=5000),
                Price(product=SODA, packing="CS", price_fen=2400),
            ),
        )
    )
    kinds = {
        "WH": LocationKind.WAREHOUSE,
        "VAN1": LocationKind.VAN,
        "ADJ": LocationKind.ADJUSTMENT,
        "LOSS": LocationKind.LOSS,
        "CHU": LocationKind.CH_UPSTREAM,
    }
    for code, kind in kinds.items():
        masters.put_place(Place(code=code, name=code, kind=kind))
    masters.put_place(Place(code="SUP", name="望汐", kind=LocationKind.SUPPLIER, party="SUP"))
    masters.put_place(Place(code="C01", name="东浦", kind=LocationKind.CUSTOMER, party="C01"))
    return customer_id


def open_books(database: Database) -> Books:
    """Masters, and one receipt of goods whose lines carry the moves of a test."""
    with database.transaction(CLERK, "masters") as store:
        customer_id = put_masters(store)
        products = products_by_code(store.reader)
        found = places_by_code(store.reader)
        lots = store.masters.put_lots(
            products[BEER].id,
            [
                Lot("L1", TODAY, TODAY + timedelta(days=180), TODAY + timedelta(days=150)),
                Lot("L2", TODAY, TODAY + timedelta(days=90), TODAY + timedelta(days=60)),
            ],
        )
        lines = {
            code: Line(
                id=new_key(),
                line_no=place,
                product_id=products[code].id,
                packing_id=products[code].packing_ids["CS"],
                qty=0,
            )
            for place, code in enumerate((BEER, SODA), start=1)
        }
        receipt = Header(
            id=new_key(),
            kind=DocumentKind.PR,
            state="draft",
            event_ms=MORNING_MS,
            business_date=TODAY,
        )
        store.documents.add([Paper(header=receipt, lines=tuple(lines.values()))])
    return Books(
        database,
        products,
        {code: place.location for code, place in found.items()},
        customer_id,
        receipt.id,
        {code: line.id for code, line in lines.items()},
        lots,
    )


@contextmanager
def as_owner(database: Database) -> Iterator[Connection]:
    """A connection past the program's own: on PostgreSQL with the rights of the owner."""
    engine = create_engine(database.engine.url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()
