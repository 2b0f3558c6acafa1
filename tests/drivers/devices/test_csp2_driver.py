"""Small scanners on a pseudo terminal, good ones and bad ones."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from drivers.contract import Link
from drivers.devices.csp2 import Csp2Driver, scans_as_csv
from drivers.errors import (
    Damaged,
    Diverged,
    DriverError,
    FileChanged,
    FileRefused,
    LinkLost,
    NotATerminal,
    PeerRefused,
    PeerSilent,
    TerminalFault,
)
from drivers.file_contract import FileSession, TerminalFile
from drivers.links.recording import RecordingLink
from drivers.links.replay import open_replay
from drivers.links.serial import open_serial
from drivers.protocols.csp2 import parse_scan
from tests.support.relay import Line, running_relay
from tests.support.terminals_of_others.csp2_terminal import Csp2Terminal, scan
from tests.support.terminals_of_others.hurry import FASTER, HurriedLink
from tests.support.terminals_of_others.stand import Plug, on_the_stand

MORNING = datetime.fromisoformat("2024-12-31T08:00:00")
NOW_MS = 1_780_000_000_000
CLEAR, UPLOAD = 2, 7


def scans(count: int) -> list[bytes]:
    return [
        scan(0x0B, f"69010280{number:05}".encode(), MORNING + timedelta(seconds=number))
        for number in range(count)
    ]


def silent(plug: Plug) -> None:
    """A port with nothing on it."""


def ignore(stage: str, done_bytes: int, total_bytes: int) -> None:
    """Nobody looks at the progress."""


@contextmanager
def docked(
    terminal: Callable[[Plug], None],
    progress: Callable[[str, int, int], None] = ignore,
    cut_after: int | None = None,
    faster: float = FASTER,
) -> Iterator[FileSession]:
    with (
        on_the_stand(terminal, cut_after) as port,
        HurriedLink(open_serial(port, Csp2Driver.serial), faster) as link,
        Csp2Driver().connect(link, lambda: NOW_MS, progress) as session,
    ):
        yield session


def dock(session: FileSession, clear: bool = True) -> list[TerminalFile]:
    files = []
    for file in session.pull():
        files.append(file)
        session.settle(file, clear)
    session.finish()
    return files


def test_scans_come_once_and_whole() -> None:
    terminal = Csp2Terminal(scans(300))
    with docked(terminal) as session:
        (file,) = dock(session)
        assert list(session.pull()) == []
    lines = file.data.decode().splitlines()
    assert file.name == "scans.csv"
    assert lines[0] == f"6901028000000,EAN-13,2024-12-31T08:00:00,{scans(1)[0].hex()}"
    assert [bytes.fromhex(line.rsplit(",", 1)[1]) for line in lines] == scans(300)
    assert terminal.scans == []


def test_what_is_not_to_be_cleared_stays() -> None:
    terminal = Csp2Terminal(scans(3))
    with docked(terminal) as session:
        dock(session, clear=False)
    assert terminal.scans == scans(3)
    assert CLEAR not in terminal.done


def test_the_scanner_says_who_it_is() -> None:
    terminal = Csp2Terminal(battery=22)
    with docked(terminal) as session:
        info = session.info()
        session.set_clock(NOW_MS, 480)
    shown = datetime.fromisoformat("2024-12-31T23:59:30").timestamp()
    assert (info.serial, info.version) == ("0000000000A1B2C3", "NBRIKAAE")
    assert info.is_battery_low is True
    assert info.clock_offset_ms == NOW_MS - shown * 1000
    second, minute, hour, day, month, year = terminal.clock
    assert (year, month, day, hour, minute, second) == (26, 5, 29, 4, 26, 40)


def test_a_year_that_the_scanner_cannot_show_is_refused() -> None:
    with docked(Csp2Terminal()) as session, pytest.raises(PeerRefused) as caught:
        session.set_clock(2_966_371_200_000, 0)  # in 2064
    assert caught.value.fields["text"] == "year"


@pytest.mark.parametrize("command", [1, 7, 8])
@pytest.mark.parametrize("fault", ["wrong_crc", "ignored", "unanswered"])
def test_a_fault_that_passes_changes_nothing(fault: str, command: int) -> None:
    terminal = Csp2Terminal(scans(5))
    getattr(terminal, fault)[command] = 1
    with docked(terminal) as session:
        (file,) = dock(session)
    assert file.data == scans_as_csv(map(parse_scan, scans(5)))
    assert terminal.scans == []


def test_a_wrong_crc_of_the_upload_is_never_believed() -> None:
    terminal = Csp2Terminal(scans(5), wrong_crc=Counter({UPLOAD: 99}))
    with docked(terminal) as session, pytest.raises(Damaged):
        next(session.pull())
    assert terminal.scans == scans(5)


def test_a_scan_between_upload_and_clear_is_not_lost() -> None:
    terminal = Csp2Terminal(scans(2))
    terminal.after_upload = lambda uploads: terminal.scans.extend(scans(3)[2:] * (uploads == 1))
    with docked(terminal) as session:
        files = session.pull()
        first = next(files)
        with pytest.raises(FileChanged) as caught:
            session.settle(first, True)
        assert caught.value.fields["file"] == "scans.csv"
        assert terminal.scans == scans(3)
        (again,) = dock(session)
    assert again.data == scans_as_csv(map(parse_scan, scans(3)))
    assert terminal.scans == []


def test_a_clearing_whose_answer_is_lost_is_not_repeated_over_new_scans() -> None:
    terminal = Csp2Terminal(scans(2), unanswered=Counter({CLEAR: 1}))
    new = scans(9)[8:]
    terminal.after_clear = lambda: terminal.scans.extend(new)
    with docked(terminal, faster=2) as session:
        dock(session)
    assert terminal.scans == new
    assert terminal.done.count(CLEAR) == 1


def test_a_clearing_that_was_not_heard_is_repeated() -> None:
    terminal = Csp2Terminal(scans(2), ignored=Counter({CLEAR: 2}))
    with docked(terminal) as session:
        dock(session)
    assert terminal.scans == []


def test_a_scan_made_while_a_clearing_is_not_heard_is_not_lost() -> None:
    terminal = Csp2Terminal(scans(2), ignored=Counter({CLEAR: 1}))
    terminal.when_ignored = lambda: terminal.scans.extend(scans(3)[2:])
    with docked(terminal) as session, pytest.raises(FileChanged):
        dock(session)
    assert terminal.scans == scans(3)
    assert CLEAR not in terminal.done


def test_a_clock_that_is_out_of_order_is_only_not_told() -> None:
    with docked(Csp2Terminal(scans(1), refused={10: 9})) as session:
        assert session.info().clock_offset_ms is None
        assert len(dock(session)) == 1


@pytest.mark.parametrize("parameters", [{0x0F: b"\1", 2: b"\5"}, {}])
def test_an_upload_must_not_clear(parameters: dict[int, bytes]) -> None:
    terminal = Csp2Terminal(scans(2), parameters=parameters)
    with docked(terminal) as session:
        next(session.pull())
    assert terminal.scans == scans(2)
    assert terminal.parameters[0x0F] == b"\0"


def test_a_model_without_clock_and_parameters_is_read_all_the_same() -> None:
    terminal = Csp2Terminal(scans(2), unsupported=frozenset({3, 8, 9, 10}))
    with docked(terminal) as session:
        assert session.info().clock_offset_ms is None
        with pytest.raises(PeerRefused) as caught:
            session.set_clock(NOW_MS, 0)
        assert caught.value.fields["refusal"] == 5
        assert len(dock(session)) == 1


def test_a_fault_of_the_scanner_is_its_fault() -> None:
    with (
        docked(Csp2Terminal(scans(1), refused={CLEAR: 9})) as session,
        pytest.raises(TerminalFault) as caught,
    ):
        dock(session)
    assert caught.value.fields["fault"] == 9


def test_another_scanner_on_the_same_port_is_noticed() -> None:
    terminal = Csp2Terminal(scans(1))
    with docked(terminal) as session:
        terminal.serial = bytes(8)
        with pytest.raises(Damaged) as caught:
            next(session.pull())
    assert caught.value.fields["reason"] == "another_terminal"


def test_silence_is_told_and_the_waiting_is_shown() -> None:
    told: list[str] = []
    with (
        pytest.raises(PeerSilent),
        docked(silent, lambda *stage: told.append(stage[0])),
    ):
        pass
    assert len(told) > 8


def test_something_else_on_the_port_is_not_a_scanner() -> None:
    def chatter(plug: Plug) -> None:
        while True:
            plug.write(b"login: ")
            plug.read(0.05)

    with pytest.raises(NotATerminal) as caught, docked(chatter):
        pass
    assert bytes.fromhex(str(caught.value.fields["sample"])).startswith(b"login: ")


def test_a_person_can_cancel() -> None:
    class Cancelled(Exception):
        pass

    def cancel(stage: str, done_bytes: int, total_bytes: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled), docked(silent, cancel):
        pass


def test_an_endless_upload_is_turned_away() -> None:
    terminal = Csp2Terminal(endless=True)
    with docked(terminal) as session, pytest.raises(FileRefused) as caught:
        next(session.pull())
    assert caught.value.fields == {
        "port": caught.value.fields["port"], "file": "scans.csv", "reason": "endless",
    }  # fmt: skip


@pytest.mark.parametrize("cut_after", [30, 90, 200])
def test_a_line_that_dies_clears_nothing(cut_after: int) -> None:
    terminal = Csp2Terminal(scans(30))
    with pytest.raises((PeerSilent, Damaged)), docked(terminal, cut_after=cut_after) as session:
        dock(session)
    assert terminal.scans == scans(30)


@pytest.mark.parametrize("seed", range(4))
def test_flipped_bits_never_change_a_scan(seed: int) -> None:
    terminal = Csp2Terminal(scans(40))
    got: list[bytes] = []
    with (
        on_the_stand(terminal) as inner,
        running_relay(inner, Line(flip_rate=4e-4, seed=seed)) as port,
    ):
        for _ in range(12):
            with (
                suppress(DriverError),
                HurriedLink(open_serial(port, Csp2Driver.serial)) as link,
                Csp2Driver().connect(link, lambda: NOW_MS, ignore) as session,
            ):
                for file in session.pull():
                    got.append(file.data)
                    session.settle(file, True)
            if not terminal.scans:
                break
    assert terminal.scans == []
    assert set(got) == {scans_as_csv(map(parse_scan, scans(40)))}


def test_a_cut_cable_is_a_lost_link_or_silence() -> None:
    terminal = Csp2Terminal(scans(200))
    with (
        on_the_stand(terminal) as inner,
        running_relay(inner, Line(cut_at=900)) as port,
        HurriedLink(open_serial(port, Csp2Driver.serial)) as link,
        pytest.raises((LinkLost, PeerSilent, Damaged)),
        Csp2Driver().connect(link, lambda: NOW_MS, ignore) as session,
    ):
        dock(session)
    assert terminal.scans == scans(200)


def test_a_docking_can_be_replayed(tmp_path: Path) -> None:
    file = tmp_path / "scanner.traffic"

    def play(link: Link) -> list[TerminalFile]:
        with Csp2Driver().connect(link, lambda: NOW_MS, ignore) as session:
            return dock(session)

    with (
        on_the_stand(Csp2Terminal(scans(20))) as port,
        RecordingLink(open_serial(port, Csp2Driver.serial), file.open("wb")) as link,
    ):
        recorded = play(link)
    assert play(open_replay(file)) == recorded
    with pytest.raises((Diverged, LinkLost)):
        open_replay(file).write(b"before it woke the scanner")


def test_barcodes_with_anything_in_them_are_one_line_each() -> None:
    raws = [
        scan(0x0F, b'01069\x1d10A,"B"', MORNING),
        scan(0x1C, b"two\r\nlines\x00\xe9", MORNING),
        scan(0x99, b"", MORNING),
        b"\x03",
        b"\x4bAB" + b"\xff" * 4,
    ]
    assert scans_as_csv(map(parse_scan, raws)).decode().splitlines() == [
        '"01069\\x1d10A,""B""",EAN-128,2024-12-31T08:00:00,' + raws[0].hex(),
        "two\\x0d\\x0alines\\x00é,QR Code,2024-12-31T08:00:00," + raws[1].hex(),
        ",0x99,2024-12-31T08:00:00," + raws[2].hex(),
        ",Code 128,,03",
        "AB,EAN-13+2,," + raws[4].hex(),
    ]
