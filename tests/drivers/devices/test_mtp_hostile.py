"""Terminals that lie over MTP: names, counts, lengths, and talk without end."""

import struct
import tracemalloc
from collections.abc import Callable
from types import TracebackType
from typing import Self

import pytest

from drivers.contract import Cipher
from drivers.devices import mtp_memory
from drivers.devices.mtp import MtpDriver
from drivers.errors import (
    Damaged,
    DriverError,
    FileRefused,
    FileUnstable,
    NotATerminal,
    PeerRefused,
    PeerSilent,
    TransferFailed,
)
from drivers.file_contract import MAX_FILE_BYTES
from tests.support.usb.mtp_dockings import collect, docking, good_and, hurry, outbox, quiet
from tests.support.usb.mtp_responder import MtpResponder, numbers


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        "a\\..\\b",
        "a\nb",
        "a\x1b[2J",
        "a\u202eb",
        "a\ud800",
    ],
)
def test_names_that_lead_elsewhere_are_refused_after_the_good_files(name: str) -> None:
    responder, _, handle = good_and(name)
    with docking(responder) as session:
        files, error = collect(session)
    assert isinstance(error, FileRefused)
    assert error.fields["reason"] == "name_impossible"
    assert str(error.fields["file"]).isprintable()
    assert [file.data for file in files] == [b"good"]
    assert handle in responder.nodes


def test_a_file_without_end_is_refused_after_the_good_files() -> None:
    responder, _, handle = good_and("2.csv")
    responder.told_sizes[handle] = 0xFFFFFFFF
    with docking(responder) as session:
        files, error = collect(session)
    assert [file.data for file in files] == [b"good"]
    assert isinstance(error, FileRefused)
    assert error.fields["reason"] == "file_too_large"


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mtp_memory, "MAX_FILES", 10)
    responder, box = outbox()
    for number in range(11):
        responder.add(f"{number}.csv", b"x", box)
    with docking(responder) as session:
        error = collect(session)[1]
    assert isinstance(error, FileRefused)
    assert error.fields["reason"] == "too_many_files"


def answering(code: int, data: bytes, told: int | None = None) -> MtpResponder:
    """A responder that gives `data` (of a size that it tells) for one operation."""
    responder, box = outbox()
    responder.add("1.csv", b"good", box)
    give = responder._give

    def lie(asked: int, transaction: int, honest: bytes, *more: object, **named: object) -> None:
        if asked != code:
            give(asked, transaction, honest, *more, **named)
            return
        size = len(data) if told is None else told
        header = struct.pack("<IHHI", (12 + size) & 0xFFFFFFFF, 2, code, transaction)
        responder.host.send(header + data)
        responder._finish(transaction, (0x2001, ()))

    responder._give = lie  # type: ignore[method-assign]
    return responder


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("code", "data", "told"),
    [
        (0x1001, b"\1", None),
        (0x1001, bytes(200), 0xFFFFFFFF - 12),
        (0x1001, b"\xff" * 200, None),
        (0x1004, b"\xff\xff\xff\xff", None),
        (0x1004, bytes(70_000), None),
        (0x1005, bytes(3), None),
        (0x1007, numbers(tuple(range(5)))[:-1], None),
        (0x1007, bytes(500_000), None),
        (0x1007, bytes(4), 1 << 31),
        (0x1008, b"", 1 << 30),
        (0x1009, bytes(4), MAX_FILE_BYTES + 1),
        (0x1009, bytes(4), MAX_FILE_BYTES),
    ],
)
def test_lengths_that_lie_are_a_clear_error_in_little_room(
    code: int, data: bytes, told: int | None
) -> None:
    responder = answering(code, data, told)
    tracemalloc.start()
    try:
        with pytest.raises(DriverError) as caught, docking(responder) as session:
            raise collect(session)[1] or AssertionError("it was believed")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(
        caught.value,
        Damaged | FileRefused | FileUnstable | NotATerminal | PeerSilent | TransferFailed,
    )
    assert peak < 8 << 20


def test_a_listing_entry_of_noise_does_not_hold_up_the_others() -> None:
    responder, _, handle = good_and("2.csv")
    honest = responder._object_info
    responder._object_info = lambda each: b"\xff" * 9 if each == handle else honest(each)
    with docking(responder) as session:
        files, error = collect(session)
    assert [file.data for file in files] == [b"good"]
    assert isinstance(error, FileRefused)


@pytest.mark.parametrize("operation", [0x1002, 0x1001, 0x1004, 0x1007])
def test_a_terminal_that_says_no_is_quoted(operation: int) -> None:
    responder, _ = outbox(refuses={operation: 0x200F})
    with pytest.raises(PeerRefused) as caught, docking(responder) as session:
        raise collect(session)[1] or AssertionError("it said yes")
    assert (caught.value.fields["refusal"], caught.value.fields["text"]) == (
        0x200F,
        "access_denied",
    )


class Stranger:
    """A link with a clock of its own: each read takes its whole time, or gives what it is told."""

    name = "mtp:stranger"

    def __init__(self, gives: Callable[[int], bytes], takes_s: float = 1.0) -> None:
        self._gives = gives
        self._takes_s = takes_s
        self._now_s = 0.0
        self.reads = 0

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._gives(self.reads)[:max_bytes]
        self.reads += 1
        self._now_s += self._takes_s if data else timeout_s
        return data

    def write(self, data: bytes) -> None:
        """Whatever."""

    def now_s(self) -> float:
        return self._now_s

    def random_bits(self, bits: int) -> int:  # noqa: ARG002
        raise AssertionError

    def cipher(self, fresh: Callable[[], Cipher]) -> Cipher:  # noqa: ARG002
        raise AssertionError

    def close(self) -> None:
        """Nothing is open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


BEGINS = struct.pack("<IHHI", 12 + 60_000, 2, 0x1001, 1)


@pytest.mark.parametrize(
    ("gives", "kind", "longest_s"),
    [
        (lambda _: b"", PeerSilent, 30),
        (lambda _: bytes(65_536), NotATerminal, 90),
        (lambda _: b"x", NotATerminal, 90),
        (lambda turn: b"" if turn == 0 else b"HTTP/1.1 400 Bad", NotATerminal, 60),
        (lambda turn: [b"", OK_0, BEGINS][turn] if turn < 3 else b"x", PeerSilent, 120),
        (lambda turn: [b"", OK_0, BEGINS][turn] if turn < 3 else b"", PeerSilent, 120),
    ],
)
def test_nothing_is_waited_for_without_end(
    gives: Callable[[int], bytes], kind: type[DriverError], longest_s: float
) -> None:
    link = Stranger(gives)
    with pytest.raises(kind), MtpDriver().connect(link, lambda: 0, quiet):
        raise AssertionError("nobody was there")
    assert link.now_s() <= longest_s
    assert link.reads < 2000


OK_0 = struct.pack("<IHHI", 12, 3, 0x2001, 0)
