"""What a lost terminal's paper says comes in by the same way, under the name of who typed it."""

from collections.abc import Callable
from datetime import date

import pytest

from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.errors import NotFound, PermissionDenied, RuleBroken, UsageError
from app.services.counting import approve_count, counts_to_approve
from app.services.office import Office
from app.services.paper_entry import (
    PaperLine,
    PaperRecord,
    PaperResult,
    enter_deliveries,
    enter_paper,
    fill_numbers,
    seal_paper,
)
from app.services.paper_notes import missing_of, paper_of
from app.services.quarantine import fix, list_waiting
from app.services.recovering import recover
from app.services.replaying import replay
from app.services.terminals import TerminalFacts, enrol, note_terminal, report_lost
from app.storage.queries.documents import documents_by_number, documents_in_state
from app.storage.queries.evidence import records_behind
from app.storage.queries.terminals import registry
from tests.support.offices import CLERK, HOUR_MS, KEEPER, MORNING_MS, NEXT_DAY, Terminal, at
from tests.support.trades import assert_sound, load_orders, stock_of

EVENING_MS = MORNING_MS + 32 * HOUR_MS
DRIVERS = 5


@pytest.fixture
def evening(office: Office, terminal: Terminal) -> Office:
    """Two notes are on the van, and the driver's terminal is lost."""
    enrol(office, CLERK, DRIVERS, "D01")
    note_terminal(office, CLERK, DRIVERS, TerminalFacts(1, "SN5", "simulated", "1.0", "D01"))
    terminal.order("C0001", ("HX500", 10))
    terminal.order("C0002", ("XG330", 2), price=3600)
    terminal.upload(office)
    load_orders(office)
    late = at(office, EVENING_MS)
    report_lost(late, CLERK, DRIVERS, "fell into the river")
    return late


def numbers(office: Office) -> list[str]:
    return [note.number for note in missing_of(office, CLERK, DRIVERS)]


def whole(office: Office, number: str, refused: int = 0, reason: str = "") -> PaperResult:
    """All of a note but `refused` units of each line handed over."""
    note = next(each for each in missing_of(office, CLERK, DRIVERS) if each.number == number)
    lines = (
        PaperLine(line.product_code, line.lot, line.shipped - refused, refused, reason)
        for line in note.lines
    )
    return PaperResult(number, tuple(lines), receiver="王店主")


def result_of(office: Office, number: str) -> tuple[str, str | None]:
    with office.database.read() as reader:
        found = documents_by_number(reader, [number])[number]
    assert found.delivery is not None
    return found.state, found.delivery.result


def test_what_is_expected_from_paper_is_listed_until_it_is_typed(evening: Office) -> None:
    first, second = missing_of(evening, CLERK, DRIVERS)
    assert (first.customer_code, first.business_date) == ("C0001", NEXT_DAY)
    assert [(line.product_code, line.shipped) for line in first.lines] == [
        ("HX500", 100),
        ("HX500", 20),
    ]
    result = enter_deliveries(evening, CLERK, DRIVERS, [whole(evening, first.number)])
    assert (result.documents, result.moves) == (1, 2)
    assert numbers(evening) == [second.number]
    assert result_of(evening, first.number) == ("posted", "full")
    assert stock_of(evening, "VAN1") == 0
    assert_sound(evening)


def test_documents_say_who_typed_them(evening: Office) -> None:
    number = numbers(evening)[0]
    enter_deliveries(evening, KEEPER, DRIVERS, [whole(evening, number)])
    with evening.database.read() as reader:
        note = documents_by_number(reader, [number])[number]
        behind = records_behind(reader, note.id)
    typed = [each.evidence for each in behind if each.evidence.terminal_no == DRIVERS]
    assert {each.typed_by for each in typed} == {"keeper"}
    assert {(each.epoch, each.batch_no) for each in typed} == {(2, 1)}
    assert {each.evidence.typed_by for each in behind} - {"keeper"} <= {None}


@pytest.mark.parametrize(
    ("refused", "result"),
    [((0, 0), "full"), ((0, 20), "part"), ((100, 20), "refused")],
)
def test_how_the_stop_went_follows_from_its_lines(
    evening: Office, refused: tuple[int, ...], result: str
) -> None:
    note = missing_of(evening, CLERK, DRIVERS)[0]
    lines = tuple(
        PaperLine(line.product_code, line.lot, line.shipped - less, less, "DMG1")
        for line, less in zip(note.lines, refused, strict=True)
    )
    enter_deliveries(evening, CLERK, DRIVERS, [PaperResult(note.number, lines)])
    assert result_of(evening, note.number) == ("posted", result)
    assert_sound(evening)


def test_nobody_there_is_a_missed_stop(evening: Office) -> None:
    note = missing_of(evening, CLERK, DRIVERS)[1]
    lines = tuple(PaperLine(line.product_code, line.lot, reason="CLSD") for line in note.lines)
    enter_deliveries(evening, CLERK, DRIVERS, [PaperResult(note.number, lines)])
    assert result_of(evening, note.number) == ("posted", "missed")


def test_several_typings_follow_each_other(evening: Office) -> None:
    for number in numbers(evening):
        enter_deliveries(evening, CLERK, DRIVERS, [whole(evening, number)])
    assert numbers(evening) == []
    with evening.database.read() as reader:
        row = next(row for row in registry(reader) if row.terminal_no == DRIVERS)
    assert (row.epoch, row.received_seq) == (2, 7)
    assert list_waiting(evening, CLERK) == ()


def test_the_stop_counts_for_the_day_of_its_note(evening: Office) -> None:
    number = numbers(evening)[0]
    later = at(evening, EVENING_MS + 48 * HOUR_MS)
    enter_deliveries(later, CLERK, DRIVERS, [whole(later, number)])
    with later.database.read() as reader:
        found = documents_by_number(reader, [number])[number]
        query = "SELECT DISTINCT business_date FROM stock_move WHERE reason = 'delivered'"
        days = {str(row[0]) for row in reader.connection.exec_driver_sql(query)}
    assert found.state == "posted"
    assert days == {NEXT_DAY.isoformat()}


def test_the_same_rules_hold_for_paper(evening: Office) -> None:
    note = missing_of(evening, CLERK, DRIVERS)[1]
    line = note.lines[0]
    more = PaperLine(line.product_code, line.lot, line.shipped + 12)
    result = enter_deliveries(evening, CLERK, DRIVERS, [PaperResult(note.number, (more,))])
    assert "E_OVER" in {problem.code for problem in result.problems}
    assert [each.item.code for each in list_waiting(evening, CLERK)] == ["E_OVER"]
    assert_sound(evening)


def test_orders_and_counts_are_typed_too(evening: Office) -> None:
    order = {
        "customer": "C0001",
        "origin": "visit",
        "fulfilment": "own",
        "wanted": date(2026, 6, 3),
        "payment": "cash",
        "lines": 1,
        "total_fen": 10_700,
        "status": "new",
    }
    line = {
        "line": 1,
        "product": "HX5OO",
        "packing": "CS",
        "packs": 2,
        "qty_base": 24,
        "price_fen": 5350,
        "free": False,
        "net_fen": 10_700,
    }
    count = {
        "place": "warehouse",
        "location": "WH1",
        "started_ms": EVENING_MS - 60_000,
        "ended_ms": EVENING_MS,
        "blind": True,
        "lines": 1,
    }
    counted = {"product": "XG330", "packing": "CS", "packs": 1, "loose": 0, "qty_base": 12}
    records = [
        PaperRecord(10, order, EVENING_MS - HOUR_MS, "S01"),
        PaperRecord(11, line, EVENING_MS - HOUR_MS, "S01"),
        PaperRecord(16, count, person="K01"),
        PaperRecord(17, counted | {"state": "counted"}, person="K01"),
    ]
    assert enter_paper(evening, CLERK, DRIVERS, records).documents == 1
    asked = list_waiting(evening, CLERK)[0].item
    assert fix(evening, CLERK, asked.id, "HX500").documents == 1
    with evening.database.read() as reader:
        held = documents_in_state(reader, DocumentKind.SO, "confirmed")
    assert [each.lines[0].qty for each in held if each.business_date == NEXT_DAY] == [24]
    (waiting,) = counts_to_approve(evening, CLERK)
    for user in ("clerk", "K01"):
        with pytest.raises(RuleBroken) as caught:
            approve_count(evening, Actor.everything(user), waiting.id)
        assert caught.value.rule == "approver-is-counter"
    approve_count(evening, KEEPER, waiting.id)
    assert_sound(evening)


def test_a_terminal_that_may_still_dock_is_not_typed_for(
    office: Office, terminal: Terminal
) -> None:
    enrol(office, CLERK, DRIVERS, "D01")
    terminal.order("C0001", ("HX500", 1))
    terminal.upload(office)
    number = load_orders(office).numbers[0]
    with pytest.raises(RuleBroken) as caught:
        enter_deliveries(office, CLERK, DRIVERS, [whole(office, number)])
    assert caught.value.rule == "terminal-not-lost"
    with pytest.raises(RuleBroken) as caught:
        paper_of(office, CLERK, number)
    assert caught.value.fields == {"rule": "terminal-not-lost", "terminal": DRIVERS}
    assert numbers(office) == [number]


def test_what_the_lost_terminal_still_held_can_come_all_the_same(evening: Office) -> None:
    old = Terminal(number=DRIVERS, person="D01", now_ms=EVENING_MS)
    first, second = numbers(evening)
    enter_deliveries(evening, CLERK, DRIVERS, [whole(evening, first)])
    old.delivery(second, "C0002", (1, "XG330", 24, 0))
    assert old.upload(evening).documents == 1
    assert list_waiting(evening, CLERK) == ()
    assert_sound(evening)


def test_the_dialog_gets_the_note_with_its_terminal(evening: Office) -> None:
    number = numbers(evening)[0]
    paper = paper_of(evening, CLERK, number)
    assert (paper.terminal_no, paper.note.number) == (DRIVERS, number)
    enter_deliveries(evening, CLERK, DRIVERS, [whole(evening, number)])
    with pytest.raises(RuleBroken) as caught:
        paper_of(evening, CLERK, number)
    assert caught.value.rule == "not-on-van"
    with pytest.raises(NotFound):
        paper_of(evening, CLERK, "0127-DN-2606-999999-9")


def test_a_note_that_no_terminal_carries(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001", ("HX500", 1))
    terminal.upload(office)
    number = load_orders(office).numbers[0]
    with pytest.raises(NotFound) as caught:
        paper_of(office, CLERK, number)
    assert caught.value.fields["what"] == "carrier"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ((PaperLine("NOPE", "", 1),), "not on the note"),
        ((PaperLine("HX500", "", 120),), "several lots"),
        ((PaperLine("HX500", "L2604A", 100),), "not told"),
        ((PaperLine("HX500", "L9", 12),), "not on the note"),
    ],
)
def test_every_line_of_a_note_is_told_once(
    evening: Office, lines: tuple[PaperLine, ...], reason: str
) -> None:
    with pytest.raises(UsageError) as caught:
        enter_deliveries(evening, CLERK, DRIVERS, [PaperResult(numbers(evening)[0], lines)])
    assert reason in str(caught.value.fields["reason"])
    assert len(numbers(evening)) == 2


@pytest.mark.parametrize(
    "record",
    [
        PaperRecord(99, {}),
        PaperRecord(13, {"line": 1}),
        PaperRecord(12, {"note_number": "1", "customer": "C0001", "result": "lost"}),
        PaperRecord(12, {"note_number": "1", "customer": "c1", "result": "full"}),
        PaperRecord(12, {"note_number": "1", "customer": "C0001", "result": "full", "x": 1}),
    ],
)
def test_what_no_terminal_could_have_written_is_refused(
    evening: Office, record: PaperRecord
) -> None:
    before = evening.archive.paths()
    with pytest.raises(UsageError):
        enter_paper(evening, CLERK, DRIVERS, [record])
    assert evening.archive.paths() == before


def test_nothing_typed_is_nothing(evening: Office) -> None:
    with pytest.raises(RuleBroken) as caught:
        enter_paper(evening, CLERK, DRIVERS, [])
    assert caught.value.rule == "no-lines"


def test_typing_takes_the_right_to_post(evening: Office) -> None:
    docker = Actor("docker", frozenset({Right.DOCK, Right.POST_ORDERS}))
    with pytest.raises(PermissionDenied) as caught:
        enter_paper(evening, docker, DRIVERS, [PaperRecord(16, {})])
    assert caught.value.fields["right"] == Right.POST_COUNTS
    with pytest.raises(NotFound):
        missing_of(evening, docker, 77)
    with pytest.raises(NotFound):
        enter_paper(evening, CLERK, 77, [PaperRecord(12, {})])


def test_numbers_that_nobody_will_use_are_filled(evening: Office) -> None:
    with evening.database.transaction(CLERK, "issue") as store:
        blocks = store.number_blocks
        used = blocks.issue(DRIVERS, epoch=1, year=2026, count=10)
        begun = blocks.issue(DRIVERS, epoch=1, year=2026, count=10)
        other = blocks.issue(6, epoch=1, year=2026, count=10)
        blocks.use(used.id, 10)
        blocks.use(begun.id, 13)
    (filled,) = fill_numbers(evening, KEEPER, DRIVERS, "receipts seen on paper up to 13")
    assert filled.unused == range(14, 21)
    assert fill_numbers(evening, KEEPER, DRIVERS, "again") == ()
    with evening.database.read() as reader:
        query = (
            "SELECT first_no, state, closed_by, note FROM number_block"
            " WHERE terminal_no = 5 ORDER BY first_no"
        )
        rows = [tuple(row) for row in reader.connection.exec_driver_sql(query)]
    assert rows == [
        (1, "used_up", "clerk", None),
        (11, "filled", "keeper", "receipts seen on paper up to 13"),
    ]
    with evening.database.transaction(CLERK, "look") as store:
        assert [block.id for block in store.number_blocks.open_of(6)] == [other.id]


def test_filling_numbers_says_why_and_for_whom(evening: Office) -> None:
    with pytest.raises(RuleBroken):
        fill_numbers(evening, CLERK, DRIVERS, " ")
    with pytest.raises(NotFound):
        fill_numbers(evening, CLERK, 77, "gone")


def test_a_replay_knows_who_typed_what(evening: Office, new_url: Callable[..., str]) -> None:
    enter_deliveries(evening, KEEPER, DRIVERS, [whole(evening, numbers(evening)[0])])
    fill_numbers(evening, CLERK, DRIVERS, "gone with the terminal")
    assert replay(evening, CLERK, new_url(empty=True)).differing == ()


def test_what_was_typed_when_the_desk_went_down_is_taken_in_under_the_same_name(
    evening: Office,
) -> None:
    number = numbers(evening)[1]
    delivery = {"note_number": number, "customer": "C0002", "result": "full"}
    line = {"line": 1, "product": "XG330", "delivered": 24, "refused": 0}
    records = [PaperRecord(12, delivery), PaperRecord(13, line)]
    evening.archive.keep(*seal_paper(evening, KEEPER, DRIVERS, records))
    (result,) = recover(evening, CLERK)
    assert result.documents == 1
    with evening.database.read() as reader:
        note = documents_by_number(reader, [number])[number]
        behind = records_behind(reader, note.id)
    assert {each.evidence.typed_by for each in behind if each.role == "confirms"} == {"keeper"}


def test_what_the_terminal_itself_left_over_was_typed_by_nobody(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001")
    data = terminal.seal()
    office.archive.keep(terminal.origin, data)
    office.archive.keep(Terminal(number=4, batch_no=1).origin, b"rubbish")
    assert len(recover(office, CLERK)) == 2
    with office.database.read() as reader:
        query = "SELECT count(*) FROM upload_batch WHERE typed_by IS NOT NULL"
        assert reader.connection.exec_driver_sql(query).scalar_one() == 0
