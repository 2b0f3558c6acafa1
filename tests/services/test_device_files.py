"""Files of terminals that know no records: every line once, none lost, none guessed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.domain.continuing import Verdict
from app.domain.quantity import Packing
from app.errors import NotFound, RuleBroken
from app.services import device_files
from app.services.device_files import FileResult, note_state, take_file
from app.services.file_sources import lines_behind
from app.services.file_terminals import list_setups, set_up
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.quarantine import fix, list_waiting, reject
from app.services.recovering import recover
from app.services.replaying import replay
from app.services.terminals import enrol, revoke
from app.storage.store.files import FileSetup
from app.storage.store.master_data import Product
from drivers.file_contract import TerminalFile
from drivers.protocols.docking.batch import Record, open_batch
from tests.support.offices import CLERK
from tests.support.trades import assert_sound, stock_of

WATER = "6901234567892"
COLA = "6909876543212"
NUMBER = 40


@pytest.fixture
def scanner(office: Office) -> FileSetup:
    """A scanner that counts in the warehouse: barcode and quantity, with a line of titles."""
    products = tuple(
        Product(
            code=code, name=code, packings=(Packing("BTL", "瓶", 1, gtin),), base_unit_name="瓶"
        )
        for code, gtin in (("WATER", WATER), ("COLA", COLA))
    )
    put_masters(office, CLERK, MasterData(products=products))
    enrol(office, CLERK, NUMBER, person="K01")
    setup = FileSetup(NUMBER, "zmodem", "generic-csv", port="/dev/ttyS7", location="WH1")
    set_up(office, CLERK, setup)
    return setup


def csv(*lines: str, name: str = "count.csv") -> TerminalFile:
    return TerminalFile(name, "\n".join(("barcode,qty", *lines, "")).encode())


def take(office: Office, setup: FileSetup, *lines: str) -> FileResult:
    return take_file(office, CLERK, setup, csv(*lines))


def documents(result: FileResult) -> int:
    return sum(each.documents for each in result.results)


def test_a_count_is_posted_once_however_often_its_file_comes(
    office: Office, scanner: FileSetup
) -> None:
    first = take(office, scanner, f"{WATER},12", f"{COLA},7")
    assert (first.verdict, first.lines, documents(first)) == (Verdict.NEW, 2, 1)
    again = take(office, scanner, f"{WATER},12", f"{COLA},7")
    assert (again.verdict, again.lines, again.results) == (Verdict.SAME, 0, ())
    assert_sound(office)


def test_five_scans_behind_an_old_file_add_five(office: Office, scanner: FileSetup) -> None:
    old = [f"{WATER},{number}" for number in range(1, 21)]
    take(office, scanner, *old)
    more = [f"{COLA},{number}" for number in range(1, 6)]
    grown = take(office, scanner, *old, *more)
    assert (grown.verdict, grown.lines, documents(grown)) == (Verdict.GROWN, 5, 1)
    (intake,) = grown.results
    # the file, the count with its five lines, and where they stand
    assert intake.counts.uploaded == 1 + 1 + 5 + 1
    assert take(office, scanner, *old, *more).lines == 0
    assert_sound(office)


def test_after_the_terminal_was_cleared_everything_counts_anew(
    office: Office, scanner: FileSetup
) -> None:
    take(office, scanner, f"{WATER},12")
    note_state(office, CLERK, NUMBER, 0, "count.csv", "clearing")
    doubtful = take(office, scanner, f"{WATER},12", f"{COLA},1")
    assert (doubtful.verdict, doubtful.lines) == (Verdict.DOUBTFUL, 1)
    assert [found.code for found in doubtful.problems] == ["W_FILE_DOUBT"]
    note_state(office, CLERK, NUMBER, 0, "count.csv", "cleared")
    again = take(office, scanner, f"{WATER},12", f"{COLA},1")
    assert (again.verdict, again.lines) == (Verdict.AGAIN, 0)
    assert [found.code for found in again.problems] == ["W_FILE_AGAIN"]
    anew = take(office, scanner, f"{WATER},12", f"{COLA},2")
    assert (anew.verdict, anew.lines) == (Verdict.NEW, 2)
    assert_sound(office)


def test_a_person_may_say_that_the_same_file_counts_again(
    office: Office, scanner: FileSetup
) -> None:
    take(office, scanner, f"{WATER},12")
    again = take_file(office, CLERK, scanner, csv(f"{WATER},12"), again=True)
    assert documents(again) == 1


def test_a_line_that_means_nothing_waits_and_holds_its_document(
    office: Office, scanner: FileSetup
) -> None:
    result = take(office, scanner, f"{WATER},12", "what is this", f"{COLA},many")
    assert (result.lines, result.bad, documents(result)) == (3, 2, 1)
    waiting = {each.item.code: each.item for each in list_waiting(office, CLERK)}
    assert set(waiting) == {"E_LINE"}
    with pytest.raises(RuleBroken):
        fix(office, CLERK, waiting["E_LINE"].id, "")
    for each in list_waiting(office, CLERK):
        reject(office, CLERK, each.item.id, "typed by hand")
    assert list_waiting(office, CLERK) == ()
    assert_sound(office)


def test_an_unknown_barcode_is_asked_about_and_remembered(
    office: Office, scanner: FileSetup
) -> None:
    unknown = "6912345678902"
    result = take(office, scanner, f"{unknown},3")
    assert documents(result) == 0
    (waiting,) = list_waiting(office, CLERK)
    assert (waiting.item.code, waiting.item.raw_value) == ("E_PROD", unknown[:12])
    assert fix(office, CLERK, waiting.item.id, "WATER").documents == 1
    assert documents(take(office, scanner, f"{unknown},4")) == 1
    assert list_waiting(office, CLERK) == ()
    assert_sound(office)


def test_goods_that_came_in_are_booked(office: Office, scanner: FileSetup) -> None:
    setup = replace(scanner, profile="generic-receipt")
    set_up(office, CLERK, setup)
    text = f"SUP1,{WATER},500,L2605A,2026-05-10,2026-11-06\nNOBODY,{COLA},5\n"
    result = take_file(office, CLERK, setup, TerminalFile("in.txt", text.encode()))
    assert documents(result) == 1
    assert stock_of(office, "WH1", "WATER") == 500
    (waiting,) = list_waiting(office, CLERK)
    assert waiting.item.code == "E_SUPPLIER"
    assert fix(office, CLERK, waiting.item.id, "SUP1").documents == 1
    assert stock_of(office, "WH1", "COLA") == 5
    assert_sound(office)


def test_orders_become_orders(office: Office, scanner: FileSetup) -> None:
    setup = replace(scanner, profile="generic-order")
    text = "customer,code,qty,wanted\nC0001,HX500,24,2026-06-02\nC0002,XG330,12,2026-06-02\n"
    result = take_file(office, CLERK, setup, TerminalFile("orders.txt", text.encode()))
    assert documents(result) == 2
    assert_sound(office)


def test_a_file_of_another_kind_is_left_where_it_is(office: Office, scanner: FileSetup) -> None:
    with pytest.raises(RuleBroken) as caught:
        take(office, scanner, "no", "quantities", "here")
    assert caught.value.rule == "profile-unfit"
    assert list_waiting(office, CLERK) == ()


def test_a_long_file_comes_in_pieces_and_goes_on_where_it_stopped(
    office: Office, scanner: FileSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_files, "MAX_SLICE_LINES", 10)
    lines = [f"{WATER},{number}" for number in range(1, 26)]
    first = take(office, scanner, *lines[:13])
    assert [each.documents for each in first.results] == [1, 1]
    rest = take(office, scanner, *lines)
    assert (rest.lines, [each.documents for each in rest.results]) == (12, [1, 1])
    assert take(office, scanner, *lines).lines == 0


def test_what_was_archived_and_not_taken_in_is_taken_first(
    office: Office, scanner: FileSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("app.services.intake.take_in_kept", die)
        with pytest.raises(KeyboardInterrupt):
            take(office, scanner, f"{WATER},12")
    grown = take(office, scanner, f"{WATER},12", f"{COLA},1")
    assert [each.documents for each in grown.results] == [1, 1]
    assert recover(office, CLERK) == ()
    assert_sound(office)


def test_only_who_was_set_up_and_is_in_use_brings_anything(
    office: Office, scanner: FileSetup
) -> None:
    with pytest.raises(NotFound):
        set_up(office, CLERK, replace(scanner, terminal_no=99, port="/dev/ttyS9"))
    with pytest.raises(NotFound):
        set_up(office, CLERK, replace(scanner, driver="carrier pigeon"))
    with pytest.raises(NotFound):
        set_up(office, CLERK, replace(scanner, profile="none"))
    with pytest.raises(RuleBroken):
        set_up(office, CLERK, replace(scanner, port=""))
    enrol(office, CLERK, 41)
    with pytest.raises(RuleBroken) as caught:
        set_up(office, CLERK, replace(scanner, terminal_no=41))
    assert caught.value.rule == "setup-taken"
    assert list_setups(office, CLERK) == (scanner,)
    revoke(office, CLERK, NUMBER, "sold")
    with pytest.raises(RuleBroken) as caught:
        take(office, scanner, f"{WATER},12")
    assert caught.value.rule == "terminal-revoked"


def test_files_are_in_the_archive_so_a_replay_makes_equal_books(
    office: Office, scanner: FileSetup, new_url: Callable[..., str]
) -> None:
    take(office, scanner, f"{WATER},12", "what is this")
    take(office, scanner, f"{WATER},12", "what is this", f"{COLA},5")
    note_state(office, CLERK, NUMBER, 0, "count.csv", "cleared")
    assert replay(office, CLERK, new_url()).is_equal


def test_every_record_opens_down_to_its_line_of_the_file(
    office: Office, scanner: FileSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_files, "MAX_SLICE_LINES", 2)
    lines = [f"{WATER},12", "what is this", f"{COLA},5", f"{WATER},3"]
    take(office, scanner, *lines)
    whole = csv(*lines).data
    found = []
    for path in sorted(office.archive.paths()):
        if f"/{NUMBER:03}/" in path:
            batch = open_batch(office.archive.read(path))
            for seq, behind in lines_behind(batch).items():
                (record,) = [each for each in batch.records if each.seq == seq]
                assert isinstance(record, Record)
                (line,) = behind
                assert whole[line.offset :].startswith(line.data)
                found.append((record.type, line.name, line.text))
    assert found == [
        (17, "count.csv", f"{WATER},12"),
        (17, "count.csv", f"{COLA},5"),
        (17, "count.csv", f"{WATER},3"),
    ]
