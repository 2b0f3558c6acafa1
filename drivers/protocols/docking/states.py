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
    SEALING = auto()
    ENDED = auto()


class TerminalState(Enum):
    """What the terminal waits for, in the order of a docking."""

    LISTENING = auto()
    CONNECTED = auto()
    GREETED = auto()
    WELCOMED = auto()
    RESUMING = auto()
    OFFERING = auto()
    RECEIPTED = auto()
    IDLE = auto()
    DECIDING = auto()
    TAKING = auto()
    SWITCHING = auto()
    SEALED = auto()
