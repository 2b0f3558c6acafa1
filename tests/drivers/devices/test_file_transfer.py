"""The drivers for X, Y and ZMODEM: order of calls, errors, and what is kept of a cut transfer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.devices.file_transfer import (
    TransferDriver,
    XmodemDriver,
    YmodemDriver,
    ZmodemDriver,
)
from drivers.devices.transfer_pump import KEPT_FILES, FilePartials
from drivers.errors import (
    DriverError,
    FileRefused,
    FileUnstable,
    LinkLost,
    NotATerminal,
    PeerSilent,
    TransferFailed,
)
from drivers.file_contract import FileTerminalInfo, TerminalFile
from drivers.protocols.transfer.events import FileOffered
from drivers.protocols.transfer.listing import OutgoingFile
from drivers.protocols.transfer.xmodem_receiver import XmodemReceiver
from drivers.protocols.transfer.xmodem_sender import XmodemSender
from drivers.protocols.transfer.ymodem import YmodemReceiver, YmodemSender
from drivers.protocols.transfer.zmodem_frames import Kind, encode_hex_header
from drivers.protocols.transfer.zmodem_receiver import ZmodemReceiver
from drivers.protocols.transfer.zmodem_sender import ZmodemSender
from tests.support.transfer_lines import EngineLink
from tests.support.transfers import no_clock, no_progress, pull_all, push_all, random_bytes

DATA = random_bytes(200_000)
FILES = [
    OutgoingFile(b"empty", b"", 1_700_000_000),
    OutgoingFile("盘点.txt".encode(), DATA[:5000], 1_700_000_001),
    OutgoingFile("盘点.txt".encode("gb18030"), DATA[:50]),
]
TAKEN = [
    TerminalFile("empty", b"", 1_700_000_000_000),
    TerminalFile("盘点.txt", DATA[:5000], 1_700_000_001_000),
    TerminalFile("盘点.txt", DATA[:50], None),
]


class Talker:
    """A terminal that says the same once a second, or nothing."""

    def __init__(self, says: bytes = b"") -> None:
        self._says = says
        self._due_s = 1.0
        self._out = b""

    def receive(self, data: bytes, now_s: float) -> list[Any]:
        del data, now_s
        return []

    def tick(self, now_s: float) -> list[Any]:
        if now_s >= self._due_s:
            self._due_s += 1.0
            self._out = self._says
        return []

    def outgoing(self) -> bytes:
        out, self._out = self._out, b""
        return out

    def next_timeout(self, now_s: float) -> float | None:
        return max(0.0, self._due_s - now_s)


DRIVERS = {"xmodem": XmodemDriver, "ymodem": YmodemDriver, "zmodem": ZmodemDriver}
SENDERS: dict[str, Callable[[], Any]] = {
    "ymodem": lambda: YmodemSender(FILES, 0.0),
    "zmodem": lambda: ZmodemSender(FILES, 0.0),
}
RECEIVERS: dict[str, Callable[[], Any]] = {
    "ymodem": lambda: YmodemReceiver(0.0),
    "zmodem": lambda: ZmodemReceiver(0.0),
}


@pytest.mark.parametrize("name", SENDERS)
def test_files_are_pulled_each_when_the_one_before_is_settled(name: str) -> None:
    link = EngineLink(SENDERS[name]())
    events = link.side.events
    taken = []
    with DRIVERS[name]().connect(link, no_clock, no_progress) as session:
        assert session.info() == FileTerminalInfo()
        for file in session.pull():
            assert len(events) == len(taken)  # the terminal is not told before the desk has it
            taken.append(file)
            session.settle(file, clear=True)
        session.finish()
    assert taken == TAKEN
    assert link.side.is_over
    assert not link.side.failed


@pytest.mark.parametrize("name", RECEIVERS)
def test_files_are_pushed(name: str) -> None:
    link = EngineLink(RECEIVERS[name]())
    push_all(DRIVERS[name](), link, TAKEN)
    assert [(offer.name, data) for offer, data in link.side.files] == [
        (file.name, file.data) for file in TAKEN
    ]


def test_padding_of_xmodem() -> None:
    text = b"690123,5\r\n" * 30
    padded = text + b"\x1a" * 84
    for driver, data in (
        (XmodemDriver(), padded),
        (XmodemDriver(is_text=True), text),
        (XmodemDriver(record_bytes=10), text),
    ):
        assert pull_all(driver, EngineLink(XmodemSender(text, 0.0))) == [TerminalFile("", data)]


def test_one_file_by_xmodem_needs_no_name() -> None:
    link = EngineLink(XmodemReceiver(0.0))
    push_all(XmodemDriver(), link, [TerminalFile("", DATA[:256])])
    assert [data for _, data in link.side.files] == [DATA[:256]]


@pytest.mark.parametrize("name", DRIVERS)
def test_silence_and_rubbish_are_told_apart_and_the_progress_is_called(name: str) -> None:
    calls: list[tuple[str, int, int]] = []
    for says, error in ((b"", PeerSilent), (b"login: ", NotATerminal)):
        link = EngineLink(Talker(says))
        calls.clear()
        with (
            pytest.raises(error),
            DRIVERS[name]().connect(link, no_clock, lambda *call: calls.append(call)) as session,
        ):
            list(session.pull())
        assert 50 <= link.now_s() <= 65
        assert len(calls) >= link.now_s()
        assert set(calls) == {("upload", 0, 0)}
        with pytest.raises(error):
            push_all(DRIVERS[name](), EngineLink(Talker(says)), TAKEN[:1])


@pytest.mark.parametrize("name", SENDERS)
def test_who_cancels_ends_it_on_both_sides(name: str) -> None:
    link = EngineLink(SENDERS[name]())

    with DRIVERS[name]().connect(link, no_clock, no_progress) as session:
        files = session.pull()
        session.settle(next(files), clear=False)
    assert link.side.failed == "cancelled_by_peer"


def test_the_progress_may_cancel() -> None:
    class CancelledError(Exception):
        pass

    def progress(stage: str, done_bytes: int, total_bytes: int) -> None:
        raise CancelledError(stage, done_bytes, total_bytes)

    link = EngineLink(Talker())
    with (
        pytest.raises(CancelledError),
        ZmodemDriver().connect(link, no_clock, progress) as session,
    ):
        list(session.pull())
    assert link.written.endswith(b"\x18" * 8 + b"\b" * 8)


@pytest.mark.parametrize("name", SENDERS)
def test_what_is_not_settled_stays_on_the_terminal(name: str) -> None:
    link = EngineLink(SENDERS[name]())
    with (
        pytest.raises(TransferFailed),
        DRIVERS[name]().connect(link, no_clock, no_progress) as session,
    ):
        list(session.pull())
    assert link.side.failed == "cancelled_by_peer"
    assert len(link.side.events) == 1


def test_what_is_refused_is_told_when_the_rest_is_taken() -> None:
    files = [OutgoingFile(b"x" * 1000, b"a"), *FILES]
    link = EngineLink(ZmodemSender(files, 0.0))
    taken: list[TerminalFile] = []
    with pytest.raises(FileRefused) as caught:
        pull_all(ZmodemDriver(), link, taken.append)
    assert taken == TAKEN
    assert caught.value.fields["reason"] == "name_impossible"


def test_a_terminal_that_does_not_want_a_file() -> None:
    class Unwilling(ZmodemReceiver):
        def accept(self, kept: bytes = b"") -> None:
            del kept
            self._out += encode_hex_header(Kind.ZSKIP)

    with pytest.raises(TransferFailed) as caught:
        push_all(ZmodemDriver(), EngineLink(Unwilling(0.0)), TAKEN)
    assert caught.value.fields["reason"] == "skipped_by_peer"


def test_names_that_cannot_be_sent() -> None:
    for name in ("", "a\0b", "x" * 1000):
        with pytest.raises(FileRefused):
            push_all(ZmodemDriver(), EngineLink(ZmodemReceiver(0.0)), [TerminalFile(name, b"")])


def test_a_file_of_another_size_than_listed_is_unstable() -> None:
    class Grown(YmodemSender):
        def _take_call(self, answer: int, now_s: float) -> None:
            super()._take_call(answer, now_s)
            self._data = DATA[:100_000]

    with pytest.raises(FileUnstable) as caught:
        pull_all(YmodemDriver(), EngineLink(Grown(FILES[1:2], 0.0)))
    assert caught.value.fields["listed_bytes"] == 5000


def cut(driver: TransferDriver, files: list[OutgoingFile], at: int) -> None:
    with pytest.raises(LinkLost):
        pull_all(driver, EngineLink(ZmodemSender(files, 0.0), cut_at=at))


@pytest.mark.parametrize("at", [3000, 60_000, 150_000, 205_000])
def test_a_cut_transfer_goes_on_where_it_stopped(at: int, tmp_path: Path) -> None:
    files = [OutgoingFile(b"../big", DATA, 1_700_000_000)]
    cut(ZmodemDriver(tmp_path), files, at)
    (kept,) = tmp_path.iterdir()
    assert kept.read_bytes() == DATA[: kept.stat().st_size]
    left = len(DATA) - kept.stat().st_size
    link = EngineLink(ZmodemSender(files, 0.0))
    (file,) = pull_all(ZmodemDriver(tmp_path), link)
    assert file.data == DATA
    assert left <= link.sent_bytes <= left * 1.05 + 1000
    assert list(tmp_path.iterdir()) == []


def test_a_beginning_of_other_content_is_never_joined(tmp_path: Path) -> None:
    old = [OutgoingFile(b"big", DATA, 1_700_000_000)]
    new = [OutgoingFile(b"big", DATA[:-1] + b"?", 1_700_000_000)]
    other = [OutgoingFile(b"big", b"?" + DATA[1:], 1_700_000_000)]
    cut(ZmodemDriver(tmp_path), old, 100_000)
    cut(ZmodemDriver(tmp_path), other, 50_000)
    (kept,) = tmp_path.iterdir()
    assert kept.read_bytes() == other[0].data[: kept.stat().st_size]
    assert pull_all(ZmodemDriver(tmp_path), EngineLink(ZmodemSender(new, 0.0)))[0].data == (
        new[0].data
    )


def test_what_another_name_size_or_time_has_left_is_not_looked_at(tmp_path: Path) -> None:
    partials = FilePartials(tmp_path, "zmodem")
    partials.keep(FileOffered("a", 10, 1), b"12345")
    assert partials.find(FileOffered("a", 10, 1)) == b"12345"
    for offer in (FileOffered("b", 10, 1), FileOffered("a", 11, 1), FileOffered("a", 10, None)):
        assert partials.find(offer) == b""
    assert FilePartials(tmp_path, "kermit").find(FileOffered("a", 10, 1)) == b""


def test_partials_grow_and_are_cut_and_the_oldest_go(tmp_path: Path) -> None:
    partials = FilePartials(tmp_path / "new", "zmodem")
    offer = FileOffered("a", 10, 1)
    partials.keep(offer, b"123")
    partials.keep(offer, b"12345")
    partials.cut(offer, 2)
    assert partials.find(offer) == b"12"
    for number in range(KEPT_FILES + 10):
        partials.keep(FileOffered(str(number)), b"x")
    assert len(list((tmp_path / "new").iterdir())) == KEPT_FILES
    assert partials.find(FileOffered(str(KEPT_FILES + 9))) == b"x"


def test_without_a_folder_or_on_a_full_disk_nothing_is_kept_and_nothing_fails(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (None, tmp_path / "file"):
        partials = FilePartials(folder, "zmodem")
        partials.keep(FileOffered("a"), b"x")
        partials.cut(FileOffered("a"), 0)
        assert partials.find(FileOffered("a")) == b""


@pytest.mark.parametrize("name", DRIVERS)
def test_what_the_drivers_say_of_themselves(name: str) -> None:
    driver = DRIVERS[name]
    assert driver.name == name
    assert driver.title
    assert {capability.value for capability in driver.capabilities} == {"pull", "push"}
    assert issubclass(TransferFailed, DriverError)
