"""X1: who is not the paired device, or not the paired desk, gets nothing and changes nothing."""

import sqlite3
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.errors import AppError, PortError, RuleBroken
from app.services.docking import DockReport, dock
from app.services.office import Office
from app.services.pairing import Device, Seat, trust
from app.services.terminals import report_lost, revoke
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.connect import DESK_LIMITS, encode_offer
from drivers.protocols.docking.frames import Frame, FrameReader, Kind, encode_frame
from drivers.protocols.docking.security import Suite
from tests.support.credentials import certificate, key_file
from tests.support.interlopers import (
    accepting,
    between,
    playing,
    playing_along,
    recorded,
    say,
    standing_in,
)
from tests.support.offices import CLERK, Terminal
from tests.support.terminals import Handheld, running_handheld
from tests.support.trades import assert_sound

TCP = "tcp://127.0.0.1:0"
ORDERS = 2


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A sealed batch with two orders of terminal 3."""
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 10))
    terminal.order("C0002", ("HX500", 2))
    path = tmp_path / "day.cbor"
    path.write_bytes(terminal.seal())
    return path


def told(report: DockReport) -> str:
    """The name of the error that a docking ended with."""
    error = report.error
    assert isinstance(error, AppError)
    if isinstance(error, PortError):
        return error.driver_code
    return error.rule if isinstance(error, RuleBroken) else error.code


def posted(office: Office) -> int:
    """Documents from terminals in the books."""
    with office.database.read() as reader:
        query = "SELECT COUNT(*) FROM document WHERE kind = 'SO'"
        return int(reader.connection.exec_driver_sql(query).scalar_one())


def assert_all_arrives(desk: Office, handheld: Handheld) -> None:
    """Nothing was lost: the right docking brings all of it, once."""
    assert posted(desk) == 0
    assert dock(desk, CLERK, handheld.port).state == "done"
    assert posted(desk) == ORDERS
    assert_sound(desk)


def test_a_forged_terminal(desk: Office, day: Path, tmp_path: Path) -> None:
    with running_handheld(tmp_path, load=day, device="forger", name="forger") as forger:
        report = dock(desk, CLERK, forger.port)
        assert (report.state, told(report)) == ("failed", "terminal_unknown")
    with running_handheld(tmp_path, load=day) as handheld:
        assert_all_arrives(desk, handheld)


@pytest.mark.parametrize("who", ["forger", "other office"])
def test_a_desk_that_is_not_the_paired_one(
    desk: Office, day: Path, tmp_path: Path, who: str
) -> None:
    """Even one that got hold of the terminal's certificate, which is no secret."""
    ours = desk.paths.desk_key.read_bytes()
    desk.paths.desk_key.write_bytes(key_file(who).read_bytes())
    with running_handheld(tmp_path, load=day) as handheld:
        assert told(dock(desk, CLERK, handheld.port)) == "desk_unknown"
        desk.paths.desk_key.write_bytes(ours)
        assert_all_arrives(desk, handheld)


def test_a_terminal_that_another_office_paired_since(
    desk: Office, day: Path, tmp_path: Path
) -> None:
    with running_handheld(tmp_path, load=day):
        (tmp_path / "handheld.desk").write_bytes(certificate("other office"))
    with running_handheld(tmp_path, device=None) as handheld:
        assert told(dock(desk, CLERK, handheld.port)) == "desk_unknown"
    with running_handheld(tmp_path) as handheld:
        assert_all_arrives(desk, handheld)


def a_recording(desk: Office, tmp_path: Path) -> Path:
    """Of a good docking of an empty terminal."""
    with running_handheld(tmp_path, branch=127, terminal=3, name="recorded") as handheld:
        assert dock(desk, CLERK, handheld.port).state == "done"
    (file,) = desk.paths.sessions.rglob("*.traffic")
    return file


@pytest.mark.parametrize(
    ("play", "codes"),
    [(playing, {"not_a_terminal", "peer_silent"}), (playing_along, {"cannot_prove"})],
)
def test_a_recorded_terminal(
    desk: Office, day: Path, tmp_path: Path, play: Callable[[bytes], Any], codes: set[str]
) -> None:
    heard = recorded(a_recording(desk, tmp_path), b"r")
    assert len(heard) > 2000
    with standing_in(play(heard)) as port:
        assert told(dock(desk, CLERK, port)) in codes
    with running_handheld(tmp_path, name="recorded", load=day) as handheld:
        assert_all_arrives(desk, handheld)


def test_a_recorded_desk(desk: Office, day: Path, tmp_path: Path) -> None:
    said = recorded(a_recording(desk, tmp_path), b"w")
    with running_handheld(tmp_path, name="recorded", load=day, port=TCP) as handheld:
        answers = FrameReader().feed(say(handheld.port, said))
        # It calls and is answered; its handshake is of another day.
        assert answers[0].kind is Kind.ACCEPT
        assert kept(handheld) == 4
        assert_all_arrives(desk, handheld)


def kept(handheld: Handheld) -> int:
    """Records that the desk has not confirmed."""
    with sqlite3.connect(handheld.store) as connection:
        query = "SELECT count(*) FROM record WHERE seq > (SELECT received_seq FROM identity)"
        (number,) = connection.execute(query).fetchone()
    connection.close()
    return int(number)


@pytest.mark.parametrize("suites", [(Suite.PLAIN,), (Suite.PLAIN, Suite.PAIRING)])
def test_a_desk_that_offers_no_security(
    desk: Office, day: Path, tmp_path: Path, suites: tuple[Suite, ...]
) -> None:
    call = Frame(Kind.CONNECT, 99, payload=encode_offer(DESK_LIMITS, suites))
    with running_handheld(tmp_path, load=day, port=TCP) as handheld:
        (answer,) = FrameReader().feed(say(handheld.port, encode_frame(call)))
        assert answer.kind is Kind.REFUSE
        assert answer.payload == Code.SUITE_REFUSED.to_bytes(2, "big")
        assert_all_arrives(desk, handheld)


@pytest.mark.parametrize("suite", [Suite.PLAIN, Suite.PAIRING, 7])
def test_a_terminal_that_wants_no_security(desk: Office, suite: int) -> None:
    with standing_in(accepting(suite)) as port:
        assert told(dock(desk, CLERK, port)) == "not_paired"
    assert posted(desk) == 0


def weaker_offer(direction: str, frame: Frame) -> Frame:
    """The desk's call without its security."""
    if frame.kind is not Kind.CONNECT:
        return frame
    return replace(frame, payload=encode_offer(DESK_LIMITS, (Suite.PLAIN,)))


def smaller_window(direction: str, frame: Frame) -> Frame:
    """A call that both sides agree about, but not on the same one."""
    if frame.kind is not Kind.CONNECT:
        return frame
    return replace(
        frame, payload=encode_offer(replace(DESK_LIMITS, window_bytes=8192), (Suite.TLS13,))
    )


def larger_answer(direction: str, frame: Frame) -> Frame:
    """An answer with another payload size than was given."""
    if frame.kind is not Kind.ACCEPT:
        return frame
    return replace(frame, payload=struct.pack(">BBIH", 1, Suite.TLS13, 16_384, 2048))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (weaker_offer, "not_paired"),
        (smaller_window, "cannot_prove"),
        (larger_answer, "cannot_prove"),
    ],
)
def test_a_handshake_that_is_altered_on_its_way(
    desk: Office,
    day: Path,
    tmp_path: Path,
    change: Callable[[str, Frame], Frame],
    code: str,
) -> None:
    with running_handheld(tmp_path, load=day, port=TCP) as handheld:
        with between(handheld.port, change) as port:
            assert told(dock(desk, CLERK, port)) == code
        assert_all_arrives(desk, handheld)


@pytest.mark.parametrize("how", ["one bit", "again"])
def test_what_is_said_is_altered_or_said_again(
    desk: Office, day: Path, tmp_path: Path, how: str
) -> None:
    seen = {"up": 0}

    def change(direction: str, frame: Frame) -> Frame:
        if frame.kind is not Kind.DATA or direction != "up":
            return frame
        seen["up"] += 1
        if seen["up"] != 3:
            return frame
        if how == "again":  # older bytes of the stream in the place of newer ones
            return replace(frame, payload=frame.payload[:4] + frame.payload[:3:-1])
        return replace(frame, payload=frame.payload[:-1] + bytes([frame.payload[-1] ^ 1]))

    with running_handheld(tmp_path, load=day, port=TCP) as handheld:
        with between(handheld.port, change) as port:
            assert told(dock(desk, CLERK, port)) == "cannot_prove"
        assert seen["up"] >= 3
        assert_all_arrives(desk, handheld)


def test_a_revoked_terminal_and_a_lost_one(desk: Office, day: Path, tmp_path: Path) -> None:
    with running_handheld(tmp_path, load=day) as handheld:
        revoke(desk, CLERK, 3, "left in a taxi")
        report = dock(desk, CLERK, handheld.port)
        assert (report.state, told(report)) == ("refused", "terminal-revoked")
        report_lost(desk, CLERK, 3, "not found again")
        report = dock(desk, CLERK, handheld.port)
        assert (report.state, told(report)) == ("refused", "terminal-lost")
        assert (posted(desk), kept(handheld)) == (0, 4)


def test_a_device_that_was_replaced(desk: Office, day: Path, tmp_path: Path) -> None:
    place = trust(desk, CLERK, Seat(3), Device(certificate("newer").hex()), "file")
    assert place.epoch == 2
    with running_handheld(tmp_path, load=day) as handheld:
        report = dock(desk, CLERK, handheld.port)
        assert (report.state, told(report)) == ("refused", "terminal-replaced")
        assert (posted(desk), kept(handheld)) == (0, 4)


def test_a_device_under_the_number_of_another(desk: Office, tmp_path: Path) -> None:
    trust(desk, CLERK, Seat(4), Device(certificate("fourth").hex()), "file")
    with running_handheld(tmp_path, branch=127, terminal=3, device="fourth") as handheld:
        report = dock(desk, CLERK, handheld.port)
    assert (report.state, told(report)) == ("refused", "device-elsewhere")


def test_another_serial_number(desk: Office, day: Path, tmp_path: Path) -> None:
    with running_handheld(tmp_path, branch=127, terminal=3, serial="SN-1") as handheld:
        assert dock(desk, CLERK, handheld.port).state == "done"
    with running_handheld(tmp_path, load=day, serial="SN-2", name="two") as handheld:
        report = dock(desk, CLERK, handheld.port)
    assert (report.state, told(report)) == ("refused", "terminal-serial")
    assert posted(desk) == 0


def give_ticket(handheld: Path, ticket: bytes) -> None:
    """Another ticket in the store of a stopped handheld."""
    with sqlite3.connect(handheld) as connection:
        connection.execute("UPDATE identity SET ticket = ?", (ticket,))
    connection.close()


def ticket_of(handheld: Path) -> bytes:
    with sqlite3.connect(handheld) as connection:
        (ticket,) = connection.execute("SELECT ticket FROM identity").fetchone()
    connection.close()
    return bytes(ticket)


def test_an_epoch_that_is_over(desk: Office, day: Path, tmp_path: Path) -> None:
    trust(desk, CLERK, Seat(3), Device(certificate("newer").hex()), "file")
    place = trust(desk, CLERK, Seat(3), Device(certificate("handheld").hex(), epoch=1), "file")
    assert place.epoch == 3
    with running_handheld(tmp_path, load=day) as handheld:
        report = dock(desk, CLERK, handheld.port)
        assert (report.state, told(report)) == ("refused", "terminal-outdated")
        assert (posted(desk), kept(handheld)) == (0, 4)


def test_a_ticket_of_an_older_docking(desk: Office, day: Path, tmp_path: Path) -> None:
    store = tmp_path / "handheld.sqlite"
    tickets = []
    for _ in range(3):
        with running_handheld(tmp_path, branch=127, terminal=3) as handheld:
            assert dock(desk, CLERK, handheld.port).state == "done"
        tickets.append(ticket_of(store))
    assert len(set(tickets)) == 3
    for shown in (tickets[0], b""):
        give_ticket(store, shown)
        with running_handheld(tmp_path, load=day) as handheld:
            report = dock(desk, CLERK, handheld.port)
            assert (report.state, told(report)) == ("refused", "terminal-copied")
    give_ticket(store, tickets[2])
    with running_handheld(tmp_path) as handheld:
        assert_all_arrives(desk, handheld)


def test_a_copy_of_store_and_key(desk: Office, day: Path, tmp_path: Path) -> None:
    """The copy may be first once; as soon as both have docked, one of them is found out."""
    clone = ["--clone", str(tmp_path / "handheld.sqlite")]
    with running_handheld(tmp_path, branch=127, terminal=3) as handheld:
        assert dock(desk, CLERK, handheld.port).state == "done"
    with running_handheld(tmp_path, name="copy", device=None, arguments=clone) as copy:
        pass
    with running_handheld(tmp_path, load=day) as handheld:
        assert_all_arrives(desk, handheld)
    with running_handheld(tmp_path, name="copy", device=None) as copy:
        report = dock(desk, CLERK, copy.port)
        assert (report.state, told(report)) == ("refused", "terminal-copied")
    with running_handheld(tmp_path) as handheld:
        assert dock(desk, CLERK, handheld.port).state == "done"
    assert posted(desk) == ORDERS


def test_a_copy_that_docks_first_makes_the_original_ask(
    desk: Office, day: Path, tmp_path: Path
) -> None:
    """Nobody can know which is which: the one that comes second waits for a person."""
    clone = ["--clone", str(tmp_path / "handheld.sqlite")]
    with running_handheld(tmp_path, branch=127, terminal=3) as handheld:
        assert dock(desk, CLERK, handheld.port).state == "done"
    with running_handheld(tmp_path, name="copy", device=None, load=day, arguments=clone) as copy:
        assert_all_arrives(desk, copy)
    with running_handheld(tmp_path) as handheld:
        report = dock(desk, CLERK, handheld.port)
        assert (report.state, told(report)) == ("refused", "terminal-copied")
    assert posted(desk) == ORDERS
    assert_sound(desk)
