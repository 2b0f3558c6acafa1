"""What goes wrong at a desk: one clear line, the right exit code, and nothing is lost."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from sqlite3 import connect

import pytest

from app.services.demo.days import moment_ms, write_order
from app.services.demo.demand import Wish
from app.services.demo.planted import MISTYPED_PRODUCT, combinations
from app.services.demo.recorder import Recorder
from drivers.registry import open_link
from tests.support.branches import DAY, Branch, Outcome
from tests.support.credentials import certificate
from tests.support.full_disks import small_disk, stop_writing
from tests.support.killing import Docking, start_docking
from tests.support.terminals import Handheld

WAITING, USAGE, SURROUNDINGS, REFUSED = 1, 2, 3, 4


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def assert_told(branch: Branch, code: int, problem: str, *arguments: str) -> None:
    """The command fails with `code`, says so in one line of either language, and as an object."""
    english = branch.tallydock(*arguments, "--json")
    assert_one_line(english, code)
    (named,) = english.document["problems"]
    assert (named["code"], named["message"]) == (problem, english.line)
    chinese = branch.tallydock(*arguments, "--lang", "zh")
    assert_one_line(chinese, code)
    assert has_chinese(chinese.line)


def assert_one_line(outcome: Outcome, code: int) -> None:
    assert (outcome.code, "Traceback" in outcome.err) == (code, False), outcome
    assert outcome.line.endswith((".", "。")), outcome.err


def assert_nothing_came_in(branch: Branch) -> None:
    assert branch.query("SELECT count(*) FROM upload_batch WHERE terminal_no > 0") == [(0,)]
    assert not list(branch.archive.glob("*/[!0]*/*/*.cbor"))
    assert_sound(branch)


def assert_sound(branch: Branch) -> None:
    check = branch.tallydock("check", "--json")
    assert (check.code, check.document["problems"]) == (0, [])


def assert_all_is_here(branch: Branch, terminal: int, records: int) -> None:
    query = "SELECT count(*), count(DISTINCT seq) FROM raw_record WHERE terminal_no = ?"
    assert branch.query(f"{query} AND variant = 0", terminal) == [(records, records)]
    assert_sound(branch)


@contextmanager
def plugged_in(branch: Branch, folder: Path, **options: object) -> Iterator[Handheld]:
    handheld = branch.handheld(folder, **options)
    try:
        yield handheld
    finally:
        os.kill(handheld.process.pid, SIGCONT)
        handheld.stop()


@contextmanager
def with_a_day(branch: Branch, folder: Path, **options: object) -> Iterator[tuple[Handheld, int]]:
    """Terminal 1 with a day's records, and how many those are."""
    memory = branch.full_days(1)
    records = len(memory.pending)
    with plugged_in(branch, folder, load=branch.seal(memory, folder), **options) as handheld:
        yield handheld, records


@contextmanager
def docking_under_way(branch: Branch, handheld: Handheld) -> Iterator[Docking]:
    """A desk that has opened the port and waits for a terminal that does not answer yet."""
    os.kill(handheld.process.pid, SIGSTOP)
    docking = start_docking(branch.command("dock", handheld.port))
    assert docking.connected()
    try:
        yield docking
    finally:
        docking.process.kill()


def test_a_port_that_does_not_exist(branch: Branch) -> None:
    assert_told(branch, SURROUNDINGS, "port_missing", "dock", "/dev/ttyUSB77")
    assert_nothing_came_in(branch)


def test_something_that_is_no_port(branch: Branch) -> None:
    assert_told(branch, SURROUNDINGS, "port_invalid", "dock", "nonsense://x")


def test_a_port_that_somebody_else_uses(branch: Branch, tmp_path: Path) -> None:
    with with_a_day(branch, tmp_path) as (handheld, records):
        with open_link(handheld.port):
            assert_told(branch, SURROUNDINGS, "port_busy", "dock", handheld.port)
        assert_nothing_came_in(branch)
        assert branch.docked(handheld.port).code == 0
    assert_all_is_here(branch, 1, records)


@pytest.mark.parametrize(
    ("scenario", "problem"), [("chatter", "not_a_terminal"), ("silent", "peer_silent")]
)
def test_what_is_plugged_in_is_no_terminal(
    branch: Branch, tmp_path: Path, scenario: str, problem: str
) -> None:
    with plugged_in(branch, tmp_path, scenario=scenario) as stranger:
        assert_told(branch, SURROUNDINGS, problem, "dock", stranger.port)
    assert_nothing_came_in(branch)


@pytest.mark.parametrize(
    ("owner", "terminal", "code", "problem"),
    [(128, 1, REFUSED, "wrong-branch"), (127, 9, SURROUNDINGS, "terminal_unknown")],
)
def test_a_terminal_that_does_not_belong_here(
    branch: Branch, tmp_path: Path, owner: int, terminal: int, code: int, problem: str
) -> None:
    memory = Recorder(owner, terminal, "S01")
    product = branch.world.products[0]
    write_order(memory, "C05", [Wish(product, product.case, 1)], moment_ms(DAY, 9), DAY)
    with plugged_in(branch, tmp_path, load=branch.seal(memory, tmp_path)) as stranger:
        assert_told(branch, code, problem, "dock", stranger.port)
    assert_nothing_came_in(branch)
    with closing(connect(stranger.store)) as store:
        assert store.execute("SELECT count(*) FROM record").fetchone() == (2,)


def test_a_terminal_is_docked_once_it_is_enrolled(branch: Branch, tmp_path: Path) -> None:
    certificate_file = tmp_path / "terminal-9.der"
    certificate_file.write_bytes(certificate("terminal-9"))
    memory = branch.full_days(9)
    records = len(memory.pending)
    with plugged_in(branch, tmp_path, load=branch.seal(memory, tmp_path)) as handheld:
        assert branch.docked(handheld.port).code == SURROUNDINGS
        trust = ("terminals", "enrol", "9", "--certificate", str(certificate_file))
        assert branch.tallydock(*trust).code == 0
        assert branch.docked(handheld.port).code == 0
    assert_all_is_here(branch, 9, records)


def test_an_unknown_product_waits_and_one_answer_settles_all(
    branch: Branch, tmp_path: Path
) -> None:
    wrong = replace(branch.world.products[0], code=MISTYPED_PRODUCT)
    for terminal in (1, 4):
        memory = branch.memory(terminal)
        for hour, customer in enumerate(branch.world.customers[:3], start=9):
            wishes = [Wish(wrong, wrong.case, hour)]
            write_order(memory, customer.code, wishes, moment_ms(DAY, hour), DAY)
        file = branch.seal(memory, tmp_path)
        with plugged_in(branch, tmp_path, name=f"{terminal}", load=file) as handheld:
            outcome = branch.docked(handheld.port)
        assert outcome.code == WAITING
        assert [each["code"] for each in outcome.document["problems"]] == ["E_PROD"] * 3
        assert outcome.document["records"]["quarantined"] == 6
        assert outcome.document["posted"]["documents"] == 0
    items = branch.tallydock("quarantine", "list", "--json").document["items"]
    assert {(each["code"], each["value"]) for each in items} == {("E_PROD", MISTYPED_PRODUCT)}
    assert {each["candidates"][0]["code"] for each in items} == {"HX500"}
    fixed = branch.tallydock("quarantine", "fix", items[0]["id"], "HX500", "--json")
    assert (fixed.code, fixed.document["items"]) == (0, 6)
    assert fixed.document["posted"]["documents"] == 6
    assert branch.tallydock("quarantine", "list", "--json").document["items"] == []
    assert_told(branch, REFUSED, "already-resolved", "quarantine", "fix", items[0]["id"], "HX500")
    assert branch.query("SELECT count(*) FROM document WHERE kind = 'SO'") == [(6,)]
    assert_sound(branch)


def test_257_lines_are_refused_whole_and_256_are_not(branch: Branch, tmp_path: Path) -> None:
    memory = branch.memory(1)
    customer = branch.world.customers[0].code
    for hour, lines in ((9, 256), (10, 257)):
        write_order(memory, customer, combinations(branch.world, lines), moment_ms(DAY, hour), DAY)
    records = len(memory.pending)
    with plugged_in(branch, tmp_path, load=branch.seal(memory, tmp_path)) as handheld:
        outcome = branch.docked(handheld.port)
    assert outcome.code == WAITING
    (problem,) = outcome.document["problems"]
    assert problem["code"] == "E_ORD_TOO_MANY"
    assert "257" in problem["message"]
    assert "256" in problem["message"]
    counts = outcome.document["records"]
    assert (counts["accepted"], counts["rejected"], counts["lost"]) == (257, 258, 0)
    assert branch.query("SELECT count(*) FROM document_line") == [(256,)]
    assert_all_is_here(branch, 1, records)


def test_wrong_control_totals_leave_everything_on_the_terminal(
    branch: Branch, tmp_path: Path
) -> None:
    with with_a_day(branch, tmp_path, faults=["badtotals=1"]) as (handheld, records):
        outcome = branch.docked(handheld.port)
    assert outcome.code == WAITING
    assert [each["code"] for each in outcome.document["problems"]] == ["E_BATCH_TOTALS"]
    assert set(outcome.document["records"].values()) == {0}
    assert branch.query("SELECT count(*) FROM raw_record WHERE terminal_no = 1") == [(0,)]
    with plugged_in(branch, tmp_path) as repaired:
        again = branch.docked(repaired.port)
    assert (again.code, again.document["records"]["accepted"]) == (0, records)
    assert_all_is_here(branch, 1, records)


def test_totals_of_the_day_that_do_not_fit_wait_for_a_person(
    branch: Branch, tmp_path: Path
) -> None:
    memory = branch.full_days(1, qty_error=7)
    records = len(memory.pending)
    with plugged_in(branch, tmp_path, load=branch.seal(memory, tmp_path)) as handheld:
        outcome = branch.docked(handheld.port)
    assert outcome.code == WAITING
    assert [each["code"] for each in outcome.document["problems"]] == ["E_TOTALS"]
    counts = outcome.document["records"]
    assert (counts["accepted"], counts["quarantined"]) == (records - 1, 1)
    assert_all_is_here(branch, 1, records)


def test_the_disk_of_the_archive_is_full(branch: Branch, tmp_path: Path) -> None:
    with small_disk(branch.archive) as disk, with_a_day(branch, tmp_path) as (handheld, records):
        told = dock_until_refused(branch, handheld, disk.fill)
        assert str(branch.archive if disk.is_real else branch.data) in told
        if disk.is_real:
            assert_told(branch, SURROUNDINGS, "archive-full", "dock", handheld.port)
        assert branch.query("SELECT count(*) FROM upload_batch WHERE terminal_no > 0") == [(0,)]
        disk.make_room()
        assert branch.docked(handheld.port).code == 0
        assert_all_is_here(branch, 1, records)


def test_every_disk_is_full(branch: Branch, tmp_path: Path) -> None:
    with with_a_day(branch, tmp_path) as (handheld, records):
        dock_until_refused(branch, handheld, stop_writing)
        assert_nothing_came_in(branch)
        assert branch.docked(handheld.port).code == 0
    assert_all_is_here(branch, 1, records)


def dock_until_refused(branch: Branch, handheld: Handheld, fill: Callable[[int], None]) -> str:
    """A docking in which the disk is full from the terminal's first word on; what is told."""
    with docking_under_way(branch, handheld) as docking:
        fill(docking.process.pid)
        os.kill(handheld.process.pid, SIGCONT)
        assert docking.end() == SURROUNDINGS
    told = docking.screen.shown.decode()
    assert "Traceback" not in told
    assert "disk" in told
    return told


def test_somebody_else_holds_the_database(branch: Branch, tmp_path: Path) -> None:
    with with_a_day(branch, tmp_path) as (handheld, records):
        with closing(connect(branch.database, isolation_level=None)) as somebody:
            somebody.execute("BEGIN IMMEDIATE")
            outcome = branch.docked(handheld.port)
            assert_one_line(outcome, SURROUNDINGS)
            assert outcome.document["problems"][0]["code"] == "database-busy"
            somebody.execute("ROLLBACK")
        assert branch.docked(handheld.port).code == 0
    assert_all_is_here(branch, 1, records)


def test_tables_of_a_newer_program(branch: Branch) -> None:
    with closing(connect(branch.database)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()
    assert_told(branch, SURROUNDINGS, "schema", "check")
    assert branch.query("SELECT version_num FROM alembic_version") == [("9999",)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("dock",),
        ("dock", "/dev/ttyUSB0", "--nonsense"),
        ("report", "stock-statement", "--from", "yesterday"),
        ("demo", "--terminals", "many"),
        ("demo", "--size", "huge"),
        ("terminals", "enrol", "three"),
        ("check", "--lang", "klingon"),
    ],
)
def test_what_cannot_be_meant(branch: Branch, arguments: tuple[str, ...]) -> None:
    outcome = branch.tallydock(*arguments)
    assert (outcome.code, "Traceback" in outcome.err) == (USAGE, False), outcome
    assert outcome.line
