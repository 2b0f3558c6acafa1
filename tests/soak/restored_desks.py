"""Many more fortnights of restored desks than a test has time for."""

import sys
from typing import Any

from tests.support.restored_desks import fortnights

COUNT = 10_000


def run(count: int = COUNT) -> dict[str, Any]:
    """`trials`, `bad`, `faults` and `notes` of the seeds from 0 up to `count`."""
    return fortnights(count)


if __name__ == "__main__":
    found = run(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
    sys.stdout.write(f"{found}\n")
    sys.exit(bool(found["bad"]))
