"""Pieces of files that broke off: kept, found again, never more than so many."""

from pathlib import Path

from drivers.devices.file_partials import MAX_PARTIALS, FilePartials


def test_a_piece_is_found_again_by_terminal_and_name(tmp_path: Path) -> None:
    partials = FilePartials(tmp_path / "not there yet", 3)
    partials.keep("PT630", "A.DAT", b"one")
    partials.keep("PT630", "../B.DAT", bytearray(b"other"))
    assert FilePartials(tmp_path / "not there yet", 3).find("PT630", "A.DAT") == b"one"
    assert partials.find("PT630", "../B.DAT") == b"other"
    assert partials.find("HT630", "A.DAT") == b""
    partials.drop("PT630", "A.DAT")
    assert partials.find("PT630", "A.DAT") == b""
    partials.drop("PT630", "A.DAT")


def test_little_is_not_kept_and_nothing_without_a_folder(tmp_path: Path) -> None:
    FilePartials(tmp_path, 3).keep("T", "A", b"no")
    FilePartials(None, 0).keep("T", "A", b"no")
    assert FilePartials(tmp_path, 3).find("T", "A") == FilePartials(None, 0).find("T", "A") == b""
    assert list(tmp_path.iterdir()) == []


def test_the_oldest_go(tmp_path: Path) -> None:
    partials = FilePartials(tmp_path, 1)
    for number in range(MAX_PARTIALS + 5):
        partials.keep("T", str(number), b"piece")
    assert len(list(tmp_path.iterdir())) == MAX_PARTIALS
    assert partials.find("T", str(MAX_PARTIALS + 4)) == b"piece"


def test_a_folder_that_cannot_be_written_to_costs_nothing_but_time(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_bytes(b"")
    partials = FilePartials(in_the_way, 1)
    partials.keep("T", "A", b"piece")
    assert partials.find("T", "A") == b""
    partials.drop("T", "A")
