"""Signs the uploads of `tests.support.offices.Terminal`, as a paired device does."""

from app.services.intake import IntakeResult, take_in
from app.services.office import Office
from drivers.protocols.docking import cbor
from drivers.protocols.docking.batch import (
    CHAIN_START,
    MAX_BATCH_BYTES,
    MAX_RECORDS,
    chain_after,
    to_be_signed,
)
from drivers.protocols.docking.keys import sign
from tests.support.credentials import HANDHELD, key_file
from tests.support.offices import CLERK, Terminal


class Signer:
    """A terminal with the key of this name; `chain` is the value behind its last batch."""

    def __init__(self, terminal: Terminal, name: str = HANDHELD) -> None:
        self.terminal = terminal
        self.chain = CHAIN_START
        self._pem = key_file(name).read_bytes()

    def seal(self) -> bytes:
        """What waits, as a signed batch that follows the one before."""
        fields = fields_of(self.terminal.seal())
        fields[15] = self.chain
        self.chain = chain_after(self.chain, fields[9])
        fields[16] = sign(self._pem, to_be_signed(cbor.encode(fields)))
        return cbor.encode(fields)

    def bring(self, office: Office, data: bytes) -> IntakeResult:
        """Have the office take in a batch of this terminal."""
        return take_in(office, CLERK, self.terminal.origin, data)


def fields_of(batch: bytes) -> dict[int, object]:
    """The map that a sealed batch is."""
    fields = cbor.decode(batch, max_items=MAX_RECORDS + 4096, max_bytes=MAX_BATCH_BYTES)
    assert isinstance(fields, dict)
    return fields
