"""Files for the terminal go into the inbox of its drive, each whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from drivers.devices.folder import is_possible
from drivers.devices.folder_place import TEMPORARY
from drivers.errors import FileRefused, TerminalFull
from drivers.file_contract import TerminalFile
from tests.support.drives import NOW_MS, docked, failing, pull, put


def test_push_writes_into_the_inbox_and_nowhere_else(tmp_path: Path) -> None:
    put(tmp_path / "outbox" / "prices.csv", b"old")
    (tmp_path / "Inbox").mkdir()
    stranger = put(tmp_path / "stranger", b"stranger")
    (tmp_path / "Inbox" / "linked").symlink_to(stranger)
    put(tmp_path / "Inbox" / TEMPORARY, b"of a push that was broken off")
    with docked(tmp_path) as session:
        session.push(
            [
                TerminalFile("prices.csv", b"1,2", NOW_MS),
                TerminalFile("客户.csv", bytes(3_000_000)),
                TerminalFile("linked", b"new"),
                TerminalFile("prices.csv", b"1,3", NOW_MS),
            ]
        )
        session.finish()
    inbox = {path.name: path.read_bytes() for path in (tmp_path / "Inbox").iterdir()}
    assert inbox == {"prices.csv": b"1,3", "客户.csv": bytes(3_000_000), "linked": b"new"}
    assert (tmp_path / "Inbox" / "prices.csv").stat().st_mtime == NOW_MS / 1000
    assert stranger.read_bytes() == b"stranger"
    assert pull(tmp_path) == {"prices.csv": b"old"}


def test_push_makes_an_inbox_and_pull_does_not_fetch_from_it(tmp_path: Path) -> None:
    with docked(tmp_path) as session:
        session.push([TerminalFile("prices.csv", b"1")])
    assert (tmp_path / "inbox" / "prices.csv").read_bytes() == b"1"
    assert pull(tmp_path) == {}


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../up", "/etc/passwd", "a\\b", "a\0b", "a\nb", "C:x", "con", "LPT1.txt",
     ".hidden", "dot.", "space ", "x" * 201, "\udcff", "what?"],
)  # fmt: skip
def test_names_that_no_drive_should_be_given(name: str, tmp_path: Path) -> None:
    assert not is_possible(name)
    with docked(tmp_path) as session, pytest.raises(FileRefused):
        session.push([TerminalFile("good", b"x"), TerminalFile(name, b"x")])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a", "客户.csv", "prices 2.csv", "console.txt", "x" * 200])
def test_names_that_every_drive_takes(name: str) -> None:
    assert is_possible(name)


def test_a_full_drive_keeps_what_it_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "inbox" / "prices.csv", b"old")
    monkeypatch.setattr(os, "fsync", failing(errno.ENOSPC))
    with docked(tmp_path) as session, pytest.raises(TerminalFull) as caught:
        session.push([TerminalFile("prices.csv", b"new")])
    assert caught.value.fields["needed_bytes"] == 3
    assert [path.read_bytes() for path in (tmp_path / "inbox").iterdir()] == [b"old"]
