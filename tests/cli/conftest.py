"""The command line on the sample branch."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.main import run
from app.services.office import Office
from app.storage import migrate
from tests.support.offices import found_sample_branch, open_office

Run = Callable[..., "Outcome"]


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Everything on stdout, as one JSON object."""
        return json.loads(self.out)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def tallydock(data: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Calls the command line in English: `tallydock("check", "--json")`."""

    def call(*arguments: str) -> Outcome:
        before = ("--json",) if "--json" in arguments else ()
        rest = [each for each in arguments if each != "--json"]
        code = run(["--data", str(data), "--lang", "en", "--user", "clerk", *before, *rest])
        captured = capfd.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


@pytest.fixture
def office(data: Path) -> Office:
    """The sample branch in the data folder that the command line uses."""
    data.mkdir()
    url = f"sqlite:///{data / 'tallydock.sqlite'}"
    migrate.upgrade(url)
    return found_sample_branch(open_office(url, data))
