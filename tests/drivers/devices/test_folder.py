"""Files on drives and in folders: what is fetched, what is left alone, what is deleted."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from drivers.devices import folder_place
from drivers.devices.folder_place import Place
from drivers.errors import DeviceError, FileChanged, FileRefused, FileUnstable
from drivers.file_contract import TerminalFile
from tests.support.drives import NOW_MS, docked, pull, pull_all, put


def test_files_come_oldest_first_with_their_times(tmp_path: Path) -> None:
    put(tmp_path / "b", b"second", age_s=200)
    put(tmp_path / "a", b"third", age_s=100)
    put(tmp_path / "c", b"", age_s=300)
    with docked(tmp_path) as session:
        files = list(session.pull())
    assert [(file.name, file.data) for file in files] == [
        ("c", b""),
        ("b", b"second"),
        ("a", b"third"),
    ]
    assert [file.modified_ms for file in files] == [NOW_MS - age * 1000 for age in (300, 200, 100)]


def test_an_empty_folder(tmp_path: Path) -> None:
    assert pull(tmp_path) == {}


@pytest.mark.parametrize("name", ["outbox", "Outbox", "OUTBOX", "Scanned Barcodes"])
def test_an_outbox_is_all_that_is_looked_into(name: str, tmp_path: Path) -> None:
    put(tmp_path / "letter.txt", b"private")
    put(tmp_path / name / "scans.txt", b"1")
    put(tmp_path / name / "outbox" / "deeper.txt", b"2")
    put(tmp_path / "photos" / "holiday.jpg", b"3")
    assert pull(tmp_path) == {"scans.txt": b"1"}


def test_several_outboxes_at_once(tmp_path: Path) -> None:
    put(tmp_path / "outbox" / "new", b"2", age_s=100)
    put(tmp_path / "Scanned Barcodes" / "Barcode.txt", b"1", age_s=200)
    assert list(pull(tmp_path).items()) == [("Barcode.txt", b"1"), ("new", b"2")]


def test_hidden_and_unfinished_files_are_left_alone(tmp_path: Path) -> None:
    for name in (".hidden", "half.part", "HALF.PART", ".half.part", "good"):
        put(tmp_path / name, b"x")
    assert pull(tmp_path, clear=True) == {"good": b"x"}
    assert len(list(tmp_path.iterdir())) == 4


def test_names_are_text_whatever_they_are_on_the_drive(tmp_path: Path) -> None:
    raw = {
        "盘点.txt".encode(): "盘点.txt",
        "盘点2.txt".encode("gb18030"): "盘点2.txt",
        b"\xff\xfe": "ÿþ",
        b"a\nb\tc": "a\nb\tc",
        b"-rf": "-rf",
        b"$(reboot) ; `id`": "$(reboot) ; `id`",
        b"..." + b"x" * 250: "..." + "x" * 250,
        b"\xe2\x80\xaetxt.exe": "\u202etxt.exe",
    }
    for name in raw:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(name)
    hidden = b"..." + b"x" * 250  # begins with a dot
    expected = {text: name for name, text in raw.items() if name != hidden}
    assert pull(tmp_path, clear=True) == expected
    assert [os.fsencode(path.name) for path in tmp_path.iterdir()] == [hidden]


def test_links_pipes_sockets_and_devices_are_no_files(tmp_path: Path) -> None:
    secret = put(tmp_path / "elsewhere" / "secret", b"secret")
    drive = tmp_path / "drive"
    put(drive / "good", b"x")
    (drive / "link").symlink_to(secret)
    (drive / "loop").symlink_to(drive / "loop")
    (drive / "folder").symlink_to(drive)
    os.mkfifo(drive / "pipe")
    with suppress(PermissionError):
        os.mknod(drive / "zero", 0o666 | 0o020000, os.makedev(1, 5))
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(drive)  # a socket's path must be short
        server.bind("socket")
        os.chdir(here)
        assert pull(drive, clear=True) == {"good": b"x"}
    assert secret.read_bytes() == b"secret"


def test_an_outbox_that_is_a_link_leads_nowhere(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere" / "secret", b"secret")
    drive = tmp_path / "drive"
    put(drive / "good", b"x")
    (drive / "outbox").symlink_to(tmp_path / "elsewhere")
    assert pull(drive) == {"good": b"x"}


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    secret = put(tmp_path / "elsewhere" / "secret", b"1")
    drive = tmp_path / "drive"
    put(drive / "first", b"1", age_s=300)
    second = put(drive / "second", b"2", age_s=200)
    with docked(drive) as session:
        files = session.pull()
        file = next(files)
        second.unlink()
        second.symlink_to(secret)
        with pytest.raises(FileRefused) as caught:
            list(files)
        assert caught.value.fields["reason"] == "not_plain"
        (drive / "first").unlink()
        (drive / "first").symlink_to(secret)
        with pytest.raises(DeviceError):
            session.settle(file, clear=True)
    assert secret.exists()


def test_an_outbox_that_is_exchanged_meanwhile_is_not_followed(tmp_path: Path) -> None:
    secret = put(tmp_path / "elsewhere" / "scan", b"1", age_s=200)
    drive = tmp_path / "drive"
    put(drive / "outbox" / "scan", b"1", age_s=200)
    with docked(drive) as session:
        file = next(session.pull())
        (drive / "outbox").rename(drive / "moved")
        (drive / "outbox").symlink_to(tmp_path / "elsewhere")
        session.settle(file, clear=True)
    assert secret.exists()
    assert not (drive / "moved" / "scan").exists()


def test_nothing_is_deleted_unless_it_is_wanted(tmp_path: Path) -> None:
    put(tmp_path / "a", b"x")
    assert pull(tmp_path) == pull(tmp_path) == {"a": b"x"}
    assert pull(tmp_path, clear=True) == {"a": b"x"}
    assert pull(tmp_path) == {}


@pytest.mark.parametrize("other", [b"scan1\nscan2\n", b"scan2\n", b""])
def test_what_has_changed_since_is_not_deleted(other: bytes, tmp_path: Path) -> None:
    path = put(tmp_path / "SCANNED.TXT", b"scan1\n")
    with docked(tmp_path) as session:
        file = next(session.pull())
        put(path, other)  # with the same time
        with pytest.raises(FileChanged):
            session.settle(file, clear=True)
    assert path.read_bytes() == other
    assert pull(tmp_path, clear=True) == {"SCANNED.TXT": other}


def test_another_file_under_the_name_is_not_deleted(tmp_path: Path) -> None:
    path = put(tmp_path / "a", b"x")
    with docked(tmp_path) as session:
        files = session.pull()
        file = next(files)
        with pytest.raises(FileChanged):
            session.settle(TerminalFile("a", b"y"), clear=True)
        with pytest.raises(FileChanged):
            session.settle(file, clear=True)  # only once, and only what was given last
    assert path.exists()


def test_a_file_that_somebody_took_away(tmp_path: Path) -> None:
    first, second = put(tmp_path / "a", b"x", 300), put(tmp_path / "b", b"y", 200)
    with docked(tmp_path) as session:
        files = session.pull()
        file = next(files)
        first.unlink()
        second.unlink()
        session.settle(file, clear=True)
        assert list(files) == []


WRITER = """
import sys, time
with open(sys.argv[1], "ab", buffering=0) as file:
    while True:
        file.write(b"4901234567894\\r\\n")
        print(flush=True)
        time.sleep(0.01)
"""


def test_a_file_that_another_program_writes_comes_when_it_is_done(tmp_path: Path) -> None:
    put(tmp_path / "good", b"x")
    growing = tmp_path / "growing"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(growing)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    try:
        names, error = pull_all(tmp_path, clear=True, rest_s=1.0)
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
    assert names == ["good"]
    assert isinstance(error, FileUnstable)
    assert error.fields["file"] == "growing"
    assert str(error.fields["read_bytes"]) != str(error.fields["listed_bytes"])
    whole = growing.read_bytes()
    assert pull(tmp_path, clear=True) == {"growing": whole}
    assert not growing.exists()


def test_a_file_with_an_old_time_needs_no_rest(tmp_path: Path) -> None:
    put(tmp_path / "old", b"x")
    assert pull(tmp_path, rest_s=10_000.0) == {"old": b"x"}


def test_waiting_is_shown_and_can_be_cancelled(tmp_path: Path) -> None:
    class Cancelled(Exception):
        pass

    def cancel(stage: str, done_bytes: int, total_bytes: int) -> None:
        assert (stage, done_bytes, total_bytes) == ("upload", 0, 0)
        raise Cancelled

    put(tmp_path / "new", b"x", age_s=0)
    with pytest.raises(Cancelled), docked(tmp_path, rest_s=10_000.0, report=cancel) as session:
        next(session.pull())


def test_a_file_that_is_written_between_both_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "a", b"half", age_s=0)
    put(tmp_path / "b", b"good", age_s=-1)
    monkeypatch.setattr("time.sleep", lambda _: put(path, b"HALF", age_s=0))
    names, error = [], None
    with docked(tmp_path, rest_s=0.01) as session:
        try:
            names = [file.name for file in session.pull()]
        except FileUnstable as caught:
            error = caught
    assert names == []
    assert error is not None
    assert error.fields == {
        "port": f"folder:{tmp_path}", "file": "a", "listed_bytes": 4, "read_bytes": 4,
    }  # fmt: skip


@pytest.mark.parametrize("listed", [b"longer than it is", b"s"])
def test_a_listing_that_disagrees_with_the_content(
    listed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "a", listed)
    list_files = Place.files

    def files(place: Place) -> tuple[list[folder_place.Entry], bool]:
        found = list_files(place)
        put(path, b"as it is")
        return found

    monkeypatch.setattr(Place, "files", files)
    assert isinstance(pull_all(tmp_path)[1], FileUnstable)


def test_it_tells_how_much_room_there_is(tmp_path: Path) -> None:
    with docked(tmp_path) as session:
        free_bytes = session.info().free_bytes
    assert free_bytes is not None
    assert free_bytes > 0


def test_without_handles_of_folders_as_on_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_place, "_HAS_HANDLES", False)
    put(tmp_path / "outbox" / "a", b"x", 300)
    changed = put(tmp_path / "outbox" / "b", b"y", 200)
    with docked(tmp_path) as session:
        for file in session.pull():
            if file.name == "b":
                put(changed, b"z")
                with pytest.raises(FileChanged):
                    session.settle(file, clear=True)
            else:
                session.settle(file, clear=True)
        session.push([TerminalFile("prices.csv", b"1")])
        session.finish()
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == ["b"]
    assert (tmp_path / "inbox" / "prices.csv").read_bytes() == b"1"
