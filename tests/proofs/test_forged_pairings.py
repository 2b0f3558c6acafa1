"""X1: whoever stands between a desk and a terminal at their pairing is found out."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from app.clock import FixedClock
from app.errors import PortError, RuleBroken
from app.services import pairing
from app.services.office import Office
from app.services.pairing import Seat, make_code, pair
from drivers.contract import Invitation
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.frames import Frame, FrameReader, encode_frame
from drivers.protocols.docking.introduction import SECRET_BYTES, qr_text
from drivers.protocols.docking.message_codec import decode_message, encode_message
from drivers.protocols.docking.messages import (
    Message,
    PairOffer,
    PairPlace,
    PairProof,
    PairRequest,
)
from tests.support.credentials import DESK, HANDHELD, certificate
from tests.support.docked import Wire, dock
from tests.support.offices import CLERK
from tests.support.paired import (
    BY_CODE,
    BY_DIGITS,
    PLACE,
    DeskTrust,
    PairingDesk,
    PairingTerminal,
    TerminalTrust,
)
from tests.support.terminals import running_handheld

MALLORY = "mallory"
Change = Callable[[Message], Message]


def mallorys(certificate_of_other: bytes) -> bytes:
    """One of her certificates, as long as that of another."""
    names = (f"{MALLORY} {number}" for number in count())
    return next(own for name in names if len(own := certificate(name)) == len(certificate_of_other))


class MiddleWire(Wire):
    """Somebody who reads whole messages of this direction and sends on others.

    It does not even have to disturb the stream: numbers and check sums are made anew.
    """

    def __init__(self, change: Change) -> None:
        super().__init__()
        self._change = change
        self._reader = FrameReader()

    def deliver(self, data: bytes) -> bytes:
        return b"".join(encode_frame(self._pass(frame)) for frame in self._reader.feed(data))

    def _pass(self, frame: Frame) -> Frame:
        if frame.kind.name != "DATA":
            return frame
        said = decode_message(frame.payload[8:])
        body = encode_message(self._change(said))
        # Of equal length, so that the acknowledgements still fit.
        assert len(body) == len(frame.payload) - 8
        return replace(frame, payload=frame.payload[:8] + body)


def meet(
    desk: PairingDesk,
    terminal: PairingTerminal,
    up: Change = lambda message: message,
    down: Change = lambda message: message,
) -> None:
    dock(desk, terminal, MiddleWire(up), MiddleWire(down), 0.0)  # type: ignore[arg-type]


def pair_of(invitation: Invitation = BY_CODE) -> tuple[PairingDesk, PairingTerminal]:
    secret = invitation.secret
    return PairingDesk(DeskTrust(), 7, 0.0, invitation), PairingTerminal(
        TerminalTrust(), 0.0, secret
    )


def assert_refused(desk: PairingDesk, terminal: PairingTerminal) -> None:
    """Both know why, and neither keeps anything."""
    assert desk.ended is not None
    assert desk.ended.code == Code.PAIRING_REFUSED
    assert terminal.ended is not None
    assert terminal.ended.code == Code.PAIRING_REFUSED
    assert (desk.trust.trusted, terminal.trust.desk) == ({}, b"")


@pytest.mark.parametrize("invitation", [BY_CODE, BY_DIGITS])
def test_nobody_in_between(invitation: Invitation) -> None:
    desk, terminal = pair_of(invitation)
    meet(desk, terminal)
    assert desk.paired
    assert desk.trust.trusted == {certificate(HANDHELD): PLACE}
    assert (terminal.trust.desk, terminal.trust.place) == (certificate(DESK), PLACE)
    assert desk.digits == terminal.digits
    assert (desk.digits is None) == bool(invitation.secret)


def test_another_desk_than_the_code_says() -> None:
    mallory = PairingDesk(DeskTrust(), 7, 0.0, BY_CODE, own=certificate(MALLORY))
    terminal = PairingTerminal(TerminalTrust(), 0.0)
    meet(mallory, terminal)
    assert_refused(mallory, terminal)


def test_another_certificate_of_the_terminal_on_its_way() -> None:
    def change(message: Message) -> Message:
        if isinstance(message, PairRequest):
            return replace(message, certificate=mallorys(message.certificate))
        return message

    desk, terminal = pair_of()
    meet(desk, terminal, up=change)
    assert_refused(desk, terminal)


def test_another_certificate_of_the_desk_on_its_way() -> None:
    def change(message: Message) -> Message:
        if isinstance(message, PairOffer):
            return replace(message, certificate=mallorys(message.certificate))
        return message

    desk, terminal = pair_of()
    meet(desk, terminal, down=change)
    assert_refused(desk, terminal)


def test_digits_differ_with_somebody_in_between() -> None:
    """Mallory pairs with both; the person who compares sees two numbers."""
    middle_desk = PairingDesk(DeskTrust(), 7, 0.0, BY_DIGITS, own=certificate(MALLORY))
    terminal = PairingTerminal(TerminalTrust(), 0.0, secret=b"")
    meet(middle_desk, terminal)
    desk = PairingDesk(DeskTrust(), 8, 0.0, BY_DIGITS)
    middle_terminal = PairingTerminal(TerminalTrust(), 0.0, secret=b"", name=MALLORY)
    meet(desk, middle_terminal)
    assert desk.digits is not None
    assert terminal.digits is not None
    assert desk.digits != terminal.digits


@pytest.mark.parametrize("part", ["nonce", "certificate"])
def test_digits_differ_when_the_offer_is_changed_on_its_way(part: str) -> None:
    def change(message: Message) -> Message:
        if isinstance(message, PairOffer):
            other = bytes(16) if part == "nonce" else mallorys(message.certificate)
            return replace(message, **{part: other})
        return message

    desk, terminal = pair_of(BY_DIGITS)
    meet(desk, terminal, down=change)
    assert desk.digits is not None
    assert desk.digits != terminal.digits


def test_who_has_read_a_code_is_not_talked_into_digits() -> None:
    mallory = PairingDesk(DeskTrust(), 7, 0.0, BY_DIGITS, own=certificate(MALLORY))
    terminal = PairingTerminal(TerminalTrust(), 0.0)
    meet(mallory, terminal)
    assert_refused(mallory, terminal)


def test_a_wrong_secret() -> None:
    desk = PairingDesk(DeskTrust(), 7, 0.0)
    terminal = PairingTerminal(TerminalTrust(), 0.0, secret=bytes(SECRET_BYTES))
    meet(desk, terminal)
    assert_refused(desk, terminal)


@pytest.mark.parametrize("invitation", [BY_CODE, BY_DIGITS])
def test_a_number_that_was_not_committed_to(invitation: Invitation) -> None:
    """Else the terminal's side could choose its number so that the digits agree."""

    def change(message: Message) -> Message:
        if isinstance(message, PairProof):
            return replace(message, nonce=bytes(16))
        return message

    desk, terminal = pair_of(invitation)
    meet(desk, terminal, up=change)
    assert_refused(desk, terminal)


@pytest.mark.parametrize("part", ["terminal", "epoch"])
def test_another_place_than_the_desk_gave(part: str) -> None:
    def change(message: Message) -> Message:
        return replace(message, **{part: 9}) if isinstance(message, PairPlace) else message

    desk, terminal = pair_of()
    meet(desk, terminal, down=change)
    assert terminal.ended is not None
    assert terminal.ended.code == Code.PAIRING_REFUSED
    assert (desk.paired, terminal.trust.desk) == (False, b"")


def test_a_pairing_that_is_played_back() -> None:
    """The proof of an earlier pairing, to a desk that shows the same code but another number."""
    heard: list[Message] = []

    def listen(message: Message) -> Message:
        heard.append(message)
        return message

    first, terminal = pair_of()
    meet(first, terminal, up=listen)
    assert first.paired

    def play(message: Message) -> Message:
        return next(each for each in heard if type(each) is type(message))

    desk = PairingDesk(DeskTrust(), 8, 0.0, own=certificate("desk of tomorrow"))
    mallory = PairingTerminal(TerminalTrust(), 0.0, read=certificate("desk of tomorrow"))
    meet(desk, mallory, up=play)
    assert_refused(desk, mallory)


def test_a_code_that_is_over(office: Office, tmp_path: Path) -> None:
    code = make_code(office, CLERK)
    late = office.with_clock(FixedClock(code.until_ms + 1))
    with (
        running_handheld(tmp_path, device=None, pair=code.text) as handheld,
        pytest.raises(RuleBroken) as caught,
    ):
        pair(late, CLERK, handheld.port, Seat(3), code=code)
    assert caught.value.rule == "pairing-expired"
    assert not (tmp_path / "handheld.desk").exists()
    assert trusted(office) == 0


@pytest.mark.parametrize("wrong", ["secret", "desk"])
def test_a_code_of_another_desk(office: Office, tmp_path: Path, wrong: str) -> None:
    code = make_code(office, CLERK)
    own = pairing.credentials(office).certificate
    text = qr_text(certificate(MALLORY), code.secret)
    if wrong == "secret":
        text = qr_text(own, bytes(SECRET_BYTES))
    with (
        running_handheld(tmp_path, device=None, pair=text) as handheld,
        pytest.raises(PortError) as caught,
    ):
        pair(office, CLERK, handheld.port, Seat(3), code=code)
    assert caught.value.driver_code == "pairing_failed"
    assert not (tmp_path / "handheld.desk").exists()
    assert trusted(office) == 0


def test_a_person_who_sees_other_digits(office: Office, tmp_path: Path) -> None:
    seen: list[str] = []

    def confirm(digits: str) -> bool:
        seen.append(digits)
        return False

    with running_handheld(tmp_path, device=None, pair="digits") as handheld:
        with pytest.raises(RuleBroken) as caught:
            pair(office, CLERK, handheld.port, Seat(3), confirm=confirm)
        assert handheld.summary() == {"digits": seen[0]}
    assert caught.value.rule == "pairing-refused"
    assert len(seen[0]) == 8
    assert not (tmp_path / "handheld.desk").exists()
    assert trusted(office) == 0


def test_certificates_that_nobody_could_use(office: Office) -> None:
    """Each is refused with its name, and none of them gets in the way of the good ones."""
    good = certificate(MALLORY)
    dice = range(0, len(good), 3)
    for place in dice:
        spoilt = bytearray(good)
        spoilt[place] ^= 0x04
        device = pairing.Device(bytes(spoilt).hex())
        with pytest.raises(RuleBroken) as caught:
            pairing.trust(office, CLERK, Seat(3), device, "file")
        assert caught.value.rule == "certificate-unfit"
    assert trusted(office) == 0


def trusted(office: Office) -> int:
    with office.database.read() as reader:
        query = "SELECT COUNT(*) FROM terminal_key"
        return int(reader.connection.exec_driver_sql(query).scalar_one())
