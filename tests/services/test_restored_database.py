"""A database that is older than its archive: what the archive holds is never thrown away."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.services.masters import found_branch
from app.services.office import Office
from app.services.recovering import recover
from app.storage.database import Database
from app.storage.store.master_data import Branch
from tests.support.offices import BRANCH, CLERK, Terminal
from tests.support.trades import assert_sound


def contents(office: Office) -> set[bytes]:
    return {file.read_bytes() for file in office.archive.root.rglob("*.cbor*")}


@pytest.fixture
def restored(office: Office, terminal: Terminal, new_url: Callable[..., str]) -> Office:
    """The archive of a branch with an order, and a database from before its first goods came."""
    terminal.order("C0001")
    terminal.upload(office)
    office.database.close()
    return replace(office, database=Database.open(new_url(), clock=office.clock))


def test_recovery_keeps_the_commands_of_the_lost_days(restored: Office) -> None:
    before = contents(restored)
    office = found_branch(restored, CLERK, BRANCH, Branch(name="临汐营业所"))
    recover(office, CLERK)
    assert before <= contents(office)
    assert_sound(office)
    office.database.close()
