"""Files on drives and in folders: what is fetched, what is left alone, and that nothing is lost."""

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from drivers.devices import folder_place
from drivers.devices.folder import FolderDriver, FolderSession, is_possible
from drivers.devices.folder_place import TEMPORARY, Place
from drivers.errors import (
    DeviceError,
    DriverError,
    FileChanged,
    FileRefused,
    FileUnstable,
    LinkLost,
    PortDenied,
    PortInvalid,
    PortMissing,
    TerminalFault,
    TerminalFull,
)
from drivers.file_contract import MAX_FILE_BYTES, TerminalFile

NOW_MS = 1_700_000_000_000
NOBODY = 65_534


@contextmanager
def docked(
    folder: Path, rest_s: float = 0.0, now_ms: int = NOW_MS, report: Callable[..., None] = print
) -> Iterator[FolderSession]:
    with FolderDriver(rest_s=rest_s).connect(folder, lambda: now_ms, report) as session:
        assert isinstance(session, FolderSession)
        yield session


def put(path: Path, data: bytes, age_s: int = 3600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    written_ns = (NOW_MS - age_s * 1000) * 1_000_000
    os.utime(path, ns=(written_ns, written_ns))
    return path


def pull(folder: Path, clear: bool = False, **options: float) -> dict[str, bytes]:
    with docked(folder, **options) as session:  # type: ignore[arg-type]
        files = {}
        for file in session.pull():
            files[file.name] = file.data
            session.settle(file, clear)
        session.finish()
    return files


def pull_all(
    folder: Path, clear: bool = False, rest_s: float = 0.0
) -> tuple[list[str], DriverError | None]:
    """The names that came, and the error after them."""
    names = []
    with docked(folder, rest_s) as session:
        try:
            for file in session.pull():
                names.append(file.name)
                session.settle(file, clear)
        except DriverError as error:
            return names, error
    return names, None


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """The folder as a card that is write-protected: a mount of its own, or at least its rights."""
    mounted = folder / "card"
    mounted.mkdir()
    if not subprocess.run(
        ["mount", "-t", "tmpfs", "tmpfs", mounted], capture_output=True, check=False
    ).returncode:
        try:
            put(mounted / "old", b"1")
            put(mounted / "new", b"2", age_s=60)
            subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
            yield mounted
        finally:
            subprocess.run(["umount", mounted], check=True)
        return
    put(mounted / "old", b"1")
    put(mounted / "new", b"2", age_s=60)
    mounted.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    yield mounted
    if root:
        os.seteuid(0)


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
        monkeypatch.setattr(Place, "write", _raise(number))
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
    monkeypatch.setattr(os, "fsync", _raise(errno.ENOSPC))
    with docked(tmp_path) as session, pytest.raises(TerminalFull) as caught:
        session.push([TerminalFile("prices.csv", b"new")])
    assert caught.value.fields["needed_bytes"] == 3
    assert [path.read_bytes() for path in (tmp_path / "inbox").iterdir()] == [b"old"]


def test_it_tells_how_much_room_there_is(tmp_path: Path) -> None:
    with docked(tmp_path) as session:
        free_bytes = session.info().free_bytes
    assert free_bytes is not None
    assert free_bytes > 0


def test_folders_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PortMissing), docked(tmp_path / "none"):
        pass
    with pytest.raises(PortInvalid), docked(put(tmp_path / "file", b"")):
        pass
    monkeypatch.setattr(os, "open", _raise(errno.EACCES))
    with pytest.raises(PortDenied), docked(tmp_path):
        pass


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


def _raise(number: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


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
