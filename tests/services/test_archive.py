"""The archive keeps bytes for good, and says clearly when it cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import ArchiveError, ArchiveFull
from app.services.archive import Archive, Origin, origin_of

ORIGIN = Origin(127, 3, 1, 42)
CHILD = """
import resource, signal, sys
from pathlib import Path
from app.errors import ArchiveFull
from app.services.archive import Archive, Origin
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
archive = Archive(Path(sys.argv[1]))
try:
    archive.keep(Origin(127, 3, 1, 1), bytes(5000))
except ArchiveFull as error:
    sys.exit(0 if not list(archive.files()) and not archive.sweep(0) else 3)
sys.exit(4)
"""


def test_kept_bytes_come_back_from_a_read_only_file(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    kept = archive.keep(ORIGIN, b"sealed")
    assert archive.read(kept.path) == b"sealed"
    assert kept.path.startswith("0127/003/1/000042-")
    assert not (tmp_path / kept.path).stat().st_mode & 0o222
    assert origin_of(kept.path) == ORIGIN
    assert [file.sha256 for file in archive.files()] == [kept.sha256]


def test_the_same_bytes_again_change_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first = archive.keep(ORIGIN, b"sealed")
    before = (tmp_path / first.path).stat().st_mtime_ns
    assert archive.keep(ORIGIN, b"sealed") == first
    assert (tmp_path / first.path).stat().st_mtime_ns == before


def test_other_bytes_under_the_same_number_lie_beside(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.keep(ORIGIN, b"one")
    archive.keep(ORIGIN, b"two")
    assert len(archive.paths()) == 2


def test_a_closed_archive_gives_but_does_not_take(tmp_path: Path) -> None:
    kept = Archive(tmp_path).keep(ORIGIN, b"one")
    closed = Archive(tmp_path, closed=True)
    assert closed.keep(ORIGIN, b"one") == kept
    with pytest.raises(ArchiveError):
        closed.keep(ORIGIN, b"two")


def test_what_an_interrupted_write_left_is_swept_away(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    kept = archive.keep(ORIGIN, b"one")
    left_over = (tmp_path / kept.path).with_name(".000043-00000000.cbor.part")
    left_over.write_bytes(b"half")
    assert archive.sweep() == 0, "another desk may be writing it"
    os.utime(left_over, (0, 0))
    assert archive.sweep() == 1
    assert archive.paths() == {kept.path}


def test_a_file_that_is_gone_is_an_archive_error(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError) as caught:
        Archive(tmp_path).read("0127/003/1/000042-00000000.cbor")
    assert "000042" in str(caught.value.fields["path"])


def test_bytes_that_are_others_by_now_are_not_given_out(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    kept = archive.keep(ORIGIN, b"sealed")
    (tmp_path / kept.path).chmod(0o644)
    (tmp_path / kept.path).write_bytes(b"sEaled")
    with pytest.raises(ArchiveError) as caught:
        archive.read(kept.path)
    assert caught.value.fields["reason"] == "damaged"
    assert archive.keep(ORIGIN, b"sealed") == kept
    assert archive.read(kept.path) == b"sealed"


def test_too_little_room_is_seen_before_docking(tmp_path: Path) -> None:
    with pytest.raises(ArchiveFull):
        Archive(tmp_path).require_space(1 << 60)


def test_a_write_that_finds_no_room_leaves_nothing_behind(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CHILD, str(tmp_path)], check=False)
    assert done.returncode == 0
