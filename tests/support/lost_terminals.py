"""A driver whose terminal is lost while the notes of the next day are on the van."""

from datetime import date, timedelta

from app.services.delivering import load
from app.services.office import Office
from app.services.planning import plan_route_day
from app.services.terminals import report_lost
from app.storage.queries.deliveries import listing
from app.storage.queries.directory import products_by_code
from app.storage.queries.prices import price_book
from tests.support.offices import Terminal
from tests.support.sample_office import CLERK, SAMPLE_DAY

DRIVER_TERMINAL = 2
NEXT_DAY = SAMPLE_DAY + timedelta(days=1)


def load_next_day(office: Office) -> tuple[date, str]:
    """`load_for_next_day`, and then the terminal of the driver is lost."""
    found = load_for_next_day(office)
    report_lost(office, CLERK, DRIVER_TERMINAL, "fell into the river")
    return found


def load_for_next_day(office: Office) -> tuple[date, str]:
    """Two orders are on the van for the day after; returns that day and the first number."""
    seller = Terminal(number=31, now_ms=office.clock.now_ms())
    goods = _goods(office)
    for customer in ("C01", "C02"):
        head = seller.write(
            10, {1: customer, 2: 0, 3: 0, 5: "2026-07-01", 6: 0, 8: len(goods), 9: 0, 11: 0}
        )
        for line, (product, factor, price_fen) in enumerate(goods, start=1):
            packs = {4: "CS", 5: 2, 6: 2 * factor, 7: price_fen, 9: False, 10: 2 * price_fen}
            seller.write(11, {1: [1, head], 2: line, 3: product} | packs)
    seller.upload(office)
    plan_route_day(office, CLERK, NEXT_DAY)
    load(office, CLERK, NEXT_DAY, "R01")
    with office.database.read() as reader:
        return NEXT_DAY, listing(reader, day=NEXT_DAY)[0].number or ""


def _goods(office: Office) -> list[tuple[str, int, int]]:
    """Four products with the factor and the price of their case."""
    with office.database.read() as reader:
        products = products_by_code(reader)
        book = price_book(reader, [product.id for product in products.values()])
    return [
        (code, listed.candidate.factor, listed.candidate.price_fen)
        for code, product in sorted(products.items())
        for listed in book.prices.get(product.id, ())
        if listed.candidate.packing == "CS" and listed.party_id is None
    ][:4]
