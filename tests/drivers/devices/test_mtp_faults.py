"""Cables that are pulled, files that change while they are read, and terminals that lie."""

import os
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from drivers.contract import Cipher
from drivers.devices import mtp_line, mtp_memory, mtp_reading
from drivers.devices.mtp import MtpDriver
from drivers.errors import (
    Damaged,
    DriverError,
    FileRefused,
    FileUnstable,
    LinkLost,
    NotATerminal,
    PeerRefused,
    PeerSilent,
    TransferFailed,
)
from drivers.file_contract import MAX_FILE_BYTES
from tests.support.usb.mtp_dockings import collect, docking, outbox, quiet
from tests.support.usb.mtp_responder import mtp_device, numbers

SOON_S = 0.05


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is noticed at once; these devices never need time to think."""
    monkeypatch.setattr(mtp_line, "WAIT_S", SOON_S)
    monkeypatch.setattr(mtp_line, "SHORT_S", SOON_S)
    monkeypatch.setattr(mtp_line, "FIRST_SILENCE_S", 4 * SOON_S)
    monkeypatch.setattr(mtp_line, "SILENCE_S", 4 * SOON_S)
    monkeypatch.setattr(mtp_line, "PARTING_S", 4 * SOON_S)
    monkeypatch.setattr(mtp_line, "DRAIN_S", 4 * SOON_S)


@pytest.mark.parametrize("cut_after", [0, 200, 5_000, 100_000, 299_000])
def test_a_pulled_cable_loses_nothing(tmp_path: Path, cut_after: int) -> None:
    responder, box = outbox()
    small, large = os.urandom(1000), os.urandom(300_000)
    responder.add("1.csv", small, box)
    responder.add("2.csv", large, box)
    with (
        pytest.raises(LinkLost),
        docking(mtp_device(responder, cut_after=cut_after), tmp_path) as s,
    ):
        raise collect(s)[1] or AssertionError("nothing was cut")
    with docking(responder, tmp_path) as session:
        files, error = collect(session)
        session.finish()
    assert error is None
    assert files[-1].data == large
    assert responder.names(box) == []
    assert list(tmp_path.iterdir()) == []


def cut_at(responder_cut: int, scratch: Path) -> tuple[object, int, bytes]:
    """A responder with one large file, of which a cut docking left its beginning in `scratch`."""
    responder, box = outbox()
    content = os.urandom(400_000)
    handle = responder.add("big.csv", content, box)
    device = mtp_device(responder, cut_after=responder_cut)
    with pytest.raises(LinkLost), docking(device, scratch) as session:
        raise collect(session)[1] or AssertionError("nothing was cut")
    responder.reads.clear()
    return responder, handle, content


def test_a_file_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    responder, handle, content = cut_at(300_000, tmp_path)
    (kept,) = tmp_path.iterdir()
    start = kept.stat().st_size
    assert 200_000 < start < 300_000
    assert content.startswith(kept.read_bytes())
    with docking(responder, tmp_path) as session:
        files, error = collect(session, clear=False)
    assert error is None
    assert files[0].data == content
    seam = mtp_reading.SEAM_BYTES
    assert responder.reads == [
        (handle, start - seam, seam),
        (handle, start, len(content) - start),
        (handle, 0, len(content)),  # the second look
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_beginning_of_something_else_is_not_gone_on_with(tmp_path: Path) -> None:
    responder, handle, content = cut_at(300_000, tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(os.urandom(kept.stat().st_size))
    with docking(responder, tmp_path) as session:
        files, error = collect(session, clear=False)
    assert (files[0].data, error) == (content, None)
    assert responder.reads[1] == (handle, 0, len(content))


def test_a_beginning_that_is_wrong_far_from_its_end_is_never_delivered(tmp_path: Path) -> None:
    responder, _, content = cut_at(300_000, tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(b"\0" + kept.read_bytes()[1:])
    with docking(responder, tmp_path) as session:
        files, error = collect(session)
    assert files == []
    assert isinstance(error, FileUnstable)
    with docking(responder, tmp_path) as session:
        assert collect(session)[0][0].data == content


@pytest.mark.parametrize("name", ["x.csv", "big.csv"])
def test_a_beginning_is_told_apart_by_name_size_and_date(tmp_path: Path, name: str) -> None:
    responder, handle, _ = cut_at(300_000, tmp_path)
    node = responder.nodes[handle]
    node.name, node.data = name, os.urandom(390_000)
    with docking(responder, tmp_path) as session:
        assert collect(session)[0][0].data == node.data


def test_without_partial_reads_a_file_begins_again(tmp_path: Path) -> None:
    responder, handle, content = cut_at(300_000, tmp_path)
    responder.operations = tuple(set(responder.operations) - {0x101B, 0x95C1})
    with docking(responder, tmp_path) as session:
        assert collect(session, clear=False)[0][0].data == content
    assert responder.reads == [(handle, 0, len(content))] * 2


def test_the_folder_for_beginnings_does_not_grow(tmp_path: Path) -> None:
    responder, box = outbox()
    for number in range(12):
        handle = responder.add(f"{number}.csv", os.urandom(200_000), box)
        with (
            pytest.raises(LinkLost),
            docking(mtp_device(responder, cut_after=100_000), tmp_path) as s,
        ):
            raise collect(s)[1] or AssertionError("nothing was cut")
        del responder.nodes[handle]
    assert len(list(tmp_path.iterdir())) == 8


class CancelledError(Exception):
    """A person says: stop."""


@pytest.mark.usefixtures("hurried")
def test_a_person_may_stop_it_in_the_middle(tmp_path: Path) -> None:
    responder, box = outbox()
    content = os.urandom(300_000)
    responder.add("a.csv", content, box)

    def stop(stage: str, done_bytes: int, total_bytes: int) -> None:
        if stage == "upload":
            raise CancelledError

    with pytest.raises(CancelledError), docking(responder, tmp_path, stop) as session:
        collect(session)
    assert responder.session is None
    with docking(responder, tmp_path) as session:
        assert collect(session)[0][0].data == content


def good_and(name: str, data: bytes | None = b"second") -> tuple[object, int, int]:
    """A good file, and one that comes after it."""
    responder, box = outbox()
    responder.add("1.csv", b"good", box)
    return responder, box, responder.add(name, data, box)


@pytest.mark.parametrize("told", [0, 5, 7, 60_000])
def test_a_listing_that_is_stale_is_told_after_the_good_files(told: int) -> None:
    responder, box, handle = good_and("2.csv")
    responder.told_sizes[handle] = told
    with docking(responder) as session:
        files, error = collect(session)
        session.finish()
    assert [file.data for file in files] == [b"good"]
    assert isinstance(error, FileUnstable)
    assert error.fields["file"] == "2.csv"
    assert (error.fields["listed_bytes"], error.fields["read_bytes"]) == (told, 6)
    assert responder.names(box) == ["2.csv"]


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("breaks_at", [0, 1, 500, 512, 5000])
def test_half_a_file_is_told_after_the_good_files(breaks_at: int) -> None:
    responder, box, handle = good_and("2.csv", os.urandom(9000))
    last = responder.add("3.csv", b"last", box)
    responder.breaks_at[handle] = breaks_at
    with docking(responder) as session:
        files, error = collect(session)
        session.finish()
    assert [file.data for file in files] == [b"good", b"last"]
    assert isinstance(error, FileUnstable)
    assert error.fields["file"] == "2.csv"
    assert last not in responder.nodes


def test_a_file_that_is_listed_and_gone_is_told_after_the_good_files() -> None:
    responder, _ = outbox(listed_too=(0x99, 0x99, 0xFFFFFFFE))
    responder.add("1.csv", b"good", 2)
    with docking(responder) as session:
        files, error = collect(session)
    assert [file.data for file in files] == [b"good"]
    assert isinstance(error, FileUnstable)
    assert error.fields["file"] == "object 00000099"


def test_a_file_that_grows_while_it_is_read_waits_for_the_next_docking() -> None:
    responder, _, handle = good_and("2.csv", b"line\n")

    def grow(read: int) -> None:
        if read == handle and responder.on_read:
            responder.nodes[handle].data += b"more\n"

    responder.on_read = grow
    with docking(responder) as session:
        files, error = collect(session)
    assert [file.data for file in files] == [b"good"]
    assert isinstance(error, FileUnstable)
    responder.on_read = None
    with docking(responder) as session:
        assert collect(session)[0][0].data.startswith(b"line\nmore\n")


def test_a_file_whose_second_reading_differs_is_not_believed() -> None:
    responder, _, handle = good_and("2.csv", b"aaaa")

    def change(read: int) -> None:
        if read == handle:
            responder.nodes[handle].data = os.urandom(4)

    responder.on_read = change
    with docking(responder) as session:
        files, error = collect(session)
    assert [file.data for file in files] == [b"good"]
    assert isinstance(error, FileUnstable)


def test_a_large_file_that_changes_anywhere_looked_at_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mtp_reading, "LARGE_BYTES", 100_000)
    monkeypatch.setattr(mtp_reading, "SAMPLE_BYTES", 10_000)
    for at in (0, 75_000, 149_999, 150_000):
        responder, _, handle = good_and("2.csv", bytes(150_000))

        def change(
            read: int, at: int = at, handle: int = handle, responder: object = responder
        ) -> None:
            if read == handle and responder.reads[-1][0] == handle:
                data = bytearray(150_000)
                data[at : at + 1] = b"x"
                responder.nodes[handle].data = bytes(data)

        responder.on_read = change
        with docking(responder) as session:
            files, error = collect(session)
        assert [file.data for file in files] == [b"good"]
        assert isinstance(error, FileUnstable)


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


def answering(code: int, data: bytes, told: int | None = None) -> object:
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
        (lambda _: bytes(65_536), NotATerminal, 60),
        (lambda _: b"x", NotATerminal, 60),
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
    assert link.reads < 1000


OK_0 = struct.pack("<IHHI", 12, 3, 0x2001, 0)
