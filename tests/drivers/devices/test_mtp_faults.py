"""Cables that are pulled, and files that change while they are read."""

import os
from pathlib import Path

import pytest

from drivers.devices import mtp_reading
from drivers.errors import FileUnstable, LinkLost
from tests.support.usb.mtp_dockings import collect, docking, good_and, hurry, outbox
from tests.support.usb.mtp_responder import MtpResponder, mtp_device


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


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


def cut_at(responder_cut: int, scratch: Path) -> tuple[MtpResponder, int, bytes]:
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
            read: int, at: int = at, handle: int = handle, responder: MtpResponder = responder
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
