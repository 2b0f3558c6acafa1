"""Steps that many stories of the sample branch share."""

from sqlalchemy import text

from app.services.delivering import Loaded, load
from app.services.intake import IntakeResult
from app.services.office import Office
from app.services.planning import plan_route_day
from app.storage.queries.checks import check_all
from app.storage.queries.deliveries import note
from tests.support.offices import HOUR_MS, KEEPER, MORNING_MS, NEXT_DAY, Terminal, at


def load_orders(office: Office) -> Loaded:
    """Everything ordered is planned and loaded for the next day, at six in the morning of it."""
    plan_route_day(office, KEEPER, NEXT_DAY)
    return load(at(office, MORNING_MS + 20 * HOUR_MS), KEEPER, NEXT_DAY, "R01")


def deliver(office: Office, terminal: Terminal, number: str, refused: int = 0) -> IntakeResult:
    """The driver hands over all of a note but `refused` units of each line, and docks."""
    terminal.person = "D01"
    terminal.now_ms = MORNING_MS + 24 * HOUR_MS
    with office.database.read() as reader:
        paper = note(reader, number)
    lines = [
        (line.line_no, line.product_code, line.qty_base - refused, refused) for line in paper.lines
    ]
    terminal.delivery(number, paper.customer_code, *lines, result=1 if refused else 0)
    return terminal.upload(office)


def stock_of(office: Office, place: str, product: str = "HX500") -> int:
    """Base units now; customers are places too, though nothing of ours lies there."""
    query = text(
        "SELECT COALESCE(SUM(b.qty), 0) FROM stock_balance b"
        " JOIN location l ON l.branch_id = b.branch_id AND l.id = b.location_id"
        " JOIN product p ON p.branch_id = b.branch_id AND p.id = b.product_id"
        " WHERE l.code = :place AND p.code = :product"
    )
    with office.database.read() as reader:
        found = reader.connection.execute(query, {"place": place, "product": product})
        return int(found.scalar_one())


def assert_sound(office: Office) -> None:
    """No invariant of the books is broken."""
    with office.database.read() as reader:
        assert [check for check in check_all(reader) if not check.holds] == []
