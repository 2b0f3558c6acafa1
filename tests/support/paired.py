"""A desk and a terminal of code that are paired with each other, with what each keeps of it."""

from dataclasses import dataclass, field

from drivers.contract import Applicant, Credentials, Invitation, Place
from drivers.protocols.docking import events
from drivers.protocols.docking.keys import device_id
from drivers.protocols.docking.pairing import PairingSession
from drivers.protocols.docking.security import Suite
from drivers.protocols.docking.terminal import TerminalSession
from tests.support.credentials import DESK, HANDHELD, certificate, key_file
from tests.support.docked import UTC_MS

SECRET = bytes(range(16, 32))
DESK_NONCE = bytes(range(32, 48))
TERMINAL_NONCE = bytes(range(48, 64))
PLACE = Place(3, 1, "P01")
BY_CODE = Invitation(127, "branch", SECRET)
BY_DIGITS = Invitation(127, "branch", b"")


@dataclass
class DeskTrust:
    """What survives when the desk is killed: certificates, each with the place that it got."""

    trusted: dict[bytes, Place] = field(default_factory=dict)

    def credentials(self) -> Credentials:
        """For the docking that follows."""
        return Credentials(certificate(DESK), key_file(DESK), tuple(self.trusted))


@dataclass
class TerminalTrust:
    """What survives when the terminal is killed: the desk's certificate and the own place."""

    desk: bytes = b""
    place: Place | None = None

    def credentials(self, name: str = HANDHELD) -> Credentials:
        """For the docking that follows."""
        return Credentials(certificate(name), key_file(name), (self.desk,))


class PairingDesk:
    """The desk's caller; the person there says yes to every `expected` digits, or to any."""

    def __init__(
        self,
        trust: DeskTrust,
        connection_id: int,
        now_s: float,
        invitation: Invitation = BY_CODE,
        own: bytes = b"",
    ) -> None:
        self.trust = trust
        self.session = PairingSession(
            connection_id, now_s, invitation, own or certificate(DESK), DESK_NONCE
        )
        self.ended: events.SessionEnded | None = None
        self.digits: str | None = None
        self.applicant: Applicant | None = None
        self.paired = False

    def receive(self, data: bytes, now_s: float) -> None:
        for event in self.session.receive(data, now_s):
            match event:
                case events.Applied():
                    self.applicant, self.digits = event.applicant, event.digits
                    self.trust.trusted[event.applicant.certificate] = PLACE
                    self.session.place(PLACE)
                case events.Paired():
                    self.paired = True
                case events.SessionEnded():
                    self.ended = event


class PairingTerminal:
    """The terminal's caller; it has read the code of the desk whose certificate is `read`."""

    def __init__(
        self,
        trust: TerminalTrust,
        now_s: float,
        secret: bytes = SECRET,
        read: bytes = b"",
        name: str = HANDHELD,
    ) -> None:
        self.trust = trust
        self.session = TerminalSession(now_s, UTC_MS, suites=(Suite.PAIRING,))
        self.ended: events.SessionEnded | None = None
        self.digits: str | None = None
        self._code = (device_id(read or certificate(DESK)), secret) if secret else (b"", b"")
        self._name = name
        self._offered = b""

    def receive(self, data: bytes, now_s: float) -> None:
        for event in self.session.receive(data, now_s):
            match event:
                case events.PairingPossible():
                    self.ended = None
                    applicant = Applicant(
                        certificate(self._name), 127, 3, 1, 0, "S1", "TD-1", "1.0"
                    )
                    self.session.apply(applicant, TERMINAL_NONCE)
                case events.Invited():
                    self._offered, self.digits = event.certificate, event.digits
                    self.session.prove(*self._code)
                case events.Placed():
                    self.trust.desk, self.trust.place = self._offered, event.place
                    self.session.placed()
                case events.SessionEnded():
                    self.ended = event
