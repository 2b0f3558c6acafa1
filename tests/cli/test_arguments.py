"""Options of the whole program work on either side of the command."""

import pytest
from typer.core import TyperGroup as Group
from typer.main import get_command

from app.cli.arguments import command_of, global_first
from app.cli.program import COMMANDS, program


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


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ""),
        (["--json", "--user", "check", "orders", "list"], "orders"),
        (["--lang=zh", "check"], "check"),
        (["--help"], ""),
        (["--data"], ""),
    ],
)
def test_the_command_is_found_behind_the_options(given: list[str], expected: str) -> None:
    assert command_of(given) == expected


def names_of(*arguments: str) -> set[str]:
    tree = get_command(program(arguments))
    assert isinstance(tree, Group)
    return set(tree.commands)


def test_every_command_is_told_where_it_is() -> None:
    assert names_of() == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_loaded_without_the_others(command: str) -> None:
    found = names_of("--user", "check", command, "list")
    assert command in found
    assert found == {name for name, module in COMMANDS.items() if module == COMMANDS[command]}
