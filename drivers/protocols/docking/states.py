"""Where a docking stands, seen from either side."""

from enum import Enum, auto


class DeskState(Enum):
    """What the desk waits for, in the order of a docking."""

    CONNECTING = auto()
    GREETING = auto()
    READY = auto()
    WELCOMED = auto()
    UPLOADING = auto()
    RECEIVING = auto()
    JUDGING = auto()
    UPLOADED = auto()
    PUSHING = auto()
    PUSHED = auto()
    BLOBS = auto()
    SEALING = auto()
    ENDED = auto()


class TerminalState(Enum):
    """What the terminal waits for, in the order of a docking, then of a pairing."""

    LISTENING = auto()
    CONNECTED = auto()
    GREETED = auto()
    WELCOMED = auto()
    RESUMING = auto()
    OFFERING = auto()
    RECEIPTED = auto()
    IDLE = auto()
    SWITCHING = auto()
    ASKED = auto()
    BLOBS = auto()
    SEALED = auto()
    APPLYING = auto()
    APPLIED = auto()
    INVITED = auto()
    PROVED = auto()
    PLACED = auto()
