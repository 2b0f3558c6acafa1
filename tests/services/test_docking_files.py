"""Terminals that know files are docked over a real line, and cleared only when all is safe."""

import errno
import pkgutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.domain.quantity import Packing
from app.errors import RuleBroken
from app.services.docking import DockReport, dock
from app.services.file_terminals import set_up
from app.services.masters import Customer, MasterData, put_masters
from app.services.office import Office
from app.services.sessions import events_of, list_sessions
from app.services.terminals import enrol
from app.storage.queries.files import find_taken
from app.storage.store.files import FileSetup
from app.storage.store.master_data import Party, Product, Profile
from drivers.contract import Link, SerialSettings
from drivers.devices.folder_place import Place
from drivers.devices.transferring import TransferSession
from drivers.errors import PeerSilent, PortBusy
from tests.support.offices import CLERK
from tests.support.relay import Line, running_relay
from tests.support.terminals_of_others.csp2_terminal import Csp2Terminal, scan
from tests.support.terminals_of_others.stand import on_the_stand
from tests.support.trades import assert_sound

WATER = "6901234567892"
EAN13 = 0x0B
NUMBER = 40


@pytest.fixture
def shop(office: Office) -> Office:
    """The sample branch with water that has a number under its bars, and a terminal 40."""
    packings = (Packing("BTL", "瓶", 1, WATER),)
    water = Product(code="WATER", name="水", packings=packings, base_unit_name="瓶")
    put_masters(office, CLERK, MasterData(products=(water,)))
    enrol(office, CLERK, NUMBER, person="K01")
    return office


def scans(count: int, first: int = 0) -> list[bytes]:
    return [
        scan(EAN13, WATER.encode(), datetime(2026, 6, 1, 9, number // 60, number % 60))  # noqa: DTZ001
        for number in range(first, first + count)
    ]


def set_up_csp2(shop: Office, serial: str = "", port: str = "", clears: bool = True) -> None:
    setup = FileSetup(NUMBER, "csp2", "csp2-scans", serial, port, clears=clears, location="WH1")
    set_up(shop, CLERK, setup)


def docked(shop: Office, scanner: Csp2Terminal, driver: str | None = "csp2") -> DockReport:
    with on_the_stand(scanner) as port:
        return dock(shop, CLERK, port, driver=driver)


def test_a_scanner_is_fetched_taken_in_and_cleared(shop: Office) -> None:
    scanner = Csp2Terminal(scans(5))
    set_up_csp2(shop, serial="0000000000A1B2C3")
    report = docked(shop, scanner)
    assert (report.state, report.error) == ("done", None)
    assert (report.terminal, report.files, report.documents) == (NUMBER, 1, 1)
    assert scanner.scans == []
    assert scanner.done.index(2) > scanner.done.index(7)
    (session,) = list_sessions(shop, CLERK)
    assert (session.state, session.terminal_no) == ("done", NUMBER)
    told = [event.code for event in events_of(session)]
    assert told[0] == "opened"
    assert told[-1] == "finished"
    assert "file" in told
    assert_sound(shop)
    again = docked(shop, scanner)
    assert (again.state, again.documents) == ("done", 0)


def test_what_stays_on_a_scanner_counts_once(shop: Office) -> None:
    scanner = Csp2Terminal(scans(5))
    set_up_csp2(shop, serial="0000000000A1B2C3", clears=False)
    assert docked(shop, scanner).documents == 1
    assert docked(shop, scanner).counts.uploaded == 0
    scanner.scans += scans(3, first=5)
    grown = docked(shop, scanner)
    assert grown.documents == 1
    assert len(scanner.scans) == 8
    assert_sound(shop)


def test_a_scan_between_fetching_and_clearing_is_kept(shop: Office) -> None:
    scanner = Csp2Terminal(scans(5))

    def scan_one_more(uploads: int) -> None:
        if uploads == 1:
            scanner.scans += scans(1, first=5)

    scanner.after_upload = scan_one_more
    set_up_csp2(shop, serial="0000000000A1B2C3")
    report = docked(shop, scanner)
    assert report.error is not None
    assert report.error.fields["driver_code"] == "file_changed"
    assert (report.documents, len(scanner.scans)) == (1, 6)
    assert docked(shop, scanner).documents == 1
    assert scanner.scans == []
    assert_sound(shop)


DEATHS = {
    "fetched": ("app.services.docking_files.take_file", 1),
    "sealed": ("app.services.device_files.take_in", 1),
    "archived": ("app.services.intake.take_in_kept", 1),
    "committed": ("app.services.docking_files.note_state", 1),
    "about to clear": ("drivers.devices.csp2.Csp2Session.settle", 1),
    "cleared": ("app.services.docking_files.note_state", 2),
    "told": ("drivers.devices.csp2.Csp2Session.finish", 1),
}
"""Where the program ends in the middle: at the so many-th call of what is named."""


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("clears", [True, False])
def test_wherever_the_program_dies_every_scan_counts_once(
    shop: Office, monkeypatch: pytest.MonkeyPatch, death: str, clears: bool
) -> None:
    if death in ("committed", "cleared") and not clears:
        death = "told"
    scanner = Csp2Terminal(scans(5))
    set_up_csp2(shop, serial="0000000000A1B2C3", clears=clears)
    place, at_call = DEATHS[death]
    owner, name = place.rsplit(".", 1)
    there = pkgutil.resolve_name(owner)
    alive = getattr(there, name)
    calls = 0

    def die(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at_call:
            raise KeyboardInterrupt
        return alive(*arguments, **options)

    with monkeypatch.context() as broken:
        broken.setattr(there, name, die)
        with pytest.raises(KeyboardInterrupt):
            docked(shop, scanner)
    scanner.scans += scans(2, first=5)
    report = docked(shop, scanner)
    assert report.error is None
    assert counted(shop) == 7
    assert len(scanner.scans) == (0 if clears else 7)
    assert docked(shop, scanner).documents == 0
    assert_sound(shop)


def counted(shop: Office) -> int:
    """Bottles of water in all counts, whatever became of them."""
    query = text(
        "SELECT SUM(c.counted) FROM count_line c JOIN document_line l"
        " ON l.branch_id = c.branch_id AND l.id = c.line_id"
        " JOIN product p ON p.branch_id = l.branch_id AND p.id = l.product_id"
        " WHERE p.code = 'WATER'"
    )
    with shop.database.read() as reader:
        return int(reader.connection.execute(query).scalar_one() or 0)


def test_a_terminal_that_nobody_set_up_is_named_and_left_alone(shop: Office) -> None:
    scanner = Csp2Terminal(scans(5))
    report = docked(shop, scanner)
    assert report.error is not None
    assert report.error.fields == {"what": "file terminal", "key": "0000000000A1B2C3"}
    assert len(scanner.scans) == 5


def test_a_port_knows_its_driver_once_it_was_set_up(shop: Office) -> None:
    scanner = Csp2Terminal(scans(5))
    with on_the_stand(scanner) as port:
        set_up_csp2(shop, port=port)
        assert dock(shop, CLERK, port).documents == 1


@contextmanager
def serving(command: Sequence[str], folder: Path) -> Iterator[str]:
    """A program that talks over its standard input and output, behind a TCP port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                subprocess.run(
                    command, cwd=folder, stdin=line, stdout=line, stderr=subprocess.DEVNULL,
                    timeout=120, check=False,
                )  # fmt: skip

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        finally:
            thread.join()


@pytest.mark.parametrize(
    ("driver", "command", "told"),
    [
        ("zmodem", ["sz", "-q"], "count.csv"),
        ("ymodem", ["sb", "-q"], "count.csv"),
        # Kermit names files in capitals
        ("kermit", ["gkermit", "-q", "-i", "-S", "-s"], "COUNT.CSV"),
    ],
)
def test_files_of_others_are_posted_once(
    shop: Office, tmp_path: Path, driver: str, command: list[str], told: str
) -> None:
    name = "count.csv"
    (tmp_path / name).write_text(f"barcode,qty\n{WATER},12\nHX500,24\n")
    setup = FileSetup(NUMBER, driver, "generic-csv", port="tcp://127.0.0.1:1", location="WH1")
    set_up(shop, CLERK, setup)
    documents = []
    for _ in range(2):
        with serving([*command, name], tmp_path) as port:
            set_up(shop, CLERK, setup_at(setup, port))
            report = dock(shop, CLERK, port)
        assert (report.error, report.files) == (None, 1)
        documents.append(report.documents)
    assert documents == [1, 0]
    with shop.database.read() as reader:
        taken = find_taken(reader, NUMBER, 0, told)
    assert taken is not None
    assert (taken.lines, taken.state) == (2, "held")
    assert_sound(shop)


def setup_at(setup: FileSetup, port: str) -> FileSetup:
    return FileSetup(
        setup.terminal_no, setup.driver, setup.profile, port=port, location=setup.location
    )


@pytest.mark.parametrize("cut_at", [40, 900, 2_100, 3_300])
@pytest.mark.parametrize(
    ("driver", "command"), [("zmodem", ["sz", "-q"]), ("ymodem", ["sb", "-q"])]
)
def test_a_cut_transfer_posts_nothing_and_the_next_one_all(
    shop: Office, tmp_path: Path, driver: str, command: list[str], cut_at: int
) -> None:
    lines = "".join(f"{WATER},1\n" for _ in range(200))
    (tmp_path / "count.csv").write_text("barcode,qty\n" + lines)
    setup = FileSetup(NUMBER, driver, "generic-csv", port="somewhere", location="WH1")
    reports = []
    for cut in (cut_at, None):
        with (
            serving([*command, "count.csv"], tmp_path) as port,
            running_relay(port.replace("//", ""), Line(cut_at=cut)) as end,
        ):
            set_up(shop, CLERK, setup_at(setup, end))
            reports.append(dock(shop, CLERK, end))
    assert [report.state for report in reports] == ["failed", "done"]
    assert [report.documents for report in reports] == [0, 1]
    assert counted(shop) == 200
    assert_sound(shop)


def test_a_telephone_that_nobody_set_up_is_not_even_opened(
    shop: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_it(*_arguments: object) -> None:
        raise AssertionError("it was opened")

    monkeypatch.setattr("app.services.docking_files.open_link", open_it)
    report = dock(shop, CLERK, "mtp:A1B2C3")
    assert report.error is not None
    assert report.error.fields == {"what": "file terminal", "key": "A1B2C3"}


def test_a_file_that_cannot_be_cleared_hides_none_behind_it(
    shop: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    for name, lines in (("a.csv", "HX500,1\n"), ("b.csv", "HX500,2\n")):
        (card / name).write_text("barcode,qty\n" + lines)
    port = f"folder:{card}"
    setup = FileSetup(NUMBER, "folder", "generic-csv", port=port, clears=True, location="WH1")
    set_up(shop, CLERK, setup)

    def refuse(_place: Place, name: str) -> None:
        raise PermissionError(errno.EROFS, "read-only file system", name)

    (card / "0.bin").write_bytes(bytes(range(256)) * 9)
    with monkeypatch.context() as protected:
        protected.setattr(Place, "remove", refuse)
        report = dock(shop, CLERK, port)
    assert (report.state, report.files, report.documents) == ("failed", 2, 2), report.error
    assert sorted(file.name for file in card.iterdir()) == ["0.bin", "a.csv", "b.csv"]
    again = dock(shop, CLERK, port)
    assert (again.state, again.documents) == ("refused", 0)
    assert [file.name for file in card.iterdir()] == ["0.bin"]
    assert_sound(shop)


def test_the_line_runs_as_fast_as_the_terminal_was_set_up(
    shop: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []

    def open_at(_port: str, settings: SerialSettings) -> Link:
        opened.append(settings.baud)
        raise PortBusy(port="COM3")

    monkeypatch.setattr("app.services.docking_files.open_link", open_at)
    setup = FileSetup(NUMBER, "xmodem", "generic-csv", port="COM3", location="WH1")
    for baud in (0, 38_400):
        set_up(shop, CLERK, replace(setup, baud=baud))
        assert dock(shop, CLERK, "COM3").state == "failed"
    assert opened == [115_200, 38_400]
    with pytest.raises(RuleBroken) as caught:
        set_up(shop, CLERK, replace(setup, baud=1))
    assert caught.value.rule == "setup-baud"


def test_lists_are_sent_once_and_again_when_they_changed(shop: Office, tmp_path: Path) -> None:
    card = tmp_path / "card"
    card.mkdir()
    port = f"folder:{card}"
    setup = FileSetup(NUMBER, "folder", "generic-order", port=port, sends=True)
    set_up(shop, CLERK, setup)
    inbox = card / "inbox" / "customers.csv"
    assert dock(shop, CLERK, port).state == "done"
    assert "C0001" in inbox.read_text("utf-8-sig")
    inbox.unlink()
    assert dock(shop, CLERK, port).state == "done"
    assert not inbox.exists()
    profile = Profile(valid_from=date(2026, 1, 1), customer_type="GROCERY")
    new = Customer(Party(code="C0003", name="新店"), profile)
    put_masters(shop, CLERK, MasterData(customers=(new,)))
    assert dock(shop, CLERK, port).state == "done"
    assert "C0003" in inbox.read_text("utf-8-sig")


def test_a_terminal_that_takes_no_list_now_is_docked_all_the_same(
    shop: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_silent(_session: TransferSession, _files: object) -> None:
        raise PeerSilent(port="a port", silent_s=60)

    monkeypatch.setattr(TransferSession, "push", fall_silent)
    (tmp_path / "count.csv").write_text(f"barcode,qty\n{WATER},12\n")
    setup = FileSetup(NUMBER, "zmodem", "generic-csv", port="x", sends=True, location="WH1")
    with serving(["sz", "-q", "count.csv"], tmp_path) as port:
        set_up(shop, CLERK, replace(setup, port=port))
        report = dock(shop, CLERK, port)
    assert (report.state, report.documents) == ("done", 1)
    assert [found.code for found in report.problems if found.code == "W_LIST_WAITS"]
