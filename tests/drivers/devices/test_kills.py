"""Either side is killed with SIGKILL at random moments; in the end every record is there once."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.errors import DriverError, LinkLost
from tests.support.batches import RECORD_BYTES, TERMINAL, make_record, write_batch
from tests.support.desks import dock_once, open_desk, soon
from tests.support.terminals import ROOT, running_handheld, start_handheld

PORTS = ("pty", "tcp://127.0.0.1:0")
KILLS = 10
RECORDS = 60  # in each batch; a new batch is added for every kill


def assert_every_record_once(desk_file: Path, records: int) -> None:
    with open_desk(desk_file) as desk:
        assert desk.records(TERMINAL) == [make_record(seq) for seq in range(1, records + 1)]


def new_batch(folder: Path, number: int) -> Path:
    return write_batch(
        folder / f"{number}.cbor", RECORDS, first_seq=(number - 1) * RECORDS + 1, batch_no=number
    )


def session_bytes(batches: int) -> int:
    """About what passes in a docking, both ways together."""
    return batches * RECORDS * RECORD_BYTES + 1500


@pytest.mark.parametrize("port", PORTS)
def test_the_handheld_is_killed(tmp_path: Path, port: str) -> None:
    dice = random.Random(f"handheld/{port}")
    desk_file = tmp_path / "desk.sqlite"
    broken = 0
    for number in range(1, KILLS + 1):
        handheld = start_handheld(tmp_path, port=port, load=new_batch(tmp_path, number))
        alarm = dice.randrange(session_bytes(1)), soon(dice, handheld.process.kill)
        try:
            dock_once(handheld.port, desk_file, tmp_path / "scratch", alarm)
        except DriverError:
            broken += 1
        handheld.kill()
    with running_handheld(tmp_path, port=port) as handheld:
        dock_once(handheld.port, desk_file, tmp_path / "scratch")
        assert handheld.summary()["safe"]
    assert_every_record_once(desk_file, KILLS * RECORDS)
    assert broken > 0


@pytest.mark.parametrize("port", PORTS)
def test_the_handheld_dies_at_a_byte(tmp_path: Path, port: str) -> None:
    dice = random.Random(f"byte/{port}")
    desk_file = tmp_path / "desk.sqlite"
    batch = new_batch(tmp_path, 1)
    for _ in range(KILLS):
        fault = f"cut={dice.randrange(1, batch.stat().st_size)}"
        handheld = start_handheld(tmp_path, port=port, load=batch, faults=[fault])
        with pytest.raises(LinkLost):
            dock_once(handheld.port, desk_file)
        assert handheld.process.wait(10) == -signal.SIGKILL
        handheld.kill()
    with running_handheld(tmp_path, port=port) as handheld:
        dock_once(handheld.port, desk_file)
        assert handheld.summary()["safe"]
    assert_every_record_once(desk_file, RECORDS)


@pytest.mark.parametrize("port", PORTS)
def test_the_desk_is_killed(tmp_path: Path, port: str) -> None:
    dice = random.Random(f"desk/{port}")
    desk_file = tmp_path / "desk.sqlite"
    batches = [new_batch(tmp_path, number) for number in range(1, KILLS + 1)]
    codes = []
    with running_handheld(tmp_path, port=port, load=batches) as handheld:
        for _ in range(KILLS):
            command = [
                sys.executable, "-m", "tests.support.desks", handheld.port, str(desk_file),
                "--die-after", str(dice.randrange(1, session_bytes(2))),
            ]  # fmt: skip
            run = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
            codes.append(run.returncode)
        dock_once(handheld.port, desk_file)
    assert -signal.SIGKILL in codes
    assert set(codes) <= {-signal.SIGKILL, 0}
    assert_every_record_once(desk_file, KILLS * RECORDS)
