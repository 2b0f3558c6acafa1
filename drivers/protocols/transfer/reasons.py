"""Why a transfer of files was given up, or one file of it was not taken."""

from enum import StrEnum


class Reason(StrEnum):
    """Codes for `Failed` and `FileSkipped`; who is at fault stands in brackets."""

    SILENT = "silent"  # (the other side) nothing arrived for too long
    NOT_UNDERSTOOD = "not_understood"  # (the other side) something talks, but not this protocol
    TOO_MUCH_NOISE = "too_much_noise"  # (the line) every try was damaged
    CANCELLED_BY_PEER = "cancelled_by_peer"
    CANCELLED_HERE = "cancelled_here"
    OUT_OF_STEP = "out_of_step"  # (the other side) sound, but not what may come now
    SIZE_DIFFERS = "size_differs"  # (the other side) the file is not as long as was said
    BEGINNING_DIFFERS = "beginning_differs"  # what was kept here is of another file
    FILE_TOO_LARGE = "file_too_large"
    TOO_MANY_FILES = "too_many_files"
    NAME_IMPOSSIBLE = "name_impossible"
    SKIPPED_BY_PEER = "skipped_by_peer"
