"""Files over MTP from a responder that was written from the standard, over a bus made of code."""

import os
from pathlib import Path

import pytest

from drivers.devices import mtp_reading
from drivers.devices.mtp import MtpDriver
from drivers.errors import (
    FileChanged,
    FileRefused,
    PeerRefused,
    TerminalFull,
    TransferFailed,
)
from drivers.file_contract import FileTerminalInfo, TerminalFile
from drivers.links.recording import RecordingLink
from drivers.links.replay import open_replay
from drivers.links.usb import open_usb
from tests.support.usb.mtp_dockings import collect, docking, outbox, quiet
from tests.support.usb.mtp_responder import ALL, MtpResponder, Node, mtp_device
from tests.support.usb.virtual_backend import bus_of

HEADER_BYTES = 12


def test_the_terminal_says_who_it_is() -> None:
    responder, _ = outbox(free_bytes=123_456)
    with docking(responder) as session:
        assert session.info() == FileTerminalInfo(
            "21063522501234", "Zebra TC52", "1.0", free_bytes=123_456
        )


@pytest.mark.parametrize("packet", [512, 1024])
def test_every_size_around_a_packet_arrives_whole(packet: int) -> None:
    responder, box = outbox()
    sizes = {0, 1, 11, 12, 13}
    for around in (packet, 2 * packet, 65_536, 65_536 + packet):
        sizes |= {around - HEADER_BYTES + beside for beside in (-1, 0, 1)}
        sizes |= {around - 1, around, around + 1}
    contents = {f"{size:06d}.csv": os.urandom(size) for size in sorted(sizes)}
    for name, content in contents.items():
        responder.add(name, content, box)
    device = mtp_device(responder)
    device.host.packet_bytes = 512
    with docking(device) as session:
        files, error = collect(session)
        session.finish()
    assert error is None
    assert {file.name: file.data for file in files} == contents
    assert responder.names(box) == []
    assert responder.session is None


def test_files_come_oldest_first_and_only_what_is_settled_with_clear_goes() -> None:
    responder, box = outbox()
    responder.add("c.csv", b"3", box, modified="20261124T100000")
    responder.add("a.csv", b"1", box, modified="20261122T100000")
    responder.add("b.csv", b"2", box, modified="20261123T100000+0800")
    with docking(responder) as session:
        names = []
        for file in session.pull():
            names.append((file.name, file.modified_ms))
            session.settle(file, clear=file.name == "b.csv")
        session.finish()
    assert names == [("a.csv", None), ("b.csv", 1_795_399_200_000), ("c.csv", None)]
    assert responder.names(box) == ["c.csv", "a.csv"]


def test_what_was_not_settled_comes_again() -> None:
    responder, box = outbox()
    responder.add("a.csv", b"1", box)
    for _ in range(2):
        with docking(responder) as session:
            assert [file.data for file in session.pull()] == [b"1"]
    assert responder.names(box) == ["a.csv"]
    assert responder.session is None


def test_folders_and_what_is_not_finished_stay_where_they_are() -> None:
    responder, box = outbox()
    responder.add("inner", parent=box)
    responder.add(".pending-1795508100-a.csv", b"half", box)
    responder.add("whole.csv", b"x", box)
    with docking(responder) as session:
        files, error = collect(session)
    assert [file.name for file in files] == ["whole.csv"]
    assert error is None
    assert len(responder.names(box)) == 2


def test_each_memory_is_walked_by_itself() -> None:
    responder = MtpResponder(storages=(0x00010001, 0x00020000, 0x00020001))
    inside = responder.folders("TALLYDOCK", "Outbox")
    responder.nodes[900] = Node("tallydock", 0xFFFFFFFF, 0x00020001)
    responder.nodes[901] = Node("outbox", 900, 0x00020001)
    responder.nodes[902] = Node("card.csv", 901, 0x00020001, b"card")
    responder.add("phone.csv", b"phone", inside)
    with docking(responder) as session:
        files, error = collect(session)
    assert error is None
    assert [file.data for file in files] == [b"phone", b"card"]


def test_an_outbox_at_the_root_will_do_where_there_is_no_other() -> None:
    responder = MtpResponder()
    responder.add("a.csv", b"plain", responder.folders("outbox"))
    with docking(responder) as session:
        assert [file.data for file in collect(session)[0]] == [b"plain"]
    responder.add("b.csv", b"ours", responder.folders("Tallydock", "outbox"))
    with docking(responder) as session:
        assert [file.data for file in collect(session)[0]] == [b"ours"]


def test_without_an_outbox_what_is_there_is_told() -> None:
    responder = MtpResponder()
    responder.folders("DCIM")
    responder.folders("Tallydock")
    responder.add("outbox", b"a file of that name")
    with docking(responder) as session:
        error = collect(session)[1]
    assert isinstance(error, TransferFailed)
    assert error.fields["file"] == "Tallydock/outbox"
    assert error.fields["text"] == "it has: DCIM, Tallydock"


def test_a_locked_terminal_shows_no_memory() -> None:
    with docking(MtpResponder(storages=())) as session:
        assert session.info().free_bytes is None
        error = collect(session)[1]
    assert isinstance(error, TransferFailed)
    assert error.fields["reason"] == "no_storage"


def test_a_session_that_a_lost_desk_left_open_is_closed_first() -> None:
    responder, box = outbox(session=7)
    responder.add("a.csv", b"1", box)
    with docking(responder) as session:
        assert len(collect(session)[0]) == 1
        session.finish()
    assert responder.asked[:3] == [0x1002, 0x1003, 0x1002]


def test_what_a_broken_transfer_left_in_the_pipe_is_thrown_away() -> None:
    responder, box = outbox(says_first=os.urandom(200_000))
    responder.add("a.csv", b"1", box)
    with docking(responder) as session:
        assert [file.data for file in collect(session)[0]] == [b"1"]


def test_the_long_form_of_partial_reads_is_used_only_where_the_short_one_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mtp_reading, "LARGE_BYTES", 100_000)
    monkeypatch.setattr(mtp_reading, "SAMPLE_BYTES", 1000)
    for known, used in [
        (ALL, {0x1009, 0x101B}),
        (tuple(set(ALL) - {0x101B}), {0x1009, 0x95C1}),
        (tuple(set(ALL) - {0x101B, 0x95C1}), {0x1009}),
        (tuple(set(ALL) - {0x95C1}), {0x1009, 0x101B}),
    ]:
        responder, box = outbox(operations=known)
        responder.add("big.csv", os.urandom(150_000), box)
        with docking(responder) as session:
            files, error = collect(session)
        assert (len(files), error) == (1, None)
        assert set(responder.asked) & {0x1009, 0x101B, 0x95C1} == used
        assert responder.names(box) == []


def test_a_file_that_grew_after_it_was_fetched_is_not_cleared() -> None:
    responder, box = outbox()
    handle = responder.add("a.csv", b"one\n", box)
    with docking(responder) as session:
        pulled = session.pull()
        file = next(pulled)
        responder.nodes[handle].data = b"one\ntwo\n"
        with pytest.raises(FileChanged):
            session.settle(file, clear=True)
    assert responder.names(box) == ["a.csv"]
    with docking(responder) as session:
        assert [each.data for each in collect(session)[0]] == [b"one\ntwo\n"]


def test_other_content_of_the_same_size_and_date_is_seen_before_it_is_cleared() -> None:
    responder, box = outbox()
    handle = responder.add("a.csv", b"one\n", box)
    with docking(responder) as session:
        file = next(session.pull())
        responder.nodes[handle].data = b"eno\n"
        with pytest.raises(FileChanged):
            session.settle(file, clear=True)
    assert responder.names(box) == ["a.csv"]


def test_a_file_that_somebody_took_away_meanwhile_needs_no_clearing() -> None:
    responder, box = outbox()
    handle = responder.add("a.csv", b"one\n", box)
    with docking(responder) as session:
        file = next(session.pull())
        del responder.nodes[handle]
        session.settle(file, clear=True)
        session.finish()


def test_only_the_file_that_came_last_can_be_cleared() -> None:
    responder, box = outbox()
    responder.add("a.csv", b"1", box)
    with docking(responder) as session:
        file = next(session.pull())
        with pytest.raises(FileChanged):
            session.settle(TerminalFile("a.csv", b"2"), clear=True)
        session.settle(file, clear=True)
        with pytest.raises(FileChanged):
            session.settle(file, clear=True)


def test_a_terminal_that_deletes_nothing_says_so() -> None:
    responder, box = outbox(refuses={0x100B: 0x200D})
    responder.add("a.csv", b"1", box)
    with docking(responder) as session:
        file = next(session.pull())
        with pytest.raises(PeerRefused) as caught:
            session.settle(file, clear=True)
    assert caught.value.fields["refusal"] == 0x200D
    assert caught.value.fields["text"] == "object_write_protected"


@pytest.mark.parametrize("size", [0, 1, 488, 500, 1012, 512, 1024, 100_000])
def test_files_go_into_the_inbox_and_replace_what_was_there(size: int) -> None:
    responder, _ = outbox()
    inbox = responder.add("inbox", parent=1)
    responder.add("Products.csv", b"old", inbox)
    data = os.urandom(size)
    with docking(responder) as session:
        session.push([TerminalFile("products.csv", data), TerminalFile("价格.csv", b"2")])
        session.finish()
    there = {node.name: node.data for node in responder.nodes.values() if node.parent == inbox}
    assert there == {"products.csv": data, "价格.csv": b"2"}


def test_what_does_not_fit_is_told_before_and_after() -> None:
    responder, _ = outbox(free_bytes=100)
    inbox = responder.add("inbox", parent=1)
    with docking(responder) as session, pytest.raises(TerminalFull):
        session.push([TerminalFile("a.csv", bytes(101))])
    responder.refuses = {0x100C: 0x200C}
    with docking(responder) as session, pytest.raises(TerminalFull):
        session.push([TerminalFile("a.csv", bytes(10))])
    assert responder.names(inbox) == []


def test_without_an_inbox_nothing_is_sent() -> None:
    responder, _ = outbox()
    with docking(responder) as session, pytest.raises(TransferFailed) as caught:
        session.push([TerminalFile("a.csv", b"1")])
    assert caught.value.fields["file"] == "Tallydock/inbox"


@pytest.mark.parametrize("name", ["../a.csv", "", ".", "a\\b", "a\nb", "x" * 256])
def test_an_impossible_name_is_not_sent(name: str) -> None:
    responder, _ = outbox()
    responder.add("inbox", parent=1)
    with docking(responder) as session, pytest.raises(FileRefused):
        session.push([TerminalFile(name, b"1")])


def test_progress_tells_the_bytes_of_the_file(tmp_path: Path) -> None:
    responder, box = outbox()
    responder.add("a.csv", bytes(1000), box)
    stages: list[tuple[str, int, int]] = []
    with docking(responder, tmp_path, lambda *stage: stages.append(stage)) as session:
        collect(session)
        session.finish()
    assert stages[0] == ("connect", 0, 0)
    assert ("upload", 0, 1000) in stages
    assert stages[-1] == ("finish", 0, 0)
    assert list(tmp_path.iterdir()) == []


def test_a_recorded_docking_plays_again(tmp_path: Path) -> None:
    responder, box = outbox()
    contents = {"a.csv": os.urandom(3000), "b.csv": b""}
    for name, content in contents.items():
        responder.add(name, content, box)
    recorded = tmp_path / "docking.rec"
    with (
        open_usb("mtp:TC52-1", bus_of(mtp_device(responder))) as link,
        RecordingLink(link, recorded.open("wb")) as recording,
        MtpDriver().connect(recording, lambda: 0, quiet) as session,
    ):
        assert len(collect(session)[0]) == 2
        session.finish()
    with (
        open_replay(recorded) as played,
        MtpDriver().connect(played, lambda: 0, quiet) as session,
    ):
        assert {file.name: file.data for file in collect(session)[0]} == contents
        session.finish()
