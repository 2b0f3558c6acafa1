"""A backup holds everything; only what is in a verified one may be forgotten by terminals."""

import hashlib
import os
import threading
from pathlib import Path

import pytest

from app.domain.rights import Actor, Right
from app.errors import ArchiveError, OutputError, PermissionDenied, RuleBroken
from app.services.archive import origin_of
from app.services.backing_up import back_up, verify
from app.services.blobs import BlobFolder, blobs_of
from app.services.office import Office
from app.services.terminals import TerminalFacts, note_terminal
from app.storage.copies import can_be_copied
from app.storage.queries.arrivals import watermarks
from app.storage.queries.backups import last_backup
from tests.support.databases import on_postgresql, on_sqlite
from tests.support.offices import CLERK, Terminal

PHOTO = b"a photo"
PHOTO_SHA256 = hashlib.sha256(PHOTO).digest()


def marks(office: Office, terminal: int = 3, epoch: int = 1) -> tuple[int, int]:
    with office.database.read() as reader:
        return watermarks(reader, terminal, epoch)


def photo_record(terminal: Terminal, data: bytes) -> int:
    body = {2: 0, 3: hashlib.sha256(data).digest(), 4: len(data), 5: 800, 6: 600}
    return terminal.write(22, body | {7: terminal.now_ms, 8: 1})


def test_it_holds_everything_and_says_of_what_time(
    office: Office, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.order()
    terminal.upload(office)
    blobs_of(office).keep(PHOTO_SHA256, PHOTO)
    office.paths.desk_key.parent.mkdir()
    office.paths.desk_key.write_bytes(b"the key")
    file = tmp_path / "branch.zip"
    done = back_up(office, CLERK, file)
    names = {member.name for member in done.manifest.members}
    expected = {f"archive/{path}" for path in office.archive.paths()}
    expected |= {f"blobs/{PHOTO_SHA256.hex()[:2]}/{PHOTO_SHA256.hex()}", "keys/desk.pem"}
    if can_be_copied(office.database):
        expected.add("database.sqlite")
    assert names == expected
    (mark,) = done.manifest.terminals
    assert (mark.terminal_no, mark.epoch, mark.received_seq) == (3, 1, 2)
    assert (done.manifest.branch, done.manifest.made_by) == (127, "clerk")
    assert done.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert verify(CLERK, file) == done
    with office.database.read() as reader:
        run = last_backup(reader)
    assert run is not None
    assert (run.file, run.sha256, run.size_bytes) == (str(file), done.sha256, done.size_bytes)
    assert (run.watermarks, run.verified_ms) == ("[[3, 1, 2]]", office.clock.now_ms())


def test_terminals_may_forget_what_is_in_it_and_nothing_else(
    office: Office, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.order()
    terminal.upload(office)
    assert marks(office) == (2, 0)
    back_up(office, CLERK, tmp_path / "branch.zip")
    assert marks(office) == (2, 2)
    terminal.order()
    assert terminal.upload(office).receipt.backed_up_seq == 2
    assert marks(office) == (4, 2)


def test_what_comes_in_meanwhile_stays_out_of_the_watermarks(
    office: Office, terminal: Terminal, tmp_path: Path
) -> None:
    """The backup waits at a photo that is a pipe; the database has been copied by then."""
    other = Terminal(number=4)
    for each in (terminal, other):
        each.order()
        each.upload(office)
    pipe = BlobFolder(office.paths.blobs).path(PHOTO_SHA256)
    pipe.parent.mkdir(parents=True)
    os.mkfifo(pipe)
    worker = threading.Thread(target=back_up, args=(office, CLERK, tmp_path / "branch.zip"))
    worker.start()
    with pipe.open("wb") as stream:
        terminal.order()
        terminal.upload(office)
        note_terminal(office, CLERK, 4, TerminalFacts(epoch=2))
        stream.write(PHOTO)
    worker.join()
    assert marks(office) == (4, 2)
    assert marks(office, 4, 2) == (0, 0)
    held = {member.name for member in verify(CLERK, tmp_path / "branch.zip").manifest.members}
    assert f"blobs/{PHOTO_SHA256.hex()[:2]}/{PHOTO_SHA256.hex()}" in held


def test_the_journal_in_it_is_that_of_its_database(office: Office, tmp_path: Path) -> None:
    entry = max(path for path in office.archive.paths() if origin_of(path).terminal == 0)
    stray = entry.replace("000003-", "000009-")
    (office.archive.root / stray).write_bytes(b"never committed")
    done = back_up(office, CLERK, tmp_path / "branch.zip")
    assert f"archive/{stray}" not in {member.name for member in done.manifest.members}


def test_an_upload_that_is_not_in_the_books_yet_is_in_it(
    office: Office, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.order()
    data = terminal.seal()
    kept = office.archive.keep(terminal.origin, data)
    done = back_up(office, CLERK, tmp_path / "branch.zip")
    assert f"archive/{kept.path}" in {member.name for member in done.manifest.members}
    assert done.manifest.terminals == ()


def spoil_upload(office: Office, terminal: int, remove: bool) -> str:
    path = max(path for path in office.archive.paths() if origin_of(path).terminal == terminal)
    file = office.archive.root / path
    file.chmod(0o644)
    if remove:
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    return path


@on_sqlite
@pytest.mark.parametrize("remove", [True, False])
def test_what_the_disk_has_spoilt_is_told_and_kept_by_its_terminal(
    office: Office, terminal: Terminal, tmp_path: Path, remove: bool
) -> None:
    for _ in range(2):
        terminal.order()
        terminal.upload(office)
    path = spoil_upload(office, 3, remove)
    done = back_up(office, CLERK, tmp_path / "branch.zip")
    (defect,) = done.manifest.defects
    assert (defect.path, defect.flaw) == (
        f"archive/{path}",
        "missing" if remove else "damaged",
    )
    assert marks(office) == (4, 2)


@on_sqlite
def test_old_damage_does_not_hold_up_what_came_later(
    office: Office, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.order()
    terminal.upload(office)
    back_up(office, CLERK, tmp_path / "old.zip")
    spoil_upload(office, 3, remove=True)
    terminal.order()
    terminal.upload(office)
    back_up(office, CLERK, tmp_path / "new.zip")
    assert marks(office) == (4, 4)


@on_postgresql
def test_a_server_is_not_backed_up_from_an_archive_with_holes(
    office: Office, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.order()
    terminal.upload(office)
    file = tmp_path / "branch.zip"
    before = back_up(office, CLERK, file)
    spoil_upload(office, 3, remove=True)
    with pytest.raises(ArchiveError):
        back_up(office, CLERK, file)
    assert verify(CLERK, file) == before


def test_a_photo_that_only_its_terminal_has_is_kept_there(
    office: Office, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.order()
    seq = photo_record(terminal, PHOTO)
    terminal.upload(office)
    back_up(office, CLERK, tmp_path / "branch.zip")
    assert marks(office) == (seq, seq - 1)
    with office.database.transaction(CLERK, "hold") as store:
        store.blobs.hold([PHOTO_SHA256.hex()])
    lacking = back_up(office, CLERK, tmp_path / "branch.zip")
    assert [each.flaw for each in lacking.manifest.defects] == ["missing"]
    assert marks(office) == (seq, seq - 1)
    blobs_of(office).keep(PHOTO_SHA256, PHOTO)
    back_up(office, CLERK, tmp_path / "branch.zip")
    assert marks(office) == (seq, seq)


def test_another_file_is_not_written_over(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear customer")
    with pytest.raises(RuleBroken) as caught:
        back_up(office, CLERK, file)
    assert caught.value.rule == "not-a-backup"
    assert file.read_text() == "Dear customer"


def test_a_place_that_cannot_be_written_is_named(office: Office, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        back_up(office, CLERK, tmp_path / "file" / "branch.zip")
    assert marks(office) == (0, 0)


def test_nothing_is_left_beside_it_but_what_is_young(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    old, young = folder / "branch.zip.0.part", folder / "branch.zip.1.part"
    for each in (old, young):
        each.write_bytes(b"half")
    os.utime(old, (0, 0))
    scratch = office.paths.data / ".backup-left"
    scratch.mkdir()
    os.utime(scratch, (0, 0))
    back_up(office, CLERK, folder / "branch.zip")
    assert set(folder.iterdir()) == {folder / "branch.zip", young}
    assert [each for each in office.paths.data.iterdir() if each.name.startswith(".")] == []


def test_it_takes_the_right(office: Office, tmp_path: Path) -> None:
    clerk = Actor("clerk", frozenset(Right) - {Right.BACK_UP})
    with pytest.raises(PermissionDenied):
        back_up(office, clerk, tmp_path / "branch.zip")
