"""Unitech terminals on a pseudo terminal, good ones and bad ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from drivers.devices.unitech import OVERLAP_BYTES, UnitechDriver
from drivers.errors import (
    DriverError,
    FileChanged,
    FileRefused,
    FileUnstable,
    NotATerminal,
    PeerRefused,
    PeerSilent,
    TransferFailed,
)
from drivers.file_contract import FileSession, TerminalFile
from drivers.links.serial import open_serial
from tests.support.relay import Line, running_relay
from tests.support.terminals_of_others.hurry import FASTER, HurriedLink
from tests.support.terminals_of_others.multipoint_terminal import MultipointTerminal
from tests.support.terminals_of_others.stand import Plug, on_the_stand

EVERY_BYTE = bytes(range(256))
STOCK = b"".join(b"69012345%05d,%d\r\n" % (number, number % 7) for number in range(700))


def ignore(stage: str, done_bytes: int, total_bytes: int) -> None:
    """Nobody looks at the progress."""


@contextmanager
def docked(
    terminal: Callable[[Plug], None],
    scratch: Path | None = None,
    progress: Callable[[str, int, int], None] = ignore,
    faster: float = FASTER,
) -> Iterator[FileSession]:
    with (
        on_the_stand(terminal) as port,
        HurriedLink(open_serial(port, UnitechDriver.serial), faster) as link,
        UnitechDriver(scratch).connect(link, lambda: 0, progress) as session,
    ):
        yield session


def dock(session: FileSession, clear: bool = True) -> list[TerminalFile]:
    files = []
    for file in session.pull():
        files.append(file)
        session.settle(file, clear)
    session.finish()
    return files


def uploads(terminal: MultipointTerminal) -> list[bytes]:
    return [command for command in terminal.seen if command[:1] == b"U"]


@pytest.mark.parametrize("counts_plain", [False, True])
def test_files_come_whole_and_go_but_programs_stay(counts_plain: bool) -> None:
    files = {f"F{number}.DAT": EVERY_BYTE * number for number in range(7)}
    terminal = MultipointTerminal(files | {"SALES.EXE": b"MZ"}, counts_plain=counts_plain)
    with docked(terminal) as session:
        assert session.info().serial == "PT630"
        assert {file.name: file.data for file in dock(session)} == files
    assert terminal.files == {"SALES.EXE": b"MZ"}


def test_what_is_not_to_be_cleared_stays() -> None:
    terminal = MultipointTerminal({"A.DAT": b"1\r\n"})
    with docked(terminal) as session:
        dock(session, clear=False)
    assert terminal.files == {"A.DAT": b"1\r\n"}


@pytest.mark.parametrize("counts_plain", [False, True])
def test_master_files_arrive(counts_plain: bool) -> None:
    terminal = MultipointTerminal(counts_plain=counts_plain)
    with docked(terminal) as session:
        session.push([TerminalFile("GOODS.TXT", EVERY_BYTE * 3), TerminalFile("EMPTY.TXT", b"")])
    assert terminal.files == {"GOODS.TXT": EVERY_BYTE * 3, "EMPTY.TXT": b""}


def test_the_clock_is_set_to_local_time() -> None:
    terminal = MultipointTerminal()
    with docked(terminal) as session:
        session.set_clock(1_780_000_000_000, 480)
    assert terminal.clock == b"20260529042640"


def test_a_docking_that_broke_off_goes_on(tmp_path: Path) -> None:
    terminal = MultipointTerminal({"STOCK.DAT": STOCK}, dies_after=100)
    with pytest.raises(PeerSilent), docked(terminal, tmp_path, faster=15) as session:
        next(session.pull())
    terminal.dies_after = None
    before = terminal.sent_bytes
    with docked(terminal, tmp_path, faster=1) as session:
        (file,) = dock(session, clear=False)
    assert file.data == STOCK
    assert uploads(terminal)[-1] == b"USTOCK.DAT[%d]" % (before - OVERLAP_BYTES)
    assert terminal.sent_bytes - before == len(STOCK) - before + OVERLAP_BYTES
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_became_another_one_is_not_put_together(tmp_path: Path) -> None:
    terminal = MultipointTerminal({"STOCK.DAT": STOCK}, dies_after=100)
    with pytest.raises(PeerSilent), docked(terminal, tmp_path, faster=15) as session:
        next(session.pull())
    terminal.dies_after = None
    terminal.files["STOCK.DAT"] = STOCK.replace(b"690", b"750")
    with docked(terminal, tmp_path) as session:
        (file,) = dock(session, clear=False)
    assert file.data == STOCK.replace(b"690", b"750")


@pytest.mark.parametrize("trait", [{"knows_offsets": False}, {"first_byte": 1}])
def test_a_terminal_that_begins_elsewhere_is_read_from_the_start(
    tmp_path: Path, trait: dict[str, int]
) -> None:
    terminal = MultipointTerminal({"STOCK.DAT": STOCK}, dies_after=100)
    with pytest.raises(PeerSilent), docked(terminal, tmp_path, faster=15) as session:
        next(session.pull())
    terminal.dies_after = None
    for name, value in trait.items():
        setattr(terminal, name, value)
    with docked(terminal, tmp_path) as session:
        (file,) = dock(session, clear=False)
    assert file.data == STOCK


def test_a_wrong_checksum_is_repaired() -> None:
    terminal = MultipointTerminal({"A.DAT": STOCK[:900]}, wrong_sums=3)
    with docked(terminal) as session:
        (file,) = dock(session)
    assert file.data == STOCK[:900]
    assert terminal.files == {}


def test_a_packet_that_comes_twice_is_not_in_the_file_twice() -> None:
    terminal = MultipointTerminal({"A.DAT": STOCK[:900]}, loses_acks=1)
    with docked(terminal) as session:
        (file,) = dock(session)
    assert file.data == STOCK[:900]


@pytest.mark.parametrize("letter", ["R", "D", "J", "U", "Y", "E"])
def test_a_command_that_is_not_heard_is_said_again(letter: str) -> None:
    terminal = MultipointTerminal({"A.DAT": STOCK[:900]})
    terminal.deaf[letter] = 1
    with docked(terminal) as session:
        (file,) = dock(session)
    assert file.data == STOCK[:900]
    assert terminal.files == {}


@pytest.mark.parametrize("letter", ["L", "Y", "Z"])
def test_a_master_file_gets_there_though_something_is_not_heard(letter: str) -> None:
    terminal = MultipointTerminal()
    terminal.deaf[letter] = 1
    with docked(terminal) as session:
        session.push([TerminalFile("GOODS.TXT", EVERY_BYTE)])
    assert terminal.files == {"GOODS.TXT": EVERY_BYTE}


def test_what_was_collected_since_is_not_erased() -> None:
    terminal = MultipointTerminal({"A.DAT": b"1\r\n", "B.DAT": b"2\r\n"})
    with docked(terminal) as session:
        files = session.pull()
        first = next(files)
        terminal.files["A.DAT"] += b"3\r\n"
        with pytest.raises(FileChanged):
            session.settle(first, True)
        second = next(files)
        terminal.files["B.DAT"] = b"4\r\n"
        with pytest.raises(FileChanged):
            session.settle(second, True)
    assert terminal.files == {"A.DAT": b"1\r\n3\r\n", "B.DAT": b"4\r\n"}


def test_a_file_that_grows_while_it_is_read_is_left_for_the_next_time() -> None:
    terminal = MultipointTerminal({"A.DAT": STOCK[:500]})

    def grow(stage: str, done_bytes: int, total_bytes: int) -> None:
        if stage == "upload" and done_bytes == 200:
            terminal.files["A.DAT"] += b"more"
            terminal._upload.append(b"more")

    with docked(terminal, progress=grow) as session, pytest.raises(FileUnstable) as caught:
        dock(session)
    assert caught.value.fields["file"] == "A.DAT"


def test_a_length_that_is_never_true_ends() -> None:
    terminal = MultipointTerminal({"A.DAT": b"1\r\n"}, length_lie=5)
    with docked(terminal) as session, pytest.raises(TransferFailed) as caught:
        dock(session)
    assert caught.value.fields["reason"] == "length"


def test_a_length_that_nobody_could_hold_is_turned_away() -> None:
    terminal = MultipointTerminal({"A.DAT": b"1\r\n"}, length_lie=10**10)
    with docked(terminal) as session, pytest.raises(FileRefused):
        dock(session)


def test_an_older_terminal_tells_no_lengths() -> None:
    terminal = MultipointTerminal({"A.DAT": STOCK[:300]}, tells_length=False, wrong_sums=1)
    with docked(terminal) as session:
        assert dock(session)[0].data == STOCK[:300]
    assert terminal.files == {}


def test_an_endless_directory_is_turned_away() -> None:
    with (
        docked(MultipointTerminal(endless="directory")) as session,
        pytest.raises(FileRefused) as caught,
    ):
        dock(session)
    assert caught.value.fields["reason"] == "endless"


def test_an_endless_file_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.devices.unitech.MAX_FILE_BYTES", 20_000)
    terminal = MultipointTerminal({"A.DAT": b"1"}, endless="upload")
    with docked(terminal) as session, pytest.raises(FileRefused) as caught:
        dock(session)
    assert caught.value.fields["file"] == "A.DAT"


@pytest.mark.parametrize("name", ["A\x1bB.DAT", "N" * 65])
def test_an_impossible_name_comes_last_and_is_turned_away(name: str) -> None:
    terminal = MultipointTerminal({name: b"1", "B.DAT": b"2"})
    with docked(terminal) as session:
        files = session.pull()
        assert next(files).name == "B.DAT"
        with pytest.raises(FileRefused):
            next(files)


def test_a_name_that_looks_like_a_path_is_only_a_name() -> None:
    terminal = MultipointTerminal({"..\\..\\A.DAT": b"1", "/etc/passwd": b"2"})
    with docked(terminal) as session:
        assert [file.name for file in dock(session)] == ["..\\..\\A.DAT", "/etc/passwd"]


def test_silence_is_told_and_the_waiting_is_shown() -> None:
    told: list[str] = []

    def silent(plug: Plug) -> None:
        """Nothing is there."""

    with (
        pytest.raises(PeerSilent),
        docked(silent, progress=lambda *stage: told.append(stage[0])),
    ):
        pass
    assert len(told) > 10


def test_something_else_on_the_port_is_not_a_terminal() -> None:
    def chatter(plug: Plug) -> None:
        while True:
            plug.write(b"\x02ogin: \x06\x15")
            plug.read(0.02)

    with pytest.raises((NotATerminal, PeerRefused)), docked(chatter):
        pass


@pytest.mark.parametrize("seed", range(3))
def test_flipped_bits_never_change_a_file(seed: int) -> None:
    terminal = MultipointTerminal({"A.DAT": STOCK[:3000]})
    pushed = TerminalFile("GOODS.TXT", EVERY_BYTE * 4)
    got: set[bytes] = set()
    with (
        on_the_stand(terminal) as inner,
        running_relay(inner, Line(flip_rate=5e-4, seed=seed)) as port,
    ):
        for _ in range(20):
            with (
                suppress(DriverError),
                HurriedLink(open_serial(port, UnitechDriver.serial)) as link,
                UnitechDriver().connect(link, lambda: 0, ignore) as session,
            ):
                for file in session.pull():
                    if file.name == "A.DAT":
                        got.add(file.data)
                        session.settle(file, True)
                session.push([pushed])
                break
    assert got == {STOCK[:3000]}
    assert terminal.files == {"GOODS.TXT": pushed.data}
