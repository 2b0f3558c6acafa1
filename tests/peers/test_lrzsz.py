"""X, Y and ZMODEM against lrzsz: both ways, good and bad lines, cut and resumed."""

import os
import random
import subprocess
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.contract import SerialSettings
from drivers.devices.file_transfer import ZmodemDriver
from drivers.errors import LinkLost, TransferFailed
from drivers.file_contract import TerminalFile
from drivers.links.serial import open_serial
from tests.support.lrzsz import (
    MTIME_S,
    NOISY,
    WAYS,
    Attempt,
    pull_from,
    pull_until_done,
    push_to,
    push_until_done,
)
from tests.support.relay import Line, run_relay
from tests.support.transfers import pull_all, push_all, random_bytes, running_peer

MEGABYTE = random_bytes(1_000_000)
FEW = {"empty": b"", "盘点.txt": b"x", "day.dat": MEGABYTE[:20_000], "control": bytes(range(256))}
NOISE = Line(flip_rate=1e-5, seed=4)
NAMED = [name for name, way in WAYS.items() if way.names]
NAMELESS = [name for name, way in WAYS.items() if not way.names]


def same(arrived: bytes, data: bytes, way: str) -> bool:
    """XMODEM alone fills up."""
    rest = arrived[len(data) :]
    return arrived[: len(data)] == data and (not rest or (way in NAMELESS and len(rest) < 128))


@pytest.mark.parametrize("way", NAMED)
def test_several_files_are_pulled(way: str, tmp_path: Path) -> None:
    attempt = pull_from(WAYS[way], tmp_path, FEW)
    assert attempt == Attempt(FEW, status=0)


@pytest.mark.parametrize("way", NAMED)
def test_several_files_are_pushed(way: str, tmp_path: Path) -> None:
    assert push_to(WAYS[way], tmp_path, FEW) == Attempt(FEW, status=0)
    assert {path.stat().st_mtime for path in tmp_path.iterdir()} == {MTIME_S}


@pytest.mark.parametrize("way", NAMELESS)
@pytest.mark.parametrize("name", FEW)
def test_one_file_goes_both_ways(way: str, name: str, tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    pulled = pull_from(WAYS[way], there, {name: FEW[name]})
    pushed = push_to(WAYS[way], here, {name: FEW[name]})
    for attempt in (pulled, pushed):
        assert (attempt.status, attempt.error) == (0, None)
        assert same(attempt.files[name], FEW[name], way)


@pytest.mark.parametrize("way", WAYS)
def test_a_megabyte_goes_both_ways(way: str, tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    for attempt in (
        pull_from(WAYS[way], there, {"big": MEGABYTE}),
        push_to(WAYS[way], here, {"big": MEGABYTE}),
    ):
        assert (attempt.status, attempt.error) == (0, None)
        assert same(attempt.files["big"], MEGABYTE, way)


@pytest.mark.parametrize("way", NOISY)
def test_bad_lines_are_overcome(way: str, tmp_path: Path) -> None:
    data = MEGABYTE[:100_000]
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    for attempt in (
        pull_from(WAYS[way], there, {"big": data}, NOISE),
        push_to(WAYS[way], here, {"big": data}, NOISE),
    ):
        assert attempt.error is None
        assert same(attempt.files["big"], data, way)


@pytest.mark.parametrize("seed", range(3))
def test_a_cut_transfer_is_resumed(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    there, scratch = tmp_path / "there", tmp_path / "scratch"
    there.mkdir()
    cuts = [dice.randrange(2000, 500_000) for _ in range(2)]
    assert pull_until_done(there, scratch, MEGABYTE, cuts) == Attempt(
        {"day.dat": MEGABYTE}, status=0
    )
    assert list(scratch.iterdir()) == []
    here = tmp_path / "here"
    here.mkdir()
    assert push_until_done(here, MEGABYTE, cuts) == Attempt({"day.dat": MEGABYTE}, status=0)


def test_less_comes_over_the_line_when_it_is_resumed(tmp_path: Path) -> None:
    there, scratch = tmp_path / "there", tmp_path / "scratch"
    there.mkdir()
    first = pull_from(WAYS["zmodem"], there, {"f": MEGABYTE}, Line(cut_at=900_000), scratch)
    assert isinstance(first.error, LinkLost)
    (kept,) = scratch.iterdir()
    assert 800_000 < kept.stat().st_size < 900_000
    assert kept.read_bytes() == MEGABYTE[: kept.stat().st_size]
    # The whole file would not come through this line.
    again = pull_from(WAYS["zmodem"], there, {"f": MEGABYTE}, Line(cut_at=300_000), scratch)
    assert again.files == {"f": MEGABYTE}


@pytest.mark.parametrize("place", [0, 1000, -1])
def test_a_stale_beginning_of_other_content_gives_the_right_file(
    place: int, tmp_path: Path
) -> None:
    there, scratch = tmp_path / "there", tmp_path / "scratch"
    there.mkdir()
    data = MEGABYTE[:200_000]
    pull_from(WAYS["zmodem"], there, {"f": data}, Line(cut_at=100_000), scratch)
    (kept,) = scratch.iterdir()
    stale = bytearray(kept.read_bytes())
    stale[place] ^= 1
    kept.write_bytes(stale)
    assert pull_from(WAYS["zmodem"], there, {"f": data}, None, scratch).files == {"f": data}


@pytest.mark.parametrize("option", ["-r", "-y", "-b"])
@pytest.mark.parametrize("held", [b"", MEGABYTE[:50_000], b"?" * 50_000, MEGABYTE[:100_000]])
def test_what_the_receiver_has_of_a_file_never_gets_into_it(
    option: str, held: bytes, tmp_path: Path
) -> None:
    """`rz -r` goes on from anything; our sender makes it compare."""
    data = MEGABYTE[:100_000]
    (tmp_path / "f").write_bytes(held)
    with running_peer(["rz", "-q", "-b", option], tmp_path) as peer:
        push_all(ZmodemDriver(), peer.link, [TerminalFile("f", data)])
        assert peer.wait() == 0
    assert (tmp_path / "f").read_bytes() == data


def test_a_receiver_that_protects_what_it_has_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"other")
    with running_peer(["rz", "-q", "-p"], tmp_path) as peer, pytest.raises(TransferFailed):
        push_all(ZmodemDriver(), peer.link, [TerminalFile("f", b"data")])
    assert (tmp_path / "f").read_bytes() == b"other"


def test_names_that_lead_out_of_the_folder_stay_text(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "passwd").write_bytes(b"x")
    with running_peer(["sz", "-q", "-b", "-f", "../passwd"], tmp_path / "in") as peer:
        (file,) = pull_all(ZmodemDriver(tmp_path / "scratch"), peer.link)
    assert file == TerminalFile("../passwd", b"x", file.modified_ms)
    assert {path.name for path in tmp_path.iterdir()} == {"in", "passwd"}


@contextmanager
def on_a_port(command: list[str], folder: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """`command` behind a pseudo terminal; its own end is a pipe, which it does not flush."""
    master, slave = os.openpty()
    tty.setraw(slave)
    with running_peer(command, folder) as peer:
        handle = os.dup(peer.link._socket.fileno())  # type: ignore[attr-defined]
        for each in (master, handle):
            os.set_blocking(each, False)
        relay = threading.Thread(target=run_relay, args=(handle, master, Line()))
        relay.start()
        try:
            yield os.ttyname(slave), peer.process
        finally:
            peer.process.wait(60)
            relay.join(60)
            for each in (master, slave, handle):
                os.close(each)


def test_through_a_serial_port(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    data = MEGABYTE[:300_000]
    (there / "盘点.txt").write_bytes(data)
    with (
        on_a_port(["sz", "-q", "-b", "盘点.txt"], there) as (port, sending),
        open_serial(port, SerialSettings()) as link,
    ):
        (file,) = pull_all(ZmodemDriver(), link)
        assert sending.wait(60) == 0
    assert (file.name, file.data) == ("盘点.txt", data)
    with (
        on_a_port(["rz", "-q", "-b"], here) as (port, receiving),
        open_serial(port, SerialSettings()) as link,
    ):
        push_all(ZmodemDriver(), link, [file])
        assert receiving.wait(60) == 0
    assert (here / "盘点.txt").read_bytes() == data
