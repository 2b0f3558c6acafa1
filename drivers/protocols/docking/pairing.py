"""The desk's side of a pairing: a terminal gets a place, and each side keeps the other's key."""

from enum import Enum, auto

from drivers.contract import Applicant, Invitation, Place
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.connect import DESK_LIMITS, Limits
from drivers.protocols.docking.conversation import Connected, Conversation, OrderError
from drivers.protocols.docking.events import Applied, Paired, PairingEvent, SessionEnded
from drivers.protocols.docking.introduction import Introduction, commitment, same
from drivers.protocols.docking.keys import is_certificate
from drivers.protocols.docking.messages import (
    Message,
    MessageError,
    PairDone,
    PairOffer,
    PairPlace,
    PairProof,
    PairRequest,
)
from drivers.protocols.docking.security import Suite, in_the_open
from drivers.protocols.docking.transport import Transport


class _State(Enum):
    WAITING = auto()
    OFFERED = auto()
    DECIDING = auto()
    PLACING = auto()
    ENDED = auto()


class PairingSession:
    """One pairing seen from the desk; driven like a `DeskSession`.

    `Applied` comes when the terminal has shown that it has the invitation's secret, or with the
    digits that a person has to compare: answer with `place` or `refuse`. `Paired`, then
    `SessionEnded` with DONE, follow. `receive` raises nothing.
    """

    def __init__(
        self,
        connection_id: int,
        now_s: float,
        invitation: Invitation,
        certificate: bytes,
        nonce: bytes,
        limits: Limits = DESK_LIMITS,
    ) -> None:
        """`certificate` (DER) is the desk's own; `nonce`: 16 random bytes."""
        transport = Transport.calling(connection_id, now_s, limits, (Suite.PAIRING,))
        self._line = Conversation(transport, in_the_open)
        self._state = _State.WAITING
        self._invitation = invitation
        self._certificate = certificate
        self._nonce = nonce
        self._request: PairRequest | None = None
        self._introduction: Introduction | None = None

    @property
    def line(self) -> Conversation:
        """The conversation underneath, for its statistics."""
        return self._line

    def receive(self, data: bytes, now_s: float) -> list[PairingEvent]:
        """Take what arrived, or b"" when only time has passed. Raises nothing."""
        events: list[PairingEvent] = []
        for item in self._line.receive(data, now_s):
            if isinstance(item, SessionEnded):
                self._state = _State.ENDED
                events.append(item)
            elif not isinstance(item, Connected) and not self._line.failed:
                try:
                    events += self._take(item)
                except MessageError as error:
                    self._line.fail(error.code, type(item).__name__)
        return events

    def bytes_to_send(self, now_s: float) -> bytes:
        """What is to be written to the link now."""
        return self._line.bytes_to_send(now_s)

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until `receive` and `bytes_to_send` want to be called even if nothing arrives."""
        return self._line.next_timeout(now_s)

    def place(self, place: Place) -> None:
        """Take the terminal in, once its certificate is trusted durably."""
        if self._state is _State.ENDED:
            return
        if self._state is not _State.DECIDING or self._introduction is None:
            raise OrderError(self._state.name)
        secret = self._invitation.secret
        mac = b""
        if secret:
            mac = self._introduction.desk_mac(secret, place.terminal, place.epoch)
        self._line.send(PairPlace(place.terminal, place.epoch, place.person, mac))
        self._state = _State.PLACING

    def refuse(self, code: Code, text: str = "") -> None:
        """End the pairing with a reason; `SessionEnded` follows."""
        if self._state is not _State.ENDED:
            self._line.fail(code, text)

    def _take(self, message: Message) -> list[PairingEvent]:
        match self._state, message:
            case _State.WAITING, PairRequest():
                self._take_request(message)
            case _State.OFFERED, PairProof() if self._request is not None:
                return [self._take_proof(self._request, message)]
            case _State.PLACING, PairDone():
                self._line.close()
                return [Paired()]
            case _:
                raise MessageError(Code.MESSAGE_UNEXPECTED)
        return []

    def _take_request(self, request: PairRequest) -> None:
        if not is_certificate(request.certificate):
            raise MessageError(Code.MESSAGE_MALFORMED)
        self._request = request
        invitation = self._invitation
        by_digits = int(not invitation.secret)
        self._line.send(
            PairOffer(self._certificate, invitation.branch, invitation.desk, self._nonce, by_digits)
        )
        self._state = _State.OFFERED

    def _take_proof(self, request: PairRequest, proof: PairProof) -> Applied:
        if not same(commitment(request.certificate, proof.nonce), request.commitment):
            raise MessageError(Code.PAIRING_REFUSED)
        self._introduction = introduction = Introduction(
            self._certificate, request.certificate, self._nonce, proof.nonce
        )
        secret = self._invitation.secret
        if secret and not same(introduction.terminal_mac(secret), proof.mac):
            raise MessageError(Code.PAIRING_REFUSED)
        self._state = _State.DECIDING
        applicant = Applicant(
            request.certificate,
            request.branch,
            request.terminal,
            request.epoch,
            request.last_seq,
            request.serial,
            request.model,
            request.app_version,
        )
        return Applied(applicant, None if secret else introduction.digits)
