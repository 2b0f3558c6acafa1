"""CipherLab terminals on a pseudo terminal, good ones and bad ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from drivers.devices.cipherlab import CipherLabDriver
from drivers.errors import (
    DriverError,
    FileRefused,
    NotATerminal,
    PeerSilent,
    TransferFailed,
)
from drivers.file_contract import FileSession, TerminalFile
from drivers.links.serial import open_serial
from tests.support.relay import Line, running_relay
from tests.support.terminals_of_others.cipherlab_terminal import CipherLabTerminal
from tests.support.terminals_of_others.hurry import FASTER, HurriedLink
from tests.support.terminals_of_others.stand import Plug, on_the_stand

RECORDS = [b"69012345%05d,%d" % (number, number % 9) for number in range(60)]
TEXT = b"".join(line + b"\r\n" for line in RECORDS)


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
        HurriedLink(open_serial(port, CipherLabDriver.serial), faster) as link,
        CipherLabDriver().connect(link, lambda: 0, progress) as session,
    ):
        yield session


def dock(session: FileSession) -> list[TerminalFile]:
    files = []
    for file in session.pull():
        files.append(file)
        session.settle(file, False)
    session.finish()
    return files


def push(session: FileSession) -> None:
    session.push([TerminalFile("GOODS.TXT", TEXT)])


def test_the_driver_says_what_is_not_known() -> None:
    assert "sequence digit" in CipherLabDriver.doubts
    assert "OVER" in CipherLabDriver.doubts
    assert "38400 baud" in CipherLabDriver.doubts


@pytest.mark.parametrize("covers_digit", [False, True])
@pytest.mark.parametrize(("first_digit", "over_has_sum"), [(0, False), (1, True)])
def test_records_come_whole(covers_digit: bool, first_digit: int, over_has_sum: bool) -> None:
    terminal = CipherLabTerminal(list(RECORDS), covers_digit, over_has_sum, first_digit=first_digit)
    with docked(terminal) as session:
        assert dock(session) == [TerminalFile("records.txt", TEXT)]


def test_the_end_is_confirmed_only_when_the_file_is_settled() -> None:
    terminal = CipherLabTerminal(list(RECORDS))
    with docked(terminal) as session:
        files = session.pull()
        file = next(files)
        assert not terminal.is_confirmed
        session.settle(file, False)
        session.push([TerminalFile("X", b"1\r\n")])  # it has heard all before this
    assert terminal.is_confirmed


def test_a_terminal_without_records() -> None:
    with docked(CipherLabTerminal()) as session:
        assert dock(session) == []


def test_tabs_stay_and_line_ends_are_marked() -> None:
    with docked(CipherLabTerminal([b"a\tb", b"c\nd"])) as session:
        (file,) = dock(session)
    assert file.data == b"a\tb\r\nc\x10Jd\r\n"
    terminal = CipherLabTerminal()
    with docked(terminal) as session:
        session.push([file])
    assert terminal.lookup == [b"a\tb", b"c\nd"]


def test_damage_and_lost_answers_are_repaired() -> None:
    terminal = CipherLabTerminal(
        list(RECORDS), wrong_sums={0, 5, 59}, deaf_to={0, 17, 59}, deaf_reads=1
    )
    with docked(terminal) as session:
        assert dock(session)[0].data == TEXT


@pytest.mark.parametrize(
    ("terminal", "error"),
    [
        (CipherLabTerminal(list(RECORDS), dies_at=20), PeerSilent),
        (CipherLabTerminal(list(RECORDS), has_end=False), PeerSilent),
        (CipherLabTerminal(list(RECORDS), skips=20), TransferFailed),
    ],
)
def test_half_a_file_is_no_file(terminal: CipherLabTerminal, error: type[DriverError]) -> None:
    with docked(terminal, faster=20) as session, pytest.raises(error):
        dock(session)
    assert not terminal.is_confirmed


def test_endless_records_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.protocols.cipherlab.MAX_BYTES", 20_000)
    with docked(CipherLabTerminal(endless=True)) as session, pytest.raises(FileRefused) as caught:
        dock(session)
    assert caught.value.fields["reason"] == "endless"


@pytest.mark.parametrize("answers_over", [False, True])
def test_lookup_records_are_sent(answers_over: bool) -> None:
    told: list[tuple[str, int, int]] = []
    terminal = CipherLabTerminal(naks={0, 30}, answers_over=answers_over)
    with docked(terminal, lambda *stage: told.append(stage)) as session:
        push(session)
    assert terminal.lookup == RECORDS
    assert told[-1] == ("download", len(TEXT), len(TEXT))


def test_a_lookup_record_that_is_not_heard_is_sent_again() -> None:
    terminal = CipherLabTerminal(deaf_records={0, 7})
    with docked(terminal) as session:
        push(session)
    assert terminal.lookup == RECORDS


@pytest.mark.parametrize("data", [b"x" * 256, b"a\rb\n"])
def test_what_cannot_be_sent_is_not_begun(data: bytes) -> None:
    terminal = CipherLabTerminal()
    with docked(terminal) as session, pytest.raises(FileRefused):
        session.push([TerminalFile("GOODS.TXT", b"1\r\n" + data)])
    assert terminal.lookup == []


@pytest.mark.parametrize("use", [dock, push])
def test_nobody_there(use: Callable[[FileSession], object]) -> None:
    told: list[str] = []

    def silent(plug: Plug) -> None:
        """Nothing is there."""

    with (
        docked(silent, lambda *stage: told.append(stage[0]), faster=20) as session,
        pytest.raises(PeerSilent),
    ):
        use(session)
    assert len(told) > 20


@pytest.mark.parametrize("noise", [b"login: ", b"OK\r\n", b"7\r"])
def test_something_else_on_the_port(noise: bytes) -> None:
    def chatter(plug: Plug) -> None:
        while True:
            plug.write(noise)
            plug.read(0.05)

    for use in (dock, push):
        with docked(chatter, faster=20) as session, pytest.raises(NotATerminal):
            use(session)


@pytest.mark.parametrize("covers_digit", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_flipped_bits_never_change_a_record(seed: int, covers_digit: bool) -> None:
    terminal = CipherLabTerminal(list(RECORDS), covers_digit)
    got: set[bytes] = set()
    with (
        on_the_stand(terminal) as inner,
        running_relay(inner, Line(flip_rate=4e-4, seed=seed)) as port,
    ):
        for _ in range(12):
            with (
                suppress(DriverError),
                HurriedLink(open_serial(port, CipherLabDriver.serial)) as link,
                CipherLabDriver().connect(link, lambda: 0, ignore) as session,
            ):
                for file in session.pull():
                    got.add(file.data)
                    session.settle(file, False)
            if got:
                break
    assert got == {TEXT}
