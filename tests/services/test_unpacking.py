"""A backup that is not exactly what was written is refused, and so is one that was made up."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.errors import AppError, BackupError, BackupLocked, SchemaError
from app.services.backing_up import back_up, verify
from app.services.restoring import restore
from app.storage import migrate
from tests.support import spoilt_backups as spoilt
from tests.support.offices import CLERK, Terminal, found_sample_branch, open_office

FLIPS = 200
PASSPHRASE = "三更灯火 five more words"  # noqa: S105 - of no use but here


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a small branch."""
    data = tmp_path_factory.mktemp("branch") / "data"
    data.mkdir()
    url = f"sqlite:///{data / 'tallydock.sqlite'}"
    migrate.upgrade(url)
    office = found_sample_branch(open_office(url, data))
    terminal = Terminal()
    terminal.order()
    terminal.upload(office)
    office.database.close()
    return data


def backed_up(data: Path, file: Path, passphrase: str = "") -> Path:
    office = open_office(f"sqlite:///{data / 'tallydock.sqlite'}", data)
    back_up(office, CLERK, file, passphrase)
    office.database.close()
    return file


@pytest.fixture(scope="module")
def plain(data: Path) -> Path:
    return backed_up(data, data.parent / "plain.zip")


@pytest.fixture(scope="module")
def locked(data: Path) -> Path:
    return backed_up(data, data.parent / "locked.zip", PASSPHRASE)


def refused(file: Path, target: Path, passphrase: str = "") -> AppError:
    """The error of both who only looks and who restores; nothing is left of the attempt."""
    with pytest.raises(AppError) as verified:
        verify(CLERK, file, passphrase)
    with pytest.raises(AppError) as restored:
        restore(CLERK, file, target, f"sqlite:///{target / 'tallydock.sqlite'}", passphrase)
    assert type(verified.value) is type(restored.value)
    assert verified.value.fields == restored.value.fields
    assert verified.value.fields.get("path", str(file)) == str(file)
    assert list(target.parent.glob(f"{target.name}*")) == []
    return verified.value


@pytest.mark.parametrize("kind", ["plain", "locked"])
def test_two_hundred_flipped_bits_are_refused(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    whole = request.getfixturevalue(kind).read_bytes()
    passphrase = PASSPHRASE if kind == "locked" else ""
    dice = random.Random(len(kind))
    flipped = tmp_path / "flipped.zip"
    found = set()
    for bit in dice.sample(range(8 * len(whole)), FLIPS):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        flipped.write_bytes(data)
        found.add(refused(flipped, tmp_path / "into", passphrase).fields["flaw"])
    assert found == {"changed"}


def test_a_flip_under_a_digest_of_its_own_is_refused_or_changes_nothing(
    plain: Path, tmp_path: Path
) -> None:
    whole, before = plain.read_bytes(), verify(CLERK, plain).manifest
    dice = random.Random(5)
    flipped = tmp_path / "flipped.zip"
    harmless = 0
    for bit in dice.sample(range(8 * (len(whole) - len(spoilt.ZEROS))), FLIPS):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        flipped.write_bytes(spoilt.sealed(bytes(data)))
        try:
            found = verify(CLERK, flipped)
        except BackupError:
            continue
        harmless += 1  # a time of day in the zip, for example
        assert found.manifest == before
    assert harmless < FLIPS // 4


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(plain: Path, tmp_path: Path, share: float) -> None:
    whole = plain.read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole[: int(len(whole) * share)])
    assert refused(cut, tmp_path / "into").fields["flaw"] == "changed"


Change = Callable[[Path, Path], Path]


def saying(name: str, value: Any) -> Change:
    """A backup whose list says something else."""
    return lambda source, file: spoilt.with_manifest(
        source, file, lambda manifest: manifest.update({name: value})
    )


def holding(name: str, data: bytes = b"x", size_bytes: int = -1) -> Change:
    """A backup with one file more."""
    return lambda source, file: spoilt.with_member(source, file, name, data, size_bytes=size_bytes)


def doubled(source: Path, file: Path) -> Path:
    inside = spoilt.entries(source)
    return spoilt.write(file, [*inside, inside[-2]])


def unlisted(source: Path, file: Path) -> Path:
    name = f"blobs/ab/{'ab' * 32}"
    return spoilt.write(file, [*spoilt.entries(source), (name, b"x")])


def lacking(source: Path, file: Path) -> Path:
    return spoilt.without(source, file, spoilt.first_archived(source))


def with_other_books(source: Path, file: Path) -> Path:
    return holding("database.sqlite", b"no database")(
        spoilt.with_manifest(
            spoilt.without(source, file, "database.sqlite"), file, forget_database
        ),
        file,
    )


def forget_database(manifest: dict[str, Any]) -> None:
    manifest["members"] = [each for each in manifest["members"] if each[0] != "database.sqlite"]


BLOB = f"blobs/ab/{'ab' * 32}"


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        (holding("../evil.txt"), "member_outside"),
        (holding("/etc/cron.d/evil"), "member_outside"),
        (holding("archive/0127/003/1/../../../../../evil"), "member_outside"),
        (holding("archive\\..\\..\\evil.txt"), "member_outside"),
        (holding("C:/evil.txt"), "member_outside"),
        (holding("settings.toml"), "member_outside"),
        (holding("archive/0127/003/1/000001-00000000.cbor/x"), "member_outside"),
        (holding("archive/٠١٢٧/003/1/000001-00000000.cbor"), "member_outside"),
        (holding(f"{BLOB}\0.txt"), "member_outside"),
        (holding(BLOB, bytes(50_000_000), size_bytes=1000), "member_too_large"),
        (holding(BLOB, b"short", size_bytes=1000), "member_changed"),
        (doubled, "member_changed"),
        (unlisted, "member_changed"),
        (lacking, "member_changed"),
        (with_other_books, "books_damaged"),
        (saying("terminals", []), "books_damaged"),
        (saying("terminals", [[3, 1, 99]]), "books_damaged"),
        (saying("branch", 9), "books_damaged"),
        (saying("schema", "0001"), "books_damaged"),
        (saying("format", 2), "no_backup"),
        (saying("members", None), "no_backup"),
        (saying("members", [["database.sqlite", "ab", -1]]), "no_backup"),
        (saying("made_ms", "yesterday"), "no_backup"),
    ],
)
def test_what_was_made_up_is_refused(
    plain: Path, tmp_path: Path, change: Change, flaw: str
) -> None:
    file = change(plain, tmp_path / "made-up.zip")
    assert refused(file, tmp_path / "into").fields["flaw"] == flaw
    assert set(tmp_path.iterdir()) == {file}


def test_tables_of_a_newer_program_are_refused(plain: Path, tmp_path: Path) -> None:
    file = saying("schema", "9999")(plain, tmp_path / "newer.zip")
    error = refused(file, tmp_path / "into")
    assert isinstance(error, SchemaError)
    assert error.fields == {"found": "9999", "expected": migrate.head()}


@pytest.mark.parametrize("data", [b"", b"x" * 1000, spoilt.sealed(b"no zip" + spoilt.ZEROS)])
def test_another_file_is_no_backup(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "other"
    file.write_bytes(data)
    assert refused(file, tmp_path / "into").fields["flaw"] in ("changed", "no_backup")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.zip", tmp_path / "into").fields["flaw"] == "no_file"


def test_only_its_passphrase_opens_it(locked: Path, tmp_path: Path) -> None:
    found = verify(CLERK, locked, PASSPHRASE)
    assert found.is_encrypted
    assert b"HX500" not in locked.read_bytes()
    assert b"SQLite format" not in locked.read_bytes()
    for passphrase, flaw in (("", "passphrase_missing"), ("another", "passphrase_wrong")):
        error = refused(locked, tmp_path / "into", passphrase)
        assert isinstance(error, BackupLocked)
        assert error.fields["flaw"] == flaw


def test_an_open_file_does_not_pass_for_an_encrypted_one(plain: Path, tmp_path: Path) -> None:
    error = refused(plain, tmp_path / "into", PASSPHRASE)
    assert isinstance(error, BackupLocked)
    assert error.fields["flaw"] == "passphrase_useless"


def test_a_file_inside_of_another_backup_does_not_fit(
    data: Path, locked: Path, tmp_path: Path
) -> None:
    """Both were encrypted with the same passphrase."""
    other = backed_up(data, tmp_path / "other.zip", PASSPHRASE)
    theirs = dict(spoilt.entries(other))
    name = "database.sqlite.age"
    inside = [
        (each, theirs[name] if each == name else content)
        for each, content in spoilt.entries(locked)
    ]
    mixed = spoilt.write(tmp_path / "mixed.zip", inside)
    assert refused(mixed, tmp_path / "into", PASSPHRASE).fields["flaw"] == "member_changed"
