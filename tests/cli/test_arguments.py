"""Options of the whole program work on either side of the command."""

import pytest

from app.cli.arguments import global_first


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        (["demo", "--headless", "--json"], ["--json", "demo", "--headless"]),
        (["--data", "x", "check"], ["--data", "x", "check"]),
        (["check", "--data", "x", "--lang=zh"], ["--data", "x", "--lang=zh", "check"]),
        (["dock", "--", "--json"], ["dock", "--", "--json"]),
        (["check", "--data"], ["check", "--data"]),
        (["report", "--from", "2026-06-01"], ["report", "--from", "2026-06-01"]),
    ],
)
def test_global_options_come_first(given: list[str], expected: list[str]) -> None:
    assert global_first(given) == expected
