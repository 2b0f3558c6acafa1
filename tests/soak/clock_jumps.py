"""More jumps of clocks than a test has time for."""

from typing import Any

from tests.support.clock_jumps import jump


def run(count: int = 1000) -> dict[str, Any]:
    """`trials`, `bad`, `faults`, `notes`."""
    return jump(count)
