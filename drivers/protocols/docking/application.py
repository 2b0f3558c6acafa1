"""The terminal's half of a pairing, inside its session."""

from collections.abc import Callable

from drivers.contract import Applicant, Place
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.events import Invited, Placed
from drivers.protocols.docking.introduction import Introduction, commitment, same
from drivers.protocols.docking.keys import device_id, is_certificate
from drivers.protocols.docking.messages import (
    Message,
    MessageError,
    PairOffer,
    PairPlace,
    PairProof,
    PairRequest,
)


class Application:
    """Asks for a place. `nonce`: 16 random bytes that are shown after the desk showed its own."""

    def __init__(self, applicant: Applicant, nonce: bytes, send: Callable[[Message], None]) -> None:
        self._certificate = applicant.certificate
        self._nonce = nonce
        self._send = send
        self._introduction: Introduction | None = None
        self._by_digits = False
        self._secret = b""
        send(
            PairRequest(
                applicant.certificate,
                applicant.branch,
                applicant.terminal,
                applicant.epoch,
                applicant.last_seq,
                applicant.serial,
                applicant.model,
                applicant.app_version,
                commitment(applicant.certificate, nonce),
            )
        )

    def take_offer(self, offer: PairOffer) -> Invited:
        """Raises MessageError for a certificate of an unknown kind."""
        if not is_certificate(offer.certificate):
            raise MessageError(Code.MESSAGE_MALFORMED)
        self._introduction = introduction = Introduction(
            offer.certificate, self._certificate, offer.nonce, self._nonce
        )
        self._by_digits = bool(offer.digits)
        digits = introduction.digits if self._by_digits else None
        return Invited(offer.certificate, offer.branch, offer.desk, digits)

    def prove(self, desk_id: bytes, secret: bytes) -> None:
        """Raises MessageError if this is not the desk whose QR code was read, or one that
        does not want to know of the code."""
        introduction = self._introduction
        if introduction is None:
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        mac = b""
        if self._by_digits and secret:
            # Who has read a code is not talked into trusting digits instead.
            raise MessageError(Code.PAIRING_REFUSED)
        if not self._by_digits:
            if not secret or not same(device_id(introduction.desk), desk_id):
                raise MessageError(Code.PAIRING_REFUSED)
            self._secret = secret
            mac = introduction.terminal_mac(secret)
        self._send(PairProof(self._nonce, mac))

    def take_place(self, message: PairPlace) -> Placed:
        """Raises MessageError if it does not come from the desk that has the secret."""
        if self._introduction is None:
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        if self._secret:
            expected = self._introduction.desk_mac(self._secret, message.terminal, message.epoch)
            if not same(expected, message.mac):
                raise MessageError(Code.PAIRING_REFUSED)
        return Placed(Place(message.terminal, message.epoch, message.person))
