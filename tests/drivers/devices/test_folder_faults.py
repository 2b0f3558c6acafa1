"""Drives that are pulled, full of files, write-protected or bad in places: nothing is lost."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.devices import folder_place
from drivers.devices.folder_place import Place
from drivers.errors import (
    FileRefused,
    LinkLost,
    PortDenied,
    PortInvalid,
    PortMissing,
    TerminalFault,
)
from drivers.file_contract import MAX_FILE_BYTES, TerminalFile
from tests.support.drives import NOW_MS, docked, failing, pull, pull_all, put, read_only


def test_one_bad_file_never_hides_the_good_ones(tmp_path: Path) -> None:
    put(tmp_path / "1 good", b"x", 500)
    huge = put(tmp_path / "2 huge", b"", 400)
    os.truncate(huge, MAX_FILE_BYTES + 1)
    os.utime(huge, ns=(NOW_MS * 900_000, NOW_MS * 900_000))
    put(tmp_path / "3 good", b"y", 300)
    names, error = pull_all(tmp_path)
    assert names == ["1 good", "3 good"]
    assert isinstance(error, FileRefused)
    assert error.fields["file"] == "2 huge"
    assert error.fields["reason"] == "file_too_large"


def test_twenty_thousand_files(tmp_path: Path) -> None:
    for number in range(20_000):
        handle = os.open(tmp_path / f"{number:05}", os.O_CREAT | os.O_WRONLY)
        os.utime(handle, ns=(number * 10**9, number * 10**9))
        os.close(handle)
    names, error = pull_all(tmp_path, clear=True)
    assert names == [f"{number:05}" for number in range(10_000)]
    assert isinstance(error, FileRefused)
    assert error.fields["reason"] == "too_many_files"
    names, error = pull_all(tmp_path)
    assert names == [f"{number:05}" for number in range(10_000, 20_000)]
    assert error is None


def test_a_folder_without_end_is_not_read_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_place, "MAX_ENTRIES", 10)
    for number in range(11):
        put(tmp_path / str(number), b"x")
    names, error = pull_all(tmp_path)
    assert len(names) == 10
    assert isinstance(error, FileRefused)


def test_a_card_that_is_write_protected_gives_all_and_loses_nothing(tmp_path: Path) -> None:
    with read_only(tmp_path) as card:
        assert pull(card) == {"old": b"1", "new": b"2"}
        with docked(card) as session:
            files = session.pull()
            first = next(files)
            with pytest.raises(TerminalFault) as caught:
                session.settle(first, clear=True)
            assert "old" in str(caught.value.fields["text"])
            assert [file.name for file in files] == ["new"]
            with pytest.raises(TerminalFault):
                session.push([TerminalFile("prices.csv", b"1")])
        assert sorted(path.name for path in card.iterdir()) == ["new", "old"]


def test_a_drive_that_is_pulled_in_the_middle(tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    put(drive / "a", b"x", 300)
    put(drive / "b", b"y", 200)
    with docked(drive) as session:
        files = session.pull()
        file = next(files)
        shutil.rmtree(drive)
        with pytest.raises(LinkLost):
            session.settle(file, clear=True)
        with pytest.raises(LinkLost):
            next(files)
        with pytest.raises(LinkLost):
            session.push([TerminalFile("prices.csv", b"1")])


@pytest.mark.parametrize("number", [errno.EIO, errno.ENODEV, errno.ESTALE, errno.ENXIO])
def test_a_drive_that_answers_no_more(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for age in range(1, 6):
        put(tmp_path / f"{age}", b"x", 1000 - age)
    with docked(tmp_path) as session:
        files = session.pull()
        assert next(files).name == "1"
        session.settle(TerminalFile("1", b"x"), clear=False)
        _break(monkeypatch, number, {"2", "3", "4", "5"})
        with pytest.raises(LinkLost):
            list(files)
        monkeypatch.undo()
        again = next(session.pull())
        _break(monkeypatch, number, {"1"})
        with pytest.raises(LinkLost):
            session.settle(again, clear=True)
        monkeypatch.setattr(Place, "write", failing(number))
        with pytest.raises(LinkLost):
            session.push([TerminalFile("prices.csv", b"1")])
    assert len(list(tmp_path.glob("?"))) == 5


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES])
def test_one_bad_place_on_a_drive(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for age in range(1, 4):
        put(tmp_path / f"{age}", b"x", 1000 - age)
    _break(monkeypatch, number, {"2"})
    names, error = pull_all(tmp_path)
    assert names == ["1", "3"]
    assert isinstance(error, FileRefused)
    assert error.fields["reason"] == "not_readable"


def test_folders_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PortMissing), docked(tmp_path / "none"):
        pass
    with pytest.raises(PortInvalid), docked(put(tmp_path / "file", b"")):
        pass
    monkeypatch.setattr(os, "open", failing(errno.EACCES))
    with pytest.raises(PortDenied), docked(tmp_path):
        pass


def _break(monkeypatch: pytest.MonkeyPatch, number: int, names: set[str]) -> None:
    """Reading the files of these names fails."""
    reading = Place.reading

    @contextmanager
    def broken(place: Place, raw: str) -> Iterator[int]:
        if raw in names:
            raise OSError(number, os.strerror(number))
        with reading(place, raw) as handle:
            yield handle

    monkeypatch.setattr(Place, "reading", broken)
