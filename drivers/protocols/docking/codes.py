"""Numbers of everything that can end or disturb a docking: who is at fault, does trying again help.

The numbers are part of the wire: they are never given a second meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Final


class Party(Enum):
    """Who has to do something about it."""

    NOBODY = "nobody"
    LINE = "line"
    TERMINAL = "terminal"
    DESK = "desk"


class Code(IntEnum):
    """Why a session ended (0: as agreed) or what was wrong with a message."""

    DONE = 0
    PEER_SILENT = 100
    CONNECTION_UNKNOWN = 101
    VERSION_UNSUPPORTED = 102
    SUITE_REFUSED = 103
    NOT_A_TERMINAL = 104
    CONNECT_MALFORMED = 105
    BROKEN_OFF = 106
    HANDSHAKE_FAILED = 200
    CERTIFICATE_UNKNOWN = 201
    CERTIFICATE_REVOKED = 202
    CERTIFICATE_REFUSED = 203
    PAIRING_REFUSED = 210
    PAIRING_EXPIRED = 211
    MESSAGE_TOO_LONG = 300
    MESSAGE_MALFORMED = 301
    MESSAGE_UNKNOWN = 302
    MESSAGE_UNEXPECTED = 303
    WRONG_BRANCH = 400
    TERMINAL_UNKNOWN = 401
    TERMINAL_REVOKED = 402
    EPOCH_OUTDATED = 403
    DESK_FAULT = 404
    DESK_FULL = 405
    DESK_BUSY = 406
    CANCELLED = 407
    TERMINAL_COPIED = 408
    BATCH_TOO_BIG = 500
    BATCH_DAMAGED = 501
    DATASET_DAMAGED = 502
    BLOB_DAMAGED = 503
    TERMINAL_FULL = 510
    TERMINAL_FAULT = 511


@dataclass(frozen=True, slots=True)
class Fault:
    """The party at fault, and whether the same attempt can succeed without any other change."""

    party: Party
    retry_helps: bool


FAULTS: Final[Mapping[Code, Fault]] = MappingProxyType(
    {
        Code.DONE: Fault(Party.NOBODY, False),
        Code.PEER_SILENT: Fault(Party.LINE, True),
        Code.CONNECTION_UNKNOWN: Fault(Party.NOBODY, True),
        Code.VERSION_UNSUPPORTED: Fault(Party.TERMINAL, False),
        Code.SUITE_REFUSED: Fault(Party.TERMINAL, False),
        Code.NOT_A_TERMINAL: Fault(Party.LINE, False),
        Code.CONNECT_MALFORMED: Fault(Party.TERMINAL, False),
        Code.BROKEN_OFF: Fault(Party.NOBODY, True),
        Code.HANDSHAKE_FAILED: Fault(Party.TERMINAL, False),
        Code.CERTIFICATE_UNKNOWN: Fault(Party.TERMINAL, False),
        Code.CERTIFICATE_REVOKED: Fault(Party.TERMINAL, False),
        Code.CERTIFICATE_REFUSED: Fault(Party.DESK, False),
        Code.PAIRING_REFUSED: Fault(Party.NOBODY, True),
        Code.PAIRING_EXPIRED: Fault(Party.NOBODY, True),
        Code.MESSAGE_TOO_LONG: Fault(Party.TERMINAL, False),
        Code.MESSAGE_MALFORMED: Fault(Party.TERMINAL, False),
        Code.MESSAGE_UNKNOWN: Fault(Party.NOBODY, False),
        Code.MESSAGE_UNEXPECTED: Fault(Party.TERMINAL, False),
        Code.WRONG_BRANCH: Fault(Party.TERMINAL, False),
        Code.TERMINAL_UNKNOWN: Fault(Party.DESK, False),
        Code.TERMINAL_REVOKED: Fault(Party.DESK, False),
        Code.EPOCH_OUTDATED: Fault(Party.TERMINAL, False),
        Code.DESK_FAULT: Fault(Party.DESK, True),
        Code.DESK_FULL: Fault(Party.DESK, False),
        Code.DESK_BUSY: Fault(Party.DESK, True),
        Code.CANCELLED: Fault(Party.NOBODY, True),
        Code.TERMINAL_COPIED: Fault(Party.TERMINAL, False),
        Code.BATCH_TOO_BIG: Fault(Party.TERMINAL, False),
        Code.BATCH_DAMAGED: Fault(Party.TERMINAL, False),
        Code.DATASET_DAMAGED: Fault(Party.DESK, True),
        Code.BLOB_DAMAGED: Fault(Party.TERMINAL, True),
        Code.TERMINAL_FULL: Fault(Party.TERMINAL, False),
        Code.TERMINAL_FAULT: Fault(Party.TERMINAL, True),
    }
)


def fault_of(number: int) -> Fault:
    """The fault behind a number from the wire; an unknown number is nobody's, and final."""
    try:
        return FAULTS[Code(number)]
    except ValueError:
        return Fault(Party.NOBODY, False)
