"""What a profile makes of a file is taken in like what any handheld sends."""

from app.domain.profiles.bodies import Given
from app.domain.profiles.goods import Article
from app.domain.profiles.making import DraftRecord, make_records
from app.domain.profiles.reading import read_lines
from app.domain.records.catalogue import RECORD_TYPES
from app.domain.records.writing import write_body
from app.services.intake import IntakeResult
from app.services.office import Office
from app.services.profiles import find_profile
from tests.support.offices import MORNING_MS, Terminal

ARTICLES = {
    "2900001000017": Article("HX500", "BTL", 1, {"CS": 12, "BTL": 1}, 446),
    "XG330": Article("XG330", "BTL"),
    "12900001000014": Article("HX500", "CS", 12, {"CS": 12, "BTL": 1}, 5350),
}
GIVEN = Given(MORNING_MS, 480)


def write(terminal: Terminal, record: DraftRecord, head: int = 0) -> int:
    known = RECORD_TYPES[record.type]
    fields = dict(record.fields)
    if known.header is not None:
        fields[known.fields[0].name] = (terminal.epoch, head)
    return terminal.write(record.type, write_body(record.type, fields), ms=record.at_ms)


def upload(office: Office, terminal: Terminal, code: str, text: str) -> IntakeResult:
    profile = find_profile(office.paths, code).profile
    made = make_records(profile, read_lines(profile, text.encode()), ARTICLES.get, GIVEN)
    assert made.bad == ()
    for document in made.documents:
        head = write(terminal, document.header)
        for line in document.lines:
            write(terminal, line, head)
    return terminal.upload(office)


def codes(result: IntakeResult) -> set[str]:
    return {each.code for each in result.problems}


def test_a_count_of_an_opticon_is_compared_with_the_book(
    office: Office, terminal: Terminal
) -> None:
    text = (
        "12900001000014,50,003278,09:30:00,01/06/2026\r\n"
        "2900001000017,2,003278,09:31:00,01/06/2026\r\n"
        "2900001000017,-2,003278,09:32:00,01/06/2026\r\n"
        "XG330,240,003278,09:33:00,01/06/2026\r\n"
    )
    # the warehouse holds 600 bottles of the one and 240 of the other
    result = upload(office, terminal, "opticon-opn2005", text)
    assert codes(result) == set()
    assert result.documents == 1


def test_an_order_by_csv_is_confirmed_at_the_prices_of_the_desk(
    office: Office, terminal: Terminal
) -> None:
    text = "customer,barcode,quantity\r\nC0001,12900001000014,5,2026-06-02\r\n"
    result = upload(office, terminal, "generic-order", text)
    assert (codes(result), result.documents) == (set(), 1)


def test_a_code_that_nobody_knows_waits_for_a_clerk(office: Office, terminal: Terminal) -> None:
    result = upload(office, terminal, "generic-csv", "barcode,quantity\r\nNEW-1,4\r\n")
    assert "E_PROD" in codes(result)
    assert result.documents == 0


def test_a_return_is_kept(office: Office, terminal: Terminal) -> None:
    text = "C0001,2900001000017,3,L2604A,2026-06-10,EXP2,near\r\n"
    result = upload(office, terminal, "generic-return", text)
    # a file names no delivery note: what that note was is for the desk to find
    assert codes(result) == {"W_RET_UNKNOWN"}
    assert (result.counts.accepted, result.counts.warned) == (1, 1)
