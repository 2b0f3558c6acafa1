"""Waking a scanner through the modem line DTR, for the links that have one."""

from typing import Protocol, runtime_checkable

from drivers.contract import Link


@runtime_checkable
class Waking(Protocol):
    """A link that can wake what is on it."""

    def wake(self, low_s: float, high_s: float) -> None:
        """Lower DTR for `low_s` and raise it for `high_s` seconds. Raises `LinkError`."""


def wake(link: Link, low_s: float, high_s: float) -> None:
    """Do so if the link can; a TCP connection has no modem lines."""
    if isinstance(link, Waking):
        link.wake(low_s, high_s)
