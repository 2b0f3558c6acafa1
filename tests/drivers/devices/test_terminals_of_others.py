"""What holds for every terminal with commands of its own: lines that cut, lose, double; replays."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from drivers.contract import Link
from drivers.devices.cipherlab import CipherLabDriver
from drivers.devices.csp2 import Csp2Driver, scans_as_csv
from drivers.devices.denso import DensoDriver
from drivers.devices.unitech import UnitechDriver
from drivers.errors import DriverError
from drivers.file_contract import FileDriver, TerminalFile
from drivers.links.recording import RecordingLink
from drivers.links.replay import open_replay
from drivers.links.serial import open_serial
from drivers.protocols.csp2 import parse_scan
from tests.support.relay import Line, running_relay
from tests.support.terminals_of_others.bht_terminal import BhtFile, BhtTerminal
from tests.support.terminals_of_others.cipherlab_terminal import CipherLabTerminal
from tests.support.terminals_of_others.csp2_terminal import Csp2Terminal, scan
from tests.support.terminals_of_others.hurry import HurriedLink
from tests.support.terminals_of_others.multipoint_terminal import MultipointTerminal
from tests.support.terminals_of_others.stand import Plug, on_the_stand

FASTER = 10
NOON = datetime.fromisoformat("2025-06-30T12:00:00")
SCANS = [scan(0x0B, b"69012345%05d" % number, NOON) for number in range(50)]
ROWS = [(b"69012345%05d" % number, b"%3d" % number) for number in range(50)]
LINES = [b",".join(row) for row in ROWS]


def bht_terminal() -> BhtTerminal:
    return BhtTerminal([BhtFile("S.DAT", (13, 3), ROWS)] * 20, patience_s=3.0 / FASTER)


def multipoint_terminal() -> MultipointTerminal:
    return MultipointTerminal({"S.DAT": b"\r\n".join(LINES)})


@dataclass(frozen=True)
class Family:
    """A driver, a terminal of it made of code, and what that holds."""

    driver: FileDriver[Link]
    terminal: Callable[[], Callable[[Plug], None]]
    content: bytes


FAMILIES = [
    Family(
        Csp2Driver(),
        lambda: Csp2Terminal(list(SCANS)),
        scans_as_csv(map(parse_scan, SCANS)),
    ),
    Family(UnitechDriver(), multipoint_terminal, b"\r\n".join(LINES)),
    Family(DensoDriver(), bht_terminal, b"".join(b"\t".join(row) + b"\r\n" for row in ROWS)),
    Family(
        CipherLabDriver(),
        lambda: CipherLabTerminal(list(LINES), patience_s=3.0 / FASTER),
        b"".join(line + b"\r\n" for line in LINES),
    ),
]

every_family = pytest.mark.parametrize(
    "family", FAMILIES, ids=[family.driver.name for family in FAMILIES]
)


def ignore(stage: str, done_bytes: int, total_bytes: int) -> None:
    """Nobody looks at the progress."""


def first_file(family: Family, link: Link) -> list[TerminalFile]:
    with family.driver.connect(link, lambda: 1_780_000_000_000, ignore) as session:
        for file in session.pull():
            session.settle(file, False)
            return [file]
    return []


@contextmanager
def hurried(family: Family, port: str, faster: float = FASTER) -> Iterator[Link]:
    with HurriedLink(open_serial(port, family.driver.serial), faster) as link:
        yield link


@every_family
@pytest.mark.parametrize(
    "line",
    [
        Line(drop_rate=3e-4, seed=1),
        Line(double_rate=3e-4, seed=2),
        Line(flip_rate=2e-4, drop_rate=2e-4, double_rate=2e-4, seed=3),
    ],
    ids=["drops", "doubles", "all"],
)
def test_a_bad_line_never_gives_another_file(family: Family, line: Line) -> None:
    got: set[bytes] = set()
    with on_the_stand(family.terminal()) as inner, running_relay(inner, line) as port:
        for _ in range(15):
            with suppress(DriverError), hurried(family, port) as link:
                got |= {file.data for file in first_file(family, link)}
            if got:
                break
    assert got == {family.content}


@every_family
def test_a_line_that_dies_somewhere_gives_no_file(family: Family) -> None:
    dice = random.Random(family.driver.name)
    for cut_after in [1, *(dice.randrange(2, len(family.content) - 100) for _ in range(2))]:
        with (
            on_the_stand(family.terminal(), cut_after) as port,
            hurried(family, port, faster=30) as link,
            pytest.raises(DriverError),
        ):
            first_file(family, link)


@every_family
def test_endless_garbage_ends(family: Family) -> None:
    dice = random.Random(family.driver.name)

    def babble(plug: Plug) -> None:
        while True:
            plug.write(dice.randbytes(dice.randrange(1, 200)))
            plug.read(0.01)

    with (
        on_the_stand(babble) as port,
        hurried(family, port, faster=30) as link,
        pytest.raises(DriverError),
    ):
        first_file(family, link)


@every_family
def test_a_docking_can_be_replayed(family: Family, tmp_path: Path) -> None:
    file = tmp_path / "docking.traffic"
    with (
        on_the_stand(family.terminal()) as port,
        RecordingLink(open_serial(port, family.driver.serial), file.open("wb")) as link,
    ):
        recorded = first_file(family, link)
    assert [each.data for each in recorded] == [family.content]
    assert first_file(family, open_replay(file)) == recorded


def test_the_terminals_share_no_code_with_the_drivers() -> None:
    folder = Path(__file__).parents[2] / "support" / "terminals_of_others"
    terminals = [*folder.glob("*_terminal.py"), folder / "stand.py"]
    assert len(terminals) == 5
    for path in terminals:
        assert "drivers" not in path.read_text()
