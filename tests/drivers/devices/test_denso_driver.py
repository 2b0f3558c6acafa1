"""Denso terminals on a pseudo terminal, good ones and bad ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from drivers.devices.denso import DensoDriver
from drivers.errors import (
    Damaged,
    DriverError,
    FileRefused,
    NotATerminal,
    PeerSilent,
    TransferFailed,
)
from drivers.file_contract import FileSession, TerminalFile
from drivers.links.serial import open_serial
from tests.support.relay import Line, running_relay
from tests.support.terminals_of_others.bht_terminal import BhtFile, BhtTerminal
from tests.support.terminals_of_others.hurry import FASTER, HurriedLink
from tests.support.terminals_of_others.stand import Plug, on_the_stand

STOCK = BhtFile(
    "STOCK.DAT", (13, 6), [(b"69012345%05d" % number, b"%d" % number) for number in range(40)]
)
STOCK_TEXT = b"".join(b"%-13s\t%-6s\r\n" % row for row in STOCK.rows)
ORDERS = BhtFile("ORDERS.DAT", (100, 120), [(b"A" * 100, b"B"), (b"tab\there", b"dle\x10")])
PROGRAM = BhtFile("SALES.PD3", (), [(b"0D0A" * 32,), (b"00FF" * 32,)])


def ignore(stage: str, done_bytes: int, total_bytes: int) -> None:
    """Nobody looks at the progress."""


@contextmanager
def docked(
    terminal: Callable[[Plug], None],
    progress: Callable[[str, int, int], None] = ignore,
    faster: float = FASTER,
) -> Iterator[FileSession]:
    with (
        on_the_stand(terminal) as port,
        HurriedLink(open_serial(port, DensoDriver.serial), faster) as link,
        DensoDriver().connect(link, lambda: 0, progress) as session,
    ):
        yield session


def dock(session: FileSession) -> list[TerminalFile]:
    files = []
    for file in session.pull():
        files.append(file)
        session.settle(file, False)
    session.finish()
    return files


@pytest.mark.parametrize("three_bytes", [False, True])
def test_files_come_with_their_fields(three_bytes: bool) -> None:
    terminal = BhtTerminal([STOCK, ORDERS, PROGRAM], three_bytes=three_bytes)
    with docked(terminal) as session:
        stock, orders, program = dock(session)
    assert stock == TerminalFile("STOCK.DAT", STOCK_TEXT)
    assert orders.name == "ORDERS.DAT"
    first, second = orders.data.splitlines()
    assert first == b"A" * 100 + b"\t" + b"B".ljust(120)
    assert second == b"tab\x10Ihere".ljust(101) + b"\t" + b"dle\x10P".ljust(121)
    assert program.data == b"0D0A" * 32 + b"\r\n" + b"00FF" * 32 + b"\r\n"
    assert terminal.outcomes == ["done"] * 3


def test_what_came_goes_back_as_it_was() -> None:
    with docked(BhtTerminal([ORDERS, PROGRAM])) as session:
        files = dock(session)
    terminal = BhtTerminal(downloads=2)
    with docked(terminal) as session:
        session.push(files)
    orders, program = terminal.received
    assert (orders.name, orders.lengths) == ("ORDERS.DAT", (100, 120))
    assert orders.rows[1] == (b"tab\there".ljust(100), b"dle\x10".ljust(120))
    assert (program.name, program.rows) == ("SALES.PD3", PROGRAM.rows)


def test_a_master_file_is_sent() -> None:
    terminal = BhtTerminal(downloads=2)
    told: list[tuple[str, int, int]] = []
    with docked(terminal, lambda *stage: told.append(stage)) as session:
        session.push(
            [
                TerminalFile("GOODS.DAT", b"690123\tcola\r\n7\tlemonade\n"),
                TerminalFile("EMPTY.DAT", b""),
            ]
        )
    goods, empty = terminal.received
    assert goods == BhtFile(
        "GOODS.DAT", (6, 8), [(b"690123", b"cola    "), (b"7     ", b"lemonade")]
    )
    assert (empty.name, empty.rows) == ("EMPTY.DAT", [])
    assert terminal.outcomes == ["received", "received"]
    assert told[-1] == ("download", 24, 24)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("GOODS.DAT", b"1\t2\r\n3\r\n"),
        ("GOODS.DAT", b"x" * 255 + b"\r\n"),
        ("GOODS.DAT", b"a\x03b\r\n"),
        ("A-LONG-NAME.DAT", b"1\r\n"),
        ("GOODS.DAT", b"1\r\n" * 32_768),
    ],
)
def test_what_the_terminal_cannot_hold_is_not_begun(name: str, data: bytes) -> None:
    terminal = BhtTerminal(downloads=1)
    with docked(terminal) as session, pytest.raises(FileRefused):
        session.push([TerminalFile(name, data)])
    assert terminal.received == []


def test_the_terminal_is_answered_only_when_the_file_is_settled() -> None:
    terminal = BhtTerminal([STOCK])
    with docked(terminal) as session:
        files = session.pull()
        file = next(files)
        assert terminal.outcomes == []
        session.settle(file, False)
        assert list(files) == []
    assert terminal.outcomes == ["done"]


def test_a_file_that_is_not_settled_stays_unconfirmed() -> None:
    terminal = BhtTerminal([STOCK], patience_s=0.1)
    with docked(terminal) as session:
        next(session.pull())
    assert terminal.outcomes in ([], ["not closed"])


def test_damage_and_lost_answers_are_repaired() -> None:
    terminal = BhtTerminal([STOCK], wrong_parity={0, 3, 40}, deaf_to={0, 7})
    with docked(terminal) as session:
        (file,) = dock(session)
    assert file.data == STOCK_TEXT
    assert terminal.outcomes == ["done"]


def test_damage_and_refusals_of_a_master_file_are_repaired() -> None:
    terminal = BhtTerminal(downloads=1, naks={0, 2}, ignores_calls=2)
    with docked(terminal) as session:
        session.push([TerminalFile("STOCK.DAT", STOCK_TEXT)])
    assert [b"".join(row) for row in terminal.received[0].rows] == [
        line.replace(b"\t", b"") for line in STOCK_TEXT.splitlines()
    ]


@pytest.mark.parametrize(
    ("terminal", "reason"),
    [
        (BhtTerminal([STOCK], stops_at=5), "aborted"),
        (BhtTerminal([STOCK], lie=1), "aborted"),
        (BhtTerminal([STOCK], lie=-1), "too_many"),
        (BhtTerminal([STOCK], skips=9), "out_of_order"),
        (BhtTerminal([BhtFile("X", (10,), [])], endless=True), "too_many"),
        (BhtTerminal([BhtFile("X", (300,), [(b"1",)])]), "lengths"),
    ],
)
def test_half_a_file_is_no_file(terminal: BhtTerminal, reason: str) -> None:
    if terminal.uploads[0].lengths == (300,):
        terminal.three_bytes = True
    with docked(terminal) as session, pytest.raises(TransferFailed) as caught:
        dock(session)
    assert caught.value.fields["reason"] == reason


def test_a_terminal_that_falls_silent_is_told() -> None:
    with docked(BhtTerminal([STOCK], dies_at=5), faster=50) as session, pytest.raises(PeerSilent):
        dock(session)


def test_a_download_that_the_terminal_ends() -> None:
    with (
        docked(BhtTerminal(downloads=1, aborts_at=4)) as session,
        pytest.raises(TransferFailed) as caught,
    ):
        session.push([TerminalFile("STOCK.DAT", STOCK_TEXT)])
    assert (caught.value.fields["reason"], caught.value.fields["file"]) == ("aborted", "STOCK.DAT")


def pull(session: FileSession) -> None:
    dock(session)


def push(session: FileSession) -> None:
    session.push([TerminalFile("STOCK.DAT", STOCK_TEXT)])


@pytest.mark.parametrize("use", [pull, push])
def test_nobody_there(use: Callable[[FileSession], None]) -> None:
    told: list[str] = []
    with (
        docked(BhtTerminal(), lambda *stage: told.append(stage[0]), faster=50) as session,
        pytest.raises(PeerSilent),
    ):
        use(session)
    assert len(told) > 40


@pytest.mark.parametrize("noise", [b"login: ", b"\x01\x02\x03\x02abc", b"\x15"])
def test_something_else_on_the_port(noise: bytes) -> None:
    def chatter(plug: Plug) -> None:
        while True:
            plug.write(noise)
            plug.read(0.1)

    for use in (pull, push):
        with docked(chatter, faster=50) as session, pytest.raises((NotATerminal, PeerSilent)):
            use(session)


def test_calls_without_end_are_no_terminal() -> None:
    def caller(plug: Plug) -> None:
        while True:
            plug.write(b"\x05")
            plug.read(0.002)

    with docked(caller, faster=50) as session, pytest.raises(NotATerminal):
        dock(session)


@pytest.mark.parametrize("seed", range(3))
def test_flipped_bits_never_change_a_file(seed: int) -> None:
    terminal = BhtTerminal([STOCK] * 12, patience_s=0.2)
    got: set[bytes] = set()
    with (
        on_the_stand(terminal) as inner,
        running_relay(inner, Line(flip_rate=3e-4, seed=seed)) as port,
    ):
        for _ in range(12):
            with (
                suppress(DriverError),
                HurriedLink(open_serial(port, DensoDriver.serial), 15) as link,
                DensoDriver().connect(link, lambda: 0, ignore) as session,
            ):
                for file in session.pull():
                    got.add(file.data)
                    session.settle(file, False)
            if got:
                break
    assert got == {STOCK_TEXT}


def test_endless_damage_is_told() -> None:
    def damaging(plug: Plug) -> None:
        while plug.read(0.1) != b"\x06":
            plug.write(b"\x05")
        plug.write(b"\x01HEADING\x03\x00")
        while plug.read(5.0) in (b"\x06", b"\x15"):
            plug.write(b"\x01HEADING\x03\x00")

    with docked(damaging) as session, pytest.raises((Damaged, NotATerminal)):
        dock(session)
