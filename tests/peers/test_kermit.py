"""Files pass between our Kermit and the two of Debian, in both directions and on bad lines."""

import os
import random
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from drivers.devices.kermit import KermitDriver
from drivers.devices.transfer_pump import TransferPump
from drivers.errors import DriverError, LinkLost, TransferFailed
from drivers.file_contract import TerminalFile
from drivers.protocols.transfer.events import Done, FileBegun, FileSkipped
from drivers.protocols.transfer.kermit_receiver import KermitReceiver
from drivers.protocols.transfer.kermit_sender import KermitSender
from drivers.protocols.transfer.listing import OutgoingFile
from drivers.protocols.transfer.reasons import Reason
from tests.support.kermits import ON_PTY, Peer, ckermit, gkermit
from tests.support.relay import Line

START_MS = 1_700_000_000_000
BIG = random.Random(5).randbytes(300_000)
FILES = {"empty.dat": b"", "盘点.txt": "一二三\r\n".encode(), "one": b"x", "BIG.bin": BIG}
NOISE = Line(flip_rate=1e-5, drop_rate=1e-5)
CUTS = [random.Random(seed).randrange(60_000, 330_000) for seed in range(3)]
"""Bytes on the line, both ways; the file takes 345 kB or more of them."""

Start = Callable[..., AbstractContextManager[Peer]]


@pytest.fixture
def terminal(tmp_path: Path) -> Path:
    """The folder in which the terminal keeps its files."""
    folder = tmp_path / "terminal"
    folder.mkdir()
    return folder


def put(folder: Path, files: dict[str, bytes]) -> None:
    for number, (name, data) in enumerate(files.items()):
        (folder / name).write_bytes(data)
        os.utime(folder / name, (START_MS / 1000 + number, START_MS / 1000 + number))


def found(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def pull(peer: Peer, scratch: Path | None = None) -> list[TerminalFile]:
    pulled = []
    with KermitDriver(scratch).connect(peer.link, lambda: 0, lambda *_: None) as session:
        for file in session.pull():
            pulled.append(file)
            session.settle(file, clear=False)
        session.finish()
    return pulled


def push(peer: Peer, files: dict[str, bytes]) -> None:
    with KermitDriver().connect(peer.link, lambda: 0, lambda *_: None) as session:
        session.push([TerminalFile(name, data, START_MS) for name, data in files.items()])
        session.finish()


def contents(files: Iterable[TerminalFile]) -> dict[str, bytes]:
    return {file.name: file.data for file in files}


@pytest.mark.parametrize("line", [Line(), NOISE, ON_PTY], ids=["clean", "noise", "pty"])
def test_ckermit_sends(line: Line, terminal: Path) -> None:
    put(terminal, FILES)
    with ckermit(line, terminal, f"msend {' '.join(FILES)}") as peer:
        pulled = pull(peer)
        assert peer.wait() == 0
    assert contents(pulled) == FILES
    assert [file.modified_ms for file in pulled] == [START_MS + 1000 * n for n in range(4)]


@pytest.mark.parametrize("line", [Line(), NOISE, ON_PTY], ids=["clean", "noise", "pty"])
def test_ckermit_receives(line: Line, terminal: Path) -> None:
    with ckermit(line, terminal, "receive") as peer:
        push(peer, FILES)
        assert peer.wait() == 0
    assert found(terminal) == FILES
    assert (terminal / "one").stat().st_mtime == START_MS / 1000


@pytest.mark.parametrize(
    ("line", "options"),
    [(Line(), ("-S",)), (Line(), ()), (NOISE, ("-S",)), (ON_PTY, ("-S",))],
    ids=["clean", "streaming", "noise", "pty"],
)
def test_gkermit_sends(line: Line, options: tuple[str, ...], terminal: Path) -> None:
    put(terminal, FILES)
    with gkermit(line, terminal, *options, "-s", *FILES) as peer:
        pulled = pull(peer)
        assert peer.wait() == 0
    assert [file.data for file in pulled] == list(FILES.values())
    # It says nothing of a name that is not ASCII, and tells no time.
    assert [file.name for file in pulled] == ["empty.dat", "", "one", "BIG.bin"]


@pytest.mark.parametrize(
    ("line", "options"),
    [(Line(), ("-S",)), (Line(), ()), (NOISE, ("-S",))],
    ids=["clean", "streaming", "noise"],
)
def test_gkermit_receives(line: Line, options: tuple[str, ...], terminal: Path) -> None:
    with gkermit(line, terminal, *options, "-r") as peer:
        push(peer, FILES)
        assert peer.wait() == 0
    assert found(terminal) == FILES


@pytest.mark.parametrize(
    "commands",
    [
        ("set window 1", "set send packet-length 90", "set block-check 1"),
        ("set window 4", "set send packet-length 9000", "set block-check 2"),
        ("set parity space", "set repeat counts off"),
        ("set attributes off", "set control-character prefixed all"),
        ("set control-character unprefixed all",),
    ],
    ids=["old", "wide", "seven bits", "nameless", "bare"],
)
def test_ckermit_in_all_its_ways(commands: tuple[str, ...], terminal: Path) -> None:
    files = {"all.bin": bytes(range(256)) * 60 + bytes(3000), "one": b"x"}
    put(terminal, files)
    with ckermit(Line(), terminal, *commands, "msend all.bin one") as peer:
        assert contents(pull(peer)) == files
        assert peer.wait() == 0
    for name in files:
        (terminal / name).unlink()
    with ckermit(Line(), terminal, *commands, "receive") as peer:
        push(peer, files)
        assert peer.wait() == 0
    assert found(terminal) == files


@pytest.mark.parametrize("cut_at", CUTS)
def test_ckermit_goes_on_where_the_line_was_cut(cut_at: int, terminal: Path) -> None:
    put(terminal, {"BIG.bin": BIG})
    scratch = terminal.parent / "scratch"
    with ckermit(Line(cut_at=cut_at), terminal, "send BIG.bin") as peer, pytest.raises(LinkLost):
        pull(peer, scratch)
    (kept,) = scratch.iterdir()
    assert BIG.startswith(kept.read_bytes())
    with ckermit(Line(cut_at=len(BIG)), terminal, "resend BIG.bin") as peer:
        assert contents(pull(peer, scratch)) == {"BIG.bin": BIG}
        assert peer.wait() == 0
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("cut_at", CUTS)
def test_gkermit_begins_anew_after_a_cut(cut_at: int, terminal: Path) -> None:
    put(terminal, {"BIG.bin": BIG})
    scratch = terminal.parent / "scratch"
    cut = Line(cut_at=cut_at)
    with gkermit(cut, terminal, "-S", "-s", "BIG.bin") as peer, pytest.raises(LinkLost):
        pull(peer, scratch)
    with gkermit(Line(), terminal, "-S", "-s", "BIG.bin") as peer:
        assert contents(pull(peer, scratch)) == {"BIG.bin": BIG}


@pytest.mark.parametrize("start", [ckermit, gkermit])
def test_a_terminal_never_keeps_half_a_file_as_a_whole_one(start: Start, terminal: Path) -> None:
    receive = ("receive",) if start is ckermit else ("-S", "-r")
    for cut_at in CUTS:
        with start(Line(cut_at=cut_at), terminal, *receive) as peer, pytest.raises(LinkLost):
            push(peer, {"BIG.bin": BIG})
    with start(Line(), terminal, *receive) as peer:
        push(peer, {"BIG.bin": BIG})
        assert peer.wait() == 0
    assert (terminal / "BIG.bin").read_bytes() == BIG


def test_the_beginning_of_another_file_costs_one_try(terminal: Path) -> None:
    scratch = terminal.parent / "scratch"
    put(terminal, {"BIG.bin": BIG})
    with ckermit(Line(cut_at=150_000), terminal, "send BIG.bin") as peer, pytest.raises(LinkLost):
        pull(peer, scratch)
    other = {"BIG.bin": bytes(byte ^ 1 for byte in BIG)}
    put(terminal, other)
    with ckermit(Line(), terminal, "resend BIG.bin") as peer:
        with pytest.raises(TransferFailed) as caught:
            pull(peer, scratch)
        assert caught.value.fields["reason"] == Reason.BEGINNING_DIFFERS
    with ckermit(Line(), terminal, "resend BIG.bin") as peer:
        assert contents(pull(peer, scratch)) == other


def test_ckermit_holds_a_beginning_and_gets_the_rest(terminal: Path) -> None:
    keep = ("set file incomplete keep", "receive")
    with ckermit(Line(cut_at=150_000), terminal, *keep) as peer, pytest.raises(DriverError):
        _send(peer, resend=False)
    held = (terminal / "BIG.bin").stat().st_size
    assert 0 < held < len(BIG)
    with ckermit(Line(), terminal, *keep) as peer:
        assert _send(peer, resend=True) < 1.6 * (len(BIG) - held)
        assert peer.wait() == 0
    assert found(terminal) == {"BIG.bin": BIG}


def test_what_is_not_settled_is_not_confirmed(terminal: Path) -> None:
    put(terminal, FILES)
    with ckermit(Line(), terminal, "msend one BIG.bin") as peer:
        with KermitDriver().connect(peer.link, lambda: 0, lambda *_: None) as session:
            files = session.pull()
            session.settle(next(files), clear=True)
            assert next(files).name == "BIG.bin"  # and the desk's disk is full
        assert peer.wait() != 0


@pytest.mark.parametrize("start", [ckermit, gkermit])
def test_a_file_that_is_too_large_hides_no_other(start: Start, terminal: Path) -> None:
    put(terminal, FILES)
    send = ("msend empty.dat BIG.bin one",)
    if start is gkermit:
        send = ("-S", "-s", "empty.dat", "BIG.bin", "one")
    with start(Line(), terminal, *send) as peer:
        receiver = KermitReceiver(max_file_bytes=200_000)
        pump = TransferPump(peer.link, receiver, lambda *_: None, "upload")
        told: list[Any] = []
        while not isinstance(event := pump.next(), Done):
            told.append(event)
            receiver.accept()
            receiver.settle()
        pump.write()
        peer.wait()
    assert FileSkipped("BIG.bin", Reason.FILE_TOO_LARGE) in told
    assert len([event for event in told if isinstance(event, FileBegun)]) == 2


@pytest.mark.parametrize("start", [ckermit, gkermit])
def test_a_person_cancels(start: Start, terminal: Path) -> None:
    put(terminal, FILES)
    send = ("send BIG.bin",) if start is ckermit else ("-S", "-s", "BIG.bin")
    with start(Line(baud=115_200), terminal, *send) as peer:
        with (
            pytest.raises(KeyboardInterrupt),
            KermitDriver().connect(peer.link, lambda: 0, _cancel_in_the_middle) as session,
        ):
            list(session.pull())
        assert peer.wait() != 0


def _cancel_in_the_middle(stage: str, done_bytes: int, total_bytes: int) -> None:
    assert stage == "upload"
    if done_bytes > 1000:
        raise KeyboardInterrupt


def _send(peer: Peer, resend: bool) -> int:
    """Send it; returns how many bytes that took."""
    sender = KermitSender([OutgoingFile(b"BIG.bin", BIG, START_MS // 1000)], resend=resend)
    pump = TransferPump(peer.link, sender, lambda *_: None, "download")
    sent: list[int] = []
    write = sender.outgoing

    def outgoing() -> bytes:
        sent.append(len(data := write()))
        return data

    sender.outgoing = outgoing  # type: ignore[method-assign]
    while not isinstance(pump.next(), Done):
        pass
    return sum(sent)
