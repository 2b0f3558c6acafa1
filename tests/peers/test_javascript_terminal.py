"""A terminal in JavaScript, written from the protocol's page alone, docks at the real desk."""

import hashlib
import json
import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.clock import SystemClock
from app.services.blobs import blobs_of
from app.services.docking import DockReport, dock
from app.services.masters import Customer, MasterData, put_masters
from app.services.office import Office
from app.services.pairing import Seat, make_code, pair
from tests.support.databases import new_url, postgres, sqlite_template
from tests.support.offices import CLERK, found_sample_branch, open_office, sample_masters
from tests.support.relay import Line, running_relay
from tests.support.trades import assert_sound

__all__ = ["new_url", "postgres", "sqlite_template"]

PROGRAM = Path(__file__).with_name("terminal.mjs")
TERMINAL = 3
BOTTLES_PER_CASE = 12
PRICE_FEN = 5350


@pytest.fixture
def desk(new_url: Callable[..., str], tmp_path: Path) -> Iterator[Office]:
    """The sample branch in real time, which knows no terminal yet."""
    office = found_sample_branch(open_office(new_url(), tmp_path / "data"))
    clock = SystemClock()
    yield replace(office, clock=clock, database=replace(office.database, clock=clock))
    office.database.close()


@dataclass
class Peer:
    """The program and its folder; every start is a process of its own."""

    folder: Path
    starts: int = 0
    told: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def running(self, orders: int = 0, photo: bytes = b"", code: str = "") -> Iterator[str]:
        """Its port; before it is docked it has written so many orders and taken the photo."""
        self.starts += 1
        self.folder.mkdir(exist_ok=True)
        log = self.folder / f"told-{self.starts}"
        command = ["node", str(PROGRAM), "--port", "tcp://127.0.0.1:0"]
        command += ["--store", str(self.folder / "store")]
        command += ["--orders", str(self._file("orders", json.dumps(self._work(orders)).encode()))]
        command += ["--photo", str(self._file("photo", photo))] if photo else []
        command += ["--pair", code] if code else []
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                yield json.loads(process.stdout.readline())["port"]
            finally:
                process.kill()
                log.write_text(process.stdout.read())
        self.told = [json.loads(line) for line in log.read_text().splitlines()]

    def heard(self, event: str) -> list[dict[str, Any]]:
        """What the last process told of such events."""
        return [each for each in self.told if each["event"] == event]

    def _file(self, name: str, content: bytes) -> Path:
        file = self.folder / f"{name}-{self.starts}"
        file.write_bytes(content)
        return file

    def _work(self, orders: int) -> list[dict[str, Any]]:
        """Orders of one case, each for a day of its own, whichever start writes it."""
        first = date(2026, 6, 2) + timedelta(days=1000 * self.starts)
        line = {
            "product": "HX500",
            "packing": "CS",
            "packs": 1,
            "factor": BOTTLES_PER_CASE,
            "price_fen": PRICE_FEN,
        }
        days = (first + timedelta(days=number) for number in range(orders))
        return [{"customer": "C0001", "wanted": str(day), "lines": [line]} for day in days]


@pytest.fixture
def peer(tmp_path: Path) -> Peer:
    return Peer(tmp_path / "peer")


def test_it_is_paired_by_a_code_and_docks_with_a_photo(desk: Office, peer: Peer) -> None:
    photo = random.Random(1).randbytes(50_000)
    code = make_code(desk, CLERK)
    with peer.running(orders=2, photo=photo, code=code.text) as port:
        place = pair(desk, CLERK, port, Seat(TERMINAL, "S01"), code=code)
        first = dock(desk, CLERK, port)
        again = dock(desk, CLERK, port)
    assert (place.terminal, place.epoch, place.person) == (TERMINAL, 1, "S01")
    _assert_done(first, again)
    assert (first.counts.accepted, first.documents, first.photos) == (5, 2, 1)
    assert first.problems == ()
    assert blobs_of(desk).path(hashlib.sha256(photo).digest()).read_bytes() == photo
    assert (again.counts.uploaded, again.photos, again.lost) == (0, 0, 0)
    assert len(peer.heard("safe")) == 2
    names = [each["name"] for each in peer.heard("set")]
    assert "products" in names
    assert names.count("products") == 1
    assert _orders(desk) == 2
    assert_sound(desk)


def test_its_next_process_goes_on_and_takes_a_change(desk: Office, peer: Peer) -> None:
    put_masters(desk, CLERK, MasterData(customers=_more_customers()))
    _pair(desk, peer, orders=1)
    old = sample_masters().customers[1]
    renamed = replace(old, party=replace(old.party, name="西桥便利店"))
    put_masters(desk, CLERK, MasterData(customers=(renamed,)))
    with peer.running(orders=2) as port:
        report = dock(desk, CLERK, port)
    _assert_done(report)
    assert (report.documents, report.problems) == (2, ())
    assert [each["change"] for each in peer.heard("set") if each["name"] == "customers"] == [True]
    assert _orders(desk) == 3
    assert_sound(desk)


def test_flipped_bits_change_nothing(desk: Office, peer: Peer) -> None:
    _pair(desk, peer, orders=1)
    photo = random.Random(2).randbytes(150_000)
    with (
        peer.running(orders=100, photo=photo) as port,
        running_relay(_end(port), Line(flip_rate=1e-4)) as bad,
    ):
        report = dock(desk, CLERK, bad)
    _assert_done(report)
    assert (report.documents, report.photos, report.lost) == (100, 1, 0)
    assert peer.heard("safe")[0]["lost_pieces"] > 5
    assert blobs_of(desk).path(hashlib.sha256(photo).digest()).read_bytes() == photo
    assert _orders(desk) == 101
    assert_sound(desk)


def test_a_cut_upload_goes_on_where_it_was(desk: Office, peer: Peer) -> None:
    _pair(desk, peer, orders=1)
    with peer.running(orders=1000) as port:
        with running_relay(_end(port), Line(cut_at=15_000)) as cut:
            assert dock(desk, CLERK, cut).state == "failed"
        report = dock(desk, CLERK, port)
    _assert_done(report)
    offsets = [each["offset"] for each in peer.heard("batch")]
    assert offsets[0] == 0
    assert offsets[1] > 0
    assert report.documents == 1000
    assert _orders(desk) == 1001
    assert_sound(desk)


def _pair(desk: Office, peer: Peer, orders: int) -> None:
    """Paired, docked once, and switched off again."""
    code = make_code(desk, CLERK)
    with peer.running(orders=orders, code=code.text) as port:
        pair(desk, CLERK, port, Seat(TERMINAL, "S01"), code=code)
        _assert_done(dock(desk, CLERK, port))


def _assert_done(*reports: DockReport) -> None:
    assert [(report.state, report.error) for report in reports] == [("done", None)] * len(reports)


def _more_customers() -> tuple[Customer, ...]:
    """So many that a change of one is worth sending as a change."""
    first = sample_masters().customers[0]
    return tuple(
        replace(first, party=replace(first.party, code=f"C1{number:03}")) for number in range(100)
    )


def _end(port: str) -> str:
    """A port as the relay names it."""
    return port.replace("tcp://", "tcp:")


def _orders(desk: Office) -> int:
    with desk.database.read() as reader:
        query = text("SELECT COUNT(*) FROM document WHERE kind = 'SO'")
        return int(reader.connection.execute(query).scalar_one())
