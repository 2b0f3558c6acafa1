"""Takes off what XMODEM filled the last block up with, where the caller knows how to tell."""

from typing import Final

from drivers.protocols.transfer.blocks import LONG_BYTES, SUB

_FILLERS: Final = (SUB, 0)


def strip_text(data: bytes) -> bytes:
    """The end of a text file is the run of SUB behind it."""
    return data.rstrip(bytes([SUB]))


def strip_records(data: bytes, record_bytes: int) -> bytes:
    """For files that are made of records of one length: what is left over is padding.

    Data whose rest is not one single filler, or too long for it, are not of that length, and
    nothing is taken off.
    """
    rest_bytes = len(data) % record_bytes
    whole = data[: len(data) - rest_bytes]
    for filler in _FILLERS:
        if rest_bytes >= LONG_BYTES or data[len(whole) :].strip(bytes([filler])):
            continue
        end = len(whole)
        empty = bytes([filler]) * record_bytes
        while (
            end >= record_bytes
            and len(data) - end + record_bytes < LONG_BYTES
            and whole[end - record_bytes : end] == empty
        ):
            end -= record_bytes
        return whole[:end]
    return data
