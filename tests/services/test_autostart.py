"""Start with the PC is one file that the desktop reads, written and removed again."""

import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from app.domain.rights import Actor, Right
from app.errors import OutputError, PermissionDenied
from app.paths import Paths
from app.services.autostart import (
    Start,
    desktop_entry,
    entry_file,
    is_offered,
    run_value,
    start_of,
    start_with_pc,
    starts_with_pc,
)

CLERK = Actor.everything("clerk")
HOSTILE = 'O\'Neil "the" $HOME `id` \\ 100% 汐'


def fields_of(entry: str) -> dict[str, str]:
    """The entry as a desktop reads it: escapes of its values undone."""
    parser = RawConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(entry)
    values = dict(parser["Desktop Entry"])
    return {name: value.replace("\\\\", "\\") for name, value in values.items()}


def words_of(command: str) -> list[str]:
    """The words of an Exec line, quoted as a shell quotes them, after %% has become %."""
    shown = subprocess.run(
        ["sh", "-c", f"printf '%s\\0' {command.replace('%%', '%')}"],
        check=True,
        capture_output=True,
        text=True,
    )
    return shown.stdout.split("\0")[:-1]


def test_on_and_off_again(tmp_path: Path) -> None:
    environment = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "HOME": str(tmp_path)}
    start = start_of(Paths(tmp_path / "data"))
    assert not starts_with_pc(environment)
    start_with_pc(CLERK, start, True, environment)
    start_with_pc(CLERK, start, True, environment)
    assert starts_with_pc(environment)
    folder = tmp_path / "config" / "autostart"
    assert [file.name for file in folder.iterdir()] == ["tallydock.desktop"]
    start_with_pc(CLERK, start, False, environment)
    start_with_pc(CLERK, start, False, environment)
    assert not starts_with_pc(environment)
    assert list(folder.iterdir()) == []


def test_the_entry_starts_this_program_with_this_folder(tmp_path: Path) -> None:
    data = tmp_path / HOSTILE
    entry = fields_of(desktop_entry(start_of(Paths(data))))
    words = words_of(entry["Exec"])
    assert words == [sys.executable, "-m", "app", "--data", str(data)]
    assert (entry["Type"], entry["Terminal"]) == ("Application", "false")
    helped = subprocess.run(
        [*words[:3], "--help"], cwd=entry["Path"], check=True, capture_output=True, text=True
    )
    assert "opens the window" in " ".join(helped.stdout.split())


def test_the_folder_follows_the_specification(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    usual = tmp_path / ".config" / "autostart" / "tallydock.desktop"
    assert entry_file(home) == usual
    assert entry_file({**home, "XDG_CONFIG_HOME": "relative"}) == usual
    assert entry_file({**home, "XDG_CONFIG_HOME": ""}) == usual


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("")
    environment = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    with pytest.raises(OutputError) as refused:
        start_with_pc(CLERK, start_of(Paths(tmp_path)), True, environment)
    assert "tallydock.desktop" in str(refused.value.fields["path"])


def test_who_may_not_dock_may_not_make_it_start(tmp_path: Path) -> None:
    nobody = Actor("nobody", frozenset(Right) - {Right.DOCK})
    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    with pytest.raises(PermissionDenied):
        start_with_pc(nobody, start_of(Paths(tmp_path)), True, environment)
    assert not starts_with_pc(environment)


def test_windows_gets_one_line_that_it_reads_as_the_same_words() -> None:
    start = Start(("C:\\Program Files\\tallydock.exe", "--data", "D:\\汐 \\"), Path("C:\\"))
    assert run_value(start) == '"C:\\Program Files\\tallydock.exe" --data "D:\\汐 \\\\"'


def test_it_is_offered_where_it_is_written() -> None:
    assert [is_offered(name) for name in ("linux", "win32", "darwin")] == [True, True, False]
