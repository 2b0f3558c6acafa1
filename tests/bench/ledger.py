"""Year ten of a ledger beside year one: the same work on both, by turns.

The branch has 2,000 products in 12 places and 400 customers. What is beside it for scale is the sum
over the whole ledger, which is what the answer would cost without kept months.
"""

import os
import random
import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from app.clock import FixedClock
from app.domain.quantity import Packing
from app.domain.rights import Actor
from app.domain.stock import Location, LocationKind, Move
from app.storage import migrate
from app.storage.database import Database
from app.storage.keys import new_key
from app.storage.queries.balances import balances_on
from app.storage.queries.stock import statement
from app.storage.store.master_data import Branch, Party, Place, Product
from tests.bench.harness import Report, elapsed_s

MOVES_PER_YEAR = int(os.environ.get("LEDGER_MOVES_PER_YEAR", "200000"))
FIRST = date(2016, 1, 1)
PRODUCTS, VANS, CUSTOMERS, RUNS, A_DAY = 2_000, 11, 400, 7, 1_700
BRANCH = 127
ACTOR = Actor.everything("bench")
DAY_MS = 86_400_000
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Years:
    """A ledger of so many years: its database, its places and products, its last day."""

    file: Path
    database: Database
    places: dict[str, Location]
    products: list[UUID]
    line: UUID
    last: date


def run(report: Report) -> None:
    """Measure and add a section."""
    with tempfile.TemporaryDirectory() as name:
        one = _make(Path(name) / "one.db", 1)
        ten = _make(Path(name) / "ten.db", 10)
        section = report.section(
            f"Year ten of the ledger, {MOVES_PER_YEAR:,} moves a year",
            ("work", "year one, ms", "year ten, ms", "ratio", "whole ledger, ms"),
            "Medians of 7, SQLite, by turns. Posting is one day's 1,700 moves with its commit; the"
            " whole ledger is summed by raw sqlite3 in the database of ten years.",
        )
        for title, work in WORK.items():
            pairs = [(elapsed_s(work(one)), elapsed_s(work(ten))) for _ in range(RUNS)]
            first, tenth = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
            whole = elapsed_s(lambda: _sum_all(ten)) * 1000 if title in SUMMED else None
            shown = "-" if whole is None else whole
            section.row(title, first, tenth, tenth / first, shown)
        one.database.close()
        ten.database.close()


def _post(years: Years) -> Callable[[], object]:
    moves = [_move(years, number) for number in range(A_DAY)]

    def post() -> None:
        with years.database.transaction(ACTOR, "post") as store:
            store.stock.post(moves)

    return post


def _move(years: Years, number: int) -> Move:
    return Move(
        key=new_key(),
        product=years.products[number % PRODUCTS],
        source=years.places["WH"],
        target=years.places[f"V{number % VANS:02}"],
        qty=12,
        reason="loaded",
        event_ms=(years.last - EPOCH).days * DAY_MS,
        business_date=years.last,
        posting_date=years.last,
        line=years.line,
    )


def _all_on(years: Years) -> Callable[[], object]:
    return lambda: _ask(years, years.last - timedelta(days=45))


def _all_on_old(years: Years) -> Callable[[], object]:
    return lambda: _ask(years, FIRST + timedelta(days=200))


def _one_on(years: Years) -> Callable[[], object]:
    return lambda: _ask(years, years.last - timedelta(days=45), years.products[7])


def _statement(years: Years) -> Callable[[], object]:
    def ask() -> None:
        with years.database.read() as reader:
            statement(reader, FIRST + timedelta(days=152), FIRST + timedelta(days=181))

    return ask


def _ask(years: Years, day: date, product: UUID | None = None) -> None:
    with years.database.read() as reader:
        balances_on(reader, day, products=None if product is None else [product])


WORK = {
    "post a day": _post,
    "everything on a day 45 days ago": _all_on,
    "everything on a day in the first year": _all_on_old,
    "one product on a day": _one_on,
    "statement of a month of the first year": _statement,
}
SUMMED = frozenset(WORK) - {"post a day"}


def _sum_all(years: Years) -> None:
    day = (years.last - timedelta(days=45)).isoformat()
    with closing(sqlite3.connect(years.file)) as connection:
        for end in ("source_id", "target_id"):
            connection.execute(
                f"SELECT {end}, product_id, lot_id, sum(qty) FROM stock_move"  # noqa: S608
                f" WHERE posting_date <= ? GROUP BY {end}, product_id, lot_id",
                (day,),
            ).fetchall()


def _make(file: Path, years: int) -> Years:
    url = f"sqlite:///{file}"
    migrate.upgrade(url)
    database = Database.open(url, branch_id=BRANCH, clock=FixedClock(0, 480))
    with database.transaction(ACTOR, "found") as store:
        masters = store.masters
        masters.put_branch(Branch(name="bench"))
        masters.put_party(Party(code="SUP", name="supplier"))
        packing = (Packing("EA", "个", 1, is_default=True),)
        products = [
            masters.put_product(Product(code=f"P{number:04}", name="goods", packings=packing))
            for number in range(PRODUCTS)
        ]
        kinds = {"WH": LocationKind.WAREHOUSE, "SUP": LocationKind.SUPPLIER}
        kinds |= {f"V{number:02}": LocationKind.VAN for number in range(VANS)}
        kinds |= {f"C{number:03}": LocationKind.CUSTOMER for number in range(CUSTOMERS)}
        places = {
            code: Location(masters.put_place(Place(code=code, name=code, kind=kind)), kind)
            for code, kind in kinds.items()
        }
    last = FIRST + timedelta(days=365 * years)
    made = Years(file, database, places, products, UUID(int=1), last)
    _fill(made, years)
    with database.transaction(ACTOR, "keep") as store:
        store.stock.rebuild_balances()
        store.periods.keep(last)
    return made


def _fill(made: Years, years: int) -> None:
    with closing(sqlite3.connect(made.file)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        _lines(connection, made)
        connection.executemany(
            "INSERT INTO stock_move (branch_id, id, book, product_id, source_id, target_id, qty,"
            " reason, line_id, event_ms, record_ms, business_date, posting_date, evidence)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            _moves(made, years),
        )
        connection.execute("ANALYZE")
        connection.commit()


def _lines(connection: sqlite3.Connection, made: Years) -> None:
    """One draft with one line, on which all moves hang."""
    document, line, product = new_key().bytes, made.line.bytes, made.products[0].bytes
    packing = connection.execute(
        "SELECT id FROM packing WHERE product_id = ?", (product,)
    ).fetchone()[0]
    connection.execute(
        "INSERT INTO document (branch_id, id, kind, state, rev, note, net_fen, event_raw_ms,"
        " event_ms, offset_min, business_date, created_by, created_ms)"
        " VALUES (?, ?, 'TR', 'draft', 1, '', 0, 0, 0, 480, ?, 'bench', 0)",
        (BRANCH, document, FIRST.isoformat()),
    )
    connection.execute(
        "INSERT INTO document_line (branch_id, id, document_id, line_no, product_id, packing_id,"
        " packs, qty, price_fen, price_source, gross_fen, discount_fen, net_fen, free, remark)"
        " VALUES (?, ?, ?, 1, ?, ?, 0, 0, 0, '', 0, 0, 0, 0, '')",
        (BRANCH, line, document, product, packing),
    )


def _moves(made: Years, years: int) -> Iterator[tuple[object, ...]]:
    """Three of four moves go out, in the order of days; seeded, so both ledgers begin alike."""
    rng = random.Random(20260630)
    key = {code: place.key.bytes for code, place in made.places.items()}
    products = [product.bytes for product in made.products]
    per_day = max(1, MOVES_PER_YEAR // 365)
    number = 0
    for day in range(365 * years):
        on = FIRST + timedelta(days=day)
        text, event_ms = on.isoformat(), (on - EPOCH).days * DAY_MS
        for _ in range(per_day):
            number += 1
            way = rng.random()
            van, customer = key[f"V{number % VANS:02}"], key[f"C{number % CUSTOMERS:03}"]
            if way < 0.25:
                ends = (key["SUP"], key["WH"])
            elif way < 0.6:
                ends = (key["WH"], van)
            else:
                ends = (van, customer)
            product = products[rng.randrange(PRODUCTS)]
            yield (
                BRANCH, number.to_bytes(16, "big"), "OWN", product, *ends, 12, "bench",
                made.line.bytes, event_ms, event_ms, text, text, 1,
            )  # fmt: skip
