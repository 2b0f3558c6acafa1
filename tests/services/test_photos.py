"""Photos of a docking: what records speak of is kept, what nobody has is not waited for."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

import pytest

from app.services import photos
from app.services.backing_up import back_up
from app.services.blobs import blobs_of
from app.services.office import Office
from app.services.photos import PhotoIntake
from app.storage.queries.arrivals import watermarks
from app.storage.queries.terminals import awaited_blobs, stray_bytes
from drivers.contract import (
    Blob,
    Package,
    Receipt,
    Session,
    TerminalInfo,
    Traffic,
    Upload,
    Watermarks,
)
from tests.services.test_backing_up import photo_record
from tests.support.offices import CLERK, Terminal
from tests.support.trades import assert_sound

PHOTO = b"a photo"


class OfferingSession(Session):
    """A docking that has come to its photos; it offers what it is given."""

    def __init__(self, *offered: bytes) -> None:
        self._offered = offered
        self.answers: dict[bytes, bool] = {}

    def info(self) -> TerminalInfo:
        return TerminalInfo(
            branch=127, terminal=3, epoch=1, serial="S", model="", app_version="",
            protocol_version=1, person="", battery_percent=None, free_bytes=None,
            clock_offset_ms=None, last_seq=0, schema_version=1,
        )  # fmt: skip

    def pull_blobs(self, held: Callable[[bytes], bool]) -> Iterator[Blob]:
        for data in self._offered:
            digest = sha256(data).digest()
            if held(digest):
                self.acknowledge_blob(digest, True)
            else:
                yield Blob(digest, data)

    def acknowledge_blob(self, sha256: bytes, kept: bool) -> None:
        self.answers[sha256] = kept

    def pull(self, watermarks: Watermarks) -> Iterator[Upload]:
        raise AssertionError(watermarks)

    def acknowledge(self, receipt: Receipt) -> None:
        raise AssertionError(receipt)

    def push(self, packages: Sequence[Package]) -> None:
        raise AssertionError(packages)

    def refuse(self, code: int, text: str) -> None:
        raise AssertionError(code, text)

    def traffic(self) -> Traffic:
        raise AssertionError

    def finish(self, ticket: bytes = b"") -> None:
        raise AssertionError(ticket)


def codes_of(office: Office, *offered: bytes) -> list[str]:
    session = OfferingSession(*offered)
    intake = PhotoIntake(office, CLERK, session.info())
    intake.take_in(session)
    return [found.code for found in intake.close()]


def test_what_a_record_speaks_of_is_kept(office: Office, terminal: Terminal) -> None:
    photo_record(terminal, PHOTO)
    terminal.upload(office)
    assert codes_of(office, PHOTO) == []
    assert blobs_of(office).read(sha256(PHOTO).digest()) == PHOTO
    assert_sound(office)


def test_a_photo_that_its_terminal_has_no_more_holds_up_nothing(
    office: Office, terminal: Terminal, tmp_path_factory: pytest.TempPathFactory
) -> None:
    seq = photo_record(terminal, PHOTO)
    terminal.upload(office)
    back_up(office, CLERK, tmp_path_factory.mktemp("stick") / "before.zip")
    with office.database.read() as reader:
        assert watermarks(reader, 3, 1) == (seq, seq - 1)
    assert codes_of(office) == ["W_PHOTO_GONE"]
    assert codes_of(office) == []
    back_up(office, CLERK, tmp_path_factory.mktemp("stick") / "behind.zip")
    with office.database.read() as reader:
        assert watermarks(reader, 3, 1) == (seq, seq)
        assert awaited_blobs(reader) == ()
    assert codes_of(office, PHOTO) == []  # it turned up after all
    assert blobs_of(office).has(sha256(PHOTO).digest())
    assert_sound(office)


def test_a_docking_that_broke_off_gives_no_photo_up(office: Office, terminal: Terminal) -> None:
    photo_record(terminal, PHOTO)
    terminal.upload(office)
    intake = PhotoIntake(office, CLERK, OfferingSession().info())
    assert intake.close() == []
    with office.database.read() as reader:
        assert len(awaited_blobs(reader)) == 1


def test_what_no_record_speaks_of_fills_no_disk(
    office: Office, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "MAX_STRAY_BYTES", 25)
    photo_record(terminal, PHOTO)
    terminal.upload(office)
    strays = [bytes([number]) * 10 for number in range(4)]
    session = OfferingSession(*strays, PHOTO)
    intake = PhotoIntake(office, CLERK, session.info())
    intake.take_in(session)
    (found,) = intake.close()
    assert (found.code, found.fields["photos"]) == ("W_STRAY_PHOTOS", 2)
    assert list(session.answers.values()) == [True, True, False, False, True]
    with office.database.read() as reader:
        assert stray_bytes(reader, 3) == 20
    assert codes_of(office, b"and ten") == ["W_STRAY_PHOTOS"]
    assert_sound(office)
