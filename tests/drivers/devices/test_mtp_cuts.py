"""MTP dockings that are cut anywhere, and whose bytes are spoilt anywhere."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.devices import mtp_partials
from drivers.devices.mtp import MtpDriver
from drivers.errors import DriverError, LinkLost
from tests.support.usb.direct_link import DirectLink
from tests.support.usb.mtp_dockings import quiet
from tests.support.usb.mtp_responder import MtpResponder

CONTENTS = {"a.csv": b"", "b.csv": Random(2).randbytes(200), "c.csv": Random(3).randbytes(700)}


def terminal() -> tuple[MtpResponder, int]:
    responder = MtpResponder()
    box = responder.folders("Tallydock", "outbox")
    for name, content in CONTENTS.items():
        responder.add(name, content, box)
    return responder, box


def dock(link: DirectLink, desk: dict[str, bytes], scratch: Path | None = None) -> None:
    """Keep each file, then have it cleared."""
    with MtpDriver(scratch).connect(link, lambda: 0, quiet) as session:
        for file in session.pull():
            assert desk.get(file.name, file.data) == file.data
            desk[file.name] = file.data
            session.settle(file, clear=True)
        session.finish()


def check_nothing_lost(responder: MtpResponder, box: int, desk: dict[str, bytes]) -> None:
    """Whatever is not on the terminal any more is whole at the desk."""
    for name, content in CONTENTS.items():
        assert name in responder.names(box) or desk.get(name) == content
    assert all(CONTENTS[name] == data for name, data in desk.items())


def test_cut_anywhere_nothing_is_lost_and_the_next_docking_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mtp_partials, "SMALLEST_BYTES", 1)
    responder, _ = terminal()
    whole = DirectLink(responder)
    dock(whole, {})
    for cut in range(0, whole.read_bytes, 7):
        responder, box = terminal()
        desk: dict[str, bytes] = {}
        with pytest.raises(LinkLost):
            dock(DirectLink(responder, cut_after_read=cut), desk, tmp_path)
        check_nothing_lost(responder, box, desk)
        dock(DirectLink(responder), desk, tmp_path)
        assert desk == CONTENTS
        assert responder.names(box) == []
        assert responder.session is None


def test_cut_after_every_request_nothing_is_lost(tmp_path: Path) -> None:
    responder, _ = terminal()
    whole = DirectLink(responder)
    dock(whole, {})
    for cut in range(whole.writes):
        responder, box = terminal()
        desk: dict[str, bytes] = {}
        with pytest.raises(LinkLost):
            dock(DirectLink(responder, cut_after_writes=cut), desk, tmp_path)
        check_nothing_lost(responder, box, desk)
        dock(DirectLink(responder), desk, tmp_path)
        assert desk == CONTENTS


@settings(max_examples=150)
@given(seed=st.integers(0, 1 << 32), rate=st.sampled_from([0.001, 0.01, 0.1]))
def test_spoilt_bytes_end_in_an_error_of_ours_or_in_the_right_files(seed: int, rate: float) -> None:
    dice = Random(seed)

    def spoil(data: bytes) -> bytes:
        return bytes(each ^ (dice.random() < rate) << dice.randrange(8) for each in data)

    responder, _ = terminal()
    link = DirectLink(responder, spoil=spoil)
    desk: dict[str, bytes] = {}
    try:
        with MtpDriver().connect(link, lambda: 0, quiet) as session:
            for file in session.pull():
                desk[file.name] = file.data
            session.finish()
    except DriverError:
        pass
    assert link.now_s() < 20_000
    # A name has no second look; content has.
    assert set(desk.values()) <= set(CONTENTS.values())


@given(st.lists(st.binary(max_size=64), max_size=20))
def test_a_terminal_of_noise_ends_in_an_error_of_ours(noise: list[bytes]) -> None:
    responder, _ = terminal()
    pieces = iter(noise)
    link = DirectLink(responder, spoil=lambda _: next(pieces, b"\0"))
    with pytest.raises(DriverError), MtpDriver().connect(link, lambda: 0, quiet) as session:
        list(session.pull())
    assert link.now_s() < 10_000
