"""The archive alone makes the same database again; a crash at any statement loses nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.domain.stock import LocationKind
from app.errors import ArchiveError, RuleBroken
from app.services.counting import approve_count, counts_to_approve
from app.services.intake import take_in
from app.services.journal import MAX_COMMAND_BYTES, journaled
from app.services.office import Office
from app.services.quarantine import fix, list_waiting, reject
from app.services.recovering import recover
from app.services.replaying import VERBS, replay
from app.services.reversing import reverse
from app.services.terminals import TerminalFacts, enrol, note_terminal
from app.storage.queries.arrivals import archive_paths
from tests.support.offices import CLERK, HOUR_MS, MORNING_MS, Terminal, at
from tests.support.trades import deliver, load_orders


def live_a_little(office: Office) -> None:
    """Something of every kind of command."""
    enrol(office, CLERK, 3, "S01")
    note_terminal(office, CLERK, 3, TerminalFacts(1, "SN3", "simulated", "1.0", "S01"))
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 10))
    terminal.order("C0002", ("HX5OO", 2))
    terminal.order("C0009", ("HX500", 2))
    terminal.upload(office)
    product, customer = sorted(
        list_waiting(office, CLERK), key=lambda each: each.item.code, reverse=True
    )
    fix(office, CLERK, product.item.id, "HX500")
    reject(office, CLERK, customer.item.id, "nobody knows")
    number = load_orders(office).numbers[0]
    later = at(office, MORNING_MS + 24 * HOUR_MS)
    deliver(later, terminal, number)
    terminal.person = "K01"
    terminal.count("WH1", ("XG330", 100))
    terminal.upload(later)
    approve_count(later, CLERK, counts_to_approve(later, CLERK)[0].id)
    reverse(later, CLERK, number, "wrong customer")


def test_replay_makes_an_equal_database(office: Office, new_url: Callable[..., str]) -> None:
    live_a_little(office)
    done = replay(office, CLERK, new_url(empty=True))
    assert done.differing == ()
    assert done.uploads == 3
    assert done.commands > 10


def test_replay_adds_nothing_to_the_archive(office: Office, new_url: Callable[..., str]) -> None:
    live_a_little(office)
    before = {file.path: file.sha256 for file in office.archive.files()}
    replay(office, CLERK, new_url(empty=True))
    assert {file.path: file.sha256 for file in office.archive.files()} == before


def test_a_changed_row_is_seen(office: Office, new_url: Callable[..., str]) -> None:
    live_a_little(office)
    with office.database.transaction(CLERK, "tamper") as store:
        store.masters.common_place(LocationKind.TRANSIT)
    assert "location" in replay(office, CLERK, new_url(empty=True)).differing


def test_a_database_in_use_is_not_replayed_into(
    office: Office, new_url: Callable[..., str]
) -> None:
    url = new_url(empty=True)
    replay(office, CLERK, url)
    with pytest.raises(RuleBroken) as caught:
        replay(office, CLERK, url)
    assert caught.value.rule == "database-not-empty"


def test_a_missing_upload_is_named(office: Office, new_url: Callable[..., str]) -> None:
    live_a_little(office)
    path = next(file.path for file in office.archive.files() if file.origin.terminal == 3)
    (office.archive.root / path).unlink()
    with pytest.raises(ArchiveError):
        replay(office, CLERK, new_url(empty=True))


def test_every_verb_of_the_journal_can_be_repeated() -> None:
    assert all(callable(verb) for verb in VERBS.values())
    assert all(verb.__module__.startswith("app.services") for verb in VERBS.values())


def test_an_upload_that_was_only_archived_is_taken_in_later(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001")
    office.archive.keep(replace(terminal.origin, batch_no=1), terminal.seal())
    (result,) = recover(office, CLERK)
    assert result.documents == 1
    assert recover(office, CLERK) == ()


def test_a_damaged_upload_waits_until_its_terminal_brings_it_again(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001")
    data = terminal.seal()
    kept = office.archive.root / office.archive.keep(terminal.origin, data).path
    kept.chmod(0o644)
    kept.write_bytes(data[:-1])
    assert recover(office, CLERK) == ()
    assert take_in(office, CLERK, terminal.origin, data).documents == 1
    assert kept.read_bytes() == data


def test_a_journal_entry_that_never_counted_is_dropped(office: Office, terminal: Terminal) -> None:
    last = max(path for path in office.archive.paths() if "/000/" in path)
    stray = last.replace("000003-", "000009-")
    (office.archive.root / stray).write_bytes(b"never committed")
    recover(office, CLERK)
    assert stray not in office.archive.paths()
    with office.database.read() as reader:
        assert archive_paths(reader) == office.archive.paths()


def test_a_refused_command_leaves_no_entry(office: Office) -> None:
    before = office.archive.paths()
    with pytest.raises(RuleBroken):
        enrol(office, CLERK, 0)
    enrol(office, CLERK, 3)
    with pytest.raises(RuleBroken):
        enrol(office, CLERK, 3)
    assert len(office.archive.paths() - before) == 1


def test_a_command_that_fills_a_batch_is_kept_and_a_larger_one_says_so(office: Office) -> None:
    largest = "x" * (MAX_COMMAND_BYTES - 200)
    with journaled(office, CLERK, "fill", text=largest):
        pass
    with pytest.raises(RuleBroken) as caught, journaled(office, CLERK, "fill", text=largest * 2):
        raise AssertionError("it began all the same")
    assert caught.value.rule == "command-too-large"
