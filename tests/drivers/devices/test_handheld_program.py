"""`tallydock-handheld` as a program: its ports, its options, its end."""

import hashlib
import os
import socket
import subprocess
import sys
import tty
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals

import pytest

from drivers.contract import Receipt, TerminalInfo, Upload, Verdict
from drivers.registry import open_link
from tests.support.batches import TERMINAL, make_record, write_batch
from tests.support.desks import KeepingDesk, dock_once, open_desk
from tests.support.terminals import ROOT, running_handheld, start_handheld


def run_handheld(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "drivers.devices.simulated", *arguments],
        capture_output=True, text=True, cwd=ROOT, timeout=20, check=False,
    )  # fmt: skip


def test_a_link_to_the_port_is_there_while_the_handheld_is(tmp_path: Path) -> None:
    path = tmp_path / "left-cradle"
    with running_handheld(tmp_path, port=f"pty:{path}", scenario="day") as handheld:
        assert handheld.port == str(path)
        assert len(dock_once(str(path), tmp_path / "desk.sqlite").uploads) == 1
        assert path.is_symlink()
    assert not path.is_symlink()
    assert handheld.process.returncode == 0


def test_once_ends_after_a_completed_session_and_not_before(tmp_path: Path) -> None:
    handheld = start_handheld(tmp_path, port="tcp://127.0.0.1:0", scenario="day", once=True)
    host, port = handheld.port.removeprefix("tcp://").split(":")
    socket.create_connection((host, int(port))).close()
    dock_once(handheld.port, tmp_path / "desk.sqlite")
    assert handheld.summary()["safe"]
    assert handheld.process.wait(10) == 0
    handheld.stop()


def test_a_port_of_the_machine(tmp_path: Path) -> None:

    inner, outer = os.openpty(), os.openpty()
    for _, slave in (inner, outer):
        tty.setraw(slave)
    wire = subprocess.Popen(
        [sys.executable, "-m", "tests.support.relay", f"fd:{inner[0]}", f"fd:{outer[0]}"],
        cwd=ROOT, pass_fds=(inner[0], outer[0]),
    )  # fmt: skip
    with running_handheld(tmp_path, port=os.ttyname(inner[1]), scenario="day") as handheld:
        assert handheld.port == os.ttyname(inner[1])
        assert len(dock_once(os.ttyname(outer[1]), tmp_path / "desk.sqlite").uploads) == 1
    wire.kill()
    wire.wait()
    for handle in (*inner, *outer):
        os.close(handle)


def test_loading_again_and_adding_between_dockings(tmp_path: Path) -> None:
    first = write_batch(tmp_path / "1.cbor", 20)
    second = write_batch(tmp_path / "2.cbor", 20, first_seq=21, batch_no=2)
    desk_file = tmp_path / "desk.sqlite"
    for load in ([first], [first], [first, second], []):
        with running_handheld(tmp_path, load=load) as handheld:
            docked = dock_once(handheld.port, desk_file)
    assert docked.info.terminal == TERMINAL
    with open_desk(desk_file) as desk:
        assert desk.records(TERMINAL) == [make_record(seq) for seq in range(1, 41)]


class PickyDesk(KeepingDesk):
    """Rejects batch 1 and keeps all others."""

    def keep(self, info: TerminalInfo, upload: Upload) -> Receipt:
        if upload.batch_no > 1:
            return super().keep(info, upload)
        digest = hashlib.sha256(upload.data).digest()
        verdicts = (Verdict(1, "E_BATCH_TOTALS", "B"),)
        return Receipt(1, digest, "rejected", self.watermarks(info).received_seq, 0, verdicts)


def test_records_of_a_rejected_batch_come_before_later_ones(tmp_path: Path) -> None:
    batches = [
        write_batch(tmp_path / "1.cbor", 20),
        write_batch(tmp_path / "2.cbor", 20, first_seq=21, batch_no=2),
    ]
    desk = PickyDesk(tmp_path / "desk.sqlite")
    with running_handheld(tmp_path, load=batches) as handheld, open_link(handheld.port) as link:
        first = desk.dock(link)
        assert handheld.summary() == {"sent": 20, "batches": 1, "photos": 0, "safe": False}
        second = desk.dock(link)
        assert handheld.summary() == {"sent": 40, "batches": 2, "photos": 0, "safe": True}
    assert [upload.batch_no for upload in (*first.uploads, *second.uploads)] == [1, 3, 2]
    assert desk.records(TERMINAL) == [make_record(seq) for seq in range(1, 41)]
    desk.close()


def test_two_handhelds_at_once(tmp_path: Path) -> None:
    desk_file = tmp_path / "desk.sqlite"
    with (
        running_handheld(tmp_path, name="one", terminal=1, scenario="day") as one,
        running_handheld(tmp_path, name="two", terminal=2, scenario="day", seed=2) as two,
    ):
        uploads = [dock_once(handheld.port, desk_file).uploads for handheld in (one, two)]
    assert uploads[0] != uploads[1]


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["pty", "--fault", "gravity=0"], 2, "unknown fault gravity"),
        (["pty", "--fault", "flip=often"], 2, "often"),
        (["pty", "--load", "/not/there.cbor"], 2, "/not/there.cbor"),
        (["pty", "--load", "/dev/null"], 2, "E_BATCH_FORMAT"),
        (["pty", "--store", "/not/there/store.sqlite"], 2, "unable to open"),
        (["/dev/ttyNOTHERE"], 3, "port_missing"),
        (["tcp://127.0.0.1"], 3, "port_invalid"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(arguments: list[str], code: int, word: str) -> None:
    run = run_handheld(*arguments)
    assert (run.returncode, run.stderr.count("\n")) == (code, 1)
    assert word in run.stderr


def test_batches_of_two_terminals_do_not_go_into_one(tmp_path: Path) -> None:
    mine = write_batch(tmp_path / "mine.cbor", 1)
    with running_handheld(tmp_path, terminal=8, load=mine) as handheld:
        docked = dock_once(handheld.port, tmp_path / "desk.sqlite")
    (upload,) = docked.uploads
    other = tmp_path / "other.cbor"
    other.write_bytes(upload.data)
    run = run_handheld("pty", "--load", str(mine), "--load", str(other))
    assert run.returncode == 2
    assert "not of one terminal" in run.stderr


@pytest.mark.parametrize("told", [SIGINT, SIGTERM])
def test_it_ends_in_silence_when_told_to(tmp_path: Path, told: Signals) -> None:
    with running_handheld(tmp_path) as handheld:
        handheld.process.send_signal(told)
        assert handheld.process.wait(10) == 0
