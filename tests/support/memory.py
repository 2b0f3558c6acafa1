"""How much memory a piece of work takes at its peak, as the kernel sees it."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

_STATUS = Path("/proc/self/status")
_RESET_PEAK = "5"


def extra_mib(work: Callable[[], Result]) -> tuple[Result, float]:
    """What `work` returns, and the MiB that it took beyond what was there before."""
    Path("/proc/self/clear_refs").write_text(_RESET_PEAK, "ascii")
    before_kib = _kib("VmRSS")
    result = work()
    return result, (_kib("VmHWM") - before_kib) / 1024


def _kib(name: str) -> int:
    lines = (line.split() for line in _STATUS.read_text("ascii").splitlines())
    return next(int(words[1]) for words in lines if words[0] == f"{name}:")
