"""Numbers of MTP: operations, answers, formats, and handles with a meaning of their own."""

from enum import IntEnum
from typing import Final


class Operation(IntEnum):
    """What can be asked for. No property lists (9805): libmtp marks Android's as broken."""

    GET_DEVICE_INFO = 0x1001
    OPEN_SESSION = 0x1002
    CLOSE_SESSION = 0x1003
    GET_STORAGE_IDS = 0x1004
    GET_STORAGE_INFO = 0x1005
    GET_OBJECT_HANDLES = 0x1007
    GET_OBJECT_INFO = 0x1008
    GET_OBJECT = 0x1009
    DELETE_OBJECT = 0x100B
    SEND_OBJECT_INFO = 0x100C
    SEND_OBJECT = 0x100D
    GET_PARTIAL_OBJECT = 0x101B
    GET_PARTIAL_OBJECT_64 = 0x95C1  # Android


class Outcome(IntEnum):
    """How a request ended, as far as it matters here or is worth a name."""

    OK = 0x2001
    GENERAL_ERROR = 0x2002
    SESSION_NOT_OPEN = 0x2003
    INVALID_TRANSACTION = 0x2004
    OPERATION_NOT_SUPPORTED = 0x2005
    PARAMETER_NOT_SUPPORTED = 0x2006
    INCOMPLETE_TRANSFER = 0x2007
    INVALID_STORAGE = 0x2008
    INVALID_OBJECT = 0x2009
    STORE_FULL = 0x200C
    OBJECT_WRITE_PROTECTED = 0x200D
    STORE_READ_ONLY = 0x200E
    ACCESS_DENIED = 0x200F
    PARTIAL_DELETION = 0x2012
    STORE_NOT_AVAILABLE = 0x2013
    DEVICE_BUSY = 0x2019
    INVALID_PARENT = 0x201A
    INVALID_PARAMETER = 0x201D
    SESSION_ALREADY_OPEN = 0x201E
    TRANSACTION_CANCELLED = 0x201F
    OBJECT_TOO_LARGE = 0xA809


class Kind(IntEnum):
    """What a container holds."""

    COMMAND = 1
    DATA = 2
    RESPONSE = 3
    EVENT = 4


UNDEFINED_FORMAT: Final = 0x3000
FOLDER_FORMAT: Final = 0x3001
FOLDER: Final = 0x0001
"""The association type of a folder."""

ROOT: Final = 0xFFFFFFFF
"""Asked for as a parent: what lies in no folder."""

ANY_FORMAT: Final = 0


def outcome_name(code: int) -> str:
    """A name for `code` in small letters; its number in hex if nobody knows it."""
    return Outcome(code).name.lower() if code in list(Outcome) else f"{code:04x}"
