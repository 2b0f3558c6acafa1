"""Service tests run on both databases, each with an archive of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.services.office import Office
from tests.support.databases import new_url, postgres, sqlite_template
from tests.support.offices import Terminal, found_sample_branch, open_office

__all__ = ["bare_office", "new_url", "office", "postgres", "sqlite_template", "terminal"]


@pytest.fixture
def bare_office(new_url: Callable[..., str], tmp_path: Path) -> Iterator[Office]:
    """An office on a database without any branch."""
    office = open_office(new_url(), tmp_path / "data")
    yield office
    office.database.close()


@pytest.fixture
def office(bare_office: Office) -> Office:
    """The sample branch, with goods in its warehouse."""
    return found_sample_branch(bare_office)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()
