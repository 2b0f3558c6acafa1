"""What can be wrong with a handheld on purpose, and a link that makes it happen."""

import os
import random
import signal
import time
from dataclasses import dataclass, fields

from drivers.contract import Link
from drivers.links.closing import ClosingLink


@dataclass(frozen=True, slots=True)
class Faults:
    """Named as in `--fault NAME=VALUE`; flip and drop are rates per byte written, dup per write."""

    cut: int = 0  # die after this many bytes written
    reboot: int = 0  # forget what is not stored after this many bytes written, once
    stall: int = 0  # nothing gets out any more after this many bytes written
    flip: float = 0.0
    drop: float = 0.0
    dup: float = 0.0
    delay: float = 0.0  # seconds before each write
    full: int = 0  # 1: no room for data sets
    clock: int = 0  # seconds that the clock is ahead
    badtotals: int = 0  # 1: the control totals of sealed batches are wrong
    battery: int = 80  # percent


def read_faults(options: list[str]) -> Faults:
    """Turn `NAME=VALUE` options into faults. Raises ValueError that says what is wrong."""
    kinds = {fault.name: fault.type for fault in fields(Faults)}
    values: dict[str, int | float] = {}
    for option in options:
        name, _, value = option.partition("=")
        if name not in kinds:
            raise ValueError(f"unknown fault {name}; known are {', '.join(kinds)}")
        values[name] = int(value) if kinds[name] is int else float(value)
    return Faults(**values)  # type: ignore[arg-type]


class Rebooted(Exception):
    """The handheld starts anew: whatever it only had in memory is gone."""


class FaultyLink(ClosingLink):
    """Passes on to `link`, with bytes flipped and dropped, and death at the given byte."""

    def __init__(self, link: Link, faults: Faults, dice: random.Random) -> None:
        self._link = link
        self._faults = faults
        self._dice = dice
        self._written = 0

    @property
    def name(self) -> str:
        return self._link.name

    def now_s(self) -> float:
        return self._link.now_s()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        return self._link.read(max_bytes, timeout_s)

    def write(self, data: bytes) -> None:
        faults, cut = self._faults, self._faults.cut
        if cut and self._written + len(data) >= cut:
            self._link.write(self._spoiled(data[: cut - self._written]))
            os.kill(os.getpid(), signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        before, self._written = self._written, self._written + len(data)
        if faults.reboot and before < faults.reboot <= self._written:
            raise Rebooted
        if faults.stall and self._written >= faults.stall:
            return
        if faults.delay:
            time.sleep(faults.delay)
        self._link.write(self._spoiled(data))
        if faults.dup and self._dice.random() < faults.dup:
            self._link.write(self._spoiled(data))

    def close(self) -> None:
        self._link.close()

    def _spoiled(self, data: bytes) -> bytes:
        faults, dice = self._faults, self._dice
        if not (faults.flip or faults.drop):
            return data
        return bytes(
            byte ^ (1 << dice.randrange(8)) if dice.random() < faults.flip else byte
            for byte in data
            if dice.random() >= faults.drop
        )
