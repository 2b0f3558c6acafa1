"""How a handheld is paired with its desk: by the code that it scanned, or by eight digits."""

import secrets

from drivers.contract import Applicant
from drivers.devices.simulated.saying import say
from drivers.devices.simulated.sealing import APP_VERSION
from drivers.devices.simulated.store import TerminalStore
from drivers.devices.simulated.trust import Trust
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.events import Invited, PairingPossible, Placed
from drivers.protocols.docking.introduction import NONCE_BYTES, read_qr
from drivers.protocols.docking.terminal import TerminalSession

DIGITS = "digits"


class Joining:
    """`wish` is the text of a desk's QR code, `digits`, or empty for no wish to be paired.

    With `digits` the digits are printed, and this handheld's user finds them right.
    """

    def __init__(self, store: TerminalStore, trust: Trust, model: str, wish: str) -> None:
        """Raises ValueError for a text that is no desk's code."""
        self._store = store
        self._trust = trust
        self._model = model
        self._desk_id, self._secret = (b"", b"") if wish in ("", DIGITS) else read_qr(wish)
        self.is_wanted = bool(wish)
        self.has_joined = False
        self._desk: Invited | None = None

    def forget(self) -> None:
        """The wish came true."""
        self.is_wanted = self.has_joined = False

    def answer(self, session: TerminalSession, event: PairingPossible | Invited | Placed) -> None:
        """Play the terminal's part of a pairing."""
        match event:
            case PairingPossible():
                session.apply(self._applicant(), secrets.token_bytes(NONCE_BYTES))
            case Invited():
                self._desk = event
                if event.digits:
                    say({"digits": event.digits})
                session.prove(self._desk_id, self._secret)
            case Placed():
                self._settle(session, event)

    def _applicant(self) -> Applicant:
        identity = self._store.identity()
        return Applicant(
            certificate=self._trust.certificate,
            branch=identity.branch,
            terminal=identity.terminal,
            epoch=identity.epoch,
            last_seq=identity.last_seq,
            serial=identity.serial,
            model=self._model,
            app_version=APP_VERSION,
        )

    def _settle(self, session: TerminalSession, event: Placed) -> None:
        place, desk = event.place, self._desk
        if desk is None:
            return
        try:
            self._store.settle(desk.branch, place.terminal, place.epoch, place.person)
        except ValueError as error:
            session.fail(Code.TERMINAL_FAULT, str(error))
            return
        self._trust.believe(desk.certificate)
        session.placed()
        self.has_joined = True
        say({"paired": {"desk": desk.desk, "terminal": place.terminal, "epoch": place.epoch}})
