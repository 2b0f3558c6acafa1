"""The driver for Kermit: order of calls, waiting, times of day, and what a cut leaves."""

import time
from pathlib import Path
from typing import Any

import pytest

from drivers.contract import Capability
from drivers.devices.kermit import KermitDriver
from drivers.errors import (
    FileRefused,
    FileUnstable,
    LinkLost,
    NotATerminal,
    PeerSilent,
    TransferFailed,
)
from drivers.file_contract import MAX_FILE_BYTES, FileTerminalInfo, TerminalFile
from drivers.protocols.transfer.kermit_packets import Packet, PacketReader, encode_packet
from drivers.protocols.transfer.kermit_receiver import PATIENCE_S, KermitReceiver
from drivers.protocols.transfer.kermit_sender import KermitSender
from drivers.protocols.transfer.listing import OutgoingFile
from tests.support.transfer_lines import EngineLink
from tests.support.transfers import no_clock, no_progress, pull_all, push_all, random_bytes

DATA = random_bytes(60_000)
FILES = [
    OutgoingFile(b"empty", b"", 1_700_000_000),
    OutgoingFile("盘点.txt".encode("gb18030"), DATA[:5000]),
    OutgoingFile(b"DAY.DAT", DATA, 1_700_000_001),
]
TAKEN = [
    TerminalFile("empty", b"", 1_700_000_000_000),
    TerminalFile("盘点.txt", DATA[:5000], None),
    TerminalFile("DAY.DAT", DATA, 1_700_000_001_000),
]


class Talker:
    """A terminal that says what is put into its mouth, once a second."""

    def __init__(self, *says: bytes) -> None:
        self._says = list(says)
        self._due_s = 1.0
        self._out = b""

    def receive(self, data: bytes, now_s: float) -> list[Any]:
        del data, now_s
        return []

    def tick(self, now_s: float) -> list[Any]:
        if now_s >= self._due_s:
            self._due_s += 1.0
            self._out = self._says.pop(0) if len(self._says) > 1 else self._says[0]
        return []

    def outgoing(self) -> bytes:
        out, self._out = self._out, b""
        return out

    def next_timeout(self, now_s: float) -> float | None:
        return max(0.0, self._due_s - now_s)


def test_what_it_can_do() -> None:
    assert KermitDriver.capabilities == {Capability.UPLOAD, Capability.DOWNLOAD}
    with KermitDriver().connect(EngineLink(Talker(b"")), no_clock, no_progress) as session:
        assert session.info() == FileTerminalInfo()
        session.finish()


def test_files_are_pulled_each_when_the_one_before_is_settled() -> None:
    link = EngineLink(KermitSender(FILES, zone=None))
    taken = []
    with KermitDriver().connect(link, no_clock, no_progress) as session:
        for file in session.pull():
            assert len(link.side.events) == len(taken)
            taken.append(file)
            session.settle(file, clear=True)
        session.finish()
    assert taken == TAKEN
    assert link.side.is_over
    assert not link.side.failed


def test_files_are_pushed() -> None:
    link = EngineLink(KermitReceiver(zone=None))
    push_all(KermitDriver(), link, TAKEN)
    assert [(offer.name, offer.mtime, data) for offer, data in link.side.files] == [
        (file.name, file.modified_ms and file.modified_ms // 1000, file.data) for file in TAKEN
    ]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "America/New_York"])
def test_times_of_day_are_those_of_this_desk(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        (file,) = pull_all(KermitDriver(), EngineLink(KermitSender(FILES[:1], zone=None)))
        assert file.modified_ms == 1_700_000_000_000
        local = time.strftime("%Y%m%d %H:%M:%S", time.localtime(1_700_000_000)).encode()
        link = EngineLink(KermitReceiver(zone=None))
        push_all(KermitDriver(), link, TAKEN[:1])
        assert local in link.written
    finally:
        monkeypatch.undo()
        time.tzset()


def test_silence_is_told_after_a_minute_and_shown_twice_a_second() -> None:
    shown: list[tuple[str, int, int]] = []
    link = EngineLink(Talker(b""))
    with KermitDriver().connect(link, no_clock, lambda *told: shown.append(told)) as session:
        with pytest.raises(PeerSilent) as caught:
            next(session.pull())
        assert caught.value.fields["silent_s"] == pytest.approx(PATIENCE_S, abs=2)
        assert link.now_s() == pytest.approx(PATIENCE_S, abs=2)
        assert 1.5 * PATIENCE_S < len(shown) < 4 * PATIENCE_S
        with pytest.raises(PeerSilent):
            session.push(TAKEN)
    assert set(shown) == {("upload", 0, 0), ("download", 0, 0)}


def test_something_else_talks() -> None:
    with pytest.raises(NotATerminal) as caught:
        pull_all(KermitDriver(), EngineLink(Talker(b"login: ")))
    assert caught.value.fields["sample"] == b"login: ".hex() * 4 + b"logi".hex()


def test_the_terminal_is_told_that_somebody_cancelled() -> None:
    class Cancelled(Exception):
        pass

    def cancel(stage: str, done_bytes: int, total_bytes: int) -> None:
        if link.now_s() > 5:
            raise Cancelled

    link = EngineLink(Talker(b""))
    with pytest.raises(Cancelled), KermitDriver().connect(link, no_clock, cancel) as session:
        next(session.pull())
    assert PacketReader().feed(bytes(link.written))[-1] == Packet("E", 0, b"Cancelled")


def test_a_beginning_is_kept_and_gone_on_from(tmp_path: Path) -> None:
    with pytest.raises(LinkLost):
        pull_all(KermitDriver(tmp_path), EngineLink(KermitSender(FILES[2:]), cut_at=50_000))
    (kept,) = tmp_path.iterdir()
    assert DATA.startswith(kept.read_bytes())
    link = EngineLink(KermitSender(FILES[2:], resend=True))
    assert [file.data for file in pull_all(KermitDriver(tmp_path), link)] == [DATA]
    assert link.sent_bytes < 60_000
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_a_time_is_never_gone_on_from(tmp_path: Path) -> None:
    files = [OutgoingFile(b"DAY.DAT", DATA)]
    with pytest.raises(LinkLost):
        pull_all(KermitDriver(tmp_path), EngineLink(KermitSender(files), cut_at=50_000))
    link = EngineLink(KermitSender([OutgoingFile(b"DAY.DAT", DATA)], resend=True))
    assert [file.data for file in pull_all(KermitDriver(tmp_path), link)] == [DATA]
    assert link.sent_bytes > len(DATA)


def say(kind: str, number: int, data: bytes = b"", check: int = 1) -> bytes:
    return encode_packet(Packet(kind, number, data), check)


HELLO = say("S", 0, b"~/ @-#N1~*")


@pytest.mark.parametrize(
    ("says", "error"),
    [
        ((HELLO, say("F", 1, b"a"), say("A", 2, b'""B81!9@ '), say("Z", 3), b""), FileUnstable),
        ((HELLO, say("E", 1, b"out of memory"), b""), TransferFailed),
        ((HELLO, say("F", 1, b"a"), say("D", 2, b"#"), b""), TransferFailed),
        (
            (HELLO, say("F", 1, b"a"), say("A", 2, b"1(%d" % (MAX_FILE_BYTES + 1)),
             say("Z", 3, b"D"), say("B", 4), b""),
            FileRefused,
        ),
        ((HELLO, b""), PeerSilent),
        ((HELLO, b"\x01%"), TransferFailed),
    ],
    ids=["size", "peer", "data", "large", "silent", "noise"],
)  # fmt: skip
def test_what_a_terminal_may_do_wrong(says: tuple[bytes, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        pull_all(KermitDriver(), EngineLink(Talker(*says)))
