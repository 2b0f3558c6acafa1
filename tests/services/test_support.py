"""A file for whoever helps, in which no key, no code, no customer and no person can be found."""

import base64
import json
import re
import zipfile
from pathlib import Path

import pytest
import structlog

from app import __version__
from app.clock import FixedClock
from app.errors import OutputError
from app.log import open_log
from app.services.desk_key import credentials
from app.services.office import Office
from app.services.pairing import make_code
from app.services.sessions import list_sessions, traffic_of
from app.services.support import blanked, make_bundle
from app.settings import Settings
from app.storage import migrate
from app.storage.queries.private import private_texts
from drivers.links.replay import read_recording
from tests.support.dockings import DAY_MS, dock_a_day, in_real_time
from tests.support.offices import CLERK, sample_masters

CUSTOMERS = [
    text
    for each in sample_masters().customers
    for text in (each.party.name, each.party.address, each.party.phone)
]


@pytest.fixture
def docked(office: Office, tmp_path: Path) -> Office:
    return dock_a_day(in_real_time(office), tmp_path)


def bundled(office: Office, file: Path, days: int = 7) -> dict[str, bytes]:
    """Every member of a new bundle by its name."""
    make_bundle(office, CLERK, Settings(ports=("/dev/ttyS9",)), file, days)
    with zipfile.ZipFile(file) as bundle:
        assert bundle.testzip() is None
        return {name: bundle.read(name) for name in bundle.namelist()}


def log_what_must_not_leave(office: Office) -> list[bytes]:
    """Have the program log keys, codes and customers; returns what to look for."""
    code = make_code(office, CLERK)
    pem = credentials(office).key_file.read_text("ascii")
    customer, address, phone = CUSTOMERS[:3]

    def break_down(name: str) -> None:
        secret = code.secret
        raise ValueError(f"{name} lives at {address}, {phone}, {code.text}, {len(secret)}")

    with open_log(office.paths.logs):
        log = structlog.get_logger("test")
        log.info("paired", code=code.text, secret=code.secret.hex(), pem=pem)
        log.info("customer", words=f"{customer}, {pem}")
        log.info("desk", drawn=code.secret.hex(), url="postgresql://tally:hunter2@db/tally")
        try:
            break_down(customer)
        except ValueError as error:
            log.error("broke down", exc_info=error)
    blocks = re.findall(r"-----BEGIN [A-Z ]+-----([^-]+)-----END", pem)
    return [
        *(line.encode() for block in blocks for line in block.split()),
        *(base64.b64decode(block) for block in blocks),
        *(code.secret, repr(code.secret).encode(), code.secret.hex().encode()),
        code.text.encode(),
        b"hunter2",
    ]


def test_nothing_that_is_secret_or_private_leaves(docked: Office, tmp_path: Path) -> None:
    forbidden = log_what_must_not_leave(docked)
    with docked.database.read() as reader:
        private = private_texts(reader)
    assert private >= set(CUSTOMERS)
    (row,) = list_sessions(docked, CLERK)
    opened = read_recording(traffic_of(docked, CLERK, row).read_bytes())
    ticket = next(each.data for each in opened if each.kind == b"n" and len(each.data) == 16)
    forbidden += [ticket, ticket.hex().encode(), b"-----BEGIN", b"PRIVATE KEY", b"CERTIFICATE"]
    forbidden += [each.encode() for each in private]
    log = b"".join(each.read_bytes() for each in docked.paths.logs.glob("*"))
    assert b"hunter2" in log
    assert CUSTOMERS[0].encode() in log
    members = bundled(docked, tmp_path / "bundle.zip")
    found = [(each, name) for each in forbidden for name in members if each in members[name]]
    assert found == []
    assert b"broke down" in members["program.log"]
    assert b"ValueError" in members["program.log"]


def test_what_helps_is_inside(docked: Office, tmp_path: Path) -> None:
    (row,) = list_sessions(docked, CLERK)
    members = bundled(docked, tmp_path / "bundle.zip")
    assert set(members) == {
        "about.json",
        "program.log",
        f"sessions/{row.id}.txt",
        f"sessions/{row.id}.traffic",
    }
    about = json.loads(members["about.json"])
    assert about["program"] == __version__
    assert about["schema"] == {
        "found": migrate.head(),
        "expected": migrate.head(),
        "is_newer": False,
    }
    assert about["settings"]["ports"] == ["/dev/ttyS9"]
    assert about["database"] in ("sqlite", "postgresql")
    assert any(each.startswith("SQLAlchemy 2.") for each in about["packages"])
    (terminal,) = about["terminals"]
    assert (terminal["terminal_no"], terminal["epoch"], len(terminal["devices"])) == (3, 1, 1)
    assert {each["holds"] for each in about["invariants"]} == {True}
    assert about["without_traffic"] == []
    told = members[f"sessions/{row.id}.txt"].decode()
    assert "Terminal 3 of S01 answered" in told
    assert '"photos": 1' in told


def test_a_recording_is_blanked_and_keeps_its_shape(docked: Office, tmp_path: Path) -> None:
    (row,) = list_sessions(docked, CLERK)
    whole = read_recording(traffic_of(docked, CLERK, row).read_bytes())
    rest = read_recording(bundled(docked, tmp_path / "bundle.zip")[f"sessions/{row.id}.traffic"])
    shape = [(entry.kind, entry.micros, len(entry.data)) for entry in whole]
    assert [(entry.kind, entry.micros, len(entry.data)) for entry in rest] == shape
    assert not any(any(entry.data) for entry in rest if entry.kind in (b"o", b"p"))
    for kind in (b"u", b"r", b"w", b"b", b"a", b"s", b"c"):
        line = [entry.data for entry in whole if entry.kind == kind]
        assert line == [entry.data for entry in rest if entry.kind == kind] != []
    numbers = [entry.data for entry in rest if entry.kind == b"n"]
    assert {any(number): len(number) for number in numbers} == {True: 4, False: 16}
    with pytest.raises(ValueError, match="not a recording"):
        blanked(b"")


def test_a_broken_book_is_told(docked: Office, tmp_path: Path) -> None:
    with docked.database.transaction(CLERK, "tamper") as store:
        store.reader.connection.exec_driver_sql("UPDATE stock_balance SET qty = qty + 1")
    about = json.loads(bundled(docked, tmp_path / "bundle.zip")["about.json"])
    broken = next(each for each in about["invariants"] if not each["holds"])
    assert broken["contradicted"] >= len(broken["examples"]) > 0


def test_only_the_last_days_are_inside(docked: Office, tmp_path: Path) -> None:
    later = docked.with_clock(FixedClock(docked.clock.now_ms() + 3 * DAY_MS))
    assert len(bundled(later, tmp_path / "all.zip", days=4)) == 4
    assert set(bundled(later, tmp_path / "none.zip", days=2)) == {"about.json", "program.log"}


def test_a_recording_that_cannot_be_read_is_named(docked: Office, tmp_path: Path) -> None:
    (row,) = list_sessions(docked, CLERK)
    traffic_of(docked, CLERK, row).write_bytes(b"")  # as one that has just begun
    members = bundled(docked, tmp_path / "bundle.zip")
    assert json.loads(members["about.json"])["without_traffic"] == [str(row.id)]
    assert not any(name.endswith(".traffic") for name in members)


def test_a_target_that_cannot_be_written_leaves_nothing(docked: Office, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_bytes(b"")
    with pytest.raises(OutputError):
        make_bundle(docked, CLERK, Settings(), in_the_way / "bundle.zip")
    with pytest.raises(OutputError):
        make_bundle(docked, CLERK, Settings(), tmp_path)
    assert not list(tmp_path.glob(".*"))
