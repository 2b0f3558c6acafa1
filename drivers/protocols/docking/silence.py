"""When to ask whether the tail of what was sent has arrived."""

from typing import Final

_SHORTEST_S: Final = 0.2
_LONGEST_S: Final = 2.0
_MEMORY: Final = 0.25


class Probe:
    """Due after a silence of twice the usual gap between answers, then twice that, and so on.

    A probe never causes a resend by itself: it only makes the other side name the highest serial.
    """

    def __init__(self, now_s: float) -> None:
        self._gap_s = 0.3
        self._waiting_since_s = now_s
        self._quiet_since_s = now_s
        self._doublings = 0

    @property
    def due_s(self) -> float:
        """The moment of the next probe."""
        usual_s = min(max(2 * self._gap_s, _SHORTEST_S), _LONGEST_S)
        return self._quiet_since_s + min(usual_s * (1 << self._doublings), 2 * _LONGEST_S)

    def answered(self, now_s: float) -> None:
        """An acknowledgement came while something was waited for."""
        self._gap_s += (now_s - self._waiting_since_s - self._gap_s) * _MEMORY
        self.restart(now_s)

    def restart(self, now_s: float) -> None:
        """The waiting begins here: nothing was waited for until now, or an answer came."""
        self._waiting_since_s = now_s
        self._quiet_since_s = now_s
        self._doublings = 0

    def sent(self, now_s: float) -> None:
        """A probe went out."""
        self._quiet_since_s = now_s
        self._doublings = min(self._doublings + 1, 4)
