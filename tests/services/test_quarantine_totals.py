"""What waits is counted: every document once, with its goods and its money."""

from datetime import date

from app.i18n import Translator
from app.services.office import Office
from app.services.quarantine import fix, held_totals, list_waiting
from app.services.reporting import Asked, run_report
from app.storage.queries.held import Held
from tests.support.offices import CLERK, Terminal
from tests.support.trades import load_orders


def test_nothing_waits(office: Office) -> None:
    totals = held_totals(office, CLERK)
    assert (totals.items, totals.documents, totals.qty, totals.amount_fen) == (0, 0, 0, 0)
    assert totals.by_code == ()


def test_a_document_with_two_questions_counts_once_in_all(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0009", ("HX5OO", 5), ("HX500", 1))
    terminal.order("C0009", ("HX500", 2))
    terminal.order("C0001", ("HX500", 7))
    terminal.upload(office)
    totals = held_totals(office, CLERK)
    assert (totals.items, totals.documents) == (3, 2)
    assert (totals.qty, totals.amount_fen) == (8 * 12, 8 * 5350)
    assert dict(totals.by_code) == {
        "E_CUST": Held(2, 2, 8 * 12, 8 * 5350),
        "E_PROD": Held(1, 1, 6 * 12, 6 * 5350),
    }
    assert {each.item.qty for each in list_waiting(office, CLERK)} == {72, 24}


def test_what_is_posted_is_held_no_more(office: Office, terminal: Terminal) -> None:
    terminal.order("C0009", ("HX500", 2))
    terminal.upload(office)
    fix(office, CLERK, list_waiting(office, CLERK)[0].item.id, "C0001")
    assert held_totals(office, CLERK).documents == 0


def test_a_delivery_holds_goods_and_a_count_neither(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001", ("HX500", 5))
    terminal.upload(office)
    load_orders(office)
    terminal.delivery("0127-DN-2606-999999-9", "C0001", (1, "HX500", 48, 12))
    terminal.count("WH9", ("HX500", 600))
    terminal.upload(office)
    totals = held_totals(office, CLERK)
    assert (totals.documents, totals.qty, totals.amount_fen) == (2, 48, 0)
    found = {each.item.code: each.item for each in list_waiting(office, CLERK)}
    assert (found["E_DN_UNKNOWN"].qty, found["E_DN_UNKNOWN"].amount_fen) == (48, None)
    assert (found["E_LOCATION"].qty, found["E_LOCATION"].amount_fen) == (None, None)


def test_the_other_content_of_a_known_record_is_no_document(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001")
    terminal.upload(office)
    terminal.seq = 0
    terminal.order("C0002")
    terminal.upload(office)
    totals = held_totals(office, CLERK)
    assert (totals.items, totals.documents) == (1, 0)


def test_a_report_says_what_it_does_not_hold(office: Office, terminal: Terminal) -> None:
    asked = Asked(d_from=date(2026, 6, 1), d_to=date(2026, 6, 2))
    before = run_report(office, CLERK, "stock-statement", asked, Translator("en"))
    terminal.order("C0009", ("HX500", 2))
    terminal.upload(office)
    after = run_report(office, CLERK, "stock-statement", asked, Translator("en"))
    assert after.table.notes[:-1] == before.table.notes
    assert after.table.notes[-1].startswith("1 documents wait: 24 units worth ¥107.00")
