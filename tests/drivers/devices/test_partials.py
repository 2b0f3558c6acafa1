"""What a broken-off docking leaves: found again, by digest, and never more than so much."""

import os
from pathlib import Path

from drivers.devices.partials import MAX_FILES, Partials
from drivers.protocols.docking.events import BlobChunk
from drivers.protocols.docking.parcels import sha256


def part_of(number: int) -> BlobChunk:
    return BlobChunk(sha256(b"%d" % number), 1000, 0, b"first")


def test_who_always_breaks_off_does_not_fill_the_disk(tmp_path: Path) -> None:
    folder = tmp_path / "scratch"
    partials = Partials(folder)
    for number in range(3 * MAX_FILES):
        partials.add_blob(part_of(number))
        os.utime(folder / f"{part_of(number).sha256.hex()}.blob", ns=(number, number))
    names = {path.name for path in folder.iterdir()}
    newest = range(2 * MAX_FILES, 3 * MAX_FILES)
    assert names == {f"{part_of(number).sha256.hex()}.blob" for number in newest}
    assert partials.find_blob(part_of(3 * MAX_FILES - 1).sha256) == b"first"
    assert partials.find_blob(part_of(0).sha256) == b""


def test_a_part_that_had_to_go_is_not_gone_on_with(tmp_path: Path) -> None:
    partials = Partials(tmp_path)
    first = part_of(0)
    for number in range(MAX_FILES + 1):
        partials.add_blob(part_of(number))
        os.utime(tmp_path / f"{part_of(number).sha256.hex()}.blob", ns=(number, number))
    partials.add_blob(BlobChunk(first.sha256, 1000, 5, b"second"))
    assert partials.find_blob(first.sha256) == b""
