"""Dockings over lines that flip, drop and double bytes, and over one that is cut and cut."""

import random
from pathlib import Path

import pytest

from drivers.errors import DriverError
from drivers.registry import open_link
from tests.support.batches import TERMINAL, make_record, write_batch
from tests.support.desks import open_desk
from tests.support.docked import package
from tests.support.relay import Line, running_relay
from tests.support.terminals import running_handheld

RECORDS = 100
ALL = [make_record(seq) for seq in range(1, RECORDS + 1)]


@pytest.mark.parametrize(
    "line",
    [
        Line(flip_rate=1e-3, seed=1),
        Line(drop_rate=1e-3, seed=2),
        Line(double_rate=1e-3, seed=3),
        Line(flip_rate=3e-4, drop_rate=3e-4, double_rate=3e-4, seed=4),
        Line(baud=921_600, delay_ms=8, flip_rate=3e-4, seed=5),
    ],
    ids=["flips", "drops", "doubles", "all", "slow"],
)
def test_everything_arrives_over_a_bad_line(tmp_path: Path, line: Line) -> None:
    packages = [package("products", 1, random.Random(1).randbytes(30_000))]
    batch = write_batch(tmp_path / "batch.cbor", RECORDS)
    with (
        running_handheld(tmp_path, load=batch) as handheld,
        running_relay(handheld.port, line) as port,
        open_desk(tmp_path / "desk.sqlite") as desk,
        open_link(port) as link,
    ):
        desk.dock(link, packages=packages)
        assert desk.records(TERMINAL) == ALL
        assert handheld.summary() == {"sent": RECORDS, "batches": 1, "photos": 0, "safe": True}


def test_a_line_that_is_cut_again_and_again(tmp_path: Path) -> None:
    dice = random.Random("cuts")
    batch = write_batch(tmp_path / "batch.cbor", RECORDS)
    with (
        running_handheld(tmp_path, load=batch) as handheld,
        open_desk(tmp_path / "desk.sqlite") as desk,
    ):
        for seed in range(10):
            line = Line(cut_at=dice.randrange(1, RECORDS * 1000), seed=seed)
            with (
                running_relay(handheld.port, line) as port,
                open_link(port) as link,
                pytest.raises(DriverError),
            ):
                desk.dock(link)
        with open_link(handheld.port) as link:
            desk.dock(link)
        assert desk.records(TERMINAL) == ALL


def test_a_handheld_with_a_bad_plug(tmp_path: Path) -> None:
    with (
        running_handheld(
            tmp_path, scenario="day", terminal=5, faults=["flip=0.002", "drop=0.001"]
        ) as handheld,
        open_desk(tmp_path / "desk.sqlite") as desk,
        open_link(handheld.port) as link,
    ):
        docked = desk.dock(link)
        assert len(desk.records(5)) == docked.info.last_seq
