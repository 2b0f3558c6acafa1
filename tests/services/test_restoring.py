"""What was backed up comes back: books, archive, photos, key; and terminals go on from there."""

import json
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from app.errors import RuleBroken
from app.services.backing_up import back_up, verify
from app.services.backup_file import new_backup
from app.services.backup_manifest import Manifest
from app.services.blobs import blobs_of
from app.services.office import Office
from app.services.recovering import recover
from app.services.restoring import Restored, restore
from app.services.terminals import enrol
from app.storage import migrate
from app.storage.copies import can_be_copied
from app.storage.queries.arrivals import watermarks
from app.storage.queries.fingerprint import fingerprint
from app.storage.store.uploads import StoredQuarantineItem
from tests.services.test_backing_up import PHOTO, PHOTO_SHA256
from tests.support.databases import on_postgresql
from tests.support.offices import CLERK, MORNING_MS, Terminal, found_sample_branch, open_office
from tests.support.terminals import ROOT
from tests.support.trades import assert_sound

Restore = Callable[..., tuple[Restored, Office]]


def books(office: Office) -> dict[str, str]:
    with office.database.read() as reader:
        return fingerprint(reader)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def gaps(office: Office) -> list[tuple[int, int, int]]:
    """(terminal, first, last) of every open question about missing records."""
    with office.database.transaction(CLERK, "look") as store:
        return [
            (store.uploads.batch(item.batch_id).terminal_no, *span_of(item))
            for item in store.uploads.open_items("X_SEQ_GAP")
        ]


def span_of(item: StoredQuarantineItem) -> tuple[int, int]:
    detail = json.loads(item.detail)
    return int(detail["first"]), int(detail["last"])


@pytest.fixture
def restored(tmp_path: Path, new_url: Callable[..., str]) -> Iterator[Restore]:
    """Restores into a new folder, on the kind of database that is under test."""
    made: list[Office] = []

    def again(file: Path, name: str = "again") -> tuple[Restored, Office]:
        url = new_url(empty=True)
        if url.startswith("sqlite"):
            url = f"sqlite:///{tmp_path / name / 'tallydock.sqlite'}"
        done = restore(CLERK, file, tmp_path / name, url)
        office = open_office(url, tmp_path / name)
        made.append(office)
        return done, office

    yield again
    for each in made:
        each.database.close()


def test_everything_comes_back(
    office: Office, terminal: Terminal, tmp_path: Path, restored: Restore
) -> None:
    enrol(office, CLERK, 3, "S01")
    terminal.order()
    terminal.order("C0002", ("HX5OO", 2))
    terminal.upload(office)
    blobs_of(office).keep(PHOTO_SHA256, PHOTO)
    office.paths.desk_key.parent.mkdir()
    office.paths.desk_key.write_bytes(b"the key")
    aside = next(office.archive.root.rglob("*.cbor"))
    aside.with_name(f"{aside.name}.aside").write_bytes(b"set aside")
    back_up(office, CLERK, tmp_path / "branch.zip")
    done, again = restored(tmp_path / "branch.zip")
    assert books(again) == books(office)
    for name in ("archive", "blobs", "keys"):
        assert contents(again.paths.data / name) == contents(office.paths.data / name)
    assert stat.S_IMODE(again.paths.desk_key.stat().st_mode) == 0o600
    assert not any(file.stat().st_mode & 0o222 for file in again.archive.root.rglob("*.cbor"))
    assert (done.commands is None) == can_be_copied(office.database)
    assert recover(again, CLERK) == ()
    assert_sound(again)
    assert sorted(tmp_path.glob("*.part")) == []


@on_postgresql
def test_books_move_from_a_server_to_a_file(
    office: Office, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.order()
    terminal.upload(office)
    back_up(office, CLERK, tmp_path / "branch.zip")
    url = f"sqlite:///{tmp_path / 'elsewhere' / 'books.sqlite'}"
    done = restore(CLERK, tmp_path / "branch.zip", tmp_path / "again", url)
    again = open_office(url, tmp_path / "again")
    assert books(again) == books(office)
    again.database.close()
    assert done.commands == len([path for path in office.archive.paths() if "/000/" in path])


@on_postgresql
def test_books_move_from_a_file_to_a_server(
    sqlite_template: Path, terminal: Terminal, tmp_path: Path, restored: Restore
) -> None:
    file = tmp_path / "here.sqlite"
    shutil.copyfile(sqlite_template, file)
    office = found_sample_branch(open_office(f"sqlite:///{file}", tmp_path / "here"))
    terminal.order()
    terminal.upload(office)
    back_up(office, CLERK, tmp_path / "branch.zip")
    done, again = restored(tmp_path / "branch.zip")
    assert done.commands
    assert books(again) == books(office)
    assert not (tmp_path / "again" / "database.sqlite").exists()
    office.database.close()


@pytest.mark.parametrize("inside", ["file", "folder"])
def test_a_folder_in_use_is_refused(office: Office, tmp_path: Path, inside: str) -> None:
    back_up(office, CLERK, tmp_path / "branch.zip")
    target = tmp_path / "used"
    (target / "x").mkdir(parents=True) if inside == "folder" else target.write_text("x")
    before = contents(tmp_path)
    with pytest.raises(RuleBroken) as caught:
        restore(CLERK, tmp_path / "branch.zip", target, f"sqlite:///{target / 'b.sqlite'}")
    assert caught.value.rule == "folder-not-empty"
    assert contents(tmp_path) == before


def test_an_empty_folder_is_taken(office: Office, tmp_path: Path, restored: Restore) -> None:
    back_up(office, CLERK, tmp_path / "branch.zip")
    (tmp_path / "again").mkdir()
    _, again = restored(tmp_path / "branch.zip")
    assert books(again) == books(office)


def test_a_database_in_use_is_refused(office: Office, tmp_path: Path) -> None:
    back_up(office, CLERK, tmp_path / "branch.zip")
    url = office.database.engine.url.render_as_string(hide_password=False)
    with pytest.raises(RuleBroken) as caught:
        restore(CLERK, tmp_path / "branch.zip", tmp_path / "again", url)
    assert caught.value.rule == "database-not-empty"
    assert not (tmp_path / "again").exists()
    assert sorted(tmp_path.glob("*.part")) == []


def test_terminals_resend_from_the_lower_watermark(
    office: Office, terminal: Terminal, tmp_path: Path, restored: Restore
) -> None:
    terminal.order()
    terminal.upload(office)
    back_up(office, CLERK, tmp_path / "branch.zip")
    terminal.order("C0002")
    second = terminal.seal()
    with office.database.read() as reader:
        assert watermarks(reader, 3, 1) == (2, 2)
    _, again = restored(tmp_path / "branch.zip")
    with again.database.read() as reader:
        assert watermarks(reader, 3, 1) == (2, 0)
    again.archive.keep(terminal.origin, second)  # it came, but the desk died before the books
    (healed,) = recover(again, CLERK)
    assert (healed.receipt.received_seq, healed.documents) == (4, 1)
    assert gaps(again) == []


def test_what_nobody_has_any_more_is_told_with_terminal_and_range(
    office: Office, terminal: Terminal, tmp_path: Path, restored: Restore
) -> None:
    terminal.order()
    terminal.upload(office)
    back_up(office, CLERK, tmp_path / "old.zip")
    terminal.order()
    terminal.upload(office)
    back_up(office, CLERK, tmp_path / "new.zip")  # the terminal may delete 3 and 4 now
    _, again = restored(tmp_path / "old.zip")
    terminal.order("C0001", ("HX500", 1))
    result = terminal.upload(again)
    assert [each.code for each in result.problems] == ["X_SEQ_GAP"]
    assert gaps(again) == [(3, 3, 4)]
    # The newer backup still has them: its upload in the archive closes the question.
    newer = restore(
        CLERK, tmp_path / "new.zip", tmp_path / "newer", f"sqlite:///{tmp_path / 'x.sqlite'}"
    )
    known = {each.name for each in newer.backup.manifest.members}
    (path,) = (name for name in known if "/003/1/000002-" in name)
    name = path.removeprefix("archive/")
    (again.archive.root / name).write_bytes((tmp_path / "newer" / path).read_bytes())
    recover(again, CLERK)
    assert gaps(again) == []


# Orders for days of their own: alike ones would be compared with ever more others. SQLite's lock is
# not fair: without a breath between two uploads a backup may wait for its turn longer than it may.
WRITER = """
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from tests.support.offices import CLERK, Terminal, open_office
url, data = sys.argv[1:]
office = open_office(url, Path(data))
terminal = Terminal(number=9)
wanted = date(2026, 6, 2)
print("ready", flush=True)
while not sys.stdin.closed:
    terminal.order(wanted=wanted.isoformat())
    wanted += timedelta(days=1)
    time.sleep(0.01)
    terminal.upload(office)
    print(terminal.seq, flush=True)
    if Path(data, "enough").exists():
        break
"""


def test_a_backup_under_a_writer_is_one_moment_of_the_books(
    office: Office, tmp_path: Path, restored: Restore
) -> None:
    url = office.database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WRITER, url, str(office.paths.data)]
    files, seqs = [], []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        for number in range(10):
            writer.stdout.readline()  # at least one upload between two backups
            files.append(tmp_path / f"{number}.zip")
            done = back_up(office, CLERK, files[-1])
            seqs.append(sum(each.received_seq for each in done.manifest.terminals))
            assert done.manifest.defects == ()
        (office.paths.data / "enough").touch()
        writer.stdout.read()
    assert seqs == sorted(set(seqs))
    for number in (0, 9):
        _, again = restored(files[number], f"again-{number}")
        assert_sound(again)
        with again.database.read() as reader:
            assert watermarks(reader, 9, 1)[0] == seqs[number]
            records = "SELECT COUNT(*) FROM raw_record WHERE terminal_no = 9"
            assert reader.connection.exec_driver_sql(records).scalar_one() == seqs[number]


def test_a_backup_of_former_tables_is_brought_to_ours(tmp_path: Path) -> None:
    """Made by hand: the program that made such ones is gone."""
    old = tmp_path / "old.sqlite"
    engine = create_engine(f"sqlite:///{old}")
    config = Config()
    config.set_main_option("script_location", str(ROOT / "app" / "storage" / "migrations"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text("INSERT INTO branch VALUES (127, 'b', '', '', '', 'CNY', 480, 240, NULL, 0)")
        )
    engine.dispose()
    file = tmp_path / "old.zip"
    with file.open("wb+") as stream, new_backup(stream, "") as writer, old.open("rb") as source:
        writer.add("database.sqlite", source)
        members = tuple(writer.members)
        writer.finish(Manifest(MORNING_MS, "clerk", 127, "0001", "0.0", members, ()))
    assert verify(CLERK, file).manifest.schema == "0001"
    url = f"sqlite:///{tmp_path / 'again' / 'tallydock.sqlite'}"
    restore(CLERK, file, tmp_path / "again", url)
    assert migrate.status(url).is_current
