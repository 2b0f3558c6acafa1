"""A sample branch for each journey, with a few terminals enrolled."""

from pathlib import Path

import pytest

from tests.support.branches import Branch, found

ENROLLED = (1, 2, 4)


@pytest.fixture
def branch(tmp_path: Path) -> Branch:
    return found(tmp_path / "data", ENROLLED)
