"""What two Kermits agree on in their first exchange: sizes, times, prefixes, check, abilities."""

from dataclasses import dataclass
from typing import Final

from drivers.protocols.transfer.kermit_packets import END, MAX_LONG, MAX_SHORT, SPACE, to_char
from drivers.protocols.transfer.kermit_quoting import (
    CONTROL_PREFIX,
    REPEAT_PREFIX,
    Quoting,
)

LONG_PACKETS: Final = 2
WINDOWS: Final = 4
ATTRIBUTES: Final = 8
RESEND: Final = 16
_MORE: Final = 1

MAX_WINDOW: Final = 31
DEFAULT_SHORT: Final = 80
DEFAULT_LONG: Final = 500
MAX_PADDING: Final = 94


@dataclass(frozen=True, slots=True)
class Parameters:
    """One side's wishes, as its S packet or the answer to it tells them.

    `max_short` and `max_long` limit the packets that this side takes, `timeout_s` is how long the
    other side should wait for it. `high` is Y (only if you need it), N (never) or the prefix;
    `repeat` the prefix or a space.
    """

    max_short: int = DEFAULT_SHORT
    timeout_s: int = 5
    padding: int = 0
    pad_with: int = 0
    end: int = END
    control: int = CONTROL_PREFIX
    high: int = ord("N")
    check: int = 1
    repeat: int = SPACE
    abilities: int = 0
    window: int = 1
    max_long: int = DEFAULT_LONG


OFFER: Final = Parameters(
    max_short=MAX_SHORT,
    timeout_s=8,
    high=ord("Y"),
    check=3,
    repeat=REPEAT_PREFIX,
    abilities=LONG_PACKETS | WINDOWS | ATTRIBUTES | RESEND,
    window=MAX_WINDOW,
    max_long=2000,
)
"""What this side can do. A packet of 2000 characters loses 4 % of the line to a turn-around of 8 ms
at 115200 baud, and is still whole four times out of five where one byte in ten thousand is hit."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What holds for both from now on; `max_data` is how many characters of data the other side
    takes in one packet."""

    quoting: Quoting
    check: int
    window: int
    abilities: int
    max_data: int
    timeout_s: int
    end: int
    padding: bytes


UNAGREED: Final = Agreement(Quoting(), 1, 1, 0, DEFAULT_SHORT - 3, 5, END, b"")


def encode_parameters(wishes: Parameters) -> bytes:
    """The data of an S packet or of the answer to it."""
    return bytes(
        (
            to_char(wishes.max_short),
            to_char(wishes.timeout_s),
            to_char(wishes.padding),
            wishes.pad_with ^ 0x40,
            to_char(wishes.end),
            wishes.control,
            wishes.high,
            ord(str(wishes.check)),
            wishes.repeat,
            to_char(wishes.abilities & ~_MORE),
            to_char(wishes.window),
            to_char(wishes.max_long // 95),
            to_char(wishes.max_long % 95),
        )
    )


def decode_parameters(data: bytes) -> Parameters:
    """Whatever stands there, as far as it makes sense; what is missing or wrong is the default."""
    plain = Parameters()
    fields = data.ljust(9)
    numbers = [byte - SPACE for byte in fields]
    abilities, at = 0, 9
    while at < len(fields):
        abilities |= numbers[at]
        at += 1
        if not numbers[at - 1] & _MORE:
            break
    tail = numbers[at : at + 3] + [0] * 3
    long = 95 * tail[1] + tail[2]
    return Parameters(
        max_short=numbers[0] if 20 <= numbers[0] <= MAX_SHORT else plain.max_short,
        timeout_s=numbers[1] if 1 <= numbers[1] <= 94 else plain.timeout_s,
        padding=numbers[2] if 0 <= numbers[2] <= MAX_PADDING else 0,
        pad_with=(fields[3] ^ 0x40) & 0x7F if fields[3] != SPACE else 0,
        end=numbers[4] if 1 <= numbers[4] < SPACE else plain.end,
        control=fields[5] if _is_prefix(fields[5]) else plain.control,
        high=fields[6] if fields[6] != SPACE else plain.high,
        check=fields[7] - ord("0") if fields[7] in b"123" else plain.check,
        repeat=fields[8],
        abilities=max(0, abilities) & ~_MORE,
        window=tail[0] if 1 <= tail[0] <= MAX_WINDOW else plain.window,
        max_long=long if 20 <= long <= MAX_LONG else plain.max_long,
    )


def answer(theirs: Parameters, ours: Parameters) -> Parameters:
    """What the receiver says to the sender's wishes."""
    high = ours.high
    if _is_prefix(theirs.high) and not _is_prefix(high):
        high = ord("Y")
    elif theirs.high == ord("N"):
        high = ord("N")
    return Parameters(
        max_short=ours.max_short,
        timeout_s=ours.timeout_s,
        end=ours.end,
        high=high,
        check=theirs.check,
        repeat=theirs.repeat if _is_prefix(theirs.repeat) else SPACE,
        abilities=ours.abilities,
        window=min(theirs.window, ours.window),
        max_long=ours.max_long,
    )


def agree(theirs: Parameters, ours: Parameters, encoding: Parameters) -> Agreement:
    """What both sets of wishes come to; `encoding` is the side that sends the files."""
    high = 0
    for one, other in ((theirs.high, ours.high), (ours.high, theirs.high)):
        if _is_prefix(one) and other in (one, ord("Y")):
            high = one
    repeat = theirs.repeat if theirs.repeat == ours.repeat and _is_prefix(theirs.repeat) else 0
    abilities = theirs.abilities & ours.abilities
    check = theirs.check if theirs.check == ours.check else 1
    if abilities & LONG_PACKETS and theirs.max_long > MAX_SHORT:
        max_data = theirs.max_long - 10 - check  # some count the header in, some do not
    else:
        max_data = theirs.max_short - 2 - check
    return Agreement(
        quoting=Quoting(encoding.control, high, repeat),
        check=check,
        window=min(theirs.window, ours.window) if abilities & WINDOWS else 1,
        abilities=abilities,
        max_data=max(max_data, 10),
        timeout_s=theirs.timeout_s,
        end=theirs.end,
        padding=bytes((theirs.pad_with,)) * theirs.padding,
    )


def _is_prefix(byte: int) -> bool:
    return 33 <= byte <= 62 or 96 <= byte <= 126
