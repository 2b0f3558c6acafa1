"""A desk at work for proofs that dock: the sample branch in a real file, in real time."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.services.office import Office
from tests.support.credentials import introduce
from tests.support.databases import sqlite_template
from tests.support.offices import CLERK, found_sample_branch, open_office

__all__ = ["desk", "office", "sqlite_template"]


@pytest.fixture
def office(sqlite_template: Path, tmp_path: Path) -> Iterator[Office]:
    """The sample branch, its clock standing still."""
    database = tmp_path / "desk.db"
    database.write_bytes(sqlite_template.read_bytes())
    office = open_office(f"sqlite:///{database}", tmp_path / "data")
    yield found_sample_branch(office)
    office.database.close()


@pytest.fixture
def desk(office: Office) -> Office:
    """The sample branch in real time, for terminal 3 on the device `handheld`."""
    introduce(office, CLERK, 3)
    clock = SystemClock()
    return replace(office, clock=clock, database=replace(office.database, clock=clock))
