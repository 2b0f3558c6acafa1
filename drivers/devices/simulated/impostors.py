"""Things at a port that are not terminals: one talks on its own, one says nothing."""

from itertools import count

from drivers.contract import Link

CHATTER_EVERY_S = 0.05
READ_BYTES = 4096


def chatter(link: Link) -> None:
    """Write lines as a scale or a boot loader would, whatever arrives. Raises LinkError."""
    for number in count():
        link.write(f"ST,GS,+{number % 10_000:06}.5kg\r\n".encode())
        link.read(READ_BYTES, CHATTER_EVERY_S)


def stay_silent(link: Link) -> None:
    """Take everything and answer nothing. Raises LinkError."""
    while True:
        link.read(READ_BYTES, 1.0)
